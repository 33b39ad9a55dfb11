"""Sentences that the recognizer is trained to hear: call-centre talk, everyday English, numbers, names.

    python -m models.training.recognizer.texts --cache DIR [--avoid LABELS.jsonl ...]

writes DIR/texts.jsonl, one sentence a line:

    id       stable for the same words
    written  as a script has it: "The fee was $4.99 on May 3rd."
    spoken   as a voice is given it: "The fee was four dollars and ninety-nine cents on May third."
             the letter A is "A_", which voices would take for the article
    words    as the recognizer spells it: lower case, no punctuation
    kind     the section of templates.txt; "prompt:NAME" from a script; "written:NAME" from a file of
             sentences/; "carrier", "list" and "name" hold rare words

Everything is drawn from seeds, template by template: to change one leaves the others' sentences as they
were. `--avoid` names label files (JSON lines with "text") of corpora whose own sentences may not be repeated.
Scripts that are held back (split.py) are never used, nor is a sentence that one of them has.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from enunciate.reference import Token, lexicon, scripts
from enunciate.reference.spoken import tokenize

from .split import is_held_back_prompt
from .unwelcome import unwelcome

HERE = Path(__file__).parent
PER_TEMPLATE = 72
"""Sentences drawn from a template, less where it has not so many."""
FLUENT = 1.6
"""How much more everyday kinds are drawn: they stand for all that people say outside of calls."""
EVERYDAY = {"everyday", "story", "talk", "numbers"}
PER_LINE = 8
"""Sentences drawn at most from a line of `sentences/`, whose alternatives are few."""
RARE_WORDS = 27_000
"""Words of the frequency list that get a sentence, the most frequent first."""
LETTER_A = "A_"
"""The letter A in `spoken`, which voices would take for the article."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


# Filling in templates


