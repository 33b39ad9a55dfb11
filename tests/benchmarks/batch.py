"""What a batch takes: `python -m tests.benchmarks.batch [throughput] [memory] [hour]`, all three by default.

`throughput` scores the demo recordings, varied in level and each several times, with one worker and with
two. The clock runs from the first result to the last, so that starting up does not count; a machine that
does other things meanwhile shows less than it can. `memory` scores a thousand short recordings and watches
the memory of the worker. `hour` scores one recording of an hour, with its page, and says what it took at
most. Pages are made throughout.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import joblib
import numpy as np
import psutil
import soundfile

from enunciate.audio import RATE, Audio
from enunciate.audio.files import read
from enunciate.batch import Script
from enunciate.batch.pool import Processes
from enunciate.batch.scoring import Engine, Outcome, Task, engine, score
from enunciate.interval import Interval
from enunciate.reference.scripts import text_of

OPENING = "Thank you for calling Larkmoor Home Services."
OPENING_SECONDS = 3.5
"""`OPENING` is the beginning of the first demo recording, and this long."""


def demos() -> list[tuple[Audio, Script]]:
    """The demo recordings and their scripts."""
    folder = Path(str(resources.files("enunciate").joinpath("demo")))
    listed = json.loads((folder / "ground_truth.json").read_text("utf-8"))["recordings"]
    return [(read(folder / one["file"]).audio, Script(*text_of(one["script"]))) for one in listed]


def written(folder: Path, sounds: Sequence[tuple[Audio, Script]], judge: Engine) -> list[Task]:
    """The sounds as files, each at a level of its own, and the tasks to score them."""
    random = np.random.default_rng(1)
    tasks = []
    for number, (audio, script) in enumerate(sounds):
        path = str(folder / f"{number}.wav")
        soundfile.write(path, audio.samples * random.uniform(0.4, 1.0), RATE)
        tasks.append(Task(number, path, path, script, "Agent", judge, page=True))
    return tasks


def rate(tasks: Sequence[Task], jobs: int) -> float:
    """Recordings an hour, from the first result to the last."""
    times = []
    for outcome in Processes(jobs).outcomes(score, tasks):
        checked(outcome)
        times.append(time.monotonic())
    return 3600.0 * (len(times) - 1) / (times[-1] - times[0])


def checked(outcome: Outcome) -> None:
    """Stop where a recording was not scored: its time would mean nothing."""
    if outcome.assessment is None or outcome.assessment["problem"]:
        raise SystemExit(f"not scored: {outcome.reason or outcome.assessment}")


@contextmanager
def watched() -> Iterator[list[int]]:
    """The memory of all worker processes together in bytes, looked at ten times a second."""
    seen: list[int] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            total = 0
            for process in psutil.Process().children(recursive=True):
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            seen.append(total)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def throughput(folder: Path, judge: Engine, rounds: int) -> None:
    """One worker beside two."""
    sounds = demos() * rounds
    tasks = written(folder, sounds, judge)
    seconds = sum(audio.seconds for audio, _ in sounds) / len(sounds)
    print(f"\nthroughput: {len(tasks)} recordings of {seconds:.0f} s on average, with pages")
    one = rate(tasks, 1)
    print(f"  1 worker   {one:7.0f} recordings an hour, {one * seconds / 3600:5.1f} hours of sound an hour")
    two = rate(tasks, 2)
    print(f"  2 workers  {two:7.0f} recordings an hour, {two / one:.2f} times one worker")


def memory(folder: Path, judge: Engine, count: int) -> None:
    """Whether a worker grows."""
    audio, _ = demos()[0]
    opening = audio.cut(Interval(0.0, OPENING_SECONDS))
    tasks = written(folder, [(opening, Script("text", OPENING))] * count, judge)
    print(f"\nmemory: {count} recordings of {OPENING_SECONDS} s by one worker (and what watches over it)")
    with watched() as seen:
        marks = {round(count * share) for share in (0.05, 0.1, 0.25, 0.5, 0.75, 1.0)}
        for done, outcome in enumerate(Processes(1).outcomes(score, tasks), 1):
            checked(outcome)
            if done in marks:
                print(f"  after {done:5}  {seen[-1] / 1e6 if seen else 0.0:6.0f} MB", flush=True)


def hour(folder: Path, judge: Engine, minutes: float) -> None:
    """The most that one long recording takes."""
    sounds, texts, seconds = [], [], 0.0
    while seconds < 60.0 * minutes:
        for audio, script in demos():
            sounds.append(audio.samples)
            texts.append(script.reference().text)
            seconds += audio.seconds
    (task,) = written(
        folder, [(Audio(np.concatenate(sounds), RATE), Script("text", "\n\n".join(texts)))], judge
    )
    del sounds
    print(f"\nhour: one recording of {seconds / 60:.0f} minutes, {' '.join(texts).count(' '):,} words")
    began = time.monotonic()
    with watched() as seen:
        for outcome in Processes(1).outcomes(score, [task]):
            checked(outcome)
    took = time.monotonic() - began
    print(f"  {max(seen) / 1e6:.0f} MB at most, {took:.0f} s ({took / seconds:.2f} of its length)")


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", choices=["throughput", "memory", "hour", []])
    parser.add_argument("--model", help="the recognition model's name or folder")
    parser.add_argument("--rounds", type=int, default=4, help="how often each demo recording is scored")
    parser.add_argument("--recordings", type=int, default=1000, help="how many short ones for `memory`")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long the long one is")
    asked = parser.parse_args()
    judge = engine(asked.model)
    load = psutil.getloadavg()[0]
    print(f"model {judge.model}, {joblib.cpu_count()} cores, load {load:.1f} before this began")
    with tempfile.TemporaryDirectory() as folder:
        if not asked.what or "throughput" in asked.what:
            throughput(Path(folder), judge, asked.rounds)
        if not asked.what or "memory" in asked.what:
            memory(Path(folder), judge, asked.recordings)
        if not asked.what or "hour" in asked.what:
            hour(Path(folder), judge, asked.minutes)


if __name__ == "__main__":
    main()
