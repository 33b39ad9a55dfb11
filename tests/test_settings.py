from __future__ import annotations

import pytest

from enunciate import settings
from enunciate.errors import SettingsError


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    file = tmp_path / "folder" / "config.toml"
    monkeypatch.setenv("ENUNCIATE_CONFIG", str(file))
    monkeypatch.delenv("ENUNCIATE_DEVICE", raising=False)
    return file


def test_nothing_is_set_where_there_is_no_file():
    assert settings.get("device") is None


def test_what_is_put_is_found_and_the_rest_of_the_file_stays(file):
    file.parent.mkdir()
    file.write_text("# mine\nother = 1\n", encoding="utf-8")
    assert settings.put("device", "Jabra “2”") == file
    assert settings.get("device") == "Jabra “2”"
    assert file.read_text("utf-8").startswith("# mine\nother = 1\n")
    settings.put("device", None)
    assert settings.get("device") is None
    assert file.read_text("utf-8") == "# mine\nother = 1\n"


def test_the_environment_overrides_the_file(monkeypatch):
    settings.put("device", "Jabra")
    monkeypatch.setenv("ENUNCIATE_DEVICE", "3")
    assert settings.get("device") == "3"


def test_a_number_in_the_file_is_a_device_too(file):
    file.parent.mkdir()
    file.write_text("device = 3")
    assert settings.get("device") == "3"


def test_a_damaged_file_is_named(file):
    file.parent.mkdir()
    file.write_text("device = = 3")
    with pytest.raises(SettingsError, match=r"config.toml are not written as TOML"):
        settings.get("device")
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"not written as TOML"):
        settings.put("device", "x")


def test_a_file_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "flat").write_text("")
    monkeypatch.setenv("ENUNCIATE_CONFIG", str(tmp_path / "flat" / "config.toml"))
    with pytest.raises(SettingsError, match=r"(cannot be read|could not be written)"):
        settings.put("device", "x")


def test_without_the_variable_it_lies_in_the_users_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("ENUNCIATE_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings.path().name == "config.toml"
    assert settings.path().parent.name == "enunciate"
