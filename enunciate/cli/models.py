"""`enunciate models`: which recognition models there are, and putting them on this computer."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from enunciate.errors import ModelError

if TYPE_CHECKING:
    from enunciate.recognition.install import Installation, Progress
    from enunciate.recognition.models import CatalogueEntry, ModelInfo


@click.group("models")
def command() -> None:
    """List, install and check recognition models.

    A model that follows scripts comes with enunciate. `install` is the only command that uses the network.
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def list_models(as_json: bool) -> None:
    """Show the models that exist, which are installed, and which one is used."""
    table = _table()
    if as_json:
        click.echo(json.dumps(table, indent=2, ensure_ascii=False))
        return
    width = min(shutil.get_terminal_size().columns, 100)
    for row in table["models"]:
        click.echo(f"{'*' if row['used'] else ' '} {row['name']:<20} {_size(row):>8}  {_state(row)}")
        about = " ".join(filter(None, [row["good_for"], _error_rate(row)]))
        if about:
            click.echo(textwrap.fill(about, width, initial_indent="    ", subsequent_indent="    "))
    click.echo()
    if table["used"]:
        click.echo(f"* {table['used']['name']} is used: {table['used']['why']}.")
    else:
        click.echo(f"None can be used. {table['problem']}")
    click.echo(f"Installed models are in {table['folder']}")


@command.command()
@click.argument("name")
@click.option(
    "--from",
    "source",
    metavar="ZIP",
    type=click.Path(path_type=Path),
    help="Install from a zip, or an unpacked model, that is on this computer already: no network needed.",
)
@click.option(
    "--mirror",
    metavar="URL",
    envvar="ENUNCIATE_MIRROR",
    help="Download vosk-model-NAME.zip from this address instead of the publisher's (also ENUNCIATE_MIRROR).",
)
def install(name: str, source: Path | None, mirror: str | None) -> None:
    """Download the model NAME, check it, and put it in place.

    An interrupted download goes on where it stopped. The usual proxy variables (HTTPS_PROXY, NO_PROXY) are
    honoured.
    """
    from enunciate.recognition import install as installer
    from enunciate.recognition import models

    folder = models.models_folder()
    entry = models.entry(name)
    if entry is None and source is None:
        names = ", ".join(e.name for e in models.catalogue() if e.url)
        raise ModelError(f"There is no model {name!r} to download. These can be: {names}.")
    entry = entry or models.CatalogueEntry(models.short_name(name))
    with _progress(entry.name) as progress:
        if source is not None:
            done = installer.install_from(entry, source, folder, progress=progress)
        else:
            done = installer.install(entry, folder, mirror=mirror, progress=progress)
    click.echo(_installed(entry, done))
    used, why = models.choice()
    if used.path == done.path:
        click.echo("It is used from now on.")
    else:
        click.echo(
            f"{used.name} is still used: {why}. To use the new one: --model {entry.name}, "
            f"or set ENUNCIATE_MODEL={entry.name}"
        )


@command.command()
@click.argument("name", required=False)
def path(name: str | None) -> None:
    """Print the folder of the model NAME, or of the one that is used."""
    from enunciate.recognition import models

    click.echo(models.select(name).path)


@command.command()
@click.argument("name", required=False)
@click.pass_context
def verify(ctx: click.Context, name: str | None) -> None:
    """Read every file of the model NAME, or of all installed models, and compare it with its checksum.

    Exits with 1 if a file is missing or damaged.
    """
    from enunciate.recognition import models

    whole = True
    for info in [models.select(name)] if name else models.installed():
        whole &= _verify(info)
    for _, problem in () if name else models.broken():
        click.echo(problem)
        whole = False
    if not whole:
        ctx.exit(1)


