"""The real voice."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import soxr

from enunciate.audio import RATE, Audio
from enunciate.recognition import UNKNOWN, Recognizer
from enunciate.reference.scripts import from_text
from enunciate.voice.hibari import HibariVoice, misaki
from enunciate.voice.reading import said


@pytest.fixture(scope="module")
def voice() -> HibariVoice:
    return HibariVoice()


TEXT = "Thank you for calling. I read the book."
WORDS = "thank you for calling i read the book"


def heard(audio: Audio, recognizer: Recognizer, *phrases: str) -> str:
    samples = soxr.resample(audio.samples, audio.rate, RATE).astype(np.float32)
    around = np.zeros(RATE // 2, np.float32)  # in digital silence as it is, words are heard, and lost
    sound = Audio(np.concatenate([around, samples, around]), RATE)
    return " ".join(
        word.text for word in recognizer.transcribe(sound, [*phrases, UNKNOWN]).words if word.text != UNKNOWN
    )


def test_what_it_says_is_understood(voice: HibariVoice, recognizer: Recognizer) -> None:
    assert heard(voice.say(said(from_text(TEXT)), 0.75), recognizer, WORDS) == WORDS


@pytest.mark.parametrize(("place", "word", "others"), [(3, "calling", "selling"), (7, "book", "look")])
def test_words_alone_are_understood(
    voice: HibariVoice, recognizer: Recognizer, place: int, word: str, others: str
) -> None:
    audio = voice.say_alone(said(from_text(TEXT)), place, 0.85)
    assert 0.3 < audio.seconds < 1.0
    assert heard(audio, recognizer, word, others) == word


def test_the_same_words_sound_the_same_and_slower_ones_take_longer(voice: HibariVoice) -> None:
    words = said(from_text(TEXT))
    once, again, slow = voice.say(words, 0.9), voice.say(words, 0.9), voice.say(words, 0.6)
    assert np.array_equal(once.samples, again.samples)
    assert slow.seconds == pytest.approx(1.5 * once.seconds, rel=0.15)
    assert 0.2 < np.abs(once.samples).max() <= 1.0


def test_a_word_alone_is_pronounced_as_in_its_sentence(voice: HibariVoice) -> None:
    past = voice.phonemes(said(from_text("Yesterday I read the book.")))
    to_come = voice.phonemes(said(from_text("I will read the book.")))
    assert (past[2], to_come[2]) == ("ɹˈɛd", "ɹˈid")


def test_one_group_of_phonemes_a_word(voice: HibariVoice) -> None:
    words = said(from_text("I can't wait: it's $1,299.99, e-mail O'Brien at 10:30, state-of-the-art A-1."))
    groups = voice.phonemes(words)
    assert len(groups) == len(words)
    assert all(group.strip(".,;:!?—") for group in groups)


def test_the_script_says_how_a_name_sounds(voice: HibariVoice) -> None:
    own = from_text('---\npronunciations:\n  Lumivox: "L UW1 M IH0 V AA2 K S"\n---\nWelcome to Lumivox, Bo.')
    assert voice.phonemes(said(own))[2] == "lˈumɪvˌɑks,"
    assert misaki(("B", "OW")) == "bˈO"


def test_without_the_extra_one_sentence_says_how_to_install_it() -> None:
    program = (
        "import importlib.metadata as metadata\n"
        "def version(name):\n"
        "    raise metadata.PackageNotFoundError(name)\n"
        "metadata.version = version\n"
        "from enunciate.errors import VoiceError\n"
        "from enunciate.voice import engines\n"
        "print(engines.available())\n"
        "try:\n"
        "    engines.voice()\n"
        "except VoiceError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "False\nThe voice that reads scripts aloud is not installed. It is an extra: "
        "pip install 'enunciate[voice]', or pip install hibari-tts.\n"
    )
