"""Which recognition models there are, whether one is whole, and which one is used.

A model is a folder in Vosk's format. Vosk 0.3.45 takes the whole process down with it (segmentation fault or
abort) on some damaged models and silently decodes nonsense with others, so `check` looks at everything that
Vosk would trip over before Vosk sees the folder. What Vosk reads: src/model.cc of vosk-api 0.3.45.

Nothing here uses the network; `enunciate.recognition.install` does.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from enunciate.errors import ModelError

if TYPE_CHECKING:
    import vosk

SHIPPED = "enunciate-en"
"""The model that comes with enunciate."""

CHECKSUMS = "enunciate-checksums.txt"
"""The list in a model's folder of its files: git blob SHA-1, bytes and path of each, as `seal` wrote it."""

_PREFIX = "vosk-model-"
_HASHED_BEFORE_LOADING = 256 * 1024 * 1024
"""Bytes. A model up to this size is read through before it is loaded; of a larger one, only the sizes are."""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What is known about a model before it is installed; models/catalogue.json explains each field."""

    name: str
    url: str | None = None
    sha256: str | None = None
    download_bytes: int | None = None
    download_mb: int | None = None
    unpacked_mb: int | None = None
    licence: str = "not known"
    accents: tuple[str, ...] = ()
    grammar: bool = False
    transcribes: bool = False
    quality: int = 0
    word_error_rate: str = "not known"
    good_for: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """The folder's name, which is the one inside the published zip."""
        return _PREFIX + self.name


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A whole model on this computer.

    `grammar` is read from the files: whether the model can be told which words to listen for. `quality` and
    `transcribes` (a word it heard freely may be quoted) come from the catalogue; 0 and False for a model that
    it does not have.
    """

    name: str
    path: Path
    shipped: bool
    quality: int
    grammar: bool
    transcribes: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    """What reading a whole model showed.

    `problems` has one clause for each damaged file; `known` tells if there were checksums to compare with.
    """

    files: int
    known: bool
    problems: tuple[str, ...]


@cache
def catalogue() -> tuple[CatalogueEntry, ...]:
    """All models in models/catalogue.json, in its order.

    >>> [entry.name for entry in catalogue() if entry.grammar and entry.url]
    ['small-en-us-0.15', 'en-us-0.22-lgraph', 'small-en-in-0.4']
    """
    text = resources.files("enunciate.models").joinpath("catalogue.json").read_text(encoding="utf-8")
    known = set(CatalogueEntry.__dataclass_fields__)
    entries = []
    for row in json.loads(text)["models"]:
        fields: dict[str, Any] = {key: row[key] for key in row if key in known}
        entries.append(CatalogueEntry(**fields | {"accents": tuple(row["accents"])}))
    return tuple(entries)


def short_name(name: str) -> str:
    """A model's name as enunciate says it.

    >>> short_name("vosk-model-small-en-us-0.15")
    'small-en-us-0.15'
    """
    return name.removeprefix(_PREFIX)


def entry(name: str) -> CatalogueEntry | None:
    """The catalogue's entry for `name`, with or without "vosk-model-" in front; None if it has none."""
    return next((e for e in catalogue() if e.name == short_name(name)), None)


def models_folder() -> Path:
    """Where installed models are: `ENUNCIATE_MODELS`, else the user's data folder. It need not exist.

    Raises ModelError if it is there but not a folder.
    """
    named = os.environ.get("ENUNCIATE_MODELS")
    if named:
        folder = Path(named).expanduser()
    else:
        from platformdirs import user_data_dir

        folder = Path(user_data_dir("enunciate", appauthor=False)) / "models"
    if folder.exists() and not folder.is_dir():
        raise ModelError(
            f"{folder} should be the folder of models, but it is not a folder. Set ENUNCIATE_MODELS to one."
        )
    return folder


def shipped_path() -> Path:
    """The folder of the model that comes with enunciate.

    Raises ModelError where enunciate runs from a zip archive: Vosk reads real files only.
    """
    place = resources.files("enunciate.models").joinpath(SHIPPED)
    if not isinstance(place, Path):
        raise ModelError(
            "enunciate runs from an archive, where the recognizer cannot read the model that comes with it. "
            "Install enunciate with pip, or name a model folder in ENUNCIATE_MODEL."
        )
    return place


