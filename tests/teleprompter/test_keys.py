from __future__ import annotations

import os
import pty
import termios
from collections.abc import Iterator

import pytest

from enunciate.teleprompter.keys import NoKeys, keyboard


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """The two ends of a pseudo-terminal: where keys are pressed, and where they arrive."""
    ends = pty.openpty()
    yield ends
    for end in ends:
        os.close(end)


def pressed(keys) -> list[str]:
    return list(iter(keys.pressed, None))


def test_keys_are_told_one_by_one_and_not_shown(terminal: tuple[int, int]) -> None:
    main, side = terminal
    before = termios.tcgetattr(side)
    with os.fdopen(os.dup(side)) as stream, keyboard(stream) as keys:
        assert keys.pressed() is None
        os.write(main, b"\r Qr\n")
        assert pressed(keys) == ["enter", "space", "q", "r", "enter"]
        # Nothing is echoed, and keys that would leave a full screen behind do nothing.
        os.set_blocking(main, False)
        with pytest.raises(BlockingIOError):
            os.read(main, 100)
        settings = termios.tcgetattr(side)
        assert settings[6][termios.VSUSP] == settings[6][termios.VQUIT] == b"\x00"
    assert termios.tcgetattr(side) == before


def test_arrow_and_function_keys_are_no_letters(terminal: tuple[int, int]) -> None:
    main, side = terminal
    with os.fdopen(os.dup(side)) as stream, keyboard(stream) as keys:
        for sequence in (b"\x1b[A", b"\x1bOq", b"\x1b", b"\x1b[15~"):
            os.write(main, sequence)
            assert keys.pressed() is None
        os.write(main, b"p")
        assert keys.pressed() == "p"


def test_the_terminal_is_given_back_after_an_error(terminal: tuple[int, int]) -> None:
    _, side = terminal
    before = termios.tcgetattr(side)
    with os.fdopen(os.dup(side)) as stream, pytest.raises(ZeroDivisionError), keyboard(stream):
        raise ZeroDivisionError
    assert termios.tcgetattr(side) == before


def test_a_terminal_that_is_gone_ends_the_waiting_for_keys() -> None:
    main, side = pty.openpty()
    with os.fdopen(side) as stream, keyboard(stream) as keys:
        os.close(main)
        with pytest.raises(EOFError):
            keys.pressed()


def test_without_a_terminal_there_are_no_keys(tmp_path) -> None:
    file = tmp_path / "keys"
    file.write_text("q")
    with file.open() as stream, keyboard(stream) as keys:
        assert isinstance(keys, NoKeys)
        assert keys.pressed() is None
