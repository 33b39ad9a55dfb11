"""A program in a terminal of its own: what it shows, keys for it, and how it leaves the terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping
from types import TracebackType

import pyte

ENUNCIATE = (sys.executable, "-m", "enunciate")


class Terminal:
    """A pseudo-terminal in which a program runs."""

    def __init__(
        self, arguments: tuple[str, ...], environment: Mapping[str, str], columns: int = 80, rows: int = 24
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self.output = b""
        """Everything that was written to the terminal."""
        self._main, self._side = pty.openpty()
        self._resize(columns, rows)
        self.before = termios.tcgetattr(self._side)
        """The terminal's settings before the program began."""
        self.program = subprocess.Popen(
            (*ENUNCIATE, *arguments),
            stdin=self._side,
            stdout=self._side,
            stderr=self._side,
            env={"TERM": "xterm-256color", **environment, "ENUNCIATE_MODEL": "enunciate-en"},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.program.poll() is None:
            self.program.kill()
        self.program.wait()
        os.close(self._side)
        os.close(self._main)

    @property
    def lines(self) -> list[str]:
        """What is on the screen."""
        with self._lock:
            return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def written(self) -> str:
        """Everything that was written, without colours."""
        with self._lock:
            return _bare(self.output)

    @property
    def after_the_screen(self) -> str:
        """What was written after the last time that the whole screen was given back."""
        with self._lock:
            return _bare(self.output.rpartition(b"\x1b[?1049l")[2])

    def press(self, key: str) -> None:
        os.write(self._main, {"enter": "\r", "space": " "}.get(key, key).encode())

    def resize(self, columns: int, rows: int) -> None:
        with self._lock:
            self._screen.resize(rows, columns)
        self._resize(columns, rows)

    def wait_for(self, *wanted: str, seconds: float = 60.0) -> str:
        """Return the screen once it shows one of the texts."""
        return self._until(lambda: self.text, wanted, seconds)

    def wait_for_after(self, *wanted: str, seconds: float = 60.0) -> str:
        """Return what was written since the whole screen was given back, once it holds one of the texts."""
        return self._until(lambda: self.after_the_screen, wanted, seconds)

    def wait_for_end(self, seconds: float = 60.0) -> int:
        """The program's exit status."""
        status = self.program.wait(seconds)
        time.sleep(0.2)
        return status

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.program.pid, number)

    def restored(self) -> bool:
        """Whether the terminal is as it was: its settings, its main screen and its cursor."""
        with self._lock:
            output = self.output
        screens = output.count(b"\x1b[?1049h"), output.count(b"\x1b[?1049l")
        cursor_shown = output.rfind(b"\x1b[?25h") >= output.rfind(b"\x1b[?25l")
        return termios.tcgetattr(self._side) == self.before and screens[0] == screens[1] and cursor_shown

    def _until(self, text, wanted: tuple[str, ...], seconds: float) -> str:
        deadline = time.monotonic() + seconds
        while True:
            shown = text()
            if any(one in shown for one in wanted):
                return shown
            assert time.monotonic() < deadline, f"{wanted} did not appear within {seconds} s:\n{shown}"
            time.sleep(0.03)

    def _resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._main, 65536)
            except OSError:
                return
            with self._lock:
                self.output += data
                self._stream.feed(data)


def _bare(output: bytes) -> str:
    """Output without its escape sequences."""
    return re.sub(r"\x1b\[[0-?]*[@-~]", "", output.decode(errors="replace"))
