from __future__ import annotations

import json
import subprocess
import sys

import pytest


@pytest.fixture
def run(microphone, tmp_path):
    def call(*arguments: str, status: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "enunciate", "devices", *arguments],
            env=microphone.environment | {"ENUNCIATE_CONFIG": str(tmp_path / "config.toml")} | environment,
            capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == status, done.stderr
        return done

    return call


def test_the_list_marks_the_one_that_is_used(run):
    assert run().stdout == (
        "   0  headset  ALSA, 44.1 kHz (also 8, 16, 22.05, 32, 48, 96)\n"
        "*  1  default  ALSA, 44.1 kHz (also 8, 16, 22.05, 32, 48, 96)\n"
        "\n"
        "* is used: it is the system's default.\n`enunciate devices --use NAME` changes it.\n"
    )


def test_a_choice_lasts_until_it_is_taken_back(run, tmp_path):
    output = run("--use", "HEAD").stdout
    assert "*  0  headset" in output
    assert "* is used: “headset” is set." in output
    assert (tmp_path / "config.toml").read_text() == 'device = "headset"\n'
    table = json.loads(run("--json").stdout)
    assert (table["used"], table["why"], table["problem"]) == (0, "“headset” is set", None)
    assert table["settings"] == str(tmp_path / "config.toml")
    assert json.loads(run("--json", ENUNCIATE_DEVICE="1").stdout)["used"] == 1
    assert "*  1  default" in run("--use-default").stdout


def test_as_json(run):
    first, second = json.loads(run("--json").stdout)["devices"]
    assert (first["name"], first["host"], first["rate_hz"], first["used"]) == (
        "headset",
        "ALSA",
        44100,
        False,
    )
    assert first["rates_hz"] == [8000, 16000, 22050, 32000, 44100, 48000, 96000]
    assert (second["default"], second["used"]) == (True, True)


def test_a_device_that_is_set_but_gone_is_told(run):
    done = run(ENUNCIATE_DEVICE="Jabra", status=1)
    assert "   1  default" in done.stdout
    assert done.stderr.startswith("Error: There is no microphone “Jabra”.")
    table = run("--json", ENUNCIATE_DEVICE="Jabra", status=1)
    assert json.loads(table.stdout)["used"] is None


def test_an_unknown_choice_changes_nothing(run, tmp_path):
    assert "These can be used" in run("--use", "Shure", status=1).stderr
    assert not (tmp_path / "config.toml").exists()
    assert run("--use", "x", "--use-default", status=2).stdout == ""


def test_no_device_at_all(run, tmp_path):
    (tmp_path / "none.conf").write_text("pcm.gone { type hw card 7 }")
    done = run("--json", status=1, ALSA_CONFIG_PATH=str(tmp_path / "none.conf"))
    assert json.loads(done.stdout)["devices"] == []
    assert "No microphone was found" in done.stderr
