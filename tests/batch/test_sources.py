from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from enunciate.batch import Job
from enunciate.batch.sources import Options, gather
from enunciate.errors import BatchError, ScriptError

MORNING = "Good morning, how may I help you?"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(*names: str, content: str = "x") -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(content, "utf-8")


def jobs(*sources: str, **options: object) -> list[Job]:
    return list(gather(sources, Options(**options)).jobs)  # type: ignore[arg-type]


def scripts(found: list[Job]) -> dict[str, str | None]:
    return {job.recording: job.script.id if job.script else job.problem for job in found}


def test_a_folder_says_by_names_and_texts_beside_what_was_read(here: Path) -> None:
    files("class/late-delivery__maya.wav", "class/b/Late_Delivery__jo__2.FLAC", "class/nobody.wav")
    files(
        "class/spoken.wav", "class/b/own__ann.mp3", "class/.hidden.wav", "class/.h/x.wav", "class/notes.pdf"
    )
    files("class/spoken.txt", "class/own.md", content=MORNING)
    found = jobs("class")
    assert scripts(found) == {
        "class/b/Late_Delivery__jo__2.FLAC": "late-delivery",
        "class/b/own__ann.mp3": "own",
        "class/late-delivery__maya.wav": "late-delivery",
        "class/nobody.wav": "Nothing says which script was read in class/nobody.wav: name it "
        "SCRIPT__AGENT.wav, put the text beside it as nobody.txt, or give one --script or --text for all.",
        "class/spoken.wav": "text",
    }
    assert [job.agent for job in found] == ["maya", None, None, "jo", "ann"]
    assert found[3].columns == {"take": "2"}
    assert all(Path(job.location).is_absolute() for job in found)


def test_one_script_for_all_comes_before_names(here: Path) -> None:
    files("class/a__maya.wav", "class/b.wav")
    assert set(scripts(jobs("class", script="late-delivery")).values()) == {"late-delivery"}
    assert {job.script.text for job in jobs("class", text=MORNING) if job.script} == {MORNING}
    with pytest.raises(ScriptError, match="no script and no file called 'late'"):
        jobs("class", script="late")


def test_a_script_that_is_unknown_or_unreadable_is_the_recordings_problem(here: Path) -> None:
    files("class/late-deliver__maya.wav", "class/other.wav", "class/other.txt", content="Спасибо")
    found = scripts(jobs("class"))
    assert "Did you mean 'late-delivery'" in (found["class/late-deliver__maya.wav"] or "")
    assert "other.txt is written in Cyrillic letters" in (found["class/other.wav"] or "")


def test_the_results_are_no_sources(here: Path) -> None:
    files("class/late-delivery__maya.wav", "class/out/late-delivery__copy.wav")
    assert len(jobs("class", out="class/out")) == 1


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("gone", "There is no file or folder gone"),
        ("empty", "empty holds no recordings"),
        ("list", "list holds no recordings .* To use class.csv, name it as the source"),
        ("note.pdf", "note.pdf is no folder, recording or manifest"),
        ("gone.csv", "gone.csv cannot be read"),
    ],
)
def test_a_source_that_is_none(here: Path, source: str, said: str) -> None:
    files("empty/note.txt", "list/class.csv", "note.pdf")
    with pytest.raises(BatchError, match=said):
        jobs(source)


def test_single_recordings(here: Path) -> None:
    files("a.wav")
    good, gone = jobs("a.wav", "gone.wav", text=MORNING)
    assert (good.problem, gone.problem) == (
        None,
        "There is no file gone.wav: check the name and the folder.",
    )


def test_a_manifest(here: Path) -> None:
    files("week 7/José.wav", "week 7/b.wav", "week 7/late-delivery__jo.wav", "week 7/own.md", content=MORNING)
    files(
        "week 7/class.csv",
        content="recording,script,text,agent,wave,date,team\n"
        "José.wav,late-delivery,,José,7,2026-11-25,North\n"
        f'b.wav,,"{MORNING}",,,,\n'
        "late-delivery__jo.wav,own.md,,,,,\n",
    )
    first, second, third = jobs("week 7/class.csv")
    assert [job.problem for job in (first, second, third)] == [None, None, None]
    assert (first.recording, first.line, first.place) == ("week 7/José.wav", 2, "week 7/class.csv, line 2")
    assert (first.agent, first.wave, first.date, first.columns) == (
        "José",
        "7",
        "2026-11-25",
        {"team": "North"},
    )
    assert second.script
    assert second.script.text == MORNING
    assert third.script
    assert (third.script.id, third.agent) == ("own", "jo")


