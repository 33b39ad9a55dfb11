"""Script words against what was heard: which were read, and what happened to the others.

jiwer finds the edit distance of the two word sequences; what it calls equal are the anchors. Between anchors
the other
accepted readings, contractions and compounds are tried, and what remains is paired by sound, so that
"thirteen" is
heard for "thirty" and not for the word beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from enunciate.alignment import AlignedWord, Alignment, Status
from enunciate.interval import Interval
from enunciate.recognition import UNKNOWN, RecognizedWord
from enunciate.recognition.listening import FILLERS
from enunciate.reference import Phones, Reference, ReferenceWord, lexicon
from enunciate.reference.phones import bare, distance

SoundAlikes = Mapping[str, tuple[tuple[str, ...], ...]]

_CONTRACTED = {
    "'m": ("am",),
    "'re": ("are",),
    "'ll": ("will",),
    "'ve": ("have",),
    "'d": ("would", "had"),
    "'s": ("is", "has"),
    "n't": ("not",),
}
_IRREGULAR = {
    "won't": ("will", "not"),
    "can't": ("can", "not"),
    "cannot": ("can", "not"),
    "let's": ("let", "us"),
}
_WIDEST = 40
"""Longest stretch without an anchor, in tokens, in which other readings are tried; beyond it nothing was
read.
"""


def align(
    reference: Reference, heard: Sequence[RecognizedWord], sound_alikes: SoundAlikes | None = None
) -> Alignment:
    """Align `heard` with the script, under the readings of its tokens that fit best.

    `sound_alikes` gives, for script words that the recognizer's vocabulary lacks, the known words listened
    for instead.
    Words beside the script are "inserted" or "filler" here; `enunciate.alignment.extras` tells them further
    apart. Homophones, spelling variants, compounds and (unless the script is strict about them) contractions
    are not errors.
    """
    fillers = [word for word in heard if word.text in FILLERS]
    speech = [word for word in heard if word.text not in FILLERS]
    choice, speech = _choose_readings(reference, _merge_sound_alikes(reference, speech, sound_alikes or {}))
    pairs = _pair(reference.words(choice), speech)
    return Alignment(reference, tuple(map(_handed_on, _with_fillers(pairs, fillers))))


@dataclass(slots=True)
class _Pair:
    """A script word, a word heard, or both where one stands for the other."""

    script: ReferenceWord | None
    said: RecognizedWord | None
    status: Status


def _merge_sound_alikes(
    reference: Reference, heard: Sequence[RecognizedWord], sound_alikes: SoundAlikes
) -> list[RecognizedWord]:
    """Turn what was listened for instead of a word ("north wind") back into the word ("northwind")."""
    texts = {word for token in reference.tokens for reading in token.readings for word in reading}
    patterns = sorted(
        ((alike, word) for word, ways in sound_alikes.items() for alike in ways if word in texts),
        key=lambda pattern: -len(pattern[0]),
    )
    if not patterns:
        return list(heard)
    script = " " + " ".join(" ".join(token.readings[0]) for token in reference.tokens) + " "
    merged: list[RecognizedWord] = []
    place = 0
    while place < len(heard):
        for alike, word in patterns:
            run = heard[place : place + len(alike)]
            # "moor" alone may be a script word of its own: only sequences that the script does not hold are
            # merged.
            if tuple(w.text for w in run) == alike and f" {' '.join(alike)} " not in script:
                merged.append(_joined(word, run))
                place += len(alike)
                break
        else:
            merged.append(heard[place])
            place += 1
    return merged


def _joined(text: str, run: Sequence[RecognizedWord]) -> RecognizedWord:
    sure = [word.confidence for word in run if word.confidence is not None]
    return RecognizedWord(
        text, Interval(run[0].interval.start, run[-1].interval.end), min(sure) if sure else None
    )


def same_word(script: str, heard: str) -> bool:
    """Whether a word heard counts as the script's word: the same, spelt differently, or a homophone."""
    return script == heard or (heard != UNKNOWN and lexicon.same_spoken(script, heard))