def installed() -> tuple[ModelInfo, ...]:
    """The whole models on this computer, best first; the shipped one among them. Broken ones are left out."""
    infos = [_info(path) for path in _folders() if _problem(path) is None]
    if _problem(shipped_path()) is None:
        infos.append(_info(shipped_path(), shipped=True))
    return tuple(sorted(infos, key=lambda info: (-info.quality, info.name)))


def broken() -> tuple[tuple[Path, str], ...]:
    """The folders among the installed models that cannot be used, and for each a sentence that says why."""
    found = ((path, _problem(path)) for path in _folders())
    return tuple((path, problem) for path, problem in found if problem is not None)


def select(model: str | None = None) -> ModelInfo:
    """The model to use.

    It is `model` (a name or a folder), else `ENUNCIATE_MODEL`, else the best installed one, else the shipped
    one. Only models of the catalogue that can follow a script are picked by themselves. Raises ModelError if
    the model asked for is missing or broken, or none is left.
    """
    return choice(model)[0]


def choice(model: str | None = None) -> tuple[ModelInfo, str]:
    """As `select`, and the reason in words."""
    if model:
        return _named(model), "it was asked for"
    named = os.environ.get("ENUNCIATE_MODEL")
    if named:
        try:
            return _named(named), "ENUNCIATE_MODEL asks for it"
        except ModelError as error:
            raise ModelError(f"ENUNCIATE_MODEL: {error}") from error
    fit = [info for info in installed() if info.grammar and info.quality > 0]
    if not fit:
        check(shipped_path())
        raise ModelError("No model can be used. Install one: enunciate models install small-en-us-0.15")
    if fit[0].shipped:
        return fit[0], "it comes with enunciate, and no better one that follows a script is installed"
    return fit[0], "it is the best one installed that can follow a script"


def check(path: Path) -> None:
    """Raise ModelError, saying what is wrong, unless `path` is a folder that Vosk can load safely.

    Both of Vosk's layouts are known (files in am/, conf/, graph/ ..., or all in one folder). Sizes are
    compared with the model's list of files where it has one; contents are not read through (`verify` does).
    """
    try:
        _check(path)
    except OSError as error:
        raise ModelError(f"The model folder {path} cannot be read: {error.strerror}.") from error


def verify(path: Path) -> Verification:
    """Read every file of the model at `path` and compare it with its checksum.

    Raises ModelError if it is not a model or a half one (see `check`). Checksums come from the catalogue,
    else from the list that the install (or `seal`) left in the folder.
    """
    check(path)
    try:
        return _verify(path)
    except OSError as error:
        raise ModelError(f"The model folder {path} cannot be read: {error.strerror}.") from error


