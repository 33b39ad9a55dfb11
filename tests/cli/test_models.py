from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from enunciate.cli import root
from tests.recognition.model_zips import MODEL, Server, zipped


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    folder = tmp_path / "models"
    monkeypatch.setenv("ENUNCIATE_MODELS", str(folder))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    for name in ("ENUNCIATE_MODEL", "ENUNCIATE_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def server():
    server = Server(zipped())
    yield server
    server.shutdown()
    server.server_close()


def run(*arguments: str, status: int = 0, typed: str | None = None):
    result = CliRunner().invoke(root, ["models", *arguments], input=typed)
    assert result.exit_code == status, result.output
    return result


def carried(tmp_path, files=MODEL) -> str:
    path = tmp_path / "carried.zip"
    path.write_bytes(zipped(files))
    return str(path)


def test_list_shows_every_model_and_why_one_is_used():
    output = run("list").stdout
    assert "* enunciate-en            40 MB  comes with enunciate" in output
    assert "  en-us-0.22            1913 MB  not installed" in output
    assert "* enunciate-en is used: it comes with enunciate, and no better one" in output


def test_list_as_json(folder):
    table = json.loads(run("list", "--json").stdout)
    assert table["used"]["name"] == "enunciate-en"
    assert table["folder"] == str(folder)
    rows = {row["name"]: row for row in table["models"]}
    assert [name for name in rows if rows[name]["used"]] == ["enunciate-en"]
    assert [name for name in rows if rows[name]["installed"]] == ["enunciate-en"]
    assert rows["en-in-0.5"]["grammar"] is False


def test_list_works_where_the_model_asked_for_is_missing(monkeypatch):
    monkeypatch.setenv("ENUNCIATE_MODEL", "small-en-us-0.15")
    output = run("list").stdout
    assert "None can be used. ENUNCIATE_MODEL: The model small-en-us-0.15 is not installed." in output
    assert json.loads(run("list", "--json").stdout)["used"] is None


def test_install_over_the_network_says_what_was_not_checked(server, folder):
    result = run("install", "en-in-0.5", "--mirror", server.url)
    assert "No checksum is published for it, so only its structure could be checked." in result.stdout
    assert "The SHA-256 of its archive is " in result.stdout
    assert "Downloading en-in-0.5: 100 % of 1.0 MB" in result.stderr
    assert run("path", "vosk-model-en-in-0.5").stdout == f"{folder / 'vosk-model-en-in-0.5'}\n"
    assert run("install", "en-in-0.5").stdout.startswith(f"en-in-0.5 is installed in {folder}")


def test_a_download_that_is_not_the_published_one_is_refused(server):
    result = run("install", "small-en-in-0.4", "--mirror", server.url, status=1)
    assert result.stderr.splitlines()[-1].startswith(
        "Error: The download of small-en-in-0.4 is not the published"
    )
    assert "Traceback" not in result.output


def test_a_better_model_is_used_from_then_on(tmp_path, folder):
    model = tmp_path / "unpacked"
    for name, data in MODEL.items():
        (model / name).parent.mkdir(parents=True, exist_ok=True)
        (model / name).write_bytes(data)
    result = run("install", "en-us-0.22-lgraph", "--from", str(model))
    assert "It is used from now on." in result.stdout
    assert run("path").stdout == f"{folder / 'vosk-model-en-us-0.22-lgraph'}\n"


def test_a_model_that_is_not_catalogued_is_installed_from_a_file_and_used_when_asked_for(tmp_path):
    result = run("install", "ours", "--from", carried(tmp_path))
    assert "enunciate-en is still used" in result.stdout
    assert "--model ours" in result.stdout
    assert ["ours", "installed"] in [line.split() for line in run("list").stdout.splitlines()]


def test_unknown_names_list_the_known_ones():
    assert "These can be: small-en-us-0.15, en-us-0.22-lgraph" in run("install", "klingon", status=1).stderr


def test_verify_names_the_damaged_file_and_exits_with_1(tmp_path, folder):
    run("install", "ours", "--from", carried(tmp_path))
    assert "ours is whole: 6 files, each with its checksum." in run("verify").stdout
    file = folder / "vosk-model-ours/graph/disambig_tid.int"
    file.write_bytes(b"2\n")
    assert f"ours is damaged: {file} is not the published file." in run("verify", status=1).stdout
    file.unlink()
    assert f"{file} is missing" in run("verify", status=1).stdout
    assert f"{file} is missing" in run("verify", "ours", status=1).stderr
    assert ["ours", "damaged:"] in [line.split()[:2] for line in run("list").stdout.splitlines()]
    assert "enunciate-en is whole: 10 files" in run("verify", "enunciate-en").stdout


def test_remove_asks_first(tmp_path, folder):
    run("install", "ours", "--from", carried(tmp_path))
    run("remove", "ours", typed="n\n", status=1)
    assert (folder / "vosk-model-ours").exists()
    run("remove", "ours", typed="y\n")
    assert not (folder / "vosk-model-ours").exists()
    assert "is a part of enunciate and stays" in run("remove", "enunciate-en", status=1).stderr
