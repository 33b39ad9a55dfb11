"""`enunciate batch`: a class's recordings against their scripts."""

from __future__ import annotations

import time
import warnings
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from enunciate.cli import options
from enunciate.report.labels import counted
from enunciate.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from enunciate.batch import Job
    from enunciate.batch.pool import Pool
    from enunciate.batch.results import Results
    from enunciate.batch.run import Tally

_SHOWN = 10
"""Failures that are listed at the end; all are in failures.jsonl."""

_PLAIN_SECONDS = 30.0
"""Between two lines of progress where there is no terminal."""


@click.command(short_help="Score a class's recordings.")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--out", metavar="RESULTS", type=click.Path(), help="The folder to put the results in.")
@click.option("--script", metavar="NAME-or-FILE", help="The script that all of them read.")
@click.option("--text", help="The text that all of them read.")
@click.option("--check", is_flag=True, help="Only look for problems; nothing is scored or written.")
@click.option(
    "--jobs", metavar="N", type=click.IntRange(min=1), help="Recordings at a time.  [default: one a core]"
)
@click.option("--cluster", metavar="ADDRESS", help="Work on a Dask cluster, such as tcp://HOST:8786.")
@options.model
@click.option("--encoding", metavar="NAME", help="The manifest's encoding, where it is not UTF-8.")
@click.option("--allow-outside", is_flag=True, help="Let a manifest name files outside its folder, and URLs.")
@click.option(
    "--no-pages", is_flag=True, help="Make no page for each recording, only the table and the lines."
)
@click.option("--agent", metavar="NAME", help="Who reads where the source does not say it; see --history.")
@click.option(
    "--history/--no-history",
    default=None,
    help="Keep the readings in the history of their agents.  [default: with --agent]",
)
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary; problems are still said.")
@click.option("--no-color", is_flag=True, help="No colours.")
@click.pass_context
def command(
    ctx: click.Context,
    sources: tuple[str, ...],
    out: str | None,
    script: str | None,
    text: str | None,
    check: bool,
    jobs: int | None,
    cluster: str | None,
    model: str | None,
    encoding: str | None,
    allow_outside: bool,
    no_pages: bool,
    agent: str | None,
    history: bool | None,
    quiet: bool,
    no_color: bool,
) -> None:
    """Score the recordings in SOURCE: folders, manifests (CSV, TSV, JSON Lines) or single recordings.

    In a folder, late-delivery__maya.wav is Maya reading the script late-delivery; a text file of the same
    name beside a recording, or --script for all, says what was read too.

    However it is stopped, the same command goes on where it was, and scores again only what has changed.
    The exit status is 0 where every recording was scored, passed or not, and 1 where one could not be scored
    or is not a reading of its script.
    """
    if script is not None and text is not None:
        raise click.UsageError("Say what was read in one way: --script or --text.")
    if cluster is not None and jobs is not None:
        raise click.UsageError("--jobs is for this machine; a cluster has the workers that it has.")
    if check == (out is not None):
        raise click.UsageError(
            "--check writes nothing: leave out --out."
            if check
            else "Say where the results are to go: --out RESULTS (or --check to look for problems only)."
        )
    keep = agent is not None if history is None else history
    if agent is not None and not keep:
        raise click.UsageError("--no-history contradicts --agent.")
    if check and keep:
        raise click.UsageError("--check keeps nothing: leave out --agent and --history.")

    from enunciate.batch.scoring import engine
    from enunciate.batch.sources import Options, gather

    # joblib warns of workers that were replaced and of results that nobody asked for any more.
    warnings.filterwarnings("ignore", category=UserWarning, module="joblib")
    found = gather(sources, Options(script, text, allow_outside, encoding, out))
    for notice in found.notices:
        _say(notice)
    judge = engine(model)
    with (
        _pool(cluster, jobs) as pool,
        _Progress(quiet, no_color, "Reading" if check else "Scoring") as progress,
    ):
        if out is None:
            status = _check(found.jobs, pool, judge, progress, quiet)
        else:
            read = found.jobs if agent is None else tuple(_read_by(job, agent) for job in found.jobs)
            status = _score(read, out, pool, judge, not no_pages, progress, quiet, keep)
    ctx.exit(status)


def _check(jobs: Sequence[Job], pool: Pool, judge: Any, progress: _Progress, quiet: bool) -> int:
    from enunciate.batch.run import check

    problems = check(jobs, pool, judge, progress.told)
    progress.stop()
    for job in problems:
        click.echo(printable(_placed(job, job.problem or "")))
    if not quiet:
        recordings = counted(len(jobs), "recording")
        _say(
            f"{recordings} looked over, {counted(len(problems), 'problem')}."
            if problems
            else f"{recordings} looked over: all can be scored."
        )
    return 1 if problems else 0


