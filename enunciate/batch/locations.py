"""Recordings wherever they are: paths on this machine, and URLs that fsspec can open (s3://, https://,
...).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from enunciate.audio import Recording
from enunciate.audio import files as audio_files
from enunciate.errors import AudioError, BatchError

RECORDINGS = frozenset(
    [
        ".wav",
        ".wave",
        ".flac",
        ".ogg",
        ".oga",
        ".opus",
        ".mp3",
        ".aif",
        ".aiff",
        ".aifc",
        ".au",
        ".snd",
        ".caf",
        ".w64",
        ".rf64",
    ]
)
"""How the names of recordings end."""

UNREADABLE = frozenset(
    [".m4a", ".mp4", ".aac", ".webm", ".mka", ".mkv", ".wma", ".asf", ".amr", ".3gp", ".mov", ".avi"]
)
"""How those end that hold sound which cannot be read: they are not passed over in silence."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+(?:::|://)")
"""A URL begins so; a drive of Windows has one letter only."""


def is_url(location: str) -> bool:
    r"""Whether this is a URL and not a path; `local` has turned file:// into paths before.

    >>> is_url("s3://bucket/a.wav"), is_url("C:\\class\\a.wav"), is_url("class/a.wav")
    (True, False, False)
    """
    return _URL.match(location) is not None


def local(location: str) -> str:
    """The path that a file:// URL names; everything else as it is.

    >>> local("file:///tmp/a%20b.wav"), local("s3://bucket/a.wav")
    ('/tmp/a b.wav', 's3://bucket/a.wav')
    """
    if location.lower().startswith("file://"):
        parts = urlsplit(location)
        host = f"//{parts.netloc}" if parts.netloc not in ("", "localhost") else ""
        return url2pathname(host + parts.path)
    return location


def suffix(location: str) -> str:
    """The end of a file's name, in lower case and with its dot.

    >>> suffix("https://host/a.WAV?token=1"), suffix("class 7.b/x.csv")
    ('.wav', '.csv')
    """
    path = urlsplit(location).path if is_url(location) else location
    return PurePosixPath(path.replace("\\", "/")).suffix.lower()


def filesystem(url: str) -> tuple[Any, str]:
    """The fsspec file system of a URL and the path in it. Raises BatchError where it cannot be had."""
    import fsspec

    try:
        system, path = fsspec.url_to_fs(url)
    except (ImportError, ValueError, OSError) as error:
        raise BatchError(_unreachable(url, error)) from error
    return system, str(path)


def read_bytes(location: str) -> bytes:
    """All of a file or of what a URL names. Raises BatchError."""
    try:
        if not is_url(location):
            return Path(location).read_bytes()
        system, path = filesystem(location)
        return bytes(system.cat_file(path))
    except BatchError:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BatchError(f"{location} cannot be read ({reason}): check its name and permissions.") from error
    except Exception as error:  # whatever the client of a store raises
        raise BatchError(_unreachable(location, error)) from error


def digest(location: str) -> str | None:
    """The SHA-256 of a recording in hex; None where it cannot be read, as scoring it will say."""
    found = hashlib.sha256()
    try:
        with _opened(location) as stream:
            while chunk := stream.read(1 << 20):
                found.update(chunk)
    except Exception:  # whatever the client of a store raises
        return None
    return found.hexdigest()


def read(location: str, name: str) -> Recording:
    """Read a recording as `enunciate.audio.files.read` does, called `name` in its path and in errors.

    One at a URL is copied to a temporary file first and deleted afterwards. Raises AudioError.
    """
    with on_disk(location, name) as path:
        try:
            return replace(audio_files.read(path), path=name)
        except AudioError as error:
            raise AudioError(str(error).replace(os.fspath(path), name)) from error


@contextmanager
def on_disk(location: str, name: str) -> Iterator[Path]:
    """A path at which the file can be read: its own, or for a URL that of a copy which is deleted afterwards.

    Raises AudioError where a URL cannot be read.
    """
    if not is_url(location):
        yield Path(location)
        return
    handle, path = tempfile.mkstemp(prefix="enunciate-", suffix=suffix(location))
    try:
        with os.fdopen(handle, "wb") as copy:
            try:
                with _opened(location) as stream:
                    shutil.copyfileobj(stream, copy, 1 << 20)
            except FileNotFoundError as error:
                raise AudioError(f"There is no file {name}: check the name and the folder.") from error
            except Exception as error:  # whatever the client of a store raises
                raise AudioError(_unreachable(name, error)) from error
        yield Path(path)
    finally:
        Path(path).unlink(missing_ok=True)


def _opened(location: str) -> Any:
    if not is_url(location):
        return Path(location).open("rb")
    import fsspec

    return fsspec.open(location, "rb")


def _unreachable(url: str, error: Exception) -> str:
    reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    if isinstance(error, ImportError):
        return f"{url} cannot be opened: {reason}."
    return f"{url} cannot be read ({reason}): check the address and your access to it."