class _Canon:
    """One name for all words that sound the same, so that jiwer's string comparison finds them equal.

    A word goes by the name of the first word before it that sounds the same. As "or" and "our" may both sound
    like "are" but not like each other, an equal name is not yet the same word.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._by_form: dict[str | Phones, str] = {}

    def __call__(self, word: str) -> str:
        if word not in self._names:
            forms = lexicon.spoken_forms(word)
            name = next((self._by_form[form] for form in forms if form in self._by_form), word)
            self._names[word] = name
            if name == word:
                self._by_form |= dict.fromkeys(forms, name)
        return self._names[word]


def _opcodes(script: Sequence[str], heard: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """jiwer's alignment chunks: (type, script start, script end, heard start, heard end)."""
    import jiwer

    if not script or not heard:
        kind = "delete" if script else "insert"
        return [(kind, 0, len(script), 0, len(heard))] if script or heard else []
    # The words are normalised already; jiwer's own pipelines would change them.
    split = jiwer.Compose([jiwer.ReduceToListOfListOfWords(word_delimiter=" ")])
    output = jiwer.process_words(
        [" ".join(script)], [" ".join(heard)], reference_transform=split, hypothesis_transform=split
    )
    return [
        (chunk.type, chunk.ref_start_idx, chunk.ref_end_idx, chunk.hyp_start_idx, chunk.hyp_end_idx)
        for chunk in output.alignments[0]
    ]


def _choose_readings(
    reference: Reference, heard: list[RecognizedWord]
) -> tuple[tuple[int, ...], list[RecognizedWord]]:
    """For each token the reading that fits what was heard, and what was heard with compounds and contractions
    as the
    script has them.
    """
    tokens = reference.tokens
    choice = [0] * len(tokens)
    words = reference.words()
    canon = _Canon()
    script = [canon(word.text) for word in words]
    matched_at: dict[int, int] = {}
    for kind, start, end, said, _ in _opcodes(script, [canon(word.text) for word in heard]):
        if kind == "equal":
            matched_at |= {start + n: said + n for n in range(end - start)}
    # A token is an anchor where all its words were heard in a row.
    spans: list[tuple[int, int] | None] = []
    place = 0
    for token in tokens:
        size = len(token.readings[0])
        begin = matched_at.get(place)
        whole = begin is not None and all(matched_at.get(place + n) == begin + n for n in range(size))
        spans.append((begin, begin + size) if begin is not None and whole else None)
        place += size
    out: list[RecognizedWord] = []
    at = first = 0
    while first < len(tokens):
        span = spans[first]
        if span is not None:
            out += heard[at : span[1]]
            at = span[1]
            first += 1
            continue
        last = first
        while last < len(tokens) and spans[last] is None:
            last += 1
        following = spans[last] if last < len(tokens) else None
        until = len(heard) if following is None else following[0]
        choice[first:last], stretch = _fit(reference, range(first, last), heard[at:until], canon)
        out += stretch
        at, first = until, last
    out += heard[at:]
    return tuple(choice), out


def _fit(
    reference: Reference, places: range, heard: list[RecognizedWord], canon: _Canon
) -> tuple[list[int], list[RecognizedWord]]:
    """The readings of some tokens that are fewest edits from what was heard there, and that rewritten to
    suit.
    """
    tokens = [reference.tokens[place] for place in places]
    if not heard or len(tokens) > _WIDEST or len(heard) > 2 * _WIDEST:
        return [0] * len(tokens), heard
    best: tuple[float, list[int], list[RecognizedWord]] | None = None
    for rank, variant in enumerate(_rewritten(reference, places, heard)):
        edits, picked = _cheapest(
            [token.readings for token in tokens], [canon(word.text) for word in variant], canon
        )
        if best is None or edits + 0.1 * min(rank, 1) < best[0]:
            best = edits + 0.1 * min(rank, 1), picked, variant
    assert best is not None
    return best[1], best[2]


def _cheapest(
    readings: Sequence[Sequence[Sequence[str]]], heard: Sequence[str], canon: _Canon
) -> tuple[float, list[int]]:
    """Dynamic programme over tokens and words heard: the least edits, and the reading index of each token."""
    row: list[tuple[float, tuple[int, ...]]] = [(float(n), ()) for n in range(len(heard) + 1)]
    for token_readings in readings:
        following: list[tuple[float, tuple[int, ...]]] = [(float("inf"), ())] * (len(heard) + 1)
        for index, reading in enumerate(token_readings):
            names = [canon(word) for word in reading]
            for start, (cost, picked) in enumerate(row):
                # Preferring earlier readings between equals keeps the likeliest one where nothing was heard.
                for end, edits in _prefix_edits(names, heard[start : start + len(names) + 3]):
                    total = cost + edits + 0.001 * index
                    if total < following[start + end][0]:
                        following[start + end] = total, (*picked, index)
        row = following
        for n in range(1, len(row)):
            if row[n - 1][0] + 1 < row[n][0]:
                row[n] = row[n - 1][0] + 1, row[n - 1][1]
    return row[-1][0], list(row[-1][1])


