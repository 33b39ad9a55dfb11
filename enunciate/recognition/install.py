"""Put recognition models on this computer: the only part of enunciate that uses the network.

A download is kept beside its validator (ETag or date), so that it goes on where it stopped; a server that
ignores the request for the rest, or whose file changed since, starts it again. What arrived is compared with
the published checksum, unpacked into a temporary folder with no entry trusted, compared file by file where
checksums are known, and moved into place by one rename. A model is thus there whole or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from enunciate.errors import ModelError
from enunciate.recognition import models
from enunciate.recognition.models import CatalogueEntry

if TYPE_CHECKING:
    import requests

Progress = Callable[[str, int, int | None], None]
"""Told what is being done ("Downloading", "Unpacking"), the bytes done, and how many there are if known."""

_CHUNK = 1 << 17
_TIMEOUT_SECONDS = (15.0, 60.0)
_MOST_FILES = 1000


@dataclass(frozen=True, slots=True)
class Installation:
    """What an install did.

    `sha256` is that of the zip (None for a folder). `checked` says what was compared with published
    checksums: "archive" (the zip), "files" (each file), or "structure" where none are published. `fresh` is
    False if the model was there already.
    """

    path: Path
    sha256: str | None
    checked: str
    fresh: bool = True


def install(
    entry: CatalogueEntry, folder: Path, *, mirror: str | None = None, progress: Progress | None = None
) -> Installation:
    """Download the model `entry` into `folder`, or finish an interrupted download of it.

    `mirror` is an address that holds the zips under their own names, used instead of the publisher's. The
    usual proxy variables of the environment are honoured. Raises ModelError, saying what to do, if anything
    goes wrong.
    """
    tell = progress or _silent
    if entry.url is None:
        raise ModelError(f"The model {entry.name} comes with enunciate; there is nothing to install.")
    url = f"{mirror.rstrip('/')}/{entry.folder}.zip" if mirror else entry.url
    with _place(entry, folder) as (final, work):
        if _is_whole(final):
            return Installation(final, None, "structure", fresh=False)
        _need_space(entry, folder)
        archive = folder / f".{entry.folder}.zip"
        sha256 = _download(entry, url, archive, tell)
        try:
            done = _unpack(entry, archive, sha256, work, final, tell)
        except ModelError:
            _forget(archive)
            raise
        _forget(archive)
        return done


def install_from(
    entry: CatalogueEntry, source: Path, folder: Path, *, progress: Progress | None = None
) -> Installation:
    """Install the model `entry` into `folder` from a zip or an unpacked model at `source`, offline.

    A model that is not in the catalogue needs only a name: `CatalogueEntry(name)`. Raises ModelError as
    `install`.
    """
    if not source.exists():
        raise ModelError(f"There is no file or folder {source}.")
    with _place(entry, folder) as (final, work):
        if _is_whole(final):
            return Installation(final, None, "structure", fresh=False)
        if source.is_dir():
            _copy(source, work / entry.folder)
            return _finish(entry, work, final, None)
        sha256 = _sha256(source)
        if entry.sha256 not in (None, sha256):
            raise ModelError(
                f"{source} is not the published {entry.folder}.zip: its SHA-256 is {sha256}, "
                f"not {entry.sha256}. Copy it again."
            )
        return _unpack(entry, source, sha256, work, final, progress or _silent)


def remove(info: models.ModelInfo, folder: Path) -> None:
    """Delete an installed model. Raises ModelError for the shipped one and for one outside of `folder`."""
    if info.shipped:
        raise ModelError(f"The model {info.name} is a part of enunciate and stays.")
    if info.path.parent != folder or info.path.is_symlink():
        raise ModelError(f"{info.path} was not installed by enunciate; delete it yourself if you want to.")
    with _place(CatalogueEntry(info.name), folder) as (_, work):
        work.mkdir()
        info.path.rename(work / info.path.name)  # gone at once for everybody, then deleted with `work`


def _silent(doing: str, done: int, total: int | None) -> None:
    pass


def _is_whole(path: Path) -> bool:
    try:
        models.check(path)
    except ModelError:
        return False
    return True


@contextmanager
def _place(entry: CatalogueEntry, folder: Path) -> Iterator[tuple[Path, Path]]:
    """The final folder of a model and a name to work under beside it, for this process alone."""
    from filelock import FileLock, Timeout

    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", entry.name):
        raise ModelError(f"{entry.name!r} cannot name a model: use letters, digits, dots, '-' and '_'.")
    work = folder / f".{entry.folder}.work"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f".{entry.folder}.lock", timeout=0):
            shutil.rmtree(work, ignore_errors=True)  # left by an install that was killed
            try:
                yield folder / entry.folder, work
            finally:
                shutil.rmtree(work, ignore_errors=True)
    except Timeout:
        raise ModelError(
            f"Another enunciate is installing the model {entry.name} right now: wait until it is done."
        ) from None
    except OSError as error:
        raise ModelError(_disk_error(error, folder)) from error


def _disk_error(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"The disk of {folder} is full. Free some space and run the same command again, "
            "or set ENUNCIATE_MODELS to a folder on another disk."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"No permission to write in {folder}. Set ENUNCIATE_MODELS to a folder that is yours."
    return f"The model could not be written to {folder}: {error.strerror or error}."


def _need_space(entry: CatalogueEntry, folder: Path) -> None:
    download = entry.download_mb or 0
    megabytes = download + (entry.unpacked_mb or 2 * download)
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < megabytes:
        raise ModelError(
            f"Installing {entry.name} needs {megabytes} MB, and the disk of {folder} has {free} MB left. "
            "Free some space, or set ENUNCIATE_MODELS to a folder on another disk."
        )


def _validator(archive: Path) -> Path:
    return archive.with_suffix(".zip.json")


def _forget(archive: Path) -> None:
    archive.unlink(missing_ok=True)
    _validator(archive).unlink(missing_ok=True)


def _download(entry: CatalogueEntry, url: str, archive: Path, tell: Progress) -> str:
    """Bring the zip at `url` to `archive`; its SHA-256."""
    import requests

    try:
        resumed = _fetch(entry, url, archive, tell)
        sha256 = _sha256(archive)
        if resumed and entry.sha256 not in (None, sha256):
            # The beginning may be of another file, or was damaged: once more from the start.
            _forget(archive)
            _fetch(entry, url, archive, tell)
            sha256 = _sha256(archive)
    except requests.RequestException as error:
        raise ModelError(_network_error(entry, url, archive, error)) from error
    if not zipfile.is_zipfile(archive):
        _forget(archive)
        raise ModelError(
            f"{urlsplit(url).netloc} sent something that is not a whole zip archive (a sign-in page of your "
            f"network?); it was deleted. {_by_hand(entry)}"
        )
    if entry.sha256 not in (None, sha256):
        _forget(archive)
        raise ModelError(
            f"The download of {entry.name} is not the published file (its SHA-256 is {sha256}, not "
            f"{entry.sha256}) and was deleted. Try again, and if it stays so do not use that source."
        )
    return sha256


def _fetch(entry: CatalogueEntry, url: str, archive: Path, tell: Progress) -> bool:
    """Fetch what `archive` lacks of `url`; True if a part of it had been there already."""
    import requests

    offset, headers = _resume(entry, url, archive)
    if offset and offset == entry.download_bytes:
        return True
    headers |= {"Accept-Encoding": "identity", "User-Agent": "enunciate"}
    with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT_SECONDS) as response:
        if urlsplit(url).scheme == "https" and urlsplit(response.url).scheme != "https":
            raise ModelError(f"{url} leads to an address without encryption, which is not followed.")
        status = response.status_code
        span = response.headers.get("Content-Range", "")
        if status == 416 and span == f"bytes */{offset}":
            return True
        if status == 200:
            _receive(entry, response, archive, 0, tell)
            return False
        if status == 206 and span.startswith(f"bytes {offset}-"):
            _receive(entry, response, archive, offset, tell)
            return True
        if offset == 0:
            raise ModelError(_refused(entry, url, status))
    # The server has no such rest: from the start, which asks for none.
    _forget(archive)
    return _fetch(entry, url, archive, tell)


def _resume(entry: CatalogueEntry, url: str, archive: Path) -> tuple[int, dict[str, str]]:
    """How much of `url` is here already, and the headers that ask for the rest if it is the same file."""
    try:
        saved = json.loads(_validator(archive).read_text(encoding="utf-8"))
        offset = archive.stat().st_size
        validator = saved["validator"]
        if saved["url"] != url or offset == 0:
            return 0, {}
    except (OSError, ValueError, KeyError, TypeError):
        return 0, {}
    if validator is None and entry.sha256 is None:
        return 0, {}  # nothing would show that the two parts are of one file
    return offset, {"Range": f"bytes={offset}-"} | ({"If-Range": validator} if validator else {})


def _receive(
    entry: CatalogueEntry, response: requests.Response, archive: Path, offset: int, tell: Progress
) -> None:
    """Append the response's body to the first `offset` bytes of `archive`."""
    import requests

    server = urlsplit(response.url).netloc
    length = response.headers.get("Content-Length", "")
    total = offset + int(length) if length.isdigit() else entry.download_bytes
    limit = entry.download_bytes or 2_000_000 * (entry.download_mb or 0)
    etag = response.headers.get("ETag", "")
    validator = etag if etag.startswith('"') else response.headers.get("Last-Modified")  # not for weak tags
    with archive.open("ab" if offset else "wb") as file:
        saved = {"url": response.history[0].url if response.history else response.url, "validator": validator}
        _validator(archive).write_text(json.dumps(saved), encoding="utf-8")
        tell("Downloading", offset, total)
        for chunk in response.iter_content(_CHUNK):
            offset += len(chunk)
            if limit and offset > limit:
                file.truncate(0)
                raise ModelError(f"{server} sends more than {entry.name} has; the download was given up.")
            file.write(chunk)
            tell("Downloading", offset, total)
    if total is not None and offset < total:
        raise requests.ConnectionError("the connection ended early")