def test_names_that_travelled_from_other_systems(here: Path) -> None:
    files("sub/" + unicodedata.normalize("NFD", "José.wav"), "sub/b.wav")
    files("class.csv", content="recording,script\nsub/José.wav,late-delivery\nsub\\b.wav,late-delivery\n")
    assert [job.problem for job in jobs("class.csv")] == [None, None]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("gone.wav,late-delivery,", "There is no file in/gone.wav: check the name and the folder."),
        ("sub,late-delivery,", "in/sub is a folder: name one recording in it."),
        (",late-delivery,", "This row names no recording"),
        ("a.wav,late-deliver,", "Did you mean 'late-delivery'"),
        ("a.wav,late-delivery,Hello", "both a script and a text"),
        ("a.wav,,", "Nothing says which script was read in in/a.wav"),
        ("a.wav,gone.md,", "There is no file"),
        ("../out.wav,late-delivery,", "../out.wav is not in the manifest's folder or below it"),
        ("link.wav,late-delivery,", "link.wav is not in the manifest's folder or below it"),
        ("a.wav,../out.md,", "../out.md is not in the manifest's folder"),
        ("s3://bucket/a.wav,late-delivery,", "s3://bucket/a.wav is not in the manifest's folder"),
        ("file:///etc/passwd,late-delivery,", "/etc/passwd is not in the manifest's folder"),
        ("a.wav,late-delivery,,,,", None),
        ("a" * 400 + ".wav,late-delivery,", "is no name that a file can have: correct it"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(here: Path, row: str, said: str | None) -> None:
    files("in/a.wav", "in/sub/b.wav", "out.wav", "out.md")
    (here / "in/link.wav").symlink_to(here / "out.wav")
    files("in/class.csv", content=f"recording,script,text\n{row}\n")
    (job,) = jobs("in/class.csv")
    assert job.line == 2
    assert (job.problem is None) if said is None else (said in (job.problem or ""))


def test_a_name_that_no_file_can_have(here: Path) -> None:
    files("class.jsonl", content='{"recording": "a\\u0000.wav", "text": "Hello."}\n')
    (job,) = jobs("class.jsonl")
    assert job.problem


def test_what_lies_outside_is_used_where_it_is_allowed(here: Path) -> None:
    files("in/x.txt", "out.wav")
    files(
        "in/class.csv",
        content="recording,script\n../out.wav,late-delivery\ns3://bucket/a%20b.wav,late-delivery\n",
    )
    found = jobs("in/class.csv", allow_outside=True)
    assert [job.problem for job in found] == [None, None]
    assert [job.recording for job in found] == ["out.wav", "s3://bucket/a%20b.wav"]


def test_a_recording_named_twice_is_said_with_both_lines(here: Path) -> None:
    files("a.wav")
    files("class.csv", content="recording,script\na.wav,late-delivery\n\n./a.wav,late-delivery\n")
    first, second = jobs("class.csv")
    assert first.problem is None
    assert (second.problem, second.line) == ("a.wav was named before (line 2): name it once.", 4)


def test_ten_thousand_rows(here: Path) -> None:
    files("a.wav")
    lines = "".join(f"{n}.wav,late-delivery,{n}\n" for n in range(10_000))
    files("class.csv", content=f"recording,script,agent\n{lines}")
    found = jobs("class.csv")
    assert len(found) == 10_000
    assert found[-1].place == "class.csv, line 10001"


def test_a_folder_in_shared_storage() -> None:
    import fsspec

    store = fsspec.filesystem("memory")
    store.pipe(
        {"/wave/late-delivery__maya.wav": b"x", "/wave/b/own__jo.wav": b"x", "/wave/own.txt": b"Hello you."}
    )
    found = jobs("memory://wave")
    assert scripts(found) == {
        "memory://wave/b/own__jo.wav": "own",
        "memory://wave/late-delivery__maya.wav": "late-delivery",
    }
    store.pipe(
        {"/wave/class.csv": b"recording,script\nb/own__jo.wav,late-delivery\n../other/a.wav,late-delivery\n"}
    )
    inside, outside = jobs("memory://wave/class.csv")
    assert inside.location == "memory://wave/b/own__jo.wav"
    assert "not in the manifest's folder" in (outside.problem or "")
