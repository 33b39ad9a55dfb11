"""What the HTML pages cost and how true their times are, in Chromium: `python -m tests.benchmarks.pages`.

Needs Chromium and its driver, as the tests do. The first table says how far from the time asked for the
sound is that is then heard, in milliseconds, with the MP3 as a page has it and as LAME left it: noise is
played from places over its length, recorded and looked for in the original. The second gives the size of
pages, the processor time to make them, and the time until Chromium has opened them; the hour is a demo
recording again and again, and so are the readings of the classes.
"""

from __future__ import annotations

import argparse
import copy
import tempfile
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enunciate.assessment import assess
from enunciate.audio import RATE, Audio
from enunciate.audio.files import read
from enunciate.report import html, pages, sound, wave
from tests.report.browser import Browser

RECORDING, SCRIPT = "late-delivery-mistakes.flac", "late-delivery"
PLACES = 20
LISTEN = """
const [at, done] = arguments;
(async () => {
  const sound = document.querySelector("audio");
  window.context ??= new AudioContext({ sampleRate: 16000 });
  await context.resume();
  if (!window.heard) {
    window.heard = [];
    const source = context.createMediaElementSource(sound), tap = context.createScriptProcessor(1024, 1, 1);
    tap.onaudioprocess = (event) => heard.push(...event.inputBuffer.getChannelData(0));
    source.connect(tap);
    tap.connect(context.destination);
  }
  sound.currentTime = at;
  await new Promise((resolve) => { sound.onseeked = resolve; });
  await new Promise((resolve) => setTimeout(resolve, 200));
  heard.length = 0;
  await sound.play();
  await new Promise((resolve) => setTimeout(resolve, 900));
  sound.pause();
  done(heard.slice());
})();
"""


def lateness(browser: Browser, page: Path, samples: NDArray[np.float32]) -> list[float]:
    """Milliseconds by which sound is heard from later than was asked for, over the recording."""
    browser.open(page)
    found = []
    for at in np.linspace(0.5, len(samples) / RATE - 2.5, PLACES):
        heard = np.array(browser.driver.execute_async_script(LISTEN, float(at)), dtype=np.float32)
        (said,) = np.nonzero(np.abs(heard) > 1e-4)
        part = heard[said[0] + 400 :][:4000]
        first = max(0, int((at - 0.4) * RATE))
        around = samples[first : int((at + 0.8) * RATE)]
        place = first + int(np.argmax(np.correlate(around, part, "valid"))) - 400
        found.append((place / RATE - at) * 1000)
    return found


def as_lame_left_it(coded: bytes) -> bytes:
    """The MP3 with the size of the file in its first frame."""
    tag = coded.index(b"Info")
    return coded[: tag + 12] + len(coded).to_bytes(4, "big") + coded[tag + 16 :]


def repeated(described: dict[str, Any], times: int, seconds: float) -> dict[str, Any]:
    """An assessment of the same script read so many times on end."""
    whole = copy.deepcopy(described)
    text = described["script"]["text"]
    whole["script"]["text"] = "\n\n".join([text] * times)
    whole["recording"]["seconds"] = seconds * times
    whole["words"], whole["pacing"]["pauses"], whole["advice"], whole["grammar"] = [], [], [], []
    contour = whole["prosody"]["contour"]
    contour["times"] = [time + turn * seconds for turn in range(times) for time in contour["times"]]
    for name in ("f0_hz", "loudness_db"):
        contour[name] = contour[name] * times
    for turn in range(times):
        first = len(whole["words"])
        for word in copy.deepcopy(described["words"]):
            if word["position"] is not None:
                word["position"] += turn * (len(text) + 2)
            whole["words"].append(_later(word, turn * seconds))
        whole["pacing"]["pauses"] += [
            _later(pause | {"after": pause["after"] + first}, turn * seconds)
            for pause in described["pacing"]["pauses"]
        ]
    whole["pacing"]["missing_pauses"] = []
    return whole


def _later(timed: dict[str, Any], by: float) -> dict[str, Any]:
    moved = {name: timed[name] + by for name in ("start", "end") if timed[name] is not None}
    return timed | moved


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    demo = resources.files("enunciate").joinpath("demo", RECORDING)
    with resources.as_file(demo) as path, tempfile.TemporaryDirectory() as folder:
        recording = read(path)
        described = assess(recording, script=SCRIPT).as_dict(contour=True)
        home = Path(folder)
        browser = Browser(home, "--autoplay-policy=no-user-gesture-required")
        browser.driver.set_script_timeout(30)
        try:
            print(f"{'sound':24}{'MP3':>14}{'median':>9}{'worst':>9}  (ms)")
            for length in (37, 600):
                noise = np.random.default_rng(1).standard_normal(length * RATE).astype(np.float32) * 0.1
                ours = sound.mp3(Audio(noise, RATE))
                for name, coded in (("in a page", ours), ("by LAME", as_lame_left_it(ours))):
                    page = home / "sound.html"
                    page.write_text(f"<audio src='{pages.data_uri(coded, 'audio/mpeg')}'></audio>")
                    late = np.abs(lateness(browser, page, noise))
                    print(f"{length:>5} s{'':17}{name:>14}{np.median(late):9.1f}{late.max():9.1f}")
            print(f"\n{'page':34}{'MB':>7}{'made in':>10}{'opened in':>11}  (s)")
            for name, make in _pages(described, recording.audio):
                began = time.process_time()
                made = make()
                took = time.process_time() - began
                page = home / "page.html"
                pages.write(made, page)
                browser.open(page)
                opened = browser.run(
                    "return performance.getEntriesByType('navigation')[0].loadEventEnd / 1000"
                )
                print(f"{name:34}{page.stat().st_size / 1e6:7.2f}{took:10.1f}{opened:11.1f}")
        finally:
            browser.driver.quit()


def _pages(described: dict[str, Any], audio: Audio) -> Iterator[tuple[str, Any]]:
    times = round(3600 / audio.seconds)
    hour = repeated(described, times, audio.seconds)
    yield f"a reading of {audio.seconds:.0f} s", lambda: html.page(described, audio)
    yield "the same without its sound", lambda: html.page(described)
    tiled = Audio(np.tile(audio.samples, times), RATE)
    yield f"one of {tiled.seconds:.0f} s, {len(hour['words'])} words", lambda: html.page(hour, tiled)
    for count in (25, 5000):
        readings = [wave.Reading(described, f"Agent {n}", link=f"{n}.html") for n in range(count)]
        yield f"a class of {count} readings", lambda readings=readings: wave.page(readings)


if __name__ == "__main__":
    main()