def _prefix_edits(script: Sequence[str], heard: Sequence[str]) -> Iterator[tuple[int, float]]:
    """Edit distance of `script` to each prefix of `heard`, by the prefix's length."""
    row = [float(n) for n in range(len(heard) + 1)]
    for word in script:
        previous, row[0] = row[0], row[0] + 1
        for n, other in enumerate(heard, 1):
            diagonal = previous + (word != other)
            previous = row[n]
            row[n] = min(diagonal, row[n] + 1, row[n - 1] + 1)
    return enumerate(row)


def _rewritten(
    reference: Reference, places: range, heard: list[RecognizedWord]
) -> Iterator[list[RecognizedWord]]:
    """What was heard as it is; then with compounds as the script writes them, and contractions opened or
    closed.
    """
    yield heard
    texts = {word for place in places for reading in reference.tokens[place].readings for word in reading}
    compounds = list(_compounds(heard, texts))
    if [w.text for w in compounds] != [w.text for w in heard]:
        yield compounds
    if not reference.strict_contractions:
        for opened in (_opened(compounds, texts), _closed(compounds, texts)):
            if [w.text for w in opened] != [w.text for w in compounds]:
                yield opened


def _compounds(heard: Sequence[RecognizedWord], texts: Iterable[str]) -> Iterator[RecognizedWord]:
    """ "help desk" as "helpdesk" where the script has that, and the reverse."""
    texts = set(texts)
    place = 0
    while place < len(heard):
        word = heard[place]
        pair = heard[place : place + 2]
        joined = "".join(w.text for w in pair)
        halves = next(
            (
                (word.text[:n], word.text[n:])
                for n in range(2, len(word.text) - 1)
                if {word.text[:n], word.text[n:]} <= texts
            ),
            None,
        )
        if len(pair) == 2 and joined in texts:
            yield _joined(joined, pair)
            place += 2
            continue
        if halves and word.text not in texts:
            yield from _split(word, halves)
        else:
            yield word
        place += 1


def _split(word: RecognizedWord, parts: Sequence[str]) -> Iterator[RecognizedWord]:
    """Share a word's time out by letters."""
    total, start = sum(map(len, parts)), word.interval.start
    for part in parts:
        end = start + word.interval.duration * len(part) / total
        yield RecognizedWord(part, Interval(start, max(start, end)), word.confidence)
        start = end


def expansions(word: str) -> tuple[tuple[str, ...], ...]:
    """What a contraction is short for; empty where it is none.

    >>> expansions("i'm"), expansions("it's"), expansions("don't")
    ((('i', 'am'),), (('it', 'is'), ('it', 'has')), (('do', 'not'),))
    """
    if word in _IRREGULAR:
        return (_IRREGULAR[word],)
    for ending, full in _CONTRACTED.items():
        if word.endswith(ending) and len(word) > len(ending):
            return tuple((word.removesuffix(ending), other) for other in full)
    return ()


def _opened(heard: Sequence[RecognizedWord], texts: set[str]) -> list[RecognizedWord]:
    out: list[RecognizedWord] = []
    for word in heard:
        full = next((parts for parts in expansions(word.text) if set(parts) <= texts), None)
        out += _split(word, full) if full else (word,)
    return out


def _closed(heard: Sequence[RecognizedWord], texts: set[str]) -> list[RecognizedWord]:
    short = {parts: text for text in texts for parts in expansions(text)}
    out: list[RecognizedWord] = []
    for word in heard:
        if out and (out[-1].text, word.text) in short:
            out[-1] = _joined(short[out[-1].text, word.text], (out[-1], word))
        else:
            out.append(word)
    return out


