from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from enunciate.errors import ModelError
from enunciate.recognition import models
from tests.recognition.model_zips import MODEL, fst


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The folder of installed models; empty, and nothing in the environment names a model."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("ENUNCIATE_MODELS", str(folder))
    monkeypatch.delenv("ENUNCIATE_MODEL", raising=False)
    return folder


def write(path: Path, files=MODEL, without=()) -> Path:
    for name, data in files.items():
        if name not in without:
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(data)
    return path


@pytest.fixture
def copy(tmp_path):
    """A copy of the real model without its list of files, so that only what Vosk would meet is looked at."""
    copy = tmp_path / "copy"
    shutil.copytree(models.shipped_path(), copy)
    (copy / models.CHECKSUMS).unlink()
    return copy


def cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def test_every_catalogued_download_has_its_official_address_and_says_where_its_figures_come_from():
    text = resources.files("enunciate.models").joinpath("catalogue.json").read_text(encoding="utf-8")
    for row in json.loads(text)["models"]:
        if row["shipped"]:
            continue
        assert row["url"] == f"https://alphacephei.com/vosk/models/vosk-model-{row['name']}.zip"
        assert row["sources"]["sha256"]
        assert row["sha256"] is None or len(row["sha256"]) == 64
        assert all(len(sha1) == 40 for sha1 in row["files"].values())


def test_the_shipped_model_is_whole_and_loads():
    info = models.select()
    assert (info.name, info.shipped, info.grammar, info.transcribes) == ("enunciate-en", True, True, False)
    result = models.verify(info.path)
    assert (result.known, result.problems, result.files) == (True, (), 10)
    assert models.load(info).vosk_model_find_word("hello") > 0


def test_the_list_of_the_shipped_model_is_up_to_date(copy):
    models.seal(copy)
    assert (copy / models.CHECKSUMS).read_bytes() == (models.shipped_path() / models.CHECKSUMS).read_bytes()


def test_blob_checksums_are_those_of_git(tmp_path):
    (tmp_path / "hello").write_bytes(b"hello\n")
    assert models.blob_sha1(tmp_path / "hello") == "ce013625030ba8dba906f756967f9e9ca394464a"


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("graph/HCLr.fst", 0),
        ("graph/HCLr.fst", 10),
        ("graph/HCLr.fst", 1_500_000),
        ("graph/Gr.fst", 3_000_000),
        ("graph/disambig_tid.int", 0),
        ("conf/model.conf", 0),
        ("conf/model.conf", 60),
        ("am/final.mdl", 0),
        ("graph/words.txt", 0),
    ],
)
def test_a_file_cut_short_on_which_vosk_crashes_or_decodes_nonsense_is_named(copy, name, size):
    cut(copy / name, size)
    with pytest.raises(ModelError, match=f"The model copy is damaged: .*{Path(name).name}"):
        models.check(copy)


def test_a_network_cut_short_is_refused_by_the_recognizer_without_a_crash(copy):
    cut(copy / "am/final.mdl", 2_000_000)
    with pytest.raises(ModelError, match="damaged: the recognizer refuses it"):
        models.load(models.ModelInfo("copy", copy, shipped=False, quality=0, grammar=True))


def test_a_single_byte_changed_is_found_by_verify_and_before_loading(copy):
    models.seal(copy)
    words = copy / "graph/words.txt"
    words.write_bytes(words.read_bytes().replace(b"hello", b"jello"))
    models.check(copy)
    result = models.verify(copy)
    assert result.problems == (f"{words} is not the published file",)
    with pytest.raises(ModelError, match=r"damaged: .*words\.txt is not the published file"):
        models.load(models.ModelInfo("copy", copy, shipped=False, quality=0, grammar=True))


def test_a_listed_file_of_another_size_or_missing_makes_a_model_unusable(copy):
    models.seal(copy)
    size = (copy / "graph/HCLr.fst").stat().st_size
    cut(copy / "graph/HCLr.fst", -5)
    with pytest.raises(ModelError, match=rf"HCLr\.fst has {size - 5} bytes instead of {size}"):
        models.check(copy)
    (copy / "graph/phones.txt").unlink()
    (copy / "graph/HCLr.fst").write_bytes((models.shipped_path() / "graph/HCLr.fst").read_bytes())
    with pytest.raises(ModelError, match=r"phones\.txt is missing"):
        models.check(copy)


def test_a_file_that_does_not_belong_to_the_model_is_found(copy):
    models.seal(copy)
    (copy / "graph/HCLG.txt").write_text("x")
    assert models.verify(copy).problems == (f"{copy / 'graph/HCLG.txt'} does not belong to it",)


def test_missing_file_empty_and_no_model(tmp_path):
    with pytest.raises(ModelError, match="There is no model at"):
        models.check(tmp_path / "nowhere")
    archive = tmp_path / "vosk.zip"
    archive.write_bytes(b"PK")
    with pytest.raises(ModelError, match=r"is a file; a model is a folder\. To install a zip: .*--from"):
        models.check(archive)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="is empty"):
        models.check(tmp_path / "empty")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"x")
    with pytest.raises(ModelError, match=r"is not a Vosk model: it has no final\.mdl"):
        models.check(tmp_path / "photos")


@pytest.mark.parametrize("name", MODEL)
def test_a_half_model_names_the_missing_file(tmp_path, name):
    half = write(tmp_path / "half", without=[name])
    missing = {"conf/mfcc.conf": "fbank.conf", "graph/Gr.fst": "Gr.fst"}.get(name, Path(name).name)
    with pytest.raises(ModelError, match=f"The model half is damaged: .*{missing} is missing"):
        models.check(half)


