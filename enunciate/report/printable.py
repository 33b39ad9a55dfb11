"""Text from outside (scripts, file names) made safe to print on a terminal."""

from __future__ import annotations

import unicodedata

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_ASCII = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "--",
        "…": "...",
        "\u00a0": " ",
        "‑": "-",
        "→": "->",
    }
)


def printable(text: str, encoding: str = "utf-8", *, lines: bool = False) -> str:
    r"""`text` without anything that a terminal would obey instead of show.

    Control characters, lone surrogates (from odd file names) and marks that turn the writing direction become
    visible escapes, line feeds too unless `lines` allows them; tabs become spaces, and other invisible format
    characters (soft hyphens, byte order marks) go. What `encoding` lacks is replaced by its nearest
    look-alike, or by "?".

    >>> printable("red \x1b[31m alert\t!")
    'red \\x1b[31m alert !'
    >>> printable("“naïve” — ☃", "latin-1")
    '"naïve" -- ?'
    """
    stretches = text.replace("\r\n", "\n").split("\n") if lines else [text]
    shown = "\n".join("".join(map(_shown, stretch)) for stretch in stretches)
    try:
        shown.encode(encoding)
    except UnicodeEncodeError:
        shown = shown.translate(_ASCII).encode(encoding, "replace").decode(encoding)
    return shown


def _shown(character: str) -> str:
    if " " <= character <= "~":
        return character
    if character == "\t":
        return " "
    category = unicodedata.category(character)
    if category in {"Cc", "Cs", "Zl", "Zp"} or character in _BIDI:
        return character.encode("unicode_escape").decode("ascii")
    return "" if category == "Cf" else character
