from __future__ import annotations

import pytest

from enunciate.report.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, [bold] and é", "plain, [bold] and é"),
        ("\x1b]0;x\x07", r"\x1b]0;x\x07"),
        ("\x9b2J\x7f", r"\x9b2J\x7f"),
        ("a\nb\r", r"a\nb\r"),
        ("a\tb", "a b"),
        ("caf\udce9", r"caf\udce9"),
        ("\u202egpj", r"\u202egpj"),
        ("\u2028", r"\u2028"),
        ("\ufeffsoft\u00adly", "softly"),
    ],
)
def test_what_a_terminal_would_obey_is_shown(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_lines_stay_where_they_are_allowed() -> None:
    assert printable("a\r\n\nb\x1b\n", lines=True) == "a\n\nb\\x1b\n"


def test_look_alikes_where_the_encoding_is_poor() -> None:
    assert printable("“Don’t” — wait…", "ascii") == '"Don\'t" -- wait...'
    assert printable("日本", "ascii") == "??"
