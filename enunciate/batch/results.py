"""The folder of the results, which survives crashes, power cuts and full disks.

`assessments.jsonl` and `failures.jsonl` grow by one line a recording, and each line is on the disk before it
counts. A line that a crash cut off is taken away when the folder is opened again. All else in the folder is
made anew from these lines, and put in place as a whole.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from enunciate.batch import Job
from enunciate.errors import BatchError
from enunciate.report.labels import counted

ASSESSMENTS, FAILURES, EARLIER, PAGES = "assessments.jsonl", "failures.jsonl", "earlier.jsonl", "pages"
LINE = "enunciate.batch/1"
"""The schema of a line of assessments.jsonl."""


def key(sha256: str, script: str, engine: str) -> str:
    """What a result is known by: the recording, the script and who judges, by their digests."""
    return f"{sha256}-{script[:16]}-{engine}"


def page_name(recording: str) -> str:
    """The path, in the folder of the results, of a recording's page: readable, unique, safe on any file
    system.

    >>> page_name("class 7/José?.wav")
    'pages/Jos-602185f31c.html'
    """
    stem = PurePosixPath(recording.replace("\\", "/")).stem
    readable = re.sub(r"[^A-Za-z0-9_.]+", "-", stem).strip("-.")[:60]
    digest = hashlib.sha256(recording.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{PAGES}/{readable + '-' if readable else ''}{digest}.html"


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where a line is in its file, and what it is of."""

    file: str
    start: int
    size: int
    key: str
    about: str
    """Digest of what the job says besides: agent, wave and the like."""
    agent: str | None