class Maker:
    """Fills in one template after the other; remembers the last name, so that it can be spelled."""

    def __init__(self, banks: dict[str, list[str]]) -> None:
        """`banks`: the alternatives by the name of their slot."""
        self.banks = banks
        self.last: dict[str, str] = {}
        self.rng = random.Random()

    def sentence(self, template: str, seed: str) -> str:
        """The template filled in, the same for the same seed."""
        self.rng.seed(seed)
        self.last.clear()
        text = self._fill(self._choose(template.replace("a(n)", "a~")))
        text = re.sub(r"\b([aA])~ (\S+)", lambda found: f"{found[1]}{_n(found[2])} {found[2]}", text)
        text = re.sub(r"\s+([,.?!])", r"\1", re.sub(r"\s+", " ", text)).strip()
        text = re.sub(r"\.\.(?!\.)", ".", text)
        return re.sub(r"(^|[.?!] |: |\")([a-z])", lambda found: found[1] + found[2].upper(), text)

    def _choose(self, text: str) -> str:
        while found := re.search(r"\(([^()]*)\)", text):
            text = text[: found.start()] + self.rng.choice(found[1].split("|")) + text[found.end() :]
        return text

    def _fill(self, text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: self._slot(found[1]), text)

    def _slot(self, name: str) -> str:
        if name.endswith(("personc", "peoplec", "reasonc")):
            filled = self._slot(name[:-1])
            return filled[0].upper() + filled[1:]
        name = {"personx": "person", "pastx": "past", "time1": "time"}.get(name, name)
        if name.startswith("spelled") and (of := name.removeprefix("spelled")) not in ("", "word"):
            return self._spelled(self.last[of])
        if name in self.banks:
            filled = self._fill(self.rng.choice(self.banks[name]))
            if filled == self.last.get(name):
                filled = self._fill(self.rng.choice(self.banks[name]))
            self.last[name] = filled
            return filled
        maker: Callable[[], str] = getattr(self, f"_make_{name}")
        return maker()

    def _digits(self, count: int) -> str:
        return "".join(str(self.rng.randrange(10)) for _ in range(count))

    def _spelled(self, word: str) -> str:
        letters = [letter for letter in word.upper() if letter in LETTERS]
        return self.rng.choice(("-", "-", " ", ", ")).join(letters)

    def _make_spelled(self) -> str:
        bank = self.rng.choice(("first", "last", "last", "city", "plainword"))
        return self._spelled(self.rng.choice(self.banks[bank]))

    def _make_spelledword(self) -> str:
        return self._spelled(self.rng.choice(self.banks["plainword"]))

    def _make_nato(self) -> str:
        letters = self.rng.choices(LETTERS, k=self.rng.randint(2, 4))
        if self.rng.random() < 0.3:
            return ", ".join(self.banks["natoword"][LETTERS.index(letter)] for letter in letters)
        return ", ".join(
            f"{letter} as in {self.banks['natoword'][LETTERS.index(letter)]}" for letter in letters
        )

    def _make_digits2(self) -> str:
        return self._digits(2)

    def _make_digits3(self) -> str:
        return str(self.rng.randrange(100, 999))

    def _make_digits4(self) -> str:
        return " ".join(self._digits(4)) if self.rng.random() < 0.6 else str(self.rng.randrange(1000, 9999))

    def _make_digits5(self) -> str:
        return " ".join(self._digits(5))

    def _make_digits6(self) -> str:
        return " ".join(self._digits(6))

    def _make_n2(self) -> str:
        return str(
            self.rng.choice((2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 20, 24, 25, 30, 40, 45, 48, 50, 60))
        )

    def _make_n3(self) -> str:
        return str(self.rng.randrange(2, 400))

    def _make_nato3(self) -> str:
        return self.rng.choice(("two", "three", "four", "five", "six"))

    def _make_teen(self) -> str:
        return str(self.rng.randrange(13, 20))

    def _make_ty(self) -> str:
        return str(self.rng.randrange(30, 100, 10))

    def _make_bignumber(self) -> str:
        top = self.rng.choice((1000, 10_000, 100_000, 1_000_000))
        number = self.rng.randrange(100, top)
        return f"{number // 100 * 100 if self.rng.random() < 0.5 else number:,}"

    def _make_money(self) -> str:
        sign = self.rng.choice("$$$$€£")
        if self.rng.random() < 0.45:
            return f"{sign}{self.rng.randrange(2, 300)}"
        if self.rng.random() < 0.25:
            return f"{sign}{self.rng.randrange(3, 95) * 100:,}"
        return (
            f"{sign}{self.rng.randrange(1, 200)}.{self.rng.choice((50, 99, 95, 25, 75, 10, 49, 20, 19, 80))}"
        )

    def _make_percent(self) -> str:
        return f"{self.rng.choice((2, 3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 100))} percent"

    def _make_decimal(self) -> str:
        return f"{self.rng.randrange(0, 12)}.{self.rng.randrange(1, 99)}"

    def _make_time(self) -> str:
        hour = self.rng.randrange(1, 13)
        shape = self.rng.randrange(6)
        minute = self.rng.choice((5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55))
        if shape == 0:
            return f"{hour} o'clock"
        if shape == 1:
            return f"{hour} {self.rng.choice(('a.m.', 'p.m.'))}"
        if shape == 2:
            return self.rng.choice(
                (f"half past {hour}", f"a quarter to {hour}", f"a quarter past {hour}", "noon")
            )
        if shape == 3:
            return (
                f"{hour}:{minute:02} {self.rng.choice(('a.m.', 'p.m.', 'in the morning', 'in the evening'))}"
            )
        return f"{hour}:{minute:02}"

    def _ordinal(self, number: int) -> str:
        ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{ending}"

    def _make_ordinal(self) -> str:
        return self._ordinal(self.rng.randrange(1, 32))

    def _make_date(self) -> str:
        day = self._ordinal(self.rng.randrange(1, 29))
        month = self.rng.choice(self.banks["month"])
        return self.rng.choice((f"{month} {day}", f"{month} {day}", f"the {day} of {month}", f"the {day}"))

    def _make_birthdate(self) -> str:
        day = self._ordinal(self.rng.randrange(1, 29))
        return f"{self.rng.choice(self.banks['month'])} {day}, {self.rng.randrange(1940, 2009)}"

    def _make_year(self) -> str:
        return str(self.rng.choice((self.rng.randrange(1900, 2000), self.rng.randrange(2000, 2027))))

    def _make_phone(self) -> str:
        return self.rng.choice(
            (f"555-{self._digits(4)}", f"{self._digits(3)}-555-{self._digits(4)}", " ".join(self._digits(10)))
        )

    def _make_code(self) -> str:
        letters = self.rng.choices(LETTERS, k=self.rng.randint(1, 3))
        head = " ".join(letters)
        return self.rng.choice(
            (
                f"{head} {' '.join(self._digits(4))}",
                f"{' '.join(self._digits(6))}",
                f"{head}-{self._digits(2)}",
            )
        )

    def _make_flight(self) -> str:
        return f"{' '.join(self.rng.choices(LETTERS, k=2))} {self.rng.randrange(10, 999)}"

    def _make_postcode(self) -> str:
        a, b, c, d = self.rng.choices(LETTERS, k=4)
        one, two = self.rng.randrange(1, 10), self.rng.randrange(1, 10)
        return self.rng.choice((f"{a} {b} {one}, {two} {c} {d}", f"{a} {one} {b} {two} {c} {one}"))

    def _make_address(self) -> str:
        number = self.rng.choice((self.rng.randrange(1, 100), self.rng.randrange(100, 999)))
        return f"{number} {self._slot('street')}" + self.rng.choice(("", f", {self._slot('city')}"))

    def _make_email(self) -> str:
        name = self.rng.choice(self.banks["first"]).lower()
        after = self.rng.choice(
            (f" dot {self.rng.choice(self.banks['last']).lower()}", "", f" {self._digits(2)}")
        )
        return f"{name}{after} at {self.rng.choice(('mail', 'example', 'post', 'home', 'office'))} dot " + (
            self.rng.choice(("com", "org", "net"))
        )

    def _make_web(self) -> str:
        host = self.rng.choice(self.banks["company"]).lower().replace("and ", "")
        return f"{self.rng.choice(('www dot ', ''))}{host} dot {self.rng.choice(('com', 'org', 'net'))}" + (
            self.rng.choice(("", " slash help", " slash account", " slash returns"))
        )

    def _make_countup(self) -> str:
        start, step, count = (
            self.rng.randrange(0, 95),
            self.rng.choice((1, 1, 2, 5, 10)),
            self.rng.randint(3, 6),
        )
        return ", ".join(str(start + step * place) for place in range(count))


