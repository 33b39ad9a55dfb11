"""From folders, manifests and single recordings to jobs, each with its script or with what is wrong.

Which script a recording is of is said, in this order, by its row in a manifest, by the script given for all,
by a text file of the same name beside it, or by its own name: `late-delivery__maya.wav` is Maya reading the
script late-delivery.
"""

from __future__ import annotations

import os
import posixpath
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from enunciate.batch import Job, Script
from enunciate.batch.locations import (
    RECORDINGS,
    UNREADABLE,
    filesystem,
    is_url,
    local,
    on_disk,
    read_bytes,
    suffix,
)
from enunciate.batch.manifest import SUFFIXES, Row, rows
from enunciate.errors import AudioError, BatchError, ScriptError
from enunciate.reference import scripts

SEPARATOR = "__"
"""Between the script and the agent in a recording's name."""

_TEXTS = (".txt", ".md", ".markdown")

_NO_SCRIPT = (
    "Nothing says which script was read in {name}: name it SCRIPT__AGENT{suffix}, put the text beside it as "
    "{stem}.txt, or give one --script or --text for all."
)


@dataclass(frozen=True, slots=True)
class Options:
    """What is said once for all sources."""

    script: str | None = None
    text: str | None = None
    allow_outside: bool = False
    """Whether a manifest may name recordings and scripts outside its own folder."""
    encoding: str | None = None
    """Of manifests; found out where it is None."""
    out: str | None = None
    """The folder of the results, in which no recordings are looked for."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All jobs in order, those that cannot be scored among them, and notices."""

    jobs: tuple[Job, ...]
    notices: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[Job, ...]:
        """The jobs that cannot be scored."""
        return tuple(job for job in self.jobs if job.problem is not None)


def gather(sources: Sequence[str], options: Options) -> Sources:
    """Everything that `sources` name: folders, manifests and recordings, each a path or a URL.

    Raises BatchError where a source as a whole cannot be used, and ScriptError where the script for all
    cannot.
    """
    library = _Scripts()
    everyone = None
    if options.text is not None:
        everyone = library.written(options.text)
    elif options.script is not None:
        everyone = library.named(options.script)
    jobs: list[Job] = []
    notices: list[str] = []
    for source in map(local, sources):
        where: _Place = _Remote(source) if is_url(source) else _Local(source)
        if suffix(source) in SUFFIXES:
            found, said = rows(read_bytes(source), source, options.encoding)
            notices += said
            reader = _Manifest(where, source, library, everyone, options.allow_outside)
            jobs += map(reader.job, found)
        elif suffix(source) in RECORDINGS | UNREADABLE and not where.is_folder():
            jobs.append(_job(where, posixpath.basename(where.name), library, everyone, single=True))
        else:
            jobs += _folder(where, library, everyone, options.out, notices)
    return Sources(tuple(_without_doubles(jobs)), tuple(notices))


class _RefusedError(Exception):
    """Why a recording cannot be scored; for this module only."""


# --- scripts ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Scripts:
    """The scripts met so far, each read and checked once."""

    _known: dict[tuple[str, str], Script | str] = field(default_factory=dict)

    def named(self, name: str) -> Script:
        """A script of the library or in a file. Raises ScriptError."""
        return self._kept(("name", name), lambda: Script(*scripts.text_of(name)), name)

    def written(self, text: str) -> Script:
        """A text as a script. Raises ScriptError."""
        return self._kept(("text", text), lambda: Script("text", text), "The text")

    def file(self, location: str, name: str, id: str) -> Script:
        """The script in a file. Raises ScriptError."""

        def read() -> Script:
            try:
                with on_disk(location, name) as path:
                    return Script(id, scripts.read_text(path))
            except AudioError as error:
                raise ScriptError(str(error)) from error

        return self._kept(("file", location), read, name)

    def _kept(self, key: tuple[str, str], make: Callable[[], Script], name: str) -> Script:
        if key not in self._known:
            try:
                script = make()
                scripts.from_text(script.text, id=script.id, source=name)
                self._known[key] = script
            except ScriptError as error:
                self._known[key] = str(error)
        found = self._known[key]
        if isinstance(found, str):
            raise ScriptError(found)
        return found


# --- places -----------------------------------------------------------------------------------------------