@command.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Delete the installed model NAME."""
    from enunciate.recognition import install as installer
    from enunciate.recognition import models

    info = models.select(name)
    if not (yes or info.shipped):
        click.confirm(f"Delete {info.path}?", abort=True, err=True)
    installer.remove(info, models.models_folder())
    click.echo(f"{info.name} was deleted.")


def _table() -> dict[str, Any]:
    """What `list --json` prints: the catalogue's models, then the installed ones that it does not have."""
    from enunciate.recognition import models

    used, problem = None, None
    try:
        info, why = models.choice()
        used = {"name": info.name, "path": str(info.path), "why": why}
        found = {info.name: info}
    except ModelError as error:
        problem, found = str(error), {}
    found |= {info.name: info for info in models.installed()}
    problems = {models.short_name(path.name): problem for path, problem in models.broken()}
    names = [entry.name for entry in models.catalogue()]
    names += sorted((found.keys() | problems.keys()) - set(names))
    rows = [_row(models.entry(name), name, found.get(name), problems.get(name)) for name in names]
    for row in rows:
        row["used"] = used is not None and row["path"] == used["path"]
    return {
        "models": rows,
        "used": used,
        "problem": problem,
        "folder": str(models.models_folder()),
    }


def _row(
    entry: CatalogueEntry | None, name: str, info: ModelInfo | None, problem: str | None
) -> dict[str, Any]:
    return {
        "name": name,
        "installed": info is not None,
        "shipped": info is not None and info.shipped,
        "path": str(info.path) if info else None,
        "problem": problem,
        "grammar": info.grammar if info else entry.grammar if entry else None,
        "transcribes": entry.transcribes if entry else None,
        "quality": entry.quality if entry else None,
        "accents": list(entry.accents) if entry else None,
        "download_mb": entry.download_mb if entry else None,
        "unpacked_mb": entry.unpacked_mb if entry else None,
        "word_error_rate": entry.word_error_rate if entry else None,
        "good_for": entry.good_for if entry else None,
        "licence": entry.licence if entry else None,
        "url": entry.url if entry else None,
    }


def _size(row: dict[str, Any]) -> str:
    megabytes = row["download_mb"] or row["unpacked_mb"]
    return f"{megabytes} MB" if megabytes else ""


def _state(row: dict[str, Any]) -> str:
    if row["problem"]:
        return f"damaged: {row['problem']}"
    if row["shipped"]:
        return "comes with enunciate"
    if not row["installed"]:
        return "not installed"
    return "installed" if row["grammar"] else "installed, but cannot follow a script"


def _error_rate(row: dict[str, Any]) -> str:
    return f"Words wrong in its publisher's tests, %: {row['word_error_rate']}." if row["url"] else ""


def _installed(entry: CatalogueEntry, done: Installation) -> str:
    where = f"{entry.name} is installed in {done.path}"
    if not done.fresh:
        return f"{where} already."
    if done.checked == "archive":
        return f"{where}; its archive has the published SHA-256."
    if done.checked == "files":
        return f"{where}; each of its files is the published one."
    seen = f" The SHA-256 of its archive is {done.sha256}." if done.sha256 else ""
    return f"{where}. No checksum is published for it, so only its structure could be checked.{seen}"


def _verify(info: ModelInfo) -> bool:
    from enunciate.recognition import models

    try:
        result = models.verify(info.path)
    except ModelError as error:
        click.echo(str(error))
        return False
    for problem in result.problems:
        click.echo(f"{info.name} is damaged: {problem}.")
    if not result.problems and result.known:
        click.echo(f"{info.name} is whole: {result.files} files, each with its checksum.")
    elif not result.problems:
        click.echo(f"{info.name} has all files it needs; no checksums of them are known.")
    return not result.problems


@contextmanager
def _progress(name: str) -> Iterator[Progress]:
    """A bar on a terminal's stderr, else a line for every tenth."""
    if not sys.stderr.isatty():
        yield _lines(name)
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, Any] = {}

        def tell(doing: str, done: int, total: int | None) -> None:
            if doing not in tasks:
                tasks[doing] = bar.add_task(f"{doing} {name}", total=total)
            bar.update(tasks[doing], completed=done, total=total)

        yield tell


def _lines(name: str) -> Progress:
    said: dict[str, int] = {}

    def tell(doing: str, done: int, total: int | None) -> None:
        step = 10 * done // total if total else done // 10_000_000
        if step > said.get(doing, 0):
            said[doing] = step
            of = f"{10 * step} % of {total / 1e6:.1f} MB" if total else f"{done / 1e6:.0f} MB"
            click.echo(f"{doing} {name}: {of}", err=True)

    return tell