def _pair(words: Sequence[ReferenceWord], heard: Sequence[RecognizedWord]) -> list[_Pair]:
    """Pair script words with words heard."""
    canon = _Canon()
    script, said = [canon(word.text) for word in words], [canon(word.text) for word in heard]
    pairs: list[_Pair] = []
    at = at_said = 0
    for kind, start, end, said_start, said_end in (
        *_opcodes(script, said),
        ("equal", len(words), len(words), len(heard), len(heard)),
    ):
        if kind != "equal":
            continue
        pairs += _between(words[at:start], heard[at_said:said_start])
        pairs += [
            _Pair(w, h, "correct" if same_word(w.text, h.text) else "substituted")
            for w, h in zip(words[start:end], heard[said_start:said_end], strict=True)
        ]
        at, at_said = end, said_end
    return pairs


def _between(script: Sequence[ReferenceWord], heard: Sequence[RecognizedWord]) -> list[_Pair]:
    """Pair what lies between two anchors so that the words that sound most alike stand for each other."""
    if not script or not heard:
        return [_Pair(word, None, "omitted") for word in script] + [
            _Pair(None, word, "inserted") for word in heard
        ]
    if len(script) * len(heard) > 4 * _WIDEST**2:
        paired = min(len(script), len(heard))
        return (
            [_Pair(w, h, "substituted") for w, h in zip(script, heard, strict=False)]
            + [_Pair(word, None, "omitted") for word in script[paired:]]
            + [_Pair(None, word, "inserted") for word in heard[paired:]]
        )
    costs = [[0.6 * j for j in range(len(heard) + 1)]]
    for i, word in enumerate(script, 1):
        row = [0.6 * i]
        for j, other in enumerate(heard, 1):
            row.append(
                min(costs[i - 1][j - 1] + _unlike(word, other), costs[i - 1][j] + 0.6, row[j - 1] + 0.6)
            )
        costs.append(row)
    pairs: list[_Pair] = []
    i, j = len(script), len(heard)
    while i or j:
        if i and j and costs[i][j] == costs[i - 1][j - 1] + _unlike(script[i - 1], heard[j - 1]):
            i, j = i - 1, j - 1
            equal = same_word(script[i].text, heard[j].text)
            pairs.append(_Pair(script[i], heard[j], "correct" if equal else "substituted"))
        elif j and (not i or costs[i][j] == costs[i][j - 1] + 0.6):
            j -= 1
            pairs.append(_Pair(None, heard[j], "inserted"))
        else:
            i -= 1
            pairs.append(_Pair(script[i], None, "omitted"))
    return pairs[::-1]


def _unlike(script: ReferenceWord, heard: RecognizedWord) -> float:
    """0 for the same sound to 1 for nothing in common; speech that is no known word may stand for any."""
    if heard.text == UNKNOWN:
        return 0.7
    return sound_distance(script.pronunciations, lexicon.pronunciations(heard.text))


def sound_distance(first: Iterable[Phones], second: Iterable[Phones]) -> float:
    """Phonetic edit distance per phone between the nearest of two words' pronunciations, at most 1.

    >>> sound_distance((("B", "AE", "T"),), (("B", "AE", "T"),))
    0.0
    """
    ways = [(bare(a), bare(b)) for a in first for b in second]
    return min((min(1.0, distance(a, b) / max(len(a), len(b))) for a, b in ways if a and b), default=1.0)


def _with_fillers(pairs: list[_Pair], fillers: Sequence[RecognizedWord]) -> list[_Pair]:
    """Put each filler before the first word that was said after it."""
    for filler in fillers:
        later = (
            place
            for place, pair in enumerate(pairs)
            if pair.said is not None and pair.said.interval.start >= filler.interval.start
        )
        pairs.insert(next(later, len(pairs)), _Pair(None, filler, "filler"))
    return pairs


def _handed_on(pair: _Pair) -> AlignedWord:
    said = pair.said
    if said is None:
        return AlignedWord(pair.status, pair.script)
    heard = None if pair.status == "correct" or said.text == UNKNOWN else said.text
    return AlignedWord(pair.status, pair.script, heard, said.interval, said.confidence)


def said_text(word: AlignedWord) -> str:
    """What was said: the script's word where it was read rightly, `UNKNOWN` where it is not known."""
    if word.status == "correct" and word.reference is not None:
        return word.reference.text
    return word.heard or UNKNOWN
