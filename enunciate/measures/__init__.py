"""Physical quantities of a reading. No judgement is made here: that is for `enunciate.scores`.

`None` means only that a quantity could not be measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enunciate.interval import Interval
from enunciate.reference import Boundary


@dataclass(frozen=True, slots=True)
class Counts:
    """How many words met which fate. Rates derive from these, so that a class is pooled from counts."""

    words: int
    """Script words."""
    correct: int
    mispronounced: int
    substituted: int
    omitted: int
    inserted: int
    repeated: int
    self_corrections: int
    fillers: int
    false_starts: int

    @property
    def wer(self) -> float:
        """Word error rate: substitutions, omissions and plain insertions per script word (may pass 1)."""
        return (self.substituted + self.omitted + self.inserted) / self.words

    @property
    def completeness(self) -> float:
        """Share of script words that were said, rightly or as something else."""
        return 1.0 - self.omitted / self.words


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence between two words said. `after` is the index into `Alignment.words` of the word before it."""

    interval: Interval
    after: int
    boundary: Boundary
    """What the script's punctuation has there."""
    hesitation: bool = False
    """Whether it breaks a phrase: nothing asks for it, and it is longer than fluent readers stop there."""

    @property
    def expected(self) -> bool:
        """Whether the script's punctuation allows for a pause there."""
        return self.boundary != "none"


@dataclass(frozen=True, slots=True)
class Pacing:
    """How fast, how steadily and with which pauses the script was read. Silence at both ends is apart."""

    seconds: float
    """From the first word said to the end of the last."""
    speech_rate_wpm: float | None
    """Words said per minute, pauses included."""
    wcpm: float | None
    """Script words read correctly per minute (oral reading fluency)."""
    articulation_rate: float | None
    """Syllables per second without the pauses."""
    phonation_ratio: float | None
    """Share of the time from first to last word that is speech."""
    initial_silence: float | None
    final_silence: float | None
    pauses: tuple[Pause, ...]
    missing_pauses: tuple[int, ...]
    """Indices into `Alignment.words` of words that end a sentence and were run into the next."""
    hesitations: tuple[int, ...]
    """Indices into `Alignment.words` of the words before which the reader hesitated: said "um", or broke a
    phrase by a pause."""


@dataclass(frozen=True, slots=True)
class SentenceEnd:
    """How the voice ended a sentence; `after` is the index into `Alignment.words` of its last word."""

    after: int
    question: bool
    movement_semitones: float | None
    """F0 movement over the last voiced stretch: negative falls."""
    trailing_off_db: float | None
    """Loudness of the last word against the rest of its sentence: negative is quieter."""


@dataclass(frozen=True, slots=True, eq=False)
class Contour:
    """Pitch and loudness over time, for the drawing in a report: arrays of one shape (n,)."""

    times: NDArray[np.float32]
    """Seconds."""
    f0_hz: NDArray[np.float32]
    """NaN where unvoiced."""
    loudness_db: NDArray[np.float32]
    """dB relative to full scale."""


@dataclass(frozen=True, slots=True, eq=False)
class Prosody:
    """Pitch and loudness of a reading and of the recording itself."""

    f0_median_hz: float | None
    f0_range_semitones: float | None
    """10th to 90th percentile of F0."""
    f0_deviation_semitones: float | None
    """Standard deviation of F0; small is monotone."""
    declination_semitones_per_second: float | None
    sentence_ends: tuple[SentenceEnd, ...]
    level_dbfs: float | None
    """RMS of the speech."""
    clipped_share: float | None
    """Share of samples at full scale."""
    noise_floor_dbfs: float | None
    snr_db: float | None
    contour: Contour | None


@dataclass(frozen=True, slots=True)
class GrammarSlip:
    """A deviation from the script that changes its grammar.

    `type` is ERRANT's, such as "R:NOUN:NUM", where what was said is the error and the script its correction.
    """

    type: str
    script: str
    heard: str
    start: float | None
    message: str
    word: int
    """Index into `Alignment.words`."""


@dataclass(frozen=True, slots=True)
class PhoneMeasure:
    """One sound of a word that was read; the phone level plugs in here."""

    phone: str
    ipa: str
    interval: Interval
    score: float | None
    heard: str | None
    sure: float | None


@dataclass(frozen=True, slots=True)
class WordPronunciation:
    """How well one word of the alignment was pronounced, 0-100; None where it could not be measured."""

    score: float | None
    phones: tuple[PhoneMeasure, ...] = ()


@dataclass(frozen=True, slots=True)
class Listeners:
    """What five trained listeners would have scored a reading, 0-100: their scale of ten, ten times."""

    accuracy: float
    """How well the sounds of the words were pronounced."""
    fluency: float
    prosody: float
    total: float


@dataclass(frozen=True, slots=True)
class CalledOut:
    """One sound that was said wrongly, most often first heard as `heard`, and where."""

    phone: str
    heard: str | None
    words: tuple[int, ...]
    """Indices into `Alignment.words`, in order; a word with two such sounds stands there once."""
    times: int


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """How a reading was pronounced; None where that could not be measured.

    `words` runs parallel to `Alignment.words`. A phone's `sure` is the chance, 0-1, that trained listeners
    would hear that phone as wrong, and `heard` the phone that the sound fits better, None where none fits
    better.
    """

    words: tuple[WordPronunciation | None, ...]
    listeners: Listeners | None = None
    called_out: tuple[CalledOut, ...] = ()
    """The sounds that were said wrongly beyond doubt, those that recur most first."""


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """Everything that was measured of one reading."""

    counts: Counts
    pacing: Pacing
    prosody: Prosody
    grammar: tuple[GrammarSlip, ...] | None
    pronunciation: Pronunciation