def _n(word: str) -> str:
    """The "n" of the article before the word, or nothing."""
    bare = re.sub(r"[^\w']", "", word)
    if bare.isdigit():
        return "n" if bare[0] == "8" or bare in ("11", "18") else ""
    if len(bare) == 1:
        return "n" if bare in "AEFHILMNORSX" else ""
    known = lexicon.pronunciations(bare.lower())
    return "n" if (known[0][0][0] if known else bare[0].upper()) in "AEIOU" else ""


def banks() -> dict[str, list[str]]:
    """The alternatives of banks.txt by name."""
    lines = (HERE / "banks.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): [choice.strip() for choice in rest.split("|")] for name, _, rest in pairs}


def templates() -> Iterator[tuple[str, str]]:
    """(kind, template) of templates.txt."""
    kind = ""
    for line in (HERE / "templates.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            yield kind, line


def from_templates() -> Iterator[tuple[str, str]]:
    """(kind, written sentence), template by template."""
    maker = Maker(banks())
    for kind, template in templates():
        wanted = round(PER_TEMPLATE * (FLUENT if kind in EVERYDAY else 1.0))
        seen: set[str] = set()
        for attempt in range(3 * wanted):
            text = maker.sentence(template, f"{template}#{attempt}")
            if text not in seen:
                seen.add(text)
                yield kind, text
            if len(seen) == wanted:
                break


def written() -> Iterator[tuple[str, str]]:
    """(kind, written sentence), line by line of the files in `sentences/`."""
    maker = Maker({})
    for path in sorted((HERE / "sentences").glob("*.txt")):
        for line in filter(None, path.read_text(encoding="ascii").splitlines()):
            drawn = (maker.sentence(line, f"{line}#{attempt}") for attempt in range(PER_LINE))
            for text in dict.fromkeys(drawn):
                yield f"written:{path.stem}", text


# Sentences for rare words

CARRIERS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("NN", "JJ"): (
        "The {NN} was very {JJ}.",
        "It was a {JJ} {NN}.",
        "Nobody likes a {JJ} {NN}.",
        "She wrote about the {JJ} {NN}.",
        "Is the {NN} always this {JJ}?",
        "We talked about the {NN} and how {JJ} it was.",
    ),
    ("NN", "NN"): (
        "The {NN} is next to the {NN}.",
        "He wanted to know more about the {NN} and the {NN}.",
        "There was no {NN} without a {NN}.",
        "First came the {NN}, then the {NN}.",
        "My question is about the {NN}, not the {NN}.",
        "Which one is it, the {NN} or the {NN}?",
    ),
    ("NNS", "NNS"): (
        "They told us about the {NNS} and the {NNS}.",
        "There are two kinds of {NNS} and many kinds of {NNS}.",
        "We have {NNS}, but no {NNS}.",
        "Some {NNS} are like {NNS}.",
        "Do you see the {NNS} behind the {NNS}?",
    ),
    ("NNS", "JJ"): (
        "The {NNS} were {JJ} this time.",
        "These {NNS} look {JJ}.",
        "I've never seen such {JJ} {NNS}.",
        "All of the {NNS} seemed {JJ} to me.",
    ),
    ("VB", "VB"): (
        "You can {VB} it or {VB} it.",
        "They want to {VB} and to {VB}.",
        "Please don't {VB}, and don't {VB} either.",
        "I will {VB} tomorrow and {VB} the day after.",
        "How do you {VB} or {VB} something like this?",
    ),
    ("VBD", "NN"): (
        "They {VBD} the {NN}.",
        "Someone {VBD} our {NN} last week.",
        "He {VBD}, and she looked at the {NN}.",
        "It {VBD} because of the {NN}.",
    ),
    ("VBG", "NN"): (
        "They were {VBG} the {NN}.",
        "We saw someone {VBG} near the {NN}.",
        "{VBG} is harder than the {NN}.",
        "Thank you for {VBG} the {NN}.",
    ),
    ("VBZ", "NN"): (
        "It {VBZ} every {NN}.",
        "She {VBZ} the {NN}, and he helps.",
        "What {VBZ} the {NN}?",
    ),
    ("RB", "JJ"): (
        "It was {RB} {JJ}.",
        "He spoke {RB}, and that was {JJ}.",
        "They {RB} said that it was {JJ}.",
    ),
    ("JJR", "NN"): ("This {NN} is {JJR} than ours.", "We need a {JJR} {NN}."),
    ("JJS", "NN"): ("It's the {JJS} {NN} of all.", "This was the {JJS} {NN} in town."),
}  # fmt: skip
CARRIED = {tag for pair in CARRIERS for tag in pair}
NAMES = (
    "{A} and {B} called you this morning.",
    "Is it {A} or {B}?",
    "We went from {A} to {B}.",
    "Have you heard of {A}, or of {B}?",
    "My name is {A}, and this is {B}.",
    "Please connect me with {A} or {B}.",
)
POSSESSIVES = (
    "It was {A} idea, not {B} idea.",
    "Is this {A} or {B}?",
    "I know {A} voice and {B} voice.",
    "We used {A} car and {B} house.",
)
LISTS = (
    "The words are {A}, {B} and {C}.",
    "{A}, {B}, {C}.",
    "Please repeat after me: {A}, {B}, {C}.",
    "Say {A}, then {B}, and then {C}.",
)


def rare_words(seen: Counter[str]) -> list[str]:
    """Dictionary words that the sentences so far lack, the most frequent first."""
    import wordfreq

    listed = wordfreq.top_n_list("en", 70_000)
    fit = (word for word in listed if re.fullmatch(r"[a-z]{2,}('[a-z]+)?|[a-z]+", word))
    known = [word for word in fit if lexicon.in_dictionary(word) and not unwelcome(word)]
    return [word for word in known[:RARE_WORDS] if not seen[word]]


def _tags(word: str) -> list[str]:
    """The word's inflections as Penn tags; nothing for names and small words."""
    import lemminflect

    tags = []
    for pos, lemmas in lemminflect.getAllLemmas(word).items():
        if pos in ("NOUN", "VERB", "ADJ", "ADV"):
            forms = lemminflect.getAllInflections(lemmas[0], upos=pos)
            tags += [tag for tag, spelled in forms.items() if word in spelled]
    return tags


def carriers(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(kind, sentence) that say every word at least once, by its part of speech where it is known."""
    rng = random.Random("carriers")
    piles: dict[str, list[str]] = {}
    names, others, possessives = [], [], []
    for word in words:
        tags = [tag for tag in _tags(word) if tag in CARRIED]
        if tags:
            piles.setdefault(rng.choice(tags), []).append(word)
        elif "'" not in word and len(word) > 3:
            names.append(word)
        elif word.endswith("'s"):
            possessives.append(word.capitalize())
        else:
            others.append(word)
    pools = {tag: list(pile) for tag, pile in piles.items()}
    for pair, frames in CARRIERS.items():
        while all(piles.get(tag) for tag in set(pair)) or (piles.get(pair[0]) and pools.get(pair[1])):
            filled = rng.choice(frames)
            for tag in pair:
                pile = piles.get(tag) or []
                word = pile.pop() if pile else rng.choice(pools[tag])
                filled = filled.replace("{" + tag + "}", word, 1)
            filled = re.sub(r"\ba (\w+)", lambda found: f"a{_n(found[1])} {found[1]}", filled)
            yield "carrier", filled[0].upper() + filled[1:]
    others += [word for pile in piles.values() for word in pile]
    yield from _in_frames("name", [name.capitalize() for name in names], NAMES, 2, rng)
    yield from _in_frames("name", possessives, POSSESSIVES, 2, rng)
    yield from _in_frames("list", others, LISTS, 3, rng)


def _in_frames(
    kind: str, words: list[str], frames: Sequence[str], each: int, rng: random.Random
) -> Iterator[tuple[str, str]]:
    for start in range(0, len(words), each):
        some = words[start : start + each]
        some += rng.choices(words, k=each - len(some))
        text = rng.choice(frames).format(**dict(zip("ABC", some, strict=False)))
        yield kind, text[0].upper() + text[1:]


# Sentences as they are spoken


def as_spoken(tokens: Sequence[Token], rng: random.Random) -> tuple[str, str]:
    """(spoken, words) of the tokens; numbers in one of the ways that count as right."""
    spoken, words = [], []
    for place, token in enumerate(tokens):
        plain = not re.search(r"\d", token.written)
        reading = token.readings[0] if plain or rng.random() < 0.7 else rng.choice(token.readings)
        words += reading
        bare = re.sub(r"^[^\w']+|[^\w']+$", "", token.written)
        after = re.search(r"[,.?!;:](?=\W*$)", token.written) if token.boundary != "none" else None
        if bare == "A" and _names_letter(tokens, place):
            said = LETTER_A
        elif plain and bare.lower() == " ".join(reading):
            said = bare
        else:
            letters = re.fullmatch(r"[A-Z\d]+(-[A-Z\d]+)+", bare) is not None
            said = " ".join(_said(word, letters) for word in reading)
        spoken.append(said + (after[0] if after else ""))
    text = " ".join(spoken)
    return text[:1].upper() + text[1:], " ".join(words)


def _names_letter(tokens: Sequence[Token], place: int) -> bool:
    """Whether the "A" at this place is the letter, not the article that begins a sentence."""
    begins = place == 0 or tokens[place - 1].boundary in ("major", "paragraph")
    following = re.sub(r"\W", "", tokens[place + 1].written) if place + 1 < len(tokens) else ""
    return not begins or tokens[place].boundary != "none" or len(following) < 2 or following == "as"


def _said(word: str, letters: bool) -> str:
    if word == "a":
        return LETTER_A if letters else word
    return word.upper() if len(word) == 1 else word


def of_prompts(held_back: bool) -> Iterator[tuple[str, str, list[Token]]]:
    """(kind, written, tokens) of every sentence of the scripts that are, or are not, held back."""
    for summary in scripts.library():
        if is_held_back_prompt(summary.id) != held_back:
            continue
        reference = scripts.find(summary.id)
        sentence: list[Token] = []
        for token in reference.tokens:
            sentence.append(token)
            if token.boundary in ("major", "paragraph"):
                yield f"prompt:{summary.id}", reference.text[sentence[0].start : token.end], sentence
                sentence = []
        if sentence:
            yield f"prompt:{summary.id}", reference.text[sentence[0].start : sentence[-1].end], sentence


def _avoided(labels: Iterable[Path]) -> set[str]:
    texts: set[str] = set()
    for path in labels:
        with path.open(encoding="utf-8") as lines:
            texts |= {" ".join(json.loads(line)["text"].lower().split()) for line in lines}
    return texts


def sentences(avoid: Iterable[Path] = ()) -> Iterator[dict[str, str]]:
    """The records of texts.jsonl, each sentence once."""
    fixed = random.Random("prompts")
    taken = _avoided(avoid) | {as_spoken(tokens, fixed)[1] for _, _, tokens in of_prompts(held_back=True)}
    seen: Counter[str] = Counter()

    def record(kind: str, text: str, tokens: Sequence[Token]) -> dict[str, str] | None:
        if not tokens:
            return None
        spoken, words = as_spoken(tokens, random.Random(text))
        split = words.split()
        if words in taken or any(map(unwelcome, split)) or len(split) > 60:
            return None
        taken.add(words)
        seen.update(split)
        name = hashlib.sha256(words.encode()).hexdigest()[:12]
        return {"id": name, "written": text, "spoken": spoken, "words": words, "kind": kind}

    for kind, text, tokens in of_prompts(held_back=False):
        if made := record(kind, " ".join(text.split()), tokens):
            yield made
    for kind, text in chain(from_templates(), written()):
        if made := record(kind, text, tokenize(text)):
            yield made
    for kind, text in carriers(rare_words(seen)):
        if made := record(kind, text, tokenize(text)):
            yield made


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Writes the sentences that the recognizer is trained on.")
    parser.add_argument("--cache", type=Path, required=True, help="folder of everything the recipe makes")
    parser.add_argument(
        "--avoid", type=Path, nargs="*", default=[], help="label files whose texts to leave out"
    )
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    path = options.cache / "texts.jsonl"
    kinds: Counter[str] = Counter()
    vocabulary: set[str] = set()
    with path.with_suffix(".part").open("w", encoding="utf-8") as file:
        for made in sentences(options.avoid):
            file.write(json.dumps(made, ensure_ascii=False) + "\n")
            kinds[made["kind"].partition(":")[0]] += 1
            vocabulary.update(made["words"].split())
    path.with_suffix(".part").replace(path)
    print(
        f"{path}: {kinds.total()} sentences of {len(vocabulary)} words",
        dict(kinds.most_common()),
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