class Results:
    """An open folder of results; nobody else can open it meanwhile."""

    def __init__(self, folder: str | Path) -> None:
        """Open the folder, or make it. Raises BatchError where it cannot be written to or is in use."""
        self.folder = Path(folder)
        self.notices: list[str] = []
        self._by_recording: dict[str, _Entry] = {}
        self._by_key: dict[str, _Entry] = {}
        self._judged: set[str] = set()
        self._accepted: dict[str, _Entry] = {}
        self._failed: dict[tuple[str, str, int | None], str] = {}
        self._appending: dict[str, BinaryIO] = {}
        try:
            (self.folder / PAGES).mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self.folder / ".lock", timeout=0)
            self._lock.acquire()
        except Timeout as error:
            raise BatchError(
                f"Another run is writing to {self.folder}: wait for it, or choose another --out."
            ) from error
        except OSError as error:
            raise self._refusal(error) from error
        try:
            for name in (EARLIER, ASSESSMENTS):
                self._load(name)
            self._replace(FAILURES, b"")
        except OSError as error:
            self.close()
            raise self._refusal(error) from error

    def close(self) -> None:
        """Let others open the folder."""
        for file in self._appending.values():
            # All of it is on the disk; a full one may refuse even to close.
            with suppress(OSError):
                file.close()
        self._appending.clear()
        self._lock.release()

    def __enter__(self) -> Results:
        """The results, closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    # --- what is there --------------------------------------------------------------------------------

    def may_know(self, script: str, engine: str) -> bool:
        """Whether any result is of this script by this engine: only then is a recording's digest of use."""
        return f"{script[:16]}-{engine}" in self._judged

    def recall(self, job: Job, key: str, *, page: bool) -> bool:
        """Whether the result of `job` is here already; it then counts for this run, with what the job says
        now.

        Where the detailed `page` is wanted it has to be there too, and to show the same names.
        """
        own = self._by_recording.get(job.recording)
        if own is not None and own.key != key:
            own = None
        if page and not (
            own and own.agent == job.agent and (self.folder / page_name(job.recording)).is_file()
        ):
            return False
        if own is not None and own.file == ASSESSMENTS and own.about == _digest(_about(job)):
            self._accepted[job.recording] = own
            return True
        known = own or self._by_key.get(key)
        if known is None:
            return False
        assessment = self._line(known)["assessment"]
        assessment["recording"]["path"] = job.recording
        self.add(job, key, assessment)
        return True

    def line(self, job: Job) -> dict[str, Any] | None:
        """The line of a recording that counts for this run; None where there is none (yet)."""
        entry = self._accepted.get(job.recording)
        return None if entry is None or job.problem is not None else self._line(entry)

    def failure(self, job: Job) -> str | None:
        """Why a job failed in this run; None where it did not."""
        return self._failed.get(_identity(job))

    # --- what comes in --------------------------------------------------------------------------------

    def add(self, job: Job, key: str, assessment: Mapping[str, Any], page: str | None = None) -> None:
        """Keep a result: it is on the disk when this returns. Raises BatchError where that fails."""
        # The page first, so that one that lies beside a line is never of an older result.
        if page is not None:
            self.put(page_name(job.recording), page.encode("utf-8", "replace"))
        else:
            self._remove(page_name(job.recording))
        described = {"schema": LINE, "key": key, **_about(job), "assessment": assessment}
        entry = self._append(ASSESSMENTS, described, key, _digest(_about(job)), job.agent)
        self._know(job.recording, entry)
        self._accepted[job.recording] = entry

    def fail(self, job: Job, reason: str, detail: str | None = None) -> None:
        """Keep a failure. Raises BatchError where that fails."""
        described = {**_about(job), "source": job.source, "line": job.line, "reason": reason}
        self._append(FAILURES, described if detail is None else described | {"detail": detail})
        self._failed[_identity(job)] = reason

    def put(self, name: str, data: bytes) -> None:
        """Put a file in place as a whole. Raises BatchError where that fails."""
        try:
            self._replace(name, data)
        except OSError as error:
            raise self._refusal(error, name) from error

    def tidy(self) -> int:
        """Leave in assessments.jsonl one line for each recording of this run, and move the others, which it
        no longer has or which were superseded, to earlier.jsonl. Returns how many it moved."""
        path = self.folder / ASSESSMENTS
        current = {entry.start: entry for entry in self._accepted.values()}
        try:
            if not path.exists() or path.stat().st_size == sum(entry.size for entry in current.values()):
                return 0
            moved, starts, here = 0, {}, 0
            with path.open("rb") as old, self._temporary(ASSESSMENTS).open("wb") as new:
                for line in old:
                    if here in current:
                        starts[here] = new.tell()
                        new.write(line)
                    else:
                        self._write(EARLIER, line)
                        moved += 1
                    here += len(line)
                _flush(new)
            self._end_appending(ASSESSMENTS)
            self._into_place(ASSESSMENTS)
        except OSError as error:
            raise self._refusal(error, ASSESSMENTS) from error
        for recording, entry in list(self._accepted.items()):
            placed = _Entry(ASSESSMENTS, starts[entry.start], entry.size, entry.key, entry.about, entry.agent)
            self._accepted[recording] = self._by_recording[recording] = self._by_key[entry.key] = placed
        return moved

    # --- files ----------------------------------------------------------------------------------------

    def _load(self, name: str) -> None:
        """Learn what lines a file has, and take away a last one that was cut off."""
        path = self.folder / name
        if not path.exists():
            return
        start = damaged = 0
        with path.open("rb+") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    lines.truncate(start)
                    _flush(lines)
                    break
                try:
                    found = json.loads(line)
                    about = {name: found[name] for name in _ABOUT}
                    entry = _Entry(name, start, len(line), found["key"], _digest(about), about["agent"])
                    self._know(about["recording"], entry)
                except (ValueError, KeyError, TypeError):
                    damaged += 1
                start += len(line)
        if damaged:
            self.notices.append(
                f"{counted(damaged, 'damaged line')} in {path} cannot be used; what was in "
                f"{'them' if damaged != 1 else 'it'} is scored again."
            )

    def _know(self, recording: str, entry: _Entry) -> None:
        self._by_recording[recording] = self._by_key[entry.key] = entry
        self._judged.add(entry.key.partition("-")[2])

    def _line(self, entry: _Entry) -> dict[str, Any]:
        try:
            with (self.folder / entry.file).open("rb") as file:
                file.seek(entry.start)
                found: dict[str, Any] = json.loads(file.read(entry.size))
        except (OSError, ValueError) as error:
            raise BatchError(
                f"{self.folder / entry.file} was changed by someone else during the run: "
                "run the same command again."
            ) from error
        return found

    def _append(
        self,
        name: str,
        described: Mapping[str, Any],
        key: str = "",
        about: str = "",
        agent: str | None = None,
    ) -> _Entry:
        data = json.dumps(described, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"
        try:
            start = self._write(name, data)
        except OSError as error:
            raise self._refusal(error, name) from error
        return _Entry(name, start, len(data), key, about, agent)

    def _write(self, name: str, data: bytes) -> int:
        """Append a line, or nothing at all; where it begins. Raises OSError."""
        if name not in self._appending:
            self._appending[name] = (self.folder / name).open("ab", buffering=0)
        file = self._appending[name]
        start = file.seek(0, os.SEEK_END)
        try:
            left = memoryview(data)
            while left:
                left = left[file.write(left) or 0 :]
            os.fsync(file.fileno())
        except BaseException:  # Ctrl-C too
            with suppress(OSError):
                file.truncate(start)
            raise
        return start

    def _remove(self, name: str) -> None:
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise self._refusal(error, name) from error

    def _end_appending(self, name: str) -> None:
        file = self._appending.pop(name, None)
        if file is not None:
            file.close()

    def _replace(self, name: str, data: bytes) -> None:
        self._end_appending(name)
        temporary = self._temporary(name)
        try:
            with temporary.open("wb") as file:
                file.write(data)
                _flush(file)
            self._into_place(name)
        finally:
            temporary.unlink(missing_ok=True)

    def _temporary(self, name: str) -> Path:
        path = self.folder / name
        return path.with_name(f".{path.name}.part")

    def _into_place(self, name: str) -> None:
        self._temporary(name).replace(self.folder / name)
        if os.name == "posix":
            handle = os.open((self.folder / name).parent, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _refusal(self, error: OSError, name: str = "") -> BatchError:
        where = self.folder / name if name else self.folder
        reason = error.strerror or type(error).__name__
        if isinstance(error, PermissionError) and name and os.name == "nt":
            return BatchError(
                f"{where} cannot be replaced: close the program that shows it, then run this command again."
            )
        advice = "check its permissions, or choose another --out"
        if error.errno in _FULL:
            advice = "make room, and the same command goes on from there"
        elif name:
            advice = "once it can be written again, the same command goes on from there"
        safe = "What was scored so far is safe: " if name else ""
        advice = advice if safe else advice[0].upper() + advice[1:]
        return BatchError(f"{where} cannot be written ({reason}). {safe}{advice}.")


_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}

_ABOUT = ("recording", "agent", "wave", "date", "columns")
"""What a line says of its job."""


def _about(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in _ABOUT} | {"columns": dict(job.columns)}


def _digest(about: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode("ascii")).hexdigest()[:16]


def _identity(job: Job) -> tuple[str, str, int | None]:
    return job.recording, job.source, job.line


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