def seal(path: str | Path) -> None:
    """Write the list of files with sizes and checksums that `check` and `verify` compare the model with."""
    root = Path(path)
    lines = [f"{blob_sha1(root / name)} {(root / name).stat().st_size} {name}\n" for name in _files(root)]
    (root / CHECKSUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def blob_sha1(path: Path) -> str:
    """The SHA-1 by which git names the content of the file at `path`."""
    with path.open("rb") as file:
        digest = hashlib.sha1(b"blob %d\0" % os.fstat(file.fileno()).st_size, usedforsecurity=False)
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def load(info: ModelInfo) -> vosk.Model:
    """Load a model with Vosk, quietly. Raises ModelError if it is damaged or Vosk refuses it."""
    check(info.path)
    if sum((info.path / name).stat().st_size for name in _files(info.path)) <= _HASHED_BEFORE_LOADING:
        problems = verify(info.path).problems
        if problems:
            raise ModelError(_damaged(info.name, problems[0]))
    import vosk

    vosk.SetLogLevel(-3)  # -1 still prints errors
    try:
        # A path given as a Path fails inside Vosk, and one given by name would be looked up on the network.
        return vosk.Model(str(info.path))
    except Exception as error:  # Vosk raises nothing more precise
        raise ModelError(_damaged(info.name, "the recognizer refuses it")) from error


def _damaged(name: str, problem: str) -> str:
    again = f"Install it again: enunciate models install {name}"
    if name == SHIPPED:
        again = "Install enunciate again."
    elif entry(name) is None:
        again = "Copy it here again from where it came from."
    return f"The model {name} is damaged: {problem}. {again}"


def _folders() -> list[Path]:
    folder = models_folder()
    if not folder.is_dir():
        return []
    try:
        return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    except OSError as error:
        raise ModelError(f"The folder of models {folder} cannot be read: {error.strerror}.") from error


def _problem(path: Path) -> str | None:
    try:
        check(path)
    except ModelError as error:
        return str(error)
    return None


def _info(path: Path, shipped: bool = False) -> ModelInfo:
    name = short_name(path.resolve().name)
    known = entry(name)
    _, graphs = _layout(path)
    return ModelInfo(
        name=name,
        path=path,
        shipped=shipped,
        quality=known.quality if known else 0,
        grammar=len(graphs) > 1,
        transcribes=known.transcribes if known else False,
    )


def _named(model: str) -> ModelInfo:
    name = short_name(model)
    if name == SHIPPED:
        check(shipped_path())
        return _info(shipped_path(), shipped=True)
    for path in _folders():
        if short_name(path.name) == name:
            check(path)
            return _info(path)
    path = Path(model).expanduser()
    if path.exists() or path.name != model:
        check(path)
        return _info(path)
    if entry(name):
        raise ModelError(f"The model {name} is not installed. Install it: enunciate models install {name}")
    raise ModelError(
        f"There is no model named {model!r}. Installed: {', '.join(info.name for info in installed())}; "
        "enunciate models list shows what can be installed."
    )


def _layout(root: Path) -> tuple[list[str], list[str]]:
    """The files that Vosk needs from the model at `root`, and those of them that are its graph."""
    if (root / "am").is_dir() or (root / "conf").is_dir():
        features = "conf/mfcc.conf" if (root / "conf/mfcc.conf").is_file() else "conf/fbank.conf"
        needed, graph = ["am/final.mdl", "conf/model.conf", features], "graph/"
    else:
        needed, graph = ["final.mdl", "mfcc.conf"], ""
    if (root / graph / "HCLG.fst").is_file():
        graphs = [graph + "HCLG.fst"]
    else:
        graphs = [graph + "HCLr.fst", graph + "Gr.fst", graph + "disambig_tid.int"]
    needed += graphs
    words = graphs[0] if len(graphs) == 1 else graphs[1]
    if not ((root / words).is_file() and _has_words(root / words)):
        needed.append(graph + "words.txt")
    if (root / "ivector").is_dir():
        needed += [f"ivector/{name}" for name in _IVECTOR]
    return needed, graphs


_IVECTOR = ("final.ie", "final.mat", "final.dubm", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")


def _check(path: Path) -> None:
    if not path.exists():
        raise ModelError(f"There is no model at {path}. enunciate models list shows the installed ones.")
    if not path.is_dir():
        hint = (
            f" To install a zip: enunciate models install NAME --from {path}" if path.suffix == ".zip" else ""
        )
        raise ModelError(f"{path} is a file; a model is a folder.{hint}")
    if not any(path.iterdir()):
        raise ModelError(f"The model folder {path} is empty.")
    needed, graphs = _layout(path)
    missing = [name for name in needed if not (path / name).is_file()]
    name = short_name(path.resolve().name)
    if len(missing) >= len(needed) - 1:
        raise ModelError(f"{path} is not a Vosk model: it has no {needed[0]}.")
    if missing:
        raise ModelError(_half(name, path, missing[0], "is missing"))
    for file in needed:
        if (path / file).stat().st_size == 0:
            raise ModelError(_half(name, path, file, "is empty"))
    for file, (size, _) in _listed(path).items():
        if not (path / file).is_file():
            raise ModelError(_half(name, path, file, "is missing"))
        if (path / file).stat().st_size != size:
            raise ModelError(
                _half(name, path, file, f"has {(path / file).stat().st_size} bytes instead of {size}")
            )
    for graph in graphs:
        if graph.endswith(".fst") and (path / graph).stat().st_size < _least_size(path / graph):
            raise ModelError(_half(name, path, graph, "is cut short or is not a graph"))
    _check_network(path, needed[0], name)
    options = path / "conf/model.conf"
    if "conf/model.conf" in needed and b"--endpoint.silence-phones=" not in options.read_bytes():
        # Vosk aborts the process without it.
        raise ModelError(_half(name, path, "conf/model.conf", "lacks --endpoint.silence-phones"))


def _half(name: str, path: Path, file: str, what: str) -> str:
    where = path / file
    return _damaged(name, f"{where} {what}")


def _check_network(path: Path, network: str, name: str) -> None:
    with (path / network).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:2] != b"\0B" and data[:2] != b"<T":
            raise ModelError(_half(name, path, network, "is not a recognition network"))
        # Vosk 0.3.45 does not look, and the first sound aborts the process.
        if data.find(b"input-node name=ivector") >= 0 and not (path / "ivector").is_dir():
            raise ModelError(_half(name, path, "ivector/final.ie", "is missing"))


_FST_MAGIC, _ADD_ON_MAGIC = 2125659606, 446681434


def _header(file: BinaryIO) -> tuple[bytes, int, int, int]:
    """Type, flags, states and arcs of the OpenFst header where `file` is; zeros where there is none."""

    def take(format: str) -> tuple[Any, ...]:
        return struct.unpack(format, file.read(struct.calcsize(format)))

    try:
        if take("<i")[0] != _FST_MAGIC:
            return b"", 0, 0, 0
        kind = file.read(min(take("<i")[0], 64))
        file.read(min(take("<i")[0], 64))
        _, flags, _, _, states, arcs = take("<iiQqqq")
    except struct.error:
        return b"", 0, 0, 0
    return kind, flags, states, arcs


def _least_size(path: Path) -> int:
    """The bytes that the OpenFst file at `path` has at least, by its header; more than it has if that is bad.

    Vosk ignores a Gr.fst that is cut short and crashes on such an HCLr.fst. A constant graph takes 20 bytes a
    state and 16 an arc; a look-ahead graph is one inside an envelope (OpenFst's const-fst.h and add-on.h). A
    language model with succinct histories takes 4 bits and 8 bytes a state, a bit and 8 bytes a word after
    one, 4 bytes an end (ngram-fst.h).
    """
    with path.open("rb") as file:
        kind, _, states, arcs = _header(file)
        if (
            kind.endswith(b"lookahead")
            and struct.unpack("<i", file.read(4).ljust(4, b"\0"))[0] == _ADD_ON_MAGIC
        ):
            kind, _, states, arcs = _header(file)
        if not kind:
            return path.stat().st_size + 1
        if kind == b"ngram":
            histories, following, ends = map(int, struct.unpack("<QQQ", file.read(24).ljust(24, b"\xff")))
            return file.tell() + (68 * histories + 65 * following) // 8 + 4 * ends
        return file.tell() + 20 * states + 16 * arcs if kind == b"const" else 0


def _has_words(path: Path) -> bool:
    """Whether the OpenFst file at `path` carries its output words, so that no words.txt is needed."""
    with path.open("rb") as file:
        kind, flags, _, _ = _header(file)
        if kind.endswith(b"lookahead") and file.read(4):
            flags |= _header(file)[1]
    return bool(flags & 2)


def _files(root: Path) -> list[str]:
    """The files of the model at `root`, as paths with forward slashes; hidden files are nobody's."""
    found = (p.relative_to(root) for p in root.rglob("*") if p.is_file())
    return sorted(
        p.as_posix()
        for p in found
        if p.name != CHECKSUMS and not any(part.startswith(".") for part in p.parts)
    )


def _listed(root: Path) -> dict[str, tuple[int, str]]:
    """Size and checksum of each file, from the list in the model's folder; empty where there is none."""
    path = root / CHECKSUMS
    if not path.is_file():
        return {}
    try:
        rows = [line.split(" ", 2) for line in path.read_text(encoding="utf-8").splitlines()]
        return {name: (int(size), sha1) for sha1, size, name in rows}
    except ValueError as error:
        raise ModelError(
            _half(short_name(root.resolve().name), root, CHECKSUMS, "is not readable")
        ) from error


def _verify(root: Path) -> Verification:
    known = entry(root.resolve().name)
    expected = dict(known.files) if known else {}
    expected = expected or {name: sha1 for name, (_, sha1) in _listed(root).items()}
    present = _files(root)
    problems = [f"{root / name} is missing" for name in expected if name not in present]
    for name in present:
        if expected and name not in expected:
            problems.append(f"{root / name} does not belong to it")
        elif expected and not _same(root / name, expected[name]):
            problems.append(f"{root / name} is not the published file")
    return Verification(files=len(present), known=bool(expected), problems=tuple(problems))


def _same(path: Path, sha1: str) -> bool:
    if blob_sha1(path) == sha1:
        return True
    if path.suffix != ".conf":
        return False
    # One public copy of the small model has the line ends of Windows in conf/mfcc.conf; Kaldi reads both.
    data = path.read_bytes().replace(b"\r\n", b"\n")
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == sha1