def _by_hand(entry: CatalogueEntry) -> str:
    return (
        f"To install without the network, carry {entry.folder}.zip over and run: "
        f"enunciate models install {entry.name} --from ZIP"
    )


def _refused(entry: CatalogueEntry, url: str, status: int) -> str:
    if status in (404, 410):
        return f"There is no {url} (any more). {_by_hand(entry)}"
    return f"{urlsplit(url).netloc} refuses the download (HTTP status {status}). {_by_hand(entry)}"


def _network_error(entry: CatalogueEntry, url: str, archive: Path, error: requests.RequestException) -> str:
    from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema, ProxyError, SSLError

    server = urlsplit(url).netloc
    here = archive.stat().st_size if archive.exists() else 0
    if isinstance(error, (InvalidURL, InvalidSchema, MissingSchema)):
        return f"{url} is not an address to download from."
    if isinstance(error, ProxyError):
        return f"The proxy of your network does not let enunciate reach {server}. {_by_hand(entry)}"
    if isinstance(error, SSLError):
        return (
            f"The certificate of {server} cannot be trusted: ask whoever runs your network. {_by_hand(entry)}"
        )
    if here:
        return (
            f"The download of {entry.name} stopped after {here / 1e6:.1f} MB. "
            "Run the same command again: it goes on from there."
        )
    return f"{server} cannot be reached: is this computer online? {_by_hand(entry)}"


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def _unpack(
    entry: CatalogueEntry, archive: Path, sha256: str, work: Path, final: Path, tell: Progress
) -> Installation:
    try:
        with zipfile.ZipFile(archive) as zipped:
            _extract(entry, zipped, archive.stat().st_size, work / entry.folder, tell)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelError(
            f"{archive.name.lstrip('.')} is a damaged zip archive, or none at all: get it again."
        ) from error
    return _finish(entry, work, final, sha256)


