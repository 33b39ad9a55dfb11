import numpy as np
import pytest

from enunciate.alignment import AlignedWord, Alignment
from enunciate.audio import RATE, Audio
from enunciate.interval import Interval
from enunciate.measures.pacing import measure
from enunciate.reference import Reference, ReferenceWord

REFERENCE = Reference("test", "Test", "", ())


def word(
    text, start=None, end=None, boundary="none", status="correct", syllables=1, confidence=1.0, token=None
):
    interval = None if start is None else Interval(start, end)
    token = sum(map(ord, text)) if token is None else token
    return AlignedWord(
        status, ReferenceWord(text, token, (), syllables, boundary), None, interval, confidence
    )


def beside(text, start, end, status="inserted"):
    return AlignedWord(status, None, text, Interval(start, end))


def pacing(audio, *words):
    return measure(Alignment(REFERENCE, words), audio)


def voice(seconds, *stretches, noise=0.0):
    """A buzz of 120 Hz where `stretches` (start, end) say so, in a little noise."""
    time = np.arange(round(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * 120 * k * time) / k for k in range(1, 20)) * 0.1
    gate = sum((time >= start) & (time < end) for start, end in stretches)
    return Audio(
        (buzz * gate + np.random.default_rng(0).normal(0, noise, len(time))).astype(np.float32), RATE
    )


SOUND = voice(3.0, (0.5, 1.0), (1.4, 2.5), noise=0.0003)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((0.5, 1.0), (1.4, 2.5)),
        ((0.5, 1.38), (1.38, 2.5)),
        ((0.5, 1.0), (1.0, 2.5)),
        ((0.48, 1.2), (1.2, 2.6)),
    ],
    ids=["exact", "first stretched", "second stretched", "both stretched"],
)
@pytest.mark.parametrize("noise", [0.0, 0.0003, 0.005])
def test_a_pause_is_found_in_the_signal_however_the_words_were_stretched(first, second, noise):
    found = pacing(voice(3.0, (0.5, 1.0), (1.4, 2.5), noise=noise), word("the", *first), word("two", *second))
    assert len(found.pauses) == 1
    pause = found.pauses[0]
    assert (pause.interval.start, pause.interval.end) == pytest.approx((1.0, 1.4), abs=0.015)
    assert (pause.after, pause.boundary, pause.expected) == (0, "none", False)
    assert found.hesitations == (1,)
    assert found.seconds == pytest.approx(2.0, abs=0.03)
    assert found.initial_silence == pytest.approx(0.5, abs=0.015)
    assert found.final_silence == pytest.approx(0.5, abs=0.015)
    assert found.phonation_ratio == pytest.approx(0.8, abs=0.015)


def test_rates():
    found = pacing(
        SOUND,
        word("hello", 0.5, 1.0, syllables=2),
        word("every", 1.4, 1.8, syllables=3, status="mispronounced"),
        word("omitted", status="omitted", syllables=9),
        beside("um", 1.8, 2.0, "filler"),
        beside("table", 2.0, 2.2),
        word("day", 2.2, 2.5),
    )
    assert found.seconds == pytest.approx(2.0)
    assert found.speech_rate_wpm == pytest.approx(60 * 4 / 2.0)
    assert found.wcpm == pytest.approx(60 * 2 / 2.0)
    assert found.articulation_rate == pytest.approx((2 + 3 + 1 + 2 + 1) / 1.6, rel=0.02)


def test_a_closure_is_no_pause():
    found = pacing(voice(2.0, (0.2, 1.0), (1.2, 1.8)), word("stop", 0.2, 1.1), word("there", 1.1, 1.8))
    assert found.pauses == ()
    assert found.hesitations == ()
    assert found.phonation_ratio == 1.0


def test_sound_where_no_word_was_heard_is_no_pause_but_breath_and_clicks_are():
    words = (word("one", 0.5, 1.0), word("two", 2.0, 2.5))
    ends = (0.5, 1.0), (2.0, 2.5)
    assert pacing(voice(3.0, *ends, (1.0, 2.0)), *words).pauses == ()
    breath = voice(3.0, (1.2, 1.8)).samples * 10 ** (-25 / 20)
    click = voice(3.0, (1.3, 1.36)).samples
    for other in (breath, click):
        (pause,) = pacing(Audio(voice(3.0, *ends).samples + other, RATE), *words).pauses
        assert (pause.interval.start, pause.interval.end) == pytest.approx((1.0, 2.0), abs=0.015)


def test_in_loud_noise_the_recognized_times_have_to_do():
    sound = voice(3.0, (0.5, 1.0), (1.4, 2.5), noise=0.5)
    found = pacing(
        sound, word("one", 0.5, 1.03, "major"), word("two", 1.38, 2.0, "major"), word("three", 2.0, 2.5)
    )
    (pause,) = found.pauses
    assert (pause.interval.start, pause.interval.end) == pytest.approx((1.03, 1.38))
    assert (found.initial_silence, found.final_silence) == (0.5, 0.5)
    assert found.missing_pauses == ()


