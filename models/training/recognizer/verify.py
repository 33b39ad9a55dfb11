"""Whether a finished model works in Vosk.

    python -m models.training.recognizer.verify MODEL

MODEL is a model's folder. Checks with the real engine: a reading of the demo is followed by a grammar and
transcribed freely, word times lie on the grid of 30 ms, a word outside a grammar is heard as [unk], every
word of the script library is known and none of those in unwelcome.txt. Ends with status 1 where something is
wrong.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import soundfile

from enunciate.audio import RATE
from enunciate.recognition import UNKNOWN
from enunciate.reference import scripts

from . import lexicon
from .unwelcome import unwelcome

_DEMO, _SCRIPT = "greeting-perfect.flac", "general-greeting"
_GRID_SECONDS = 0.03
_LARGEST = 40_000_000
"""Bytes of a model."""


def main() -> None:
    """Check, print, end with 1 where something is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    folder = parser.parse_args().model
    wrong = False
    for fault, fact in check(folder):
        wrong |= fault
        print("WRONG" if fault else "  ok ", fact, flush=True)
    raise SystemExit(int(wrong))


def check(folder: Path) -> Iterator[tuple[bool, str]]:
    """Each check: whether something is wrong, and a sentence."""
    import vosk

    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    yield size > _LARGEST, f"{size / 1e6:.1f} MB"
    lines = (folder / "graph" / "words.txt").read_text(encoding="utf-8").splitlines()
    words = {line.split()[0] for line in lines} - {"<eps>"}
    yield UNKNOWN not in words, f"{len(words)} words, {UNKNOWN} among them"
    hurtful = sorted(filter(unwelcome, words))
    yield bool(hurtful), f"words that must not be heard: {' '.join(hurtful) or 'none'}"

    vosk.SetLogLevel(-2)
    model = vosk.Model(str(folder))
    needed = {w for r in lexicon.library() for token in r.tokens for way in token.readings for w in way}
    missing = sorted(w for w in needed if model.vosk_model_find_word(w) < 0 and not unwelcome(w))
    yield bool(missing), f"words of the script library that the model lacks: {' '.join(missing) or 'none'}"

    demo = files("enunciate") / "demo"
    with (demo / _DEMO).open("rb") as file:
        samples, rate = soundfile.read(file, dtype="int16")
    said = [word.text for word in scripts.find(_SCRIPT).words()]
    free = _decode(vosk.KaldiRecognizer(model, rate), samples.tobytes())
    yield not free, f"freely: {_text(free)}"
    script = json.dumps([" ".join(said), UNKNOWN])
    followed = _decode(vosk.KaldiRecognizer(model, rate, script), samples.tobytes())
    missed = _missed(said, _text(followed).split())
    yield missed > 0.1 * len(said), f"following the script: {missed} of {len(said)} words missed"
    off = [w for w in followed if abs(w["start"] / _GRID_SECONDS - round(w["start"] / _GRID_SECONDS)) > 0.01]
    yield bool(off), f"words that do not begin on the grid of 30 ms: {len(off)}"
    disorder = sum(a["end"] > b["start"] + 1e-6 for a, b in pairwise(followed))
    yield bool(disorder), f"words that begin before the one before them ends: {disorder}"
    other = json.dumps(["elephants swim under purple bridges", UNKNOWN])
    foreign = _decode(vosk.KaldiRecognizer(model, rate, other), samples.tobytes())
    share = sum(word["word"] == UNKNOWN for word in foreign) / max(1, len(foreign))
    yield share < 0.5, f"an unrelated script: {100 * share:.0f} % of what is heard is {UNKNOWN}"


def _decode(recognizer: Any, pcm: bytes) -> list[dict[str, Any]]:
    recognizer.SetWords(True)
    for start in range(0, len(pcm), RATE):
        recognizer.AcceptWaveform(pcm[start : start + RATE])
    return list(json.loads(recognizer.FinalResult()).get("result", ()))


def _text(words: list[dict[str, Any]]) -> str:
    return " ".join(word["word"] for word in words)


def _missed(said: list[str], heard: list[str]) -> int:
    from rapidfuzz.distance import LCSseq

    return len(said) - int(LCSseq.similarity(said, heard))


if __name__ == "__main__":
    main()
