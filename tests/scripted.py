"""Readings written by hand: a script and what became of its words, in one line."""

from __future__ import annotations

import re

from enunciate.alignment import AlignedWord, Alignment, Status
from enunciate.interval import Interval
from enunciate.reference import Boundary, Phones, Reference, ReferenceWord, Token

MARKS: dict[str, Boundary] = {",": "minor", ":": "minor", ".": "major", "?": "major", "!": "major"}
BESIDE: dict[str, Status] = {
    "+": "inserted",
    "=": "repeated",
    "~": "filler",
    "^": "self_correction",
    "&": "false_start",
}
SECONDS_A_WORD = 0.44


def reading(
    line: str,
    pronunciations: dict[str, str] | None = None,
    pace_wpm: tuple[float, float] | None = None,
    pass_mark: float | None = None,
) -> Alignment:
    """The alignment that `line` describes, one word each 0.44 s (136 words per minute), without pauses.

    `word` was read, `-word` omitted, `word>said` substituted, `word>` substituted by nobody knows what,
    `*word` mispronounced; `+word`, `=word`, `~word`, `^word` and `&word` were said beside the script:
    inserted, repeated, a filler, a self-correction, a false start. Several words said for one are joined by
    "_".
    """
    tokens: list[Token] = []
    words: list[AlignedWord] = []
    text, now = "", 0.0
    for item in line.split():
        said = None if item.startswith("-") else Interval(now, now + SECONDS_A_WORD)
        now = said.end if said else now
        if item[0] in BESIDE:
            words.append(AlignedWord(BESIDE[item[0]], None, item[1:], said, 0.9))
            continue
        written, changed, heard = item.lstrip("-*").partition(">")
        mark = re.search(r"[,:.?!]$", heard or written)
        heard = heard.rstrip(",:.?!").replace("_", " ")
        written = written if not mark or written.endswith(mark.group()) else written + mark.group()
        boundary = MARKS[mark.group()] if mark else "none"
        question = bool(mark) and written.endswith("?")
        spoken = written.rstrip(",:.?!").lower()
        text = f"{text} {written}".lstrip()
        start = len(text) - len(written)
        tokens.append(Token(written, start, len(text), ((spoken,),), boundary, question))
        phones: tuple[Phones, ...] = ()
        if pronunciations and spoken in pronunciations:
            phones = (tuple(pronunciations[spoken].split()),)
        reference = ReferenceWord(spoken, len(tokens) - 1, phones, 1, boundary, question)
        status: Status = "correct"
        if changed:
            status = "substituted"
        elif item[0] in "-*":
            status = "omitted" if item[0] == "-" else "mispronounced"
        words.append(AlignedWord(status, reference, heard or None, said, 0.9 if said else None))
    script = Reference("test", "Test", text, tuple(tokens), pace_wpm=pace_wpm, pass_mark=pass_mark)
    return Alignment(script, tuple(words))
