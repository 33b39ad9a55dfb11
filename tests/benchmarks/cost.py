"""What an assessment costs: `python -m tests.benchmarks.cost`.

About a minute of speech is joined from two demo recordings, once read perfectly and once with mistakes (which
cost a second look each, and the parser for those of grammar). Each is assessed twice in this process: the
first time with everything yet to be loaded, the second time as in a batch. All stages are timed in the same
run and in processor time, so that the ratios hold on a busy machine. Decoding is what Vosk takes, in the
first decoding and in the few seconds that the second look decodes freely; analysis is all else that `assess`
does. The free decoding of the whole recording is no part of an assessment; it is timed to compare with.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from types import ModuleType
from typing import Any

import numpy as np

from enunciate import assessment
from enunciate.audio import RATE, Audio, Recording
from enunciate.audio.files import read
from enunciate.recognition import Hypothesis, Recognizer
from enunciate.recognition.engines import recognizer
from enunciate.reference import Reference
from enunciate.reference.scripts import find, from_text

PARTS = {
    "perfect": (
        ("greeting-perfect.flac", "general-greeting"),
        ("summary-fast.flac", "summary-and-thanks"),
    ),
    "with mistakes": (
        ("greeting-mistakes.flac", "general-greeting"),
        ("summary-mistakes.flac", "summary-and-thanks"),
    ),
}
DECODINGS = ("first decoding", "free decoding of disputed places")


class Stopwatch:
    """Adds up processor time by stage; what a stage calls that is timed itself counts only there."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._running: list[float] = []

    def wrap(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **named: Any) -> Any:
            began = time.process_time()
            self._running.append(0.0)
            try:
                return function(*args, **named)
            finally:
                took = time.process_time() - began
                self.seconds[stage] = self.seconds.get(stage, 0.0) + took - self._running.pop()
                if self._running:
                    self._running[-1] += took

        return timed


class Timed:
    """A recognizer whose decodings are timed, by whether they listen for phrases."""

    def __init__(self, recognizer: Recognizer, watch: Stopwatch) -> None:
        self._recognizer = recognizer
        self._biased, self._free = (watch.wrap(stage, recognizer.transcribe) for stage in DECODINGS)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recognizer, name)

    def transcribe(self, audio: Audio, phrases: Sequence[str] | None = None) -> Hypothesis:
        heard = self._free(audio) if phrases is None else self._biased(audio, phrases)
        assert isinstance(heard, Hypothesis)
        return heard


@contextmanager
def stages(watch: Stopwatch) -> Iterator[None]:
    """Time every room that `assess` walks through, whichever there are."""
    names = vars(assessment)
    timed: list[tuple[Any, str, str]] = [
        (assessment, "speech_problem", "whether there is speech"),
        (assessment, "read_script", "word alignment and second look"),
        (assessment, "score", "scores"),
    ]
    for name, module in names.items():
        if isinstance(module, ModuleType) and module.__name__.startswith("enunciate.measures."):
            timed += [(module, entry, name) for entry in ("measure", "count") if hasattr(module, entry)]
    kept = [(where, name, getattr(where, name)) for where, name, _ in timed]
    for (where, name, function), (_, _, stage) in zip(kept, timed, strict=True):
        setattr(where, name, watch.wrap(stage, function))
    try:
        yield
    finally:
        for where, name, function in kept:
            setattr(where, name, function)


def joined(parts: Sequence[tuple[str, str]]) -> tuple[Recording, Reference]:
    """Demo recordings one after the other, and their scripts likewise."""
    folder = resources.files("enunciate") / "demo"
    scripts = [find(script) for _, script in parts]
    sounds = [read(str(folder / file)).audio.samples for file, _ in parts]
    audio = Audio(np.concatenate(sounds), RATE)
    reference = from_text("\n\n".join(script.text for script in scripts), "Two scripts")
    pronunciations = {word: ways for script in scripts for word, ways in script.pronunciations.items()}
    recording = Recording(audio, "", "", RATE, 1, audio.seconds)
    return recording, replace(reference, pronunciations=pronunciations)


def measure(name: str, engine: Recognizer) -> None:
    """Assess one recording twice and print what each stage took."""
    recording, reference = joined(PARTS[name])
    runs = []
    for _ in range(2):
        watch = Stopwatch()
        with stages(watch):
            whole = watch.wrap("the rest of assess", assessment.assess_reading)
            result = whole(recording, reference, Timed(engine, watch))
        assert result.problem is None
        runs.append(watch.seconds)
    watch = Stopwatch()
    watch.wrap("free", engine.transcribe)(recording.audio)
    free = watch.seconds["free"]
    seconds = recording.seconds
    print(f"\n{name}: {seconds:.1f} s of speech, {len(result.alignment.words)} words; processor time in s")
    print(f"{'':36}{'first':>9}{'again':>9}")
    order = [*DECODINGS, *(stage for stage in runs[0] if stage not in DECODINGS)]
    for stage in order:
        row(stage, [run.get(stage, 0.0) for run in runs])
    decoding = [sum(run.get(stage, 0.0) for stage in DECODINGS) for run in runs]
    analysis = [sum(run.values()) - took for run, took in zip(runs, decoding, strict=True)]
    row("analysis beyond decoding", analysis)
    row("free decoding of the whole", [free, free])
    print("ratios")
    row("analysis / decoding", [a / d for a, d in zip(analysis, decoding, strict=True)])
    row("analysis / (decoding + free)", [a / (d + free) for a, d in zip(analysis, decoding, strict=True)])
    row("real-time factor of assess", [sum(run.values()) / seconds for run in runs])


def row(name: str, values: Sequence[float]) -> None:
    print(f"  {name:34}" + "".join(f"{value:9.3f}" for value in values))


def quickest(command: Sequence[str], times: int) -> float:
    """The shortest wall-clock time of a command: what it takes where nothing else runs."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - began)
    return min(took)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="the recognition model's name or folder")
    parser.add_argument(
        "--runs", type=int, default=20, help="how often start-up is timed; the shortest counts"
    )
    asked = parser.parse_args()
    engine = recognizer(asked.model)
    print(f"model {engine.model}")
    for name in PARTS:
        measure(name, engine)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"\npeak memory {kilobytes / (1024 if sys.platform != 'darwin' else 1024**2):.0f} MB")
    python = [sys.executable, "-c"]
    bare = quickest([*python, "pass"], asked.runs)
    help_ = quickest([sys.executable, "-m", "enunciate", "--help"], asked.runs)
    api = quickest([*python, "from enunciate import assess"], asked.runs)
    print(f"shortest of {asked.runs}: Python itself {bare:.3f} s, enunciate --help {help_:.3f} s,")
    print(f"from enunciate import assess {api:.3f} s")


if __name__ == "__main__":
    main()
