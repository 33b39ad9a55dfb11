"""The voice "heart" of hibari-tts (Apache-2.0; American, female), whose model comes inside its package.

Its other voices would be fetched from the network when they are first used, so none of them is. It is given
phonemes in the alphabet of misaki, word by word, so that a word said alone is pronounced as in its sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enunciate.audio import Audio
from enunciate.reference import Phones
from enunciate.voice import Said

_PHONEMES = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "W", "AY": "I", "EH": "ɛ", "ER": "ɜɹ", "EY": "A",
    "IH": "ɪ", "IY": "i", "OW": "O", "OY": "Y", "UH": "ʊ", "UW": "u", "B": "b", "CH": "ʧ", "D": "d",
    "DH": "ð", "F": "f", "G": "ɡ", "HH": "h", "JH": "ʤ", "K": "k", "L": "l", "M": "m", "N": "n", "NG": "ŋ",
    "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t", "TH": "θ", "V": "v", "W": "w", "Y": "j", "Z": "z",
    "ZH": "ʒ",
}  # fmt: skip
_WEAK = {"AH": "ə", "ER": "əɹ"}
"""Vowels that sound otherwise without stress."""
_VOWELS = "AIOWYæɑɔəɛɜɪʊʌiuɐᵊ"
_PRIMARY, _SECONDARY = "ˈ", "ˌ"

_GAIN = 2.0
"""The voice is quieter than people are who speak into a headset."""
_QUIET = 0.01
"""Of the loudest sample: what is below at both ends is silence."""
_BEFORE, _AFTER = 0.03, 0.08
"""Seconds of it that stay, so that no sound is clipped."""


class HibariVoice:
    """The voice, loaded."""

    wpm = 190.0

    def __init__(self) -> None:
        """Load the model. Raises ImportError where the extra is not installed."""
        from hibari import SAMPLE_RATE, Hibari

        self._rate = int(SAMPLE_RATE)
        self._voice: Any = Hibari("heart")
        self.name = name()

    def say(self, words: Sequence[Said], tempo: float) -> Audio:
        """See `Voice.say`."""
        return self._spoken(" ".join(self.phonemes(words)), tempo)

    def say_alone(self, words: Sequence[Said], place: int, tempo: float) -> Audio:
        """See `Voice.say_alone`."""
        return self._spoken(alone(self.phonemes(words)[place]), tempo)

    def phonemes(self, words: Sequence[Said]) -> list[str]:
        """The phonemes of each word as it is said in this company, with the punctuation behind it."""
        grapheme = self._voice.g2p
        text = " ".join(linked(word) + word.trail for word in words)
        groups, group = [], ""
        for token in grapheme.phonemize_tokens(grapheme.tokenize(text)):
            group += token.phonemes or ""
            if token.whitespace:
                groups.append(group)
                group = ""
        groups.append(group)
        if len(groups) != len(words):  # a word that is cut in two by the tokenizer
            return [grapheme(linked(word), False) + word.trail for word in words]
        return groups

    def _spoken(self, phonemes: str, tempo: float) -> Audio:
        voice = self._voice
        samples = voice.from_ids(voice.ids(phonemes), tempo, np.random.default_rng(0))
        loud = _trimmed(np.asarray(samples, np.float32), self._rate) * np.float32(_GAIN)
        return Audio(np.clip(loud, -1.0, 1.0), self._rate)


def name() -> str:
    """The name of the voice. Raises ImportError where it is not installed."""
    return f"hibari-tts {metadata.version('hibari-tts')} heart"


def linked(word: Said) -> str:
    """The word as hibari is given it: `[written](/phonemes/)` where its pronunciation is known.

    >>> linked(Said("lumivox", 0, "Lumivox", phones=("L", "UW1", "M", "IH0", "V", "AA2", "K", "S")))
    '[Lumivox](/lˈumɪvˌɑks/)'
    """
    return word.given if word.phones is None else f"[{word.given}](/{misaki(word.phones)}/)"


def misaki(phones: Phones) -> str:
    """ARPAbet in misaki's alphabet; where no stress is told, the first vowel has it.

    >>> misaki(("P", "EH1", "P", "ER0", "K", "R", "EY2", "T")), misaki(("R", "EH", "D"))
    ('pˈɛpəɹkɹˌAt', 'ɹˈɛd')
    """
    told = any(phone[-1] in "12" for phone in phones)
    found = ""
    for phone in phones:
        bare, stress = phone.rstrip("012"), phone[len(phone.rstrip("012")) :]
        spelt = _PHONEMES[bare]
        if spelt[0] in _VOWELS:
            if not told:
                stress, told = "1", True
            mark = {"1": _PRIMARY, "2": _SECONDARY}.get(stress, "")
            found += mark + (spelt if mark else _WEAK.get(bare, spelt))
        else:
            found += spelt
    return found


def alone(phonemes: str) -> str:
    """A word's phonemes in a sentence as they are said alone: with a stress, and ended.

    Words that are weak by nature ("the") stay so.

    >>> alone("ænd"), alone("kˈɔlɪŋ,"), alone("ðə")
    ('ˈænd.', 'kˈɔlɪŋ.', 'ðə.')
    """
    word = phonemes.strip('.,;:!?—…"“” ').replace(
        _SECONDARY, _SECONDARY if _PRIMARY in phonemes else _PRIMARY
    )
    if _PRIMARY not in word and not any(weak in word for weak in "əɐᵊ"):
        place = next((at for at, letter in enumerate(word) if letter in _VOWELS), None)
        if place is not None:
            word = word[:place] + _PRIMARY + word[place:]
    return word + "."


def _trimmed(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    loud = np.flatnonzero(np.abs(samples) > _QUIET * float(np.max(np.abs(samples), initial=1e-9)))
    if not len(loud):
        return samples[:0]
    return samples[max(0, loud[0] - round(_BEFORE * rate)) : loud[-1] + round(_AFTER * rate)]
