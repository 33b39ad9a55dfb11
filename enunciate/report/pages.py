"""What the HTML pages share: one file that opens from the disk and asks the network for nothing.

Style, programs and sound stand in the page itself. Its Content-Security-Policy names them and forbids all
else, so that nothing in a script, a name or a transcript could run even if it were taken for HTML.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from enunciate.errors import ReportError
from enunciate.report.printable import printable

GENERATOR = "enunciate"

_HEAD = 4096
"""Bytes of a page within which it says what made it."""

_HERE = resources.files("enunciate.report")


def render(template: str, programs: Sequence[str], **values: Any) -> str:
    """The page that `template` makes of `values`, with the named programs from `templates/` or `vendor/`."""
    sources = [_program(name) for name in programs]
    style = _text("templates/style.css")
    allowed = " ".join(f"'sha256-{_digest(source)}'" for source in sources)
    # wavesurfer.js makes a style element of its own, whose hash the page cannot know: hence a nonce for
    # styles.
    nonce = hashlib.sha256("".join((*sources, style)).encode()).hexdigest()[:24]
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src 'nonce-{nonce}'; img-src data:; "
        "media-src data:; base-uri 'none'; form-action 'none'"
    )
    return (
        _environment()
        .get_template(template)
        .render(
            policy=policy,
            nonce=nonce,
            generator=GENERATOR,
            style=Markup(style),
            programs=[Markup(source) for source in sources],
            **values,
        )
    )


def folder(path: Path) -> None:
    """Make a folder for pages where there is none.

    Raises:
        ReportError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportError(f"The folder {path} cannot be made: {error.strerror or error}.") from error


def check(path: Path) -> None:
    """Refuse a path at which there is no folder for the page, or something else than a page of ours.

    Raises:
        ReportError: no page can be written there.
    """
    if not path.parent.is_dir():
        raise ReportError(f"The page cannot be written to {path}: there is no such folder.")
    try:
        with path.open("rb") as file:
            ours = f'name="generator" content="{GENERATOR}"'.encode() in file.read(_HEAD)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unwritable(path, error) from error
    if not ours:
        raise ReportError(f"{path} is there already and is no page of enunciate: give the page another name.")


def write(page: str, path: str | Path) -> None:
    """Write a page to `path`, over an older page; it is there whole or not at all.

    Raises:
        ReportError: no page can be written there.
    """
    target = Path(path)
    check(target)
    part = target.with_name(target.name + ".part")
    try:
        part.write_text(page, encoding="utf-8", newline="\n")
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _unwritable(target, error) from error


def _unwritable(path: Path, error: OSError) -> ReportError:
    return ReportError(f"The page cannot be written to {path}: {error.strerror or error}.")


def data_uri(content: bytes, kind: str) -> str:
    """`content` as an address that holds it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def href(path: str) -> str:
    """The address of a file at a path relative to the page; whatever the path is, it stays one.

    >>> href("pages/Zoë 1.html"), href("javascript:alert(1)")
    ('pages/Zo%C3%AB%201.html', 'javascript%3Aalert%281%29')
    """
    return quote(os.fsencode(path))


def seconds(value: float) -> str:
    """A time in a recording as a player shows it.

    >>> seconds(4.26), seconds(3725.0)
    ('0:04', '1:02:05')
    """
    whole = int(value)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("enunciate.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["seconds"] = seconds
    environment.filters["href"] = href
    return environment


def _shown(value: Any) -> Any:
    """Text without what would turn the writing direction or cannot be written as UTF-8; the rest as it is."""
    return printable(value, lines=True) if isinstance(value, str) and not isinstance(value, Markup) else value


def clean(value: Any) -> Any:
    """Strings within data for a program, made safe to show like the text of the page."""
    if isinstance(value, Mapping):
        return {key: clean(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [clean(inner) for inner in value]
    return _shown(value)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


@lru_cache(maxsize=16)
def _program(name: str) -> str:
    text = _text(name)
    if "</script" in text.lower() or "<!--" in text:
        raise AssertionError(f"{name} would end its script element")
    return text


@lru_cache(maxsize=16)
def _text(name: str) -> str:
    text = _HERE.joinpath(*name.split("/")).read_text("utf-8")
    # A browser hashes what is in the element, line ends as line feeds.
    return text.replace("\r\n", "\n").strip("\n")
