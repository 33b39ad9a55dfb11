"""What a voice is given to say, and when; by a voice that only writes down what it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from enunciate.audio import Audio
from enunciate.errors import ScriptError
from enunciate.reference import Reference
from enunciate.reference.scripts import find, from_text, library
from enunciate.voice import Said
from enunciate.voice.reading import joined, one_word, read_aloud, said, word_by_word

RATE = 1000


@dataclass
class Scripted:
    """Says a tenth of a second a word, and remembers the words and the tempo."""

    name: str = "scripted"
    wpm: float = 200.0
    asked: list[tuple[str, float]] = field(default_factory=list)

    def say(self, words: Sequence[Said], tempo: float) -> Audio:
        self.asked.append((" ".join(word.given + word.trail for word in words), tempo))
        return Audio(np.ones(100 * len(words), np.float32), RATE)

    def say_alone(self, words: Sequence[Said], place: int, tempo: float) -> Audio:
        self.asked.append((words[place].given, tempo))
        return Audio(np.ones(100, np.float32), RATE)


GREETING = from_text(
    "---\npace: [120, 140]\n---\nThank you for calling, Maya. It costs $5.99!\n\nHow may I help you?"
)


def given(script: Reference) -> list[str]:
    return [word.given + word.trail for word in said(script)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I'm Dr. Ito, VP?", ["I'm", "doctor", "Ito,", "V", "P?"]),
        ("“Order #A7,” she said — please.", ["Order", "number", "A", "seven,", "she", "said,", "please."]),
        ("It is $5.99.", ["It", "is", "five", "dollars", "and", "ninety", "nine", "cents."]),
        ("no stop at the end", ["no", "stop", "at", "the", "end."]),
    ],
)
def test_numbers_and_names_are_given_as_they_are_spoken(text: str, words: list[str]) -> None:
    assert given(from_text(text)) == words


def test_a_letter_is_no_article_and_the_script_says_how_its_names_sound() -> None:
    letter = said(from_text("Press A."))[1]
    assert (letter.given, letter.phones) == ("A", ("EY1",))
    assert said(from_text("Press a key."))[1].phones is None
    own = from_text('---\npronunciations:\n  Lumivox: "L UW1 M IH0 V AA2 K S"\n---\nWelcome to Lumivox.')
    assert said(own)[2].phones == ("L", "UW1", "M", "IH0", "V", "AA2", "K", "S")


def test_every_script_that_ships_is_said_word_for_word() -> None:
    for summary in library():
        script = find(summary.id)
        assert [word.text for word in said(script)] == [word.text for word in script.words()]


def test_sentence_by_sentence_with_the_pauses_of_the_script() -> None:
    voice = Scripted()
    utterances = list(read_aloud(GREETING, voice))
    assert [utterance.text for utterance in utterances] == [
        "Thank you for calling, Maya.",
        "It costs $5.99!",
        "How may I help you?",
    ]
    assert [asked for asked, _ in voice.asked] == [
        "Thank you for calling, Maya.",
        "It costs five dollars and ninety nine cents!",
        "How may I help you?",
    ]
    sentence, paragraph, _ = (utterance.pause for utterance in utterances)
    assert 0 < sentence < paragraph
    first = utterances[0]
    assert first.whole.seconds == pytest.approx(0.5 + first.pause)


def test_at_the_pace_of_the_script_and_slower_where_asked() -> None:
    voice = Scripted()
    (plain, *_), (slow, *_) = (list(read_aloud(GREETING, voice, speed)) for speed in (1.0, 0.5))
    tempos = [tempo for _, tempo in voice.asked]
    assert tempos == pytest.approx([130 / 200] * 3 + [65 / 200] * 3)
    assert slow.pause == pytest.approx(2 * plain.pause)


def test_words_of_a_slow_list_are_not_drawn_out() -> None:
    voice = Scripted()
    list(read_aloud(from_text("---\npace: [60, 70]\n---\nship, sheep"), voice))
    assert voice.asked[0][1] > 65 / 200


def test_a_long_sentence_takes_breath_at_a_comma() -> None:
    text = ", ".join(["we look at this and that and more"] * 12)
    voice = Scripted()
    utterances = list(read_aloud(from_text(text), voice))
    assert len(utterances) > 1
    assert all(len(asked.split()) <= 40 for asked, _ in voice.asked)
    assert all(asked.endswith(",") for asked, _ in voice.asked[:-1])
    assert " ".join(utterance.text for utterance in utterances) == text
    endless = list(read_aloud(from_text("word " * 100), Scripted()))
    assert " ".join(utterance.text for utterance in endless) == ("word " * 100).strip()


def test_word_by_word_each_with_time_to_repeat_it() -> None:
    voice = Scripted()
    utterances = list(word_by_word(GREETING, voice))
    assert [asked for asked, _ in voice.asked] == [word.given for word in said(GREETING)]
    assert [utterance.text for utterance in utterances][3:9] == [
        "calling,", "Maya.", "It", "costs", "five", "dollars",
    ]  # fmt: skip
    assert all(utterance.pause > utterance.audio.seconds for utterance in utterances)


@pytest.mark.parametrize(("name", "spoken"), [("Calling", "calling"), ("maya.", "Maya"), ("i", "I")])
def test_one_word(name: str, spoken: str) -> None:
    voice = Scripted()
    one_word(GREETING, voice, name)
    assert voice.asked[0][0] == spoken


def test_one_word_as_the_script_writes_it() -> None:
    voice = Scripted()
    assert one_word(GREETING, voice, "$5.99").text == "$5.99"
    assert voice.asked[0][0] == "five dollars and ninety nine cents."


@pytest.mark.parametrize(
    ("name", "said"), [("caling", "Did you mean calling?"), ("zebra", "“zebra”"), ("?", "“")]
)
def test_a_word_that_is_not_there(name: str, said: str) -> None:
    with pytest.raises(ScriptError, match="does not have the word") as refused:
        one_word(GREETING, Scripted(), name)
    assert said in str(refused.value)


def test_joined_with_silence_around_and_between() -> None:
    utterances = list(read_aloud(GREETING, Scripted()))
    whole = joined(utterances)
    pauses = sum(utterance.pause for utterance in utterances[:-1])
    spoken = sum(utterance.audio.seconds for utterance in utterances)
    assert whole.seconds == pytest.approx(0.6 + pauses + spoken, abs=0.005)
    assert whole.samples[0] == whole.samples[-1] == 0.0
    assert joined(utterances[:1]).seconds == pytest.approx(0.6 + 0.5)
