"""What could not be written to the database: a line each in a file of the user's, until it can.

Lines are on the disk before they count. Each says what is to be done, and doing it twice does no harm, so
that a crash between the database and this file loses nothing and doubles nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from enunciate.history import location


@dataclass(frozen=True, slots=True)
class Spool:
    """The file at `path`, which need not exist. Its methods raise OSError."""

    path: Path

    def append(self, deed: str, about: Mapping[str, Any]) -> None:
        """Keep a deed and what it is about, which is plain JSON."""
        line = json.dumps({"deed": deed, "about": about}, separators=(",", ":")).encode("ascii") + b"\n"
        with self._alone():
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _BINARY, 0o600)
            with os.fdopen(handle, "ab") as file:
                start = file.seek(0, os.SEEK_END)
                if start and not self._ended():
                    file.write(b"\n")  # after a line that a crash cut off
                try:
                    file.write(line)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    os.ftruncate(file.fileno(), start)
                    raise

    def __len__(self) -> int:
        """How many deeds wait."""
        return len(self._lines()) if self.path.exists() else 0

    def replay(self, do: Callable[[list[tuple[str, dict[str, Any]]]], Mapping[int, str]]) -> tuple[int, int]:
        """Have everything done that waits, in its order; how many deeds were done, and how many never can be.

        `do` is given the deeds and returns the numbers of those that can never be done, with the reason: they
        move to a file beside this one. What `do` raises leaves everything waiting.
        """
        if not self.path.exists():
            return 0, 0
        with self._alone():
            lines = self._lines()
            deeds, rejected = [], []
            for line in lines:
                try:
                    found = json.loads(line)
                    deeds.append((str(found["deed"]), dict(found["about"])))
                except (ValueError, KeyError, TypeError):
                    rejected.append((line, "it is damaged"))
            kept = [line for line in lines if line not in {line for line, _ in rejected}]
            if deeds:
                rejected += [(kept[number], reason) for number, reason in do(deeds).items()]
            if rejected:
                handle = os.open(self.rejected, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _BINARY, 0o600)
                with os.fdopen(handle, "ab") as file:
                    for line, reason in rejected:
                        file.write(json.dumps({"reason": reason}).encode("ascii") + b"\n" + line + b"\n")
                    file.flush()
                    os.fsync(file.fileno())
            self.path.unlink(missing_ok=True)
            return len(lines) - len(rejected), len(rejected)

    @property
    def rejected(self) -> Path:
        """The file of the lines that can never be done, each after the reason."""
        return self.path.with_suffix(".rejected")

    def remove(self, unwanted: Callable[[Mapping[str, Any]], bool]) -> int:
        """Take away the deeds that are about something unwanted; how many they were.

        The file of rejected lines goes as a whole where a line in it is unwanted or cannot be understood.
        """
        removed = 0
        if not self.path.exists() and not self.rejected.exists():
            return 0
        with self._alone():
            for path in (self.path, self.rejected):
                if not path.exists():
                    continue
                kept = []
                for line in path.read_bytes().splitlines():
                    try:
                        found = json.loads(line)
                        out = "about" in found and unwanted(found["about"])
                    except (ValueError, KeyError, TypeError):
                        out = True  # Whose it was cannot be told any more.
                    if out:
                        removed += 1
                    else:
                        kept.append(line)
                temporary = path.with_name(f".{path.name}.part")
                with os.fdopen(
                    os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600), "wb"
                ) as file:
                    file.writelines(line + b"\n" for line in kept)
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(path)
                if not kept:
                    path.unlink()
        return removed

    def _lines(self) -> list[bytes]:
        return [line for line in self.path.read_bytes().splitlines() if line.strip()]

    def _ended(self) -> bool:
        return self.path.read_bytes().endswith(b"\n")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        location.private(self.path.parent)
        with FileLock(self.path.with_suffix(".lock"), mode=0o600):
            yield


_BINARY = getattr(os, "O_BINARY", 0)