class _Local:
    """A path on this machine: a folder, or the file whose folder others are relative to."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.name = source.replace(os.sep, "/")
        self._path = Path(source)
        self._folder = self._path if self.is_folder() else self._path.parent
        self._absolute = Path.cwd() / self._folder
        self._real = os.path.realpath(self._folder)

    def is_folder(self) -> bool:
        return self._path.is_dir()

    def names(self, out: str | None) -> Iterator[str]:
        """All files below, relative, in order; hidden ones and those in the folder `out` left out."""
        if not self._path.exists():
            raise BatchError(f"There is no file or folder {self.source}: check its name.")
        if not self.is_folder():
            raise BatchError(
                f"{self.source} is no folder, recording or manifest ({', '.join(SUFFIXES)}): a list of "
                "recordings has to end in one of these."
            )
        avoided = None if out is None else os.path.realpath(out)

        def refuse(error: OSError) -> None:
            raise BatchError(f"The folder {error.filename} cannot be read: {error.strerror}.") from error

        for folder, folders, files in os.walk(self._path, onerror=refuse):
            here = Path(folder)
            folders[:] = sorted(
                name for name in folders if name[0] != "." and os.path.realpath(here / name) != avoided
            )
            for name in sorted(files):
                if name[0] != ".":
                    yield (here / name).relative_to(self._path).as_posix()

    def shown(self, name: str) -> str:
        """How outputs call a file of this place."""
        return os.path.normpath(self._folder / name)

    def location(self, name: str) -> str:
        """Where a file of this place is read from, whatever the working folder is by then."""
        return os.path.normpath(self._absolute / name)

    def holds(self, name: str) -> bool:
        """Whether a file of this name lies in this folder or below, wherever links lead."""
        return Path(os.path.realpath(self.location(name))).is_relative_to(self._real)

    def spelt(self, name: str) -> str:
        """`name` as the file system spells it: with other slashes, or accents composed otherwise."""
        ways = (name, name.replace("\\", "/"))
        forms = (unicodedata.normalize(form, way) for way in ways for form in ("NFC", "NFD"))
        for spelling in dict.fromkeys((*ways, *forms)):
            if Path(self.location(spelling)).exists():
                return spelling
        return name

    def missing(self, name: str) -> str | None:
        """Why there is no file of that name."""
        path = Path(self.location(name))
        if path.is_dir():
            return f"{self.shown(name)} is a folder: name one recording in it."
        if not path.exists():
            return f"There is no file {self.shown(name)}: check the name and the folder."
        return None


class _Remote:
    """What a URL names, as `_Local` does a path."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.name = source.partition("?")[0].rstrip("/")
        files = suffix(source) in RECORDINGS | UNREADABLE | {*SUFFIXES}
        self.root = posixpath.dirname(self.name) if files else self.name

    def is_folder(self) -> bool:
        return self.root == self.name

    def names(self, out: str | None) -> Iterator[str]:
        system, path = filesystem(self.source)
        try:
            found = system.find(path)
        except Exception as error:  # whatever the client of a store raises
            raise BatchError(f"{self.source} cannot be listed: {error}. Check the address.") from error
        if not found:
            raise BatchError(f"{self.source} holds no files: check the address and your access to it.")
        base = path.rstrip("/") + "/"
        for name in sorted(found):
            relative = str(name).removeprefix(base)
            if not any(part.startswith(".") for part in relative.split("/")):
                yield relative

    def shown(self, name: str) -> str:
        return self.location(name)

    def location(self, name: str) -> str:
        if name == posixpath.basename(self.name) and not self.is_folder() and suffix(name) not in SUFFIXES:
            return self.source
        scheme, _, path = self.root.partition("://")
        return f"{scheme}://{posixpath.normpath(posixpath.join(path, name))}"

    def holds(self, name: str) -> bool:
        return self.location(name).startswith(self.root + "/")

    def spelt(self, name: str) -> str:
        return name.replace("\\", "/")

    def missing(self, name: str) -> str | None:
        return None


_Place = _Local | _Remote


# --- jobs -------------------------------------------------------------------------------------------------


def _folder(
    where: _Place, library: _Scripts, everyone: Script | None, out: str | None, notices: list[str]
) -> Iterator[Job]:
    names = list(where.names(out))
    recordings = [name for name in names if suffix(name) in RECORDINGS | UNREADABLE]
    manifests = [name for name in names if suffix(name) in SUFFIXES and "/" not in name]
    if not recordings:
        hint = f" To use {manifests[0]}, name it as the source." if manifests else ""
        raise BatchError(f"{where.source} holds no recordings (WAV, FLAC, OGG, MP3 ...).{hint}")
    if manifests:
        notices.append(
            f"{where.shown(manifests[0])} was not used, since the folder was named: name it to use it."
        )
    texts = frozenset(name for name in names if suffix(name) in _TEXTS)
    for name in recordings:
        yield _job(where, name, library, everyone, texts)


def _job(
    where: _Place,
    name: str,
    library: _Scripts,
    everyone: Script | None,
    texts: frozenset[str] | None = None,
    *,
    single: bool = False,
) -> Job:
    """The job of a recording in a folder, or of a `single` one that was named itself."""
    job = Job(where.shown(name), where.location(name), None, source=where.source)
    job = _with_agent(job, name)
    missing = where.missing(name) if single else None
    if missing is not None:
        return replace(job, problem=missing)
    try:
        return replace(job, script=_script(where, name, library, everyone, texts))
    except (ScriptError, _RefusedError) as error:
        return replace(job, problem=str(error))


