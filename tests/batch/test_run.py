"""What is scored, what is not scored again, and what the reports say; the engine is a scripted one."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from enunciate.batch import Job
from enunciate.batch.results import Results
from enunciate.batch.run import Tally, report, run
from enunciate.batch.scoring import Engine
from enunciate.batch.sources import Options, gather
from tests.batch.workers import ENGINE, Scripted
from tests.report import samples

TEXT = "Good morning, how may I help you?"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A class of three."""
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    for name in ("hi__ana.wav", "hi__bad.wav", "hi__cho.wav"):
        Path("in", name).write_text(f"sound of {name}")
    return tmp_path


def batch(
    pool: Scripted,
    engine: Engine = ENGINE,
    pages: bool = True,
    told: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    found = gather(["in"], Options(text=TEXT))
    with Results("out") as results:
        try:
            tally = run(found.jobs, results, pool, engine, pages=pages, told=told)
        except KeyboardInterrupt:
            report(found.jobs, results, pages=pages, complete=False)
            raise
        report(found.jobs, results, pages=pages, complete=True)
    return tally


def asked(engine: Engine = ENGINE, pages: bool = True) -> list[str]:
    """Run the same command (again): the agents whose recordings were asked for."""
    pool = Scripted(samples.mistaken().as_dict)
    batch(pool, engine, pages)
    return [Path(name).stem.removeprefix("hi__") for name in pool.asked]


def table() -> dict[str, dict[str, str]]:
    with Path("out/assessments.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["agent"]: row for row in csv.DictReader(file)}


def test_what_is_unchanged_is_not_scored_again_and_failures_are_tried_again(here: Path) -> None:
    assert asked() == ["ana", "bad", "cho"]
    assert asked() == ["bad"]
    assert [row["status"] for row in table().values()].count("failed") == 1


def test_what_has_changed_is_scored_again(here: Path) -> None:
    asked()
    Path("in/hi__ana.wav").write_text("another sound")
    assert asked() == ["ana", "bad"]
    assert asked(replace(ENGINE, rubric="test-rubric/2")) == ["ana", "bad", "cho"]
    assert asked(replace(ENGINE, rubric="test-rubric/2")) == ["bad"]
    lines = Path("out/assessments.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["agent"] for line in lines) == ["ana", "cho"]
    assert len(Path("out/earlier.jsonl").read_text().splitlines()) == 3
    assert asked(pages=False) == ["bad"], "what was put aside is not scored again either"


def test_a_page_of_an_older_result_is_not_taken_for_the_newest(here: Path) -> None:
    asked()
    Path("in/hi__ana.wav").write_text("another sound")
    assert asked(pages=False) == ["ana", "bad"]
    assert asked() == ["ana", "bad"], "its page showed the sound before"


def test_a_new_recording_is_added_and_one_that_is_gone_leaves_the_reports(here: Path) -> None:
    asked()
    Path("in/hi__ana.wav").unlink()
    Path("in/hi__dee.wav").write_text("sound")
    assert asked() == ["bad", "dee"]
    assert list(table()) == ["bad", "cho", "dee"]


def test_an_interrupted_run_keeps_what_it_has_and_goes_on_from_there(here: Path) -> None:
    def stop(tally: Tally) -> None:
        if tally.scored:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch(Scripted(samples.mistaken().as_dict), told=stop)
    assert {agent: row["status"] != "waiting" for agent, row in table().items()} == {
        "ana": True,
        "bad": False,
        "cho": False,
    }
    assert asked() == ["bad", "cho"]


def test_the_tally_adds_up(here: Path) -> None:
    told: list[int] = []
    tally = batch(Scripted(samples.not_this_script().as_dict), told=lambda tally: told.append(tally.done))
    assert (tally.total, tally.scored, tally.failed, tally.unread, tally.done) == (3, 2, 1, 2, 3)
    assert told == sorted(told)


def test_the_pages_link_to_each_other(here: Path) -> None:
    asked()
    cells = table()["ana"]
    assert Path("out", cells["page"]).read_text("utf-8") == "page of in/hi__ana.wav"
    wave = Path("out/wave.html").read_text("utf-8")
    assert cells["page"] in wave
    assert "in/hi__bad.wav is bad." in wave


def test_a_job_with_a_problem_is_a_failure_that_nobody_works_on(here: Path) -> None:
    pool = Scripted(samples.mistaken().as_dict)
    jobs = [Job("", "", None, source="class.csv", line=2, problem="This row names no recording.")]
    with Results("out") as results:
        tally = run(jobs, results, pool, ENGINE, pages=True, told=lambda _: None)
        report(jobs, results, pages=True, complete=True)
    assert (tally.failed, pool.asked) == (1, [])
    (line,) = map(json.loads, Path("out/failures.jsonl").read_text().splitlines())
    assert (line["source"], line["line"], line["reason"]) == ("class.csv", 2, "This row names no recording.")