@pytest.mark.parametrize(
    ("first", "second", "seconds", "breaks"),
    [
        (word("the", 0.5, 1.0), "time", 0.45, True),
        (word("the", 0.5, 1.0), "time", 0.3, False),
        (word("we'll", 0.5, 1.0), "call", 0.45, True),
        (word("two", 0.5, 1.0), "fees", 0.65, False),
        (word("two", 0.5, 1.0), "fees", 0.75, True),
        (word("two", 0.5, 1.0), "because", 0.9, False),
        (word("two", 0.5, 1.0), "because", 1.1, True),
        (word("five", 0.5, 1.0, token=1), "two", 0.9, False),
        (beside("um", 0.5, 1.0, "repeated"), "two", 0.9, False),
        (word("the", 0.5, 1.0, confidence=None), "time", 0.45, False),
        *(
            (word("the", 0.5, 1.0, boundary), "time", 1.2, False)
            for boundary in ("minor", "major", "paragraph")
        ),
    ],
)
def test_how_long_a_pause_takes_to_break_a_phrase_depends_on_the_words_beside_it(
    first, second, seconds, breaks
):
    start = 1.0 + seconds
    found = pacing(
        voice(3.0, (0.5, 1.0), (start, 2.8), noise=0.0003), first, word(second, start, 2.8, token=1)
    )
    assert [pause.hesitation for pause in found.pauses] == [breaks]
    assert found.hesitations == ((1,) if breaks else ())


@pytest.mark.parametrize(
    ("middle", "after"),
    [((0.9, 1.0), 0), ((1.8, 1.9), 1)],
    ids=["heard before the pause", "heard after it"],
)
def test_a_pause_beside_a_word_of_uncertain_time_is_the_one_that_the_punctuation_asks_for(middle, after):
    """In "card, and I" the comma is where people stop, whatever the recognizer makes of "and"."""
    sound = voice(3.0, (0.2, 1.0), (1.8, 2.8), noise=0.0003)
    sure, unsure = (
        pacing(
            sound,
            word("card", 0.2, 0.9, "minor" if after == 0 else "none"),
            word("then", *middle, "minor" if after == 1 else "none", confidence=confidence),
            word("I", 1.9, 2.8),
        )
        for confidence in (0.9, None)
    )
    assert [(pause.after, pause.hesitation) for pause in unsure.pauses] == [(after, False)]
    assert [(pause.after, pause.hesitation) for pause in sure.pauses] == [(1 - after, True)]


def test_a_filler_is_a_hesitation_before_the_next_script_word():
    found = pacing(
        SOUND,
        word("one", 0.5, 1.0, "major"),
        beside("um", 1.4, 1.6, "filler"),
        beside("p", 1.6, 1.7, "false_start"),
        word("please", 1.7, 2.5),
    )
    assert found.hesitations == (3,)
    assert found.pauses[0].boundary == "major"


@pytest.mark.parametrize(
    "between",
    [
        (word("left", boundary="major", status="omitted"),),
        (word("left", boundary="minor", status="omitted"), word("out", boundary="major", status="omitted")),
    ],
)
def test_a_boundary_after_omitted_words_counts(between):
    found = pacing(SOUND, word("one", 0.5, 1.0), *between, word("two", 1.4, 2.5))
    assert found.pauses[0].boundary == "major"
    assert found.pauses[0].after == 0


def test_a_pause_after_a_filler_takes_the_boundary_that_the_script_stands_at():
    words = word("one", 0.3, 0.8, "major"), beside("um", 0.8, 1.0, "filler"), word("two", 1.4, 2.5)
    found = pacing(voice(3.0, (0.3, 1.0), (1.4, 2.5)), *words)
    assert [(pause.after, pause.boundary) for pause in found.pauses] == [(1, "major")]


def test_missing_pauses():
    sound = voice(3.0, (0.2, 1.2), (1.35, 2.8))
    found = pacing(
        sound,
        word("runs", 0.2, 0.7, "major"),
        word("on", 0.7, 1.2, "major"),
        word("stops", 1.35, 1.8, "minor"),
        word("comma", 1.8, 2.2, "major"),
        word("left", status="omitted"),
        word("later", 2.2, 2.5, "paragraph"),
        word("end", 2.5, 2.8, "paragraph"),
    )
    assert found.missing_pauses == (0, 5)


def test_silence_at_the_ends_is_found_though_words_stretch_into_it():
    click = voice(3.0, (0.1, 0.12)).samples
    sound = Audio(SOUND.samples + click, RATE)
    found = pacing(sound, word("one", 0.0, 1.0), word("two", 1.4, 3.0))
    assert found.initial_silence == pytest.approx(0.5, abs=0.015)
    assert found.final_silence == pytest.approx(0.5, abs=0.015)
    assert len(found.pauses) == 1


def test_one_word_has_a_length_but_no_rate():
    found = pacing(SOUND, word("one", 0.5, 1.0), word("two", status="omitted"))
    assert found.seconds == pytest.approx(0.5, abs=0.015)
    assert found.initial_silence == pytest.approx(0.5, abs=0.015)
    assert (found.speech_rate_wpm, found.wcpm, found.articulation_rate, found.phonation_ratio) == (None,) * 4
    assert found.pauses == found.missing_pauses == found.hesitations == ()


def test_no_word():
    found = pacing(SOUND, word("one", status="omitted"))
    assert found.seconds == 0.0
    assert (found.speech_rate_wpm, found.initial_silence, found.final_silence) == (None, None, None)


def test_a_word_beyond_the_end_of_the_sound_does_no_harm():
    found = pacing(voice(1.0, (0.2, 1.0)), word("one", 0.2, 0.9), word("two", 0.9, 1.2))
    assert found.final_silence == pytest.approx(0.0, abs=0.01)
    assert found.pauses == ()
