"""Single keys from a terminal as they are pressed, on Linux, macOS and Windows."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol, TextIO

ENTER, SPACE = "enter", "space"


class Keys(Protocol):
    """Where keys come from."""

    def pressed(self) -> str | None:
        """The next key that was pressed, `ENTER`, `SPACE` or a lower-case letter; None if there is none yet.

        Raises EOFError where the terminal is gone.
        """
        ...


class NoKeys:
    """Where there is no terminal to press keys at."""

    def pressed(self) -> str | None:
        """Nothing."""
        return None


def named(character: str) -> str | None:
    r"""The key that makes a character.

    >>> named("\r"), named(" "), named("Q"), named("\x00")
    ('enter', 'space', 'q', None)
    """
    if character in "\r\n":
        return ENTER
    if character == " ":
        return SPACE
    return character.lower() if character.isprintable() else None


if sys.platform == "win32":
    import msvcrt

    class _WindowsKeys:
        def pressed(self) -> str | None:
            while msvcrt.kbhit():
                character = msvcrt.getwch()
                if character in "\x00\xe0":  # an arrow or function key; what it is follows
                    msvcrt.getwch()
                elif character == "\x03":
                    raise KeyboardInterrupt
                elif key := named(character):
                    return key
            return None

    @contextmanager
    def keyboard(stream: TextIO | None = None) -> Iterator[Keys]:
        """The keys of the console; `NoKeys` where `stream` (stdin) is none."""
        yield _WindowsKeys() if (stream or sys.stdin).isatty() else NoKeys()

else:
    import select
    import termios

    class _TerminalKeys:
        def __init__(self, descriptor: int) -> None:
            self._descriptor = descriptor
            self._waiting = b""

        def pressed(self) -> str | None:
            while select.select([self._descriptor], [], [], 0)[0]:
                try:
                    read = os.read(self._descriptor, 1024)
                except OSError:
                    read = b""
                if not read:
                    raise EOFError("the terminal is gone")
                self._waiting += read
            while self._waiting:
                if self._waiting.startswith(b"\x1b"):
                    # An arrow or function key, or a bare Escape: whatever follows it at once is part of it.
                    self._waiting = b""
                    return None
                character, self._waiting = chr(self._waiting[0]), self._waiting[1:]
                if key := named(character):
                    return key
            return None

    @contextmanager
    def keyboard(stream: TextIO | None = None) -> Iterator[Keys]:
        """The keys of a terminal, without echo; `NoKeys` where `stream` (stdin) is none.

        The terminal is left as it was found. Ctrl-C still interrupts; Ctrl-Z and Ctrl-\\ do nothing, for they
        would leave a full screen behind and the microphone open.
        """
        stream = stream or sys.stdin
        if not stream.isatty():
            yield NoKeys()
            return
        descriptor = stream.fileno()
        before = termios.tcgetattr(descriptor)
        changed = termios.tcgetattr(descriptor)
        changed[3] &= ~(termios.ICANON | termios.ECHO)
        off = os.fpathconf(descriptor, "PC_VDISABLE").to_bytes(1, "little")
        changed[6][termios.VSUSP] = changed[6][termios.VQUIT] = off
        changed[6][termios.VMIN], changed[6][termios.VTIME] = 1, 0
        termios.tcsetattr(descriptor, termios.TCSADRAIN, changed)
        try:
            yield _TerminalKeys(descriptor)
        finally:
            # What was typed meanwhile goes; a terminal that is gone needs nothing back.
            with suppress(termios.error, OSError):
                termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