def _score(
    jobs: Sequence[Job],
    out: str,
    pool: Pool,
    judge: Any,
    pages: bool,
    progress: _Progress,
    quiet: bool,
    keep: bool,
) -> int:
    from enunciate.batch.results import Results
    from enunciate.batch.run import report, run
    from enunciate.cli import INTERRUPTED

    with Results(out) as results:
        for notice in results.notices:
            _say(notice)
        try:
            tally = run(jobs, results, pool, judge, pages=pages, told=progress.told)
        except KeyboardInterrupt:
            progress.stop()
            report(jobs, results, pages=pages, complete=False)
            if keep:
                _keep(jobs, results, quiet)
            done = f"{progress.tally.done if progress.tally else 0} of {counted(len(jobs), 'recording')} done"
            _say(f"Stopped: {done}; their results are kept in {out}, and the same command goes on from here.")
            return INTERRUPTED
        progress.stop()
        moved = report(jobs, results, pages=pages, complete=True)
        if keep:
            _keep(jobs, results, quiet)
        failures = [(job, reason) for job in jobs if (reason := results.failure(job)) is not None]
    for job, reason in failures[:_SHOWN]:
        _say(_placed(job, reason))
    if len(failures) > _SHOWN:
        _say(f"... and {len(failures) - _SHOWN} more: see failures.jsonl.")
    if not quiet:
        if moved:
            _say(f"{counted(moved, 'earlier result')} that this run has no longer: see earlier.jsonl.")
        _summary(tally, out)
    return 1 if tally.failed or tally.unread else 0


def _read_by(job: Job, agent: str) -> Job:
    from dataclasses import replace

    return job if job.agent else replace(job, agent=agent)


def _keep(jobs: Sequence[Job], results: Results, quiet: bool) -> None:
    """Keep what was scored in the history."""
    from contextlib import ExitStack

    from enunciate.batch.keeping import keep
    from enunciate.cli.keeping import opened

    with ExitStack() as stack:
        kept = keep(jobs, results, opened(stack))
    for problem in kept.problems:
        _say(problem)
    if quiet:
        return
    if kept.added:
        _say(f"New in the history: {', '.join(kept.added)}.")
    _say(f"{counted(kept.readings, 'reading')} kept in the history.")
    if kept.nameless:
        _say(
            f"{counted(kept.nameless, 'reading')} not kept, for nobody says who read: name the agent in the "
            "manifest or in the recording's name (late-delivery__maya.wav), or give --agent."
        )


def _summary(tally: Tally, out: str) -> None:
    from enunciate.batch.run import TABLE
    from enunciate.batch.scoring import WAVE_PAGE

    parts = [
        f"{count} {what}"
        for count, what in (
            (tally.passed, "passed"),
            (tally.retake, "to read again"),
            (tally.unread, "not a reading of the script"),
            (tally.failed, "failed"),
        )
        if count
    ]
    click.echo(f"{counted(tally.total, 'recording')}: {', '.join(parts)}.")
    if tally.unchanged:
        click.echo(f"{tally.unchanged} of them had been scored before.")
    click.echo(
        printable(f"Open {Path(out) / WAVE_PAGE} in a browser, or {TABLE} beside it in a spreadsheet.")
    )


def _pool(cluster: str | None, jobs: int | None) -> AbstractContextManager[Pool]:
    from enunciate.batch.pool import Cluster, Processes

    if cluster is not None:
        from contextlib import closing

        return closing(Cluster(cluster))
    import joblib

    return nullcontext(Processes(jobs or joblib.cpu_count()))


def _placed(job: Job, reason: str) -> str:
    """A reason, and the place it speaks of where it does not say so itself."""
    return reason if job.line is None and job.recording in reason else f"{job.place}: {reason}"


def _say(text: str) -> None:
    click.echo(printable(text), err=True)


class _Progress:
    """A bar on a terminal, a line now and then elsewhere; always on stderr."""

    def __init__(self, quiet: bool, no_color: bool, doing: str) -> None:
        from rich.console import Console

        self.tally: Tally | None = None
        self._quiet = quiet
        self._doing = doing
        self._console = Console(stderr=True, no_color=no_color or None, highlight=False)
        self._bar: Any = None
        self._began = self._said = time.monotonic()
        self._known = 0

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def told(self, tally: Tally) -> None:
        """Show how far the batch is."""
        self.tally = tally
        if tally.scored == 0:
            # What was known before or could not be begun upon says nothing about the pace.
            self._known = tally.done
        if self._quiet:
            return
        if self._console.is_terminal:
            self._draw(tally)
        elif time.monotonic() - self._said >= _PLAIN_SECONDS and tally.done < tally.total:
            self._said = time.monotonic()
            _say(", ".join([f"{tally.done} of {tally.total} done", *self._facts(tally)]))

    def stop(self) -> None:
        """Leave the terminal as it was, the bar showing how far it came."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _facts(self, tally: Tally) -> list[str]:
        """Failures, pace and time left."""
        facts = [f"{tally.failed} failed"] if tally.failed else []
        took, done = time.monotonic() - self._began, tally.done - self._known
        if done and took > 1.0:
            left = (tally.total - tally.done) * took / done
            facts += [f"{60.0 * done / took:.1f} a minute", f"{_duration(left)} left"]
        return facts

    def _draw(self, tally: Tally) -> None:
        if self._bar is None:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(bar_width=None),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.fields[facts]}"),
                console=self._console,
                expand=True,
            )
            self._bar.add_task(self._doing, total=tally.total, facts="")
            self._bar.start()
        task = self._bar.tasks[0].id
        self._bar.update(task, completed=tally.done, facts=", ".join(self._facts(tally)))


def _duration(seconds: float) -> str:
    """A length of time in two units at most.

    >>> _duration(42), _duration(200), _duration(7300)
    ('42 s', '3 min 20 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
