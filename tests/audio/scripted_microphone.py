"""A microphone whose sound, rate and misfortunes a test decides."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enunciate.audio.microphone import Deliver


@dataclass
class ScriptedMicrophone:
    """Delivers `samples` in uneven blocks as fast as it can, then is still, or ends by itself if `dies`.

    Sound was lost before the blocks whose numbers are in `overflows`. `done` is set once all is delivered.
    """

    samples: NDArray[np.int16]
    rate: int = 16_000
    overflows: Collection[int] = ()
    dies: bool = False
    pace: float = 0.0
    name: str = "script"

    def start(self, deliver: Deliver, ended: Callable[[], None]) -> int:
        self.done = threading.Event()
        self.stopped = False
        self._thread = threading.Thread(target=self._run, args=(deliver, ended), daemon=True)
        self._thread.start()
        return self.rate

    def _run(self, deliver: Deliver, ended: Callable[[], None]) -> None:
        place = number = 0
        while place < len(self.samples) and not self.stopped:
            size = (441, 1, 960, 379)[number % 4]
            deliver(self.samples[place : place + size], number in self.overflows)
            place += size
            number += 1
            if self.pace:
                time.sleep(self.pace)
        if self.dies:
            ended()
        self.done.set()

    def stop(self) -> None:
        self.stopped = True
        self._thread.join()


def tone(seconds: float, rate: int = 16_000, hz: float = 440.0, amplitude: float = 0.5) -> NDArray[np.int16]:
    return np.round(
        amplitude * 32767 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    ).astype(np.int16)
