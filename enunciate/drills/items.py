"""The scripts that ship, cut into items: a few pairs, a list of words, a sentence or a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from enunciate.drills import Form, Item, Kind
from enunciate.reference import Reference, scripts

PAIRS_AT_ONCE = 4
"""Pairs in one item: enough to hear a contrast, few enough to remember what was said of each."""

_ENDINGS = frozenset({"clusters", "endings", "plural", "past tense", "dropped sounds", "extra vowels"})
"""Tags of the scripts that train final consonants and clusters."""
_LONG_LINE, _LONG_PARAGRAPH = 14, 60
"""Words. Sentences are read together until there are as many; a longer paragraph is no single item."""
_SHORT_SENTENCE = 6
"""Words. A shorter one is read with the one before it."""
_PACE_WORDS = 22
"""A pace cannot be told from fewer."""
_NO_DRILL = "read-aloud"
"""The module of stories, which are too long for a drill."""


@lru_cache(maxsize=1)
def items() -> dict[str, Item]:
    """Every item of the library by its key, in the library's order."""
    return {item.key: item for script in scripts.shipped() for item in of_script(script)}


def of_script(script: Reference) -> Iterator[Item]:
    """The items of one script.

    >>> [(item.key, item.form) for item in of_script(scripts.find("pairs-thin-tin"))][:2]
    [('pairs-thin-tin-1', 'pairs'), ('pairs-thin-tin-2', 'pairs')]
    >>> next(of_script(scripts.find("pairs-thin-tin"))).reference.text
    'Thin, tin. Thank, tank. Thought, taught.'
    """
    if script.module == _NO_DRILL:
        return
    number = 0
    for start, end in _paragraphs(script.text):
        for form, first, last in _cut(script, start, end):
            part = _part(script, first, last)
            if not part.tokens:
                continue
            number += 1
            key = f"{script.id}-{number}"
            kind = _kind(script, part, form)
            yield Item(key, kind, form, replace(part, id=key), script.sounds)
        if script.sounds or script.module == "numbers-and-spelling":
            continue
        whole = _part(script, start, end)
        if _PACE_WORDS <= len(whole.tokens) <= _LONG_PARAGRAPH:
            stops = sum(token.boundary in ("major", "paragraph") for token in whole.tokens)
            kinds: tuple[Kind, ...] = ("pace", "pauses") if stops > 1 else ("pace",)
            for kind in kinds:
                key = f"{script.id}-{number}-{kind}"
                yield Item(key, kind, "line", replace(whole, id=key), ())


def _kind(script: Reference, part: Reference, form: Form) -> Kind:
    if _ENDINGS.intersection(script.tags):
        return "endings"
    if form != "line":
        return form
    if script.module == "tongue-twisters":
        return "twisters"
    if script.module == "numbers-and-spelling" and any(scripts.special(part.tokens)):
        return "numbers"
    return "phrases" if script.sounds else "calls"


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Where each paragraph starts and ends."""
    for found in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text):
        yield found.span()


def sentences(script: Reference, start: int, end: int) -> list[tuple[int, int]]:
    """Where each sentence of a stretch of a script starts and ends.

    >>> script = scripts.from_text("It costs $4.50, Ms. Lee. Is that fine?")
    >>> [script.text[a:b] for a, b in sentences(script, 0, len(script.text))]
    ['It costs $4.50, Ms. Lee.', 'Is that fine?']
    """
    found: list[tuple[int, int]] = []
    first: int | None = None
    for token in script.tokens:
        if token.start < start or token.end > end:
            continue
        first = token.start if first is None else first
        if token.boundary in ("major", "paragraph"):
            found.append((first, token.end))
            first = None
    return found if first is None else [*found, (first, end)]


def listed(sentence: str) -> tuple[str, ...]:
    """The words of a sentence that is nothing but single words with commas between them, else nothing.

    >>> listed("Thin, tin."), listed("Thank you, Tim.")
    (('Thin', 'tin'), ())
    """
    words = tuple(word.strip() for word in sentence.strip(" .?!\n").split(","))
    return words if len(words) > 1 and all(words) and not any(" " in word for word in words) else ()


def _cut(script: Reference, start: int, end: int) -> Iterator[tuple[Form, int, int]]:
    """A paragraph in the parts that are read in one go."""
    text, found = script.text, sentences(script, start, end)
    if not found:
        return
    lists = [listed(text[first:last]) for first, last in found]
    if all(len(words) == 2 for words in lists):
        rounds = -(-len(found) // PAIRS_AT_ONCE)
        for place in range(rounds):  # 6 pairs are three and three, not four and two
            group = found[place * len(found) // rounds : (place + 1) * len(found) // rounds]
            yield "pairs", group[0][0], group[-1][1]
        return
    if all(lists):
        for first, last in found:
            yield "words", first, last
        return
    lines: list[tuple[int, int]] = []
    for begin, last in found:
        before = len(text[slice(*lines[-1])].split()) if lines else _LONG_LINE
        if before < _LONG_LINE or (len(text[begin:last].split()) < _SHORT_SENTENCE and lines):
            lines[-1] = (lines[-1][0], last)
        else:
            lines.append((begin, last))
    for begin, last in lines:
        yield "line", begin, last


def _part(script: Reference, start: int, end: int) -> Reference:
    """A stretch of a script as a script of its own."""
    tokens = tuple(
        replace(token, start=token.start - start, end=token.end - start)
        for token in script.tokens
        if token.start >= start and token.end <= end
    )
    return replace(script, text=script.text[start:end], tokens=tokens, pass_mark=None)