def test_words_are_needed_only_where_the_graph_has_none(tmp_path):
    bare = write(tmp_path / "bare", {**MODEL, "graph/Gr.fst": fst()})
    with pytest.raises(ModelError, match=r"words\.txt is missing"):
        models.check(bare)
    (bare / "graph/words.txt").write_text("<eps> 0\n")
    models.check(bare)


def test_the_layout_with_all_files_in_one_folder(tmp_path):
    flat = {Path(name).name: data for name, data in MODEL.items() if name != "conf/model.conf"}
    models.check(write(tmp_path / "flat", flat))
    with pytest.raises(ModelError, match=r"disambig_tid\.int is missing"):
        models.check(write(tmp_path / "half", flat, without=["disambig_tid.int"]))


def test_a_network_that_wants_ivectors_needs_their_folder(tmp_path):
    network = MODEL["am/final.mdl"] + b"input-node name=ivector dim=30\n"
    half = write(tmp_path / "half", {**MODEL, "am/final.mdl": network})
    with pytest.raises(ModelError, match=r"final\.ie is missing"):
        models.check(half)


def test_a_pointer_in_place_of_a_file_is_no_network(tmp_path):
    pointer = b"version https://git-lfs.github.com/spec/v1\n"
    with pytest.raises(ModelError, match="is not a recognition network"):
        models.check(write(tmp_path / "pointer", {**MODEL, "am/final.mdl": pointer}))


def test_the_best_installed_model_that_follows_a_script_is_chosen(folder):
    write(folder / "vosk-model-small-en-in-0.4")
    assert models.select().name == "small-en-in-0.4"
    write(folder / "vosk-model-small-en-us-0.15")
    write(folder / "vosk-model-own-model")
    info, why = models.choice()
    assert (info.name, info.shipped) == ("small-en-us-0.15", False)
    assert why == "it is the best one installed that can follow a script"
    assert [i.name for i in models.installed()] == [
        "small-en-us-0.15",
        "small-en-in-0.4",
        "enunciate-en",
        "own-model",
    ]


def test_a_model_that_cannot_follow_a_script_is_used_only_when_asked_for(folder):
    static = {name: data for name, data in MODEL.items() if "graph" not in name}
    static |= {"graph/HCLG.fst": fst(flags=2)}
    write(folder / "vosk-model-en-us-0.22", static)
    assert models.select().name == "enunciate-en"
    assert models.select("en-us-0.22").grammar is False


def test_a_broken_installed_model_is_never_chosen(folder):
    write(folder / "vosk-model-small-en-us-0.15", without=["graph/Gr.fst"])
    assert models.select().name == "enunciate-en"
    [(path, problem)] = models.broken()
    assert path.name == "vosk-model-small-en-us-0.15"
    assert "Gr.fst is missing" in problem
    with pytest.raises(
        ModelError, match=r"Gr\.fst is missing\. Install it again: enunciate models install small"
    ):
        models.select("small-en-us-0.15")


def test_asking_by_argument_then_environment(folder, tmp_path, monkeypatch):
    write(folder / "vosk-model-small-en-us-0.15")
    other = write(tmp_path / "other")
    monkeypatch.setenv("ENUNCIATE_MODEL", str(other))
    assert models.select().path == other
    assert models.choice()[1] == "ENUNCIATE_MODEL asks for it"
    assert models.select("enunciate-en").shipped
    assert models.select("vosk-model-small-en-us-0.15").name == "small-en-us-0.15"
    monkeypatch.setenv("ENUNCIATE_MODEL", "nowhere/at-all")
    with pytest.raises(ModelError, match="ENUNCIATE_MODEL: There is no model at nowhere"):
        models.select()


def test_a_name_that_is_not_there_says_what_to_do():
    with pytest.raises(
        ModelError, match=r"is not installed\. Install it: enunciate models install small-en-in-0\.4"
    ):
        models.select("small-en-in-0.4")
    with pytest.raises(ModelError, match="There is no model named 'klingon'"):
        models.select("klingon")


def test_the_folder_of_models_may_be_missing_but_not_a_file(tmp_path, monkeypatch):
    monkeypatch.setenv("ENUNCIATE_MODELS", str(tmp_path / "later"))
    assert [info.name for info in models.installed()] == ["enunciate-en"]
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("ENUNCIATE_MODELS", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="is not a folder"):
        models.select()


def test_windows_line_ends_in_a_published_conf_file_are_the_same_file(folder, monkeypatch):
    path = write(folder / "vosk-model-tiny")
    published = {name: models.blob_sha1(path / name) for name in MODEL}
    monkeypatch.setattr(models, "catalogue", lambda: (models.CatalogueEntry("tiny", files=published),))
    (path / "conf/mfcc.conf").write_bytes(MODEL["conf/mfcc.conf"].replace(b"\n", b"\r\n"))
    assert models.verify(path).problems == ()
    (path / "graph/disambig_tid.int").write_bytes(b"1\r\n")
    assert models.verify(path).problems == (f"{path / 'graph/disambig_tid.int'} is not the published file",)


def test_a_damaged_model_does_not_take_the_process_down(copy):
    cut(copy / "graph/HCLr.fst", 1_500_000)
    code = (
        "import pathlib, sys; from enunciate.recognition import models\n"
        "models.load(models.ModelInfo('copy', pathlib.Path(sys.argv[1]), False, 0, True))"
    )
    run = subprocess.run([sys.executable, "-c", code, str(copy)], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "ModelError" in run.stderr
