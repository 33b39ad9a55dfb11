"""Forced alignment: when each phone of known words was said.

PocketSphinx 5 carries a 6.6 MB American English model and needs no dictionary: every pronunciation is added
as a word of its own. Two passes go over the same samples. The first finds the words, choosing among their
pronunciations; the second divides each into phones. The exact word search decides between "either" with IY
and with AY, as between the full and the weak form of "and".
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enunciate.alignment import AlignedWord
from enunciate.interval import Interval
from enunciate.reference import Phones
from enunciate.reference.phones import bare

FRAMES_PER_SECOND = 100
PHONES = (
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY",
    "F", "G", "HH", "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY",
    "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
)  # fmt: skip
"""The 39 phones of American English in ARPAbet, in the order that every array over phones has."""


@dataclass(frozen=True, slots=True)
class TimedPhone:
    """A phone and the frames it fills: hundredths of a second from the start of the sound aligned."""

    phone: str
    start: int
    frames: int
    log_score: float
    """The aligner's acoustic score over all its frames; larger fits better."""


@dataclass(frozen=True, slots=True, eq=False)
class PhoneAlignment:
    """Words and their phones in time. `words` runs parallel to the words given; `mfcc` has shape (frames,
    13).
    """

    words: tuple[tuple[TimedPhone, ...], ...]
    mfcc: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a recording that is aligned on its own; `words` are indices into `Alignment.words`."""

    interval: Interval
    words: tuple[int, ...]


def stretches(
    words: Sequence[AlignedWord],
    known: Sequence[bool],
    seconds: float,
    longest: int = 12,
    margin: float = 0.5,
) -> tuple[Stretch, ...]:
    """Divide a recording where its words leave gaps, so that the cost grows linearly and one bad part stays
    alone.

    A stretch holds words that were said and whose pronunciation is `known`. It ends with a sentence, before a
    word that is not known, and before `longest` words at the widest gap. It reaches into the silence on
    either side: to the middle of the gap, at most `margin` seconds. `seconds` is the length of the recording.
    Where a stretch ends depends on no more than the `longest` words after its first.
    """
    said = [(index, word.interval) for index, word in enumerate(words) if word.interval is not None]
    parts: list[list[int]] = [[]]
    for place, (index, _) in enumerate(said):
        if not known[index]:
            parts.append([])
            continue
        parts[-1].append(place)
        reference = words[index].reference
        if reference is not None and reference.boundary in ("major", "paragraph") and len(parts[-1]) > 3:
            parts.append([])

    def gap(place: int) -> float:
        return said[place][1].start - said[place - 1][1].end

    result = []
    while parts:
        part = parts.pop(0)
        if len(part) > longest:
            cut = max(range(4, longest - 2), key=lambda i: gap(part[i]))
            parts[:0] = [part[:cut], part[cut:]]
        elif part:
            first, last = said[part[0]][1], said[part[-1]][1]
            start, end = first.start - margin, last.end + margin
            if part[0] > 0:
                start = max(start, min(first.start, (said[part[0] - 1][1].end + first.start) / 2))
            if part[-1] + 1 < len(said):
                end = min(end, max(last.end, (last.end + said[part[-1] + 1][1].start) / 2))
            start = max(0.0, start)
            interval = Interval(start, max(start, min(seconds, end)))
            result.append(Stretch(interval, tuple(said[place][0] for place in part)))
    return tuple(result)


class PhoneAligner:
    """PocketSphinx with its own model. Not for use from two threads at once; making one takes 0.02 s."""

    def __init__(self) -> None:
        """Load the model."""
        self._features = tempfile.TemporaryDirectory(prefix="enunciate-")
        self._names: dict[tuple[Phones, ...], str] = {}
        self._narrow = self._decoder()

    def align(self, samples: NDArray[np.int16], words: Sequence[Sequence[Phones]]) -> PhoneAlignment | None:
        """Align `words`, each a choice of pronunciations, with mono samples of shape (n,) at 16 kHz.

        None where the words cannot be fitted to the sound. The same samples and words give the same result
        whatever was aligned before.
        """
        if not words or len(samples) < 1600:
            return None
        choices = [tuple(dict.fromkeys(bare(p) for p in word)) for word in words]
        found = self._try(self._narrow, samples, choices)
        if found is None:
            # One that failed may not be used again. The beams cut off the right path in about one reading of
            # 200; without them aligning costs three times as much.
            self._narrow = self._decoder()
            wide = self._decoder(beam=0.0, wbeam=0.0, pbeam=0.0)
            found = self._try(wide, samples, choices)
        if found is None or len(found.words) != len(words):
            return None
        return found

    def _decoder(self, **options: float) -> Any:
        import pocketsphinx

        # With bestpath some second passes fail: "Failed to stop utterance processing".
        return pocketsphinx.Decoder(
            lm=None, dict=None, bestpath=False, loglevel="FATAL", mfclogdir=self._features.name, **options
        )

    def _name(self, decoder: Any, choice: tuple[Phones, ...]) -> str:
        """The name under which `decoder` knows these pronunciations; it is taught them where it does not."""
        name = self._names.setdefault(choice, f"w{len(self._names)}")
        if decoder.lookup_word(name) is None:
            for number, phones in enumerate(choice, 1):
                decoder.add_word(name if number == 1 else f"{name}({number})", " ".join(phones), False)
        return name

    def _try(
        self, decoder: Any, samples: NDArray[np.int16], choices: Sequence[tuple[Phones, ...]]
    ) -> PhoneAlignment | None:
        text = " ".join(self._name(decoder, choice) for choice in choices)
        data = samples.tobytes()
        try:
            # Without a fresh front end a result depends on what was aligned before.
            decoder.reinit_feat()
            decoder.set_align_text(text)
            self._pass(decoder, data)
            mfcc = self._take_features()
            if decoder.hyp() is None:
                return None
            decoder.reinit_feat()
            decoder.set_alignment()
            self._pass(decoder, data)
            alignment = decoder.get_alignment()
        except RuntimeError:
            return None
        finally:
            self._take_features()
        # An entry dies with the alignment it came from: everything is copied here.
        words = tuple(
            tuple(TimedPhone(p.name, p.start, p.duration, float(p.score)) for p in word)
            for word in alignment
            if word.name.startswith("w")
        )
        return PhoneAlignment(words, mfcc)

    @staticmethod
    def _pass(decoder: Any, data: bytes) -> None:
        decoder.start_utt()
        decoder.process_raw(data, full_utt=True)
        decoder.end_utt()

    def _take_features(self) -> NDArray[np.float32]:
        """The MFCCs that the last pass wrote: big-endian, after a first word that counts them."""
        mfcc = np.zeros((0, 13), np.float32)
        for file in sorted(Path(self._features.name).iterdir()):
            mfcc = np.frombuffer(file.read_bytes()[4:], ">f4").astype(np.float32).reshape(-1, 13)
            file.unlink()
        return mfcc
