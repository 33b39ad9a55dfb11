from __future__ import annotations

from pathlib import Path

import pytest

from enunciate.errors import ModelError
from enunciate.recognition import Recognizer, engines


def test_the_model_that_ships(recognizer: Recognizer) -> None:
    assert (recognizer.engine, recognizer.model) == ("vosk", "enunciate-en")
    # It hears every second word wrongly when it does not know the script.
    assert recognizer.transcribes is False


def test_a_model_is_loaded_once(recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert engines.recognizer("enunciate-en") is recognizer
    monkeypatch.setenv("ENUNCIATE_MODEL", "enunciate-en")
    assert engines.recognizer() is recognizer


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=tmp_path.name):
        engines.recognizer(str(tmp_path))


def test_a_name_that_no_model_has() -> None:
    with pytest.raises(ModelError, match="no-such-model"):
        engines.recognizer("no-such-model")
