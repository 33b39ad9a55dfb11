"""What an author should know about a script before anybody reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from enunciate.errors import ScriptError
from enunciate.reference import lexicon, spoken
from enunciate.reference.markup import plain
from enunciate.reference.scripts import alphabet, front_matter, read_text, refuse_unreadable

LONGEST_SENTENCE = 40
"""Words. Nobody reads more in one breath, and on the telephone nobody follows it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a script file. An error keeps it from working as its author means it; the rest is
    advice."""

    path: str
    line: int
    message: str
    error: bool


def lint(path: str | Path) -> tuple[Finding, ...]:
    """Look a script file over; findings in the order of its lines. Raises nothing for a bad file: that is a
    finding."""
    path = Path(path)
    findings: list[Finding] = []

    def find(line: int, message: str, error: bool = False) -> None:
        findings.append(Finding(str(path), line, message, error))

    try:
        text = read_text(path)
    except ScriptError as error:
        find(1, str(error), True)
        return tuple(findings)
    matter, body = front_matter(text)
    for line, problem in matter.problems:
        find(line, problem, True)
    for key in ("title", "module"):
        if key not in matter.values and not any(f"`{key}`" in problem for _, problem in matter.problems):
            find(1, f"the front matter has no {key}")
    written = plain(body)
    try:
        refuse_unreadable(written, "the script")
    except ScriptError as error:
        find(matter.body_line, str(error), True)
        return tuple(sorted(findings, key=lambda finding: finding.line))
    own = matter.values.get("pronunciations", {})
    tokens = spoken.tokenize(written, own, not matter.values.get("strict_contractions", False))
    if not tokens:
        find(matter.body_line, "there are no words to read aloud, only symbols", True)
    lines = _Lines(body, matter.body_line)
    sentence, reported = 0, set()
    sentence_line = matter.body_line
    for token in tokens:
        line = lines.of(token.written)
        sentence_line = line if not sentence else sentence_line
        sentence += len(token.readings[0])
        if token.boundary in ("major", "paragraph"):
            if sentence > LONGEST_SENTENCE:
                find(
                    sentence_line,
                    f"the sentence has {sentence} words; {LONGEST_SENTENCE} are hard enough to follow",
                )
            sentence = 0
        if any(map(str.isdigit, token.written)) and not spoken.readable(token.written):
            find(line, f"it is not known how to read {token.written!r}: write it as it is to be said", True)
        for word in token.readings[0]:
            if word not in own and word not in reported and not lexicon.in_dictionary(word):
                reported.add(word)
                find(
                    line,
                    f"how {word!r} sounds is only a guess: give its `pronunciations` in the front matter",
                )
    for number, content in enumerate(body.split("\n"), matter.body_line):
        strange = sorted({alphabet(c) for c in content if c.isalpha()} - {"Latin"})
        if strange:
            find(number, f"there are {' and '.join(strange)} letters among the Latin ones", True)
    return tuple(sorted(findings, key=lambda finding: finding.line))


class _Lines:
    """Finds the lines of a file on which written tokens stand, walking forward as they come."""

    def __init__(self, body: str, first: int) -> None:
        self._body, self._first, self._at = body, first, 0

    def of(self, written: str) -> int:
        core = re.split(r"\s", written.strip("*_`\"'“”‘’()[].,;:!?—–"))[0]
        found = self._body.find(core, self._at) if core else -1
        if found >= 0:
            self._at = found
        return self._first + self._body.count("\n", 0, self._at)
