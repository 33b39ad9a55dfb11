"""How long a reader waits for the report: `python -m tests.benchmarks.latency`.

About a minute of speech is joined from demo recordings, once read perfectly and once with mistakes, and fed
in real time as a microphone would: to `Following`, which says when the reading has ended, and to a
`LiveAssessment`. Both run as they do in the product. Then the same sound is assessed in this process with
all models loaded, and with nothing done ahead. What is reported: the time from the end of the last word, and
from the end of the recording, to the finished assessment and to the rendered report; the processor time of
the live part; and the ratio of the two waits.

On a busy machine the process that works ahead falls behind, and the waits say little. `--simulated` replaces
the clock: sound arrives by a clock that goes on by the processor time of the work done on it, as on a machine
with a core to spare. The waits are then processor time too.
"""

from __future__ import annotations

import argparse
import io
import os
import time

import numpy as np
from rich.console import Console

from enunciate.alignment.following import Following
from enunciate.assessment import Assessment, as_recording, assess_reading
from enunciate.audio import RATE, Audio
from enunciate.live import Ahead, LiveAssessment
from enunciate.recognition.engines import recognizer
from enunciate.report.terminal import show
from tests.benchmarks.cost import PARTS, joined

BLOCK = RATE // 20
SILENCE = 3.0
"""Seconds that the recording goes on at most after the last sample of speech."""


def render(assessment: Assessment) -> None:
    show(assessment, Console(file=io.StringIO(), width=80))


def measure(name: str, model: str | None, speed: float) -> None:
    """Read one recording to both and print the waits."""
    recording, reference = joined(PARTS[name])
    hush = np.random.default_rng(1).normal(0, 1e-4, round(SILENCE * RATE)).astype(np.float32)
    samples = np.concatenate([recording.audio.samples, hush])
    engine = recognizer(model)
    show_before = os.times()
    live = LiveAssessment(reference, model)
    following = Following(reference, engine)
    time.sleep(1.0)  # the count-in
    following_seconds = 0.0
    began = time.perf_counter()
    fed, ended = 0, False
    while fed < len(samples) and not ended:
        due = began + (fed + BLOCK) / RATE / speed
        time.sleep(max(0.0, due - time.perf_counter()))
        block = samples[fed : fed + BLOCK]
        live.feed(block)
        start = time.thread_time()
        ended = following.feed(block).ended
        following_seconds += time.thread_time() - start
        fed += len(block)
    stopped = time.perf_counter()
    found = live.finish()
    assessed = time.perf_counter()
    render(found)
    rendered = time.perf_counter()
    used = os.times()
    audio = Audio(samples[:fed], RATE)
    last = max(word.interval.end for word in found.alignment.words if word.interval is not None)
    silence = fed / RATE - last

    assess_reading(as_recording(Audio(samples[: 20 * RATE], RATE)), reference, engine)  # loads the models
    start = time.perf_counter()
    whole = assess_reading(as_recording(audio), reference, engine)
    afterwards = time.perf_counter() - start
    start = time.perf_counter()
    render(whole)
    rendering = time.perf_counter() - start

    same = whole.as_dict() == found.as_dict()
    wait, wait_after = rendered - stopped, afterwards + rendering
    processor = sum(used[:4]) - sum(show_before[:4])
    print(
        f"\n{name}: {fed / RATE:.1f} s, stopped {'by itself' if ended else 'at its end'} after a silence of"
    )
    print(f"{silence:.2f} s; the assessment is {'the same' if same else 'NOT THE SAME'} as of the file")
    print(f"{'seconds of waiting':36}{'ahead':>9}{'after':>9}{'ratio':>9}")
    for label, one, other in (
        ("from the stop to the assessment", assessed - stopped, afterwards),
        ("from the stop to the report", wait, wait_after),
        ("from the last word to the report", silence + wait, silence + wait_after),
    ):
        print(f"  {label:34}{one:9.2f}{other:9.2f}{one / other:9.2f}")
    share = processor / (fed / RATE)
    print(
        f"  processor time while reading: {share:.2f} of a core, of which following "
        f"{following_seconds / fed * RATE:.3f}"
    )


def simulate(name: str, model: str | None) -> None:
    """Work ahead on one recording by a clock of processor time and print the waits."""
    recording, reference = joined(PARTS[name])
    hush = np.random.default_rng(1).normal(0, 1e-4, RATE).astype(np.float32)
    audio = Audio(np.concatenate([recording.audio.samples, hush]), RATE)
    ahead = Ahead(reference, model)
    for _ in ahead.warm():
        pass
    now, work = 0.0, 0.0
    while now < audio.seconds:
        start = time.process_time()
        more = ahead.hear(Audio(audio.samples[: round(now * RATE)], RATE))
        took = time.process_time() - start
        work += took
        now += took if more else max(took, BLOCK / RATE)
    start = time.process_time()
    found = ahead.finish(as_recording(audio))
    wait = now - audio.seconds + time.process_time() - start
    start = time.process_time()
    render(found)
    wait_rendered = wait + time.process_time() - start
    start = time.process_time()
    whole = assess_reading(as_recording(audio), reference, recognizer(model))
    afterwards = time.process_time() - start
    same = whole.as_dict() == found.as_dict()
    last = max(word.interval.end for word in found.alignment.words if word.interval is not None)
    silence = audio.seconds - last
    print(f"\n{name}: {audio.seconds:.1f} s by simulated clock, {silence:.2f} s of silence at the end;")
    print(f"the assessment is {'the same' if same else 'NOT THE SAME'} as of the file")
    print(f"  from the stop to the assessment {wait:.2f} s, without work ahead {afterwards:.2f} s, ", end="")
    print(f"ratio {wait / afterwards:.2f}")
    print(f"  to the report {wait_rendered:.2f} s, from the last word {silence + wait_rendered:.2f} s")
    print(f"  processor time ahead: {work / audio.seconds:.2f} of a core")


def main() -> None:
    """Print the waits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="the recognition model's name or folder")
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster than in life it is read")
    parser.add_argument("--simulated", action="store_true", help="by a clock of processor time")
    asked = parser.parse_args()
    for name in PARTS:
        if asked.simulated:
            simulate(name, asked.model)
            continue
        measure(name, asked.model, asked.speed)


if __name__ == "__main__":
    main()