def _script(
    where: _Place, name: str, library: _Scripts, everyone: Script | None, texts: frozenset[str] | None
) -> Script:
    """The script of a recording that no manifest tells of."""
    if everyone is not None:
        return everyone
    folder, file = posixpath.split(name)
    stem = file[: len(file) - len(suffix(file))]
    first, separated, _ = stem.partition(SEPARATOR)

    def found(folder: str, stem: str) -> str | None:
        for text in _TEXTS:
            candidate = posixpath.join(folder, stem + text)
            there = candidate in texts if texts is not None else _is_file(where, candidate)
            if there:
                return candidate
        return None

    def read(file: str, id: str) -> Script:
        return library.file(where.location(file), where.shown(file), id)

    beside = found(folder, stem)
    if beside is not None:
        return read(beside, first if separated else "text")
    if not separated or not first:
        raise _RefusedError(_NO_SCRIPT.format(name=where.shown(name), suffix=suffix(file), stem=stem))
    while True:
        own = found(folder, first)
        if own is not None:
            return read(own, first)
        if not folder:
            break
        folder = posixpath.dirname(folder)
    try:
        return library.named(first)
    except ScriptError:
        tidied = "-".join(first.lower().replace("_", " ").split())
        if tidied == first:
            raise
        try:
            return library.named(tidied)
        except ScriptError:
            pass
        raise


def _is_file(where: _Place, name: str) -> bool:
    return isinstance(where, _Local) and Path(where.location(name)).is_file()


def _with_agent(job: Job, name: str) -> Job:
    """The job with the agent and the take that its name tells, where it has none yet."""
    file = posixpath.basename(name.replace("\\", "/"))
    _, *rest = file[: len(file) - len(suffix(file))].split(SEPARATOR)
    agent = rest[0].strip() if rest else ""
    take = SEPARATOR.join(rest[1:]).strip()
    if job.agent is None and agent:
        job = replace(job, agent=agent)
    if take and "take" not in job.columns:
        job = replace(job, columns={**job.columns, "take": take})
    return job


@dataclass(frozen=True, slots=True)
class _Manifest:
    """Makes jobs of the rows of one manifest."""

    where: _Place
    source: str
    library: _Scripts
    everyone: Script | None
    allow_outside: bool

    def job(self, row: Row) -> Job:
        """The job of a row, with what is wrong with it."""
        cells = row.cells
        named = cells.get("recording", "")
        job = Job(
            named,
            "",
            None,
            cells.get("agent"),
            cells.get("wave"),
            cells.get("date"),
            row.columns,
            self.source,
            row.line,
        )
        try:
            if row.problem is not None:
                raise _RefusedError(f"In this row {row.problem}.")
            if not named:
                raise _RefusedError(
                    "This row names no recording: fill in the column “recording” or delete the row."
                )
            name, job = self._located(job, local(named))
            return replace(job, script=self._script(row, name))
        except (ScriptError, _RefusedError) as error:
            return replace(job, problem=str(error))
        except (OSError, ValueError):
            return replace(job, problem=f"{named} is no name that a file can have: correct it.")

    def _located(self, job: Job, named: str) -> tuple[str, Job]:
        if is_url(named):
            inside = isinstance(self.where, _Remote) and named.startswith(self.where.root + "/")
            self._refuse_outside(inside, named)
            return named, _with_agent(replace(job, recording=named, location=named), named)
        name = self.where.spelt(named)
        self._refuse_outside(self.where.holds(name), named)
        job = replace(job, recording=self.where.shown(name), location=self.where.location(name))
        missing = self.where.missing(name)
        if missing is not None:
            raise _RefusedError(missing)
        return name, _with_agent(job, name)

    def _refuse_outside(self, inside: bool, name: str) -> None:
        if not inside and not self.allow_outside:
            raise _RefusedError(
                f"{name} is not in the manifest's folder or below it: move it there, or use --allow-outside "
                "if you trust the manifest."
            )

    def _script(self, row: Row, recording: str) -> Script:
        script, text = row.cells.get("script"), row.cells.get("text")
        if script and text:
            raise _RefusedError("This row has both a script and a text: empty one of the two.")
        if text:
            return self.library.written(text)
        if script:
            name = self.where.spelt(script)
            if is_url(script) or "/" in name or suffix(name) in _TEXTS or _is_file(self.where, name):
                self._refuse_outside(not is_url(script) and self.where.holds(name), script)
                location = script if is_url(script) else self.where.location(name)
                shown = script if is_url(script) else self.where.shown(name)
                stem = posixpath.basename(name)
                return self.library.file(location, shown, stem[: len(stem) - len(suffix(stem))])
            return self.library.named(script)
        return _script(self.where, recording, self.library, self.everyone, None)


def _without_doubles(jobs: Iterable[Job]) -> Iterator[Job]:
    """The jobs, one that names a recording again being a problem."""
    seen: dict[str, Job] = {}
    for job in jobs:
        if job.location:
            same = job.location if is_url(job.location) else os.path.realpath(job.location)
            first = seen.setdefault(same, job)
            if first is not job and job.problem is None:
                place = f"line {first.line}" if first.source == job.source and first.line else first.place
                yield replace(job, problem=f"{job.recording} was named before ({place}): name it once.")
                continue
        yield job
