"""Our pitch tracker beside librosa's on the demo recordings: `python -m tests.benchmarks.pitch`.

Needs librosa, of the "bench" extra. `librosa.pyin` (Mauch & Dixon 2014, "pYIN: a fundamental frequency
estimator using probabilistic threshold distributions") is a tracker of its own, with a model of how a voice
moves; neither is the truth, but where both agree an error of either is unlikely. Printed for each recording:
how far apart they are in the median where both hear a voice, the share of frames more than a whole tone or
about an octave apart, the share of frames in which only one of the two hears a voice, and processor time in
seconds. With its compiled code not yet cached librosa took 28 s to be imported and give its first `yin`, and
5 s more for its first `pyin`, which is why the package has a tracker of its own.
"""

from __future__ import annotations

import argparse
import time
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from enunciate.audio import Audio
from enunciate.audio.files import read
from enunciate.audio.level import STEP, levels
from enunciate.measures.pitch import HIGHEST, LOWEST, semitones, track

GROSS = 2.0
"""Semitones beyond which two trackers disagree about the note."""
OCTAVE = (10.0, 14.0)
FRAME = 1024


def pyin(audio: Audio, frames: int) -> NDArray[np.float32]:
    """librosa's F0 in Hz in the middle of each of our frames; NaN where it hears no voice."""
    import librosa

    hop = audio.rate // 100
    # Its frames are centred on multiples of the hop, ours half a step later.
    shifted = audio.samples[round(STEP * audio.rate / 2) :]
    f0, _, _ = librosa.pyin(
        shifted, fmin=LOWEST, fmax=HIGHEST, sr=audio.rate, frame_length=FRAME, hop_length=hop
    )
    every = round(STEP * 100)
    picked = f0[:: max(1, every)][:frames]
    return np.pad(picked, (0, frames - len(picked)), constant_values=np.nan).astype(np.float32)


def main() -> None:
    """Print a row a recording and one for all together."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(
        f"{'':28}{'both':>7}{'median st':>11}{'> 2 st':>9}{'octave':>9}{'ours only':>11}{'pyin only':>11}"
        f"{'ours s':>8}{'pyin s':>8}"
    )
    every: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    ours_took, theirs_took = 0.0, 0.0
    for file in sorted(resources.files("enunciate").joinpath("demo").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".flac"):
            audio = read(str(file)).audio
            began = time.process_time()
            ours = track(audio, levels(audio))
            tracked = time.process_time()
            theirs = pyin(audio, len(ours))
            took = tracked - began, time.process_time() - tracked
            every.append((ours, theirs))
            ours_took, theirs_took = ours_took + took[0], theirs_took + took[1]
            row(file.name, ours, theirs, *took)
    ours, theirs = (np.concatenate(tracks) for tracks in zip(*every, strict=True))
    row("all", ours, theirs, ours_took, theirs_took)


def row(
    name: str, ours: NDArray[np.float32], theirs: NDArray[np.float32], ours_s: float, theirs_s: float
) -> None:
    voiced, also = ~np.isnan(ours), ~np.isnan(theirs)
    both = voiced & also
    apart = np.abs(semitones(ours[both], LOWEST) - semitones(theirs[both], LOWEST))
    octave = (apart > OCTAVE[0]) & (apart < OCTAVE[1])
    either = np.count_nonzero(voiced | also)
    print(
        f"{name:28}{np.count_nonzero(both):7}{np.median(apart):11.3f}{np.mean(apart > GROSS):9.2%}"
        f"{np.mean(octave):9.2%}{np.count_nonzero(voiced & ~also) / either:11.1%}"
        f"{np.count_nonzero(also & ~voiced) / either:11.1%}{ours_s:8.2f}{theirs_s:8.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