def _extract(entry: CatalogueEntry, zipped: zipfile.ZipFile, size: int, target: Path, tell: Progress) -> None:
    """Unpack `zipped` into `target`, leaving out the one folder that holds everything, if there is one."""
    members = [m for m in zipped.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
    paths = [_safe_path(member) for member in members]
    total = sum(member.file_size for member in members)
    # A model's files shrink to about half in a zip; far more than that is meant to fill the disk.
    if len(members) > _MOST_FILES or total > 8 * size + 1_000_000:
        raise ModelError(
            f"The archive of {entry.name} would unpack to far more than a model; it was not unpacked."
        )
    if len({str(path).lower() for path in paths}) < len(paths):
        raise ModelError(f"The archive of {entry.name} holds two files of one name; it was not unpacked.")
    one_top = len({path.parts[0] for path in paths}) == 1 and all(len(path.parts) > 1 for path in paths)
    done = 0
    for member, path in zip(members, paths, strict=True):
        place = target.joinpath(*path.parts[1:] if one_top else path.parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        # zipfile stops at the size that the entry declares, and compares its CRC.
        with zipped.open(member) as source, place.open("xb") as file:
            shutil.copyfileobj(source, file, _CHUNK)
        done += member.file_size
        tell("Unpacking", done, total)


def _safe_path(member: zipfile.ZipInfo) -> PurePosixPath:
    """Where a zip's entry goes. Raises ModelError for anything but a plain file inside the model's folder."""
    path = PurePosixPath(member.filename)
    plain = stat.S_IFMT(member.external_attr >> 16) in (0, stat.S_IFREG)
    inside = path.parts and not path.is_absolute() and ".." not in path.parts
    if not (plain and inside) or any(character in member.filename for character in "\\:"):
        raise ModelError(
            f"The archive holds {member.filename!r}, which is no plain file inside the model's folder; "
            "it was not unpacked."
        )
    return path


def _copy(source: Path, target: Path) -> None:
    """Copy an unpacked model, or the one model folder inside `source`: plain files only."""
    entries = [path for path in source.iterdir() if not path.name.startswith((".", "__MACOSX"))]
    if len(entries) == 1 and entries[0].is_dir():
        source = entries[0]
    for path in source.rglob("*"):
        place = target / path.relative_to(source)
        if path.is_symlink():
            raise ModelError(f"{path} is a link: copy the files themselves.")
        if path.is_file() and path.name != models.CHECKSUMS:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def _finish(entry: CatalogueEntry, work: Path, final: Path, sha256: str | None) -> Installation:
    """Verify what lies in `work`, list it, and move it to `final`."""
    model = work / entry.folder
    try:
        problems = models.verify(model).problems
    except ModelError as error:
        reason = str(error).replace(f"{model}{os.sep}", "")
        raise ModelError(f"This is no whole model, and nothing was installed. {reason}") from error
    if problems:
        reason = problems[0].replace(f"{model}{os.sep}", "")
        raise ModelError(f"This is not the published {entry.name}: {reason}. Nothing was installed.")
    models.seal(model)
    if final.exists():
        final.rename(work / "broken")
    model.rename(final)
    checked = "archive" if entry.sha256 and sha256 else "files" if entry.files else "structure"
    return Installation(final, sha256, checked)
