from __future__ import annotations

from collections.abc import Callable

import pytest

from enunciate.audio import Audio
from enunciate.recognition import UNKNOWN, Recognizer
from enunciate.recognition.listening import EXTRAS, FILLERS, alternatives, listen_for, sound_alikes
from enunciate.reference import lexicon
from enunciate.reference.scripts import find, from_text


def everything(word: str) -> bool:
    return lexicon.known(word)


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("weeks", {"week"}),
        ("happened", {"happen", "happens", "happening"}),
        ("address", {"addresses", "addressed"}),
        ("tries", {"try", "tried", "trying"}),
        ("planned", {"plan", "plans", "planning"}),
        ("thirty", {"thirteen"}),
        ("thirteen", {"thirty"}),
        ("nine", {"one", "five"}),
        ("the", {"a", "an"}),
        ("in", {"on", "at"}),
        ("went", {"go", "goes", "gone"}),
        ("can", {"can't", "could"}),
        ("she", {"he", "they"}),
    ],
)
def test_what_may_be_said_instead(word: str, others: set[str]) -> None:
    assert others <= set(alternatives(word, everything))


@pytest.mark.parametrize("word", ["weeks", "for", "to", "their", "are", "know", "one", "please", "is"])
def test_neither_the_word_itself_nor_what_sounds_like_it(word: str) -> None:
    others = alternatives(word, everything)
    assert len(set(others)) == len(others)
    assert not any(lexicon.same_spoken(word, other) for other in others)


def test_words_that_only_look_like_participles_have_no_verb() -> None:
    assert alternatives("morning", everything) == ("mornings",)
    assert alternatives("meeting", everything)[0] == "meet"


def test_only_words_that_the_model_has() -> None:
    assert alternatives("weeks", lambda word: word != "week") == ()


@pytest.mark.parametrize("word", ["please", "this's", "x", "larkmoor"])
def test_words_without_other_forms(word: str) -> None:
    assert alternatives(word, everything) == ()


def test_the_script_is_likelier_than_what_may_be_said_instead(recognizer: Recognizer) -> None:
    phrases = listen_for(from_text("We waited two weeks."), recognizer).phrases
    assert phrases.count("we waited two weeks") > 1
    for alternative in ("two week", "waited three weeks", "we wait two", "weeks weeks", "two two"):
        assert phrases.count(alternative) == 1
    assert "we waited two weeks" not in phrases[phrases.count("we waited two weeks") :]


def test_extra_words_fillers_and_everything_else_are_listened_for(recognizer: Recognizer) -> None:
    phrases = listen_for(from_text("Hold the line."), recognizer).phrases
    assert phrases[-1] == UNKNOWN
    assert {word for word in EXTRAS if recognizer.knows(word)} <= set(phrases)
    assert {word for word in FILLERS if recognizer.knows(word)} <= set(phrases)
    assert {"um", "uh"} <= set(phrases)


def test_every_reading_of_a_token_is_listened_for_between_its_neighbours(recognizer: Recognizer) -> None:
    phrases = listen_for(from_text("Come at 10:30 today."), recognizer).phrases
    assert phrases[0] == "come at ten thirty today"
    assert "at half past ten today" in phrases


def test_a_word_that_the_script_says_twice_is_not_listened_for_twice_more(recognizer: Recognizer) -> None:
    phrases = listen_for(from_text("Yes yes, hold."), recognizer).phrases
    assert phrases.count("hold hold") == 1
    assert phrases.count("yes yes") <= 1


def test_unknown_words_are_listened_for_as_known_ones_that_sound_alike(recognizer: Recognizer) -> None:
    assert not recognizer.knows("larkmead")
    heard = listen_for(from_text("Larkmead can help."), recognizer)
    assert heard.sound_alikes["larkmead"][0] == ("lark", "mead")
    assert heard.phrases[0] == "lark mead can help"
    assert not any("larkmead" in phrase for phrase in heard.phrases)
    for alike in heard.sound_alikes["larkmead"][1:]:
        assert f"{' '.join(alike)} can" in heard.phrases


def test_the_scripts_own_pronunciation_decides_what_sounds_alike(recognizer: Recognizer) -> None:
    script = "---\npronunciations:\n  qarth: K AA R T\n---\nAsk for Qarth."
    assert sound_alikes(from_text(script), recognizer.knows)["qarth"][0] == ("cart",)


@pytest.mark.parametrize("script", ["general-greeting", "phone-number-readback", "teens-and-tens"])
def test_every_word_listened_for_is_in_the_vocabulary(recognizer: Recognizer, script: str) -> None:
    for phrase in listen_for(find(script), recognizer).phrases:
        assert all(word == UNKNOWN or recognizer.knows(word) for word in phrase.split()), phrase


def test_the_same_script_is_always_listened_for_in_the_same_way(recognizer: Recognizer) -> None:
    first = listen_for(find("late-delivery"), recognizer)
    listen_for(find("general-greeting"), recognizer)
    assert listen_for(find("late-delivery"), recognizer) == first


def test_a_dropped_ending_is_heard(recognizer: Recognizer, demo_audio: Callable[[str], Audio]) -> None:
    # "weeks" is read in one recording and "week" in the other: the grammar holds both.
    phrases = listen_for(find("late-delivery"), recognizer).phrases
    perfect = recognizer.transcribe(demo_audio("late-delivery-perfect"), phrases).text
    mistaken = recognizer.transcribe(demo_audio("late-delivery-mistakes"), phrases).text
    assert "two weeks early" in perfect
    assert "two week early" in mistaken
