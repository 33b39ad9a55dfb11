from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from enunciate.alignment import AlignedWord, Alignment
from enunciate.interval import Interval
from enunciate.measures import (
    CalledOut,
    GrammarSlip,
    Listeners,
    Measures,
    Pacing,
    Pause,
    PhoneMeasure,
    Pronunciation,
    Prosody,
    SentenceEnd,
    WordPronunciation,
)
from enunciate.measures.accuracy import count
from enunciate.scores import Scores, load_rubric, recording_notices, score
from tests.scripted import reading

SCRIPT = (
    "Thank you for calling Northwind support. My name is Alex, and I see your account. How may I help you?"
)
HEARD = ("pronunciation", "fluency", "prosody")
"""Areas that listeners judge."""
AREAS = ("pronunciation", "accuracy", "fluency", "prosody", "completeness", "grammar")
LIVELY = Prosody(180.0, 7.0, 2.6, -1.0, (), -20.0, 0.0, -65.0, 40.0, None)


def measured(
    alignment: Alignment,
    word_score: float | None = 97.0,
    rate: float | None = 136.0,
    pauses: Sequence[tuple[int, float]] = (),
    missing_pauses: tuple[int, ...] = (),
    prosody: Prosody = LIVELY,
    grammar: tuple[GrammarSlip, ...] | None = (),
    heard: float | None = 97.0,
    sounds: tuple[CalledOut, ...] = (),
) -> Measures:
    """Measures of a reading.

    `pauses` are (index of the word before, seconds); `heard` is what listeners would have given throughout.
    """
    found = []
    for after, seconds in pauses:
        word = alignment.words[after]
        end = word.interval.end if word.interval else 0.0
        boundary = word.reference.boundary if word.reference else "none"
        found.append(Pause(Interval(end, end + seconds), after, boundary, hesitation=boundary == "none"))
    pacing = Pacing(10.0, rate, rate, 4.2, 0.8, 0.2, 0.2, tuple(found), missing_pauses, ())
    listeners = None if heard is None else Listeners(heard, heard, heard, heard)
    words = tuple(
        WordPronunciation(word_score) if word.reference and word.interval else None
        for word in alignment.words
    )
    return Measures(count(alignment), pacing, prosody, grammar, Pronunciation(words, listeners, sounds))


def judged(line: str, **measures: object) -> Scores:
    alignment = reading(line)
    return score(measured(alignment, **measures), alignment)  # type: ignore[arg-type]


def lost(scores: Scores, area: str) -> dict[str, float]:
    return {reason.measure: reason.points for reason in scores.reasons if reason.score == area}


def value(scores: Scores, area: str) -> float:
    found = getattr(scores, area)
    assert found is not None
    return float(found)


def with_score(measures: Measures, i: int, points: float | None) -> Measures:
    words = list(measures.pronunciation.words)
    words[i] = WordPronunciation(points)
    return replace(measures, pronunciation=replace(measures.pronunciation, words=tuple(words)))


# --- a good reading ---------------------------------------------------------------------------------------


def test_a_perfect_reading_loses_nothing_and_is_praised_for_what_is_true() -> None:
    scores = judged(SCRIPT)

    assert [getattr(scores, area) for area in ("overall", *AREAS)] == [100.0] * 7
    assert scores.passed is True
    assert (scores.pass_mark, scores.rubric) == (75.0, "enunciate-rubric/2")
    assert all(reason.points == 0 and reason.text for reason in scores.reasons)
    (praise,) = scores.advice
    assert praise.text == (
        "Well read: every word was read as the script has it, the pace was easy to follow and the voice "
        "moved. Try a longer or harder script next."
    )


def test_nothing_is_praised_that_was_not_measured() -> None:
    flat = replace(LIVELY, f0_deviation_semitones=None, f0_range_semitones=None)
    (praise,) = judged(SCRIPT, prosody=flat).advice

    assert "voice" not in praise.text


@pytest.mark.parametrize("rate", [108.0, 120.0, 150.0, 179.0])
def test_the_target_pace_has_soft_edges(rate: float) -> None:
    assert value(judged(SCRIPT, rate=rate), "fluency") == 100.0


def test_a_good_but_human_reading_scores_well_everywhere() -> None:
    ends = (
        SentenceEnd(5, False, -3.0, -6.0),
        SentenceEnd(14, False, 0.5, -4.0),
        SentenceEnd(19, True, 4.0, -2.0),
    )
    scores = judged(
        SCRIPT,
        word_score=87.0,
        rate=172.0,
        pauses=[(5, 0.6), (9, 0.3), (12, 0.3)],
        prosody=replace(LIVELY, sentence_ends=ends),
    )

    assert all(value(scores, area) >= 90.0 for area in ("overall", *AREAS))


# --- what is taken off ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_reasons_add_up_to_what_each_score_lacks(seed: int) -> None:
    alignment, measures = random_reading(seed)
    scores = score(measures, alignment)

    for area in ("overall", *AREAS):
        if getattr(scores, area) is not None:
            assert 0.0 <= value(scores, area) <= 100.0
            assert sum(lost(scores, area).values()) == pytest.approx(100.0 - value(scores, area))
            assert all(points >= 0 for points in lost(scores, area).values())
    assert len(scores.advice) <= 3


KINDS = ["{}", "{}", "-{}", "*{}", "{}>other", "{}>", "~um {}", "=so {}", "&s {}", "+so {}", "^x {}"]


def random_reading(seed: int, unscored: bool = True) -> tuple[Alignment, Measures]:
    chance = random.Random(seed)
    line = ""
    for word in SCRIPT.split():
        kind = chance.choice(KINDS)
        line += " " + kind.format(word)
    alignment = reading(line)
    said = [i for i, word in enumerate(alignment.words) if word.interval]
    slip = GrammarSlip(
        "R:DET", "the", "a", 1.0, "You said “a”. The script has “the”: another article.", said[0]
    )
    measures = measured(
        alignment,
        rate=chance.uniform(50, 300),
        pauses=[(i, chance.uniform(0.2, 5.0)) for i in chance.sample(said, 5)],
        prosody=replace(
            LIVELY,
            f0_deviation_semitones=chance.uniform(0.2, 3.0),
            sentence_ends=(SentenceEnd(said[-1], False, chance.uniform(-5, 5), chance.uniform(-20, 0)),),
        ),
        grammar=(slip,) * chance.randrange(3),
    )
    for i in said:
        measures = with_score(
            measures, i, None if unscored and chance.random() < 0.5 else chance.uniform(0, 100)
        )
    return alignment, measures


@pytest.mark.parametrize("seed", range(8))
def test_omitting_a_word_never_raises_the_overall_score(seed: int) -> None:
    alignment, measures = random_reading(seed, unscored=False)
    before = value(score(measures, alignment), "overall")

    for i, word in enumerate(alignment.words):
        if word.status in ("correct", "mispronounced"):
            assert without(i, alignment, measures) < before


def test_leaving_out_a_word_does_not_pay_even_where_it_would_go_wrong() -> None:
    alignment = reading(SCRIPT.replace("account", "account>"))
    measures = with_score(measured(alignment), 14, 0.0)

    assert without(14, alignment, measures) < value(score(measures, alignment), "overall")


def without(i: int, alignment: Alignment, measures: Measures) -> float:
    """The overall score had word `i` been left out."""
    words = list(alignment.words)
    words[i] = AlignedWord("omitted", words[i].reference)
    omitted = replace(alignment, words=tuple(words))
    return value(score(replace(with_score(measures, i, None), counts=count(omitted)), omitted), "overall")


@pytest.mark.parametrize("seed", range(8))
def test_one_more_pause_never_raises_fluency(seed: int) -> None:
    alignment, measures = random_reading(seed)
    before = value(score(measures, alignment), "fluency")

    for i, word in enumerate(alignment.words):
        if word.interval is not None and word.reference is not None:
            time, boundary = Interval(word.interval.end, word.interval.end + 0.4), word.reference.boundary
            pause = Pause(time, i, boundary, hesitation=boundary == "none")
            pacing = replace(measures.pacing, pauses=(*measures.pacing.pauses, pause))
            assert value(score(replace(measures, pacing=pacing), alignment), "fluency") <= before + 1e-9


def test_a_longer_pause_costs_more_and_one_at_a_comma_nothing() -> None:
    short, long, comma = (judged(SCRIPT, pauses=[pause]) for pause in ((12, 0.5), (12, 1.5), (9, 0.5)))

    assert value(long, "fluency") < value(short, "fluency") < 100.0 == value(comma, "fluency")


def test_waiting_very_long_at_a_full_stop_costs_too() -> None:
    assert lost(judged(SCRIPT, pauses=[(5, 4.0)]), "fluency")["long_pauses"] == pytest.approx(1.5 * 1.2 * 5)


def test_only_a_pause_that_breaks_a_phrase_costs() -> None:
    alignment = reading(SCRIPT)
    measures = measured(alignment, pauses=[(12, 1.0)])
    (pause,) = measures.pacing.pauses
    natural = replace(measures, pacing=replace(measures.pacing, pauses=(replace(pause, hesitation=False),)))

    assert score(natural, alignment).fluency == 100.0
    assert value(score(measures, alignment), "fluency") < 100.0


def test_pace_is_judged_by_the_script_where_it_sets_one() -> None:
    slow = reading(SCRIPT, pace_wpm=(60.0, 90.0))

    assert score(measured(slow, rate=75.0), slow).fluency == 100.0
    assert value(judged(SCRIPT, rate=75.0), "fluency") == pytest.approx(100.0 - 100.0 * 33.0 / 108.0)


def test_one_hesitation_in_a_short_line_does_not_decide_its_score() -> None:
    scores = judged("Thank you for calling us.", rate=100.0, pauses=[(2, 0.8)])

    assert 90.0 < value(scores, "fluency") < 97.0
    assert value(scores, "overall") > 95.0


def test_accuracy_counts_words_of_those_read() -> None:
    scores = judged("Your order>border will *arrive -on monday =monday +so today at noon.")

    assert lost(scores, "accuracy") == pytest.approx(
        {"substituted": 2.0 * 12.5, "mispronounced": 12.5, "inserted": 0.5 * 12.5, "repeated": 0.2 * 12.5}
    )
    assert scores.completeness == pytest.approx(100 * 8 / 9)


def test_hesitating_does_not_make_words_wrong() -> None:
    assert judged(SCRIPT.replace("Northwind", "~um &no ^northern Northwind")).accuracy == 100.0


def test_what_listeners_would_take_off_is_taken_off_in_proportion_below_the_clear_score() -> None:
    clear = load_rubric().pronunciation.clear_from
    scores = judged(SCRIPT, heard=clear / 2)

    assert [value(scores, area) for area in HEARD] == pytest.approx([50.0] * 3)
    assert lost(scores, "pronunciation") == pytest.approx({"listeners": 50.0})


def test_a_pause_that_listeners_heard_too_is_not_counted_twice() -> None:
    pause = [(12, 1.5)]
    alone = lost(judged(SCRIPT, pauses=pause), "fluency")["unexpected_pauses"]
    clear = load_rubric().fluency.clear_from
    little, much = (judged(SCRIPT, pauses=pause, heard=share * clear) for share in (0.99, 0.5))

    assert lost(little, "fluency") == pytest.approx(
        {"listeners": 0.0, "speech_rate_wpm": 0.0, "unexpected_pauses": alone}
    )
    assert value(much, "fluency") == pytest.approx(50.0)
    assert lost(much, "fluency")["listeners"] == pytest.approx(50.0 - alone)


def test_half_a_script_cannot_pass() -> None:
    words = SCRIPT.split()
    scores = judged(" ".join(words[:10] + [f"-{word}" for word in words[10:]]))

    assert value(scores, "overall") == pytest.approx(50.0)
    assert scores.passed is False
    assert scores.advice[0].text == (
        "You left out “and I see … I help you” (10 of 20 words): read every word, to the end of the script."
    )


def test_a_flat_voice_loses_points_and_a_lively_one_none() -> None:
    flat, middle, lively = (
        judged(SCRIPT, prosody=replace(LIVELY, f0_deviation_semitones=semitones))
        for semitones in (0.3, 0.8, 1.2)
    )

    assert (flat.prosody, middle.prosody, lively.prosody) == (60.0, pytest.approx(80.0), 100.0)
    assert "nearly one note" in flat.advice[0].text


def test_range_stands_in_for_the_deviation() -> None:
    prosody = replace(LIVELY, f0_deviation_semitones=None, f0_range_semitones=2.56)

    assert judged(SCRIPT, prosody=prosody).prosody == pytest.approx(90.0)


def ending(*ends: tuple[int, float, float], questions: tuple[int, ...] = ()) -> Scores:
    """Scores of a reading whose sentences end so: index of the last word, semitones, dB."""
    found = tuple(SentenceEnd(after, after in questions, moved, faded) for after, moved, faded in ends)
    return judged(SCRIPT, prosody=replace(LIVELY, sentence_ends=found))


def test_statements_should_not_keep_rising_and_questions_may() -> None:
    scores = ending((5, 5.0, -3.0), (9, -1.0, -3.0), (14, 6.0, -3.0), (19, 6.0, -3.0), questions=(19,))

    assert lost(scores, "prosody") == {
        "listeners": 0.0,
        "f0_deviation_semitones": 0.0,
        "rising_statements": pytest.approx(20 * 2 / 3),
    }
    assert scores.advice[0].words == (5, 14)
    assert "rose at “support” and “account”, like a question" in scores.advice[0].text


def test_the_voice_should_last_to_the_end_of_sentences() -> None:
    scores = ending((5, 0.0, -15.0), (9, 0.0, -3.0), (14, 0.0, -13.0), (19, 0.0, -3.0))

    assert lost(scores, "prosody")["trailing_off"] == 7.5
    assert "faded at “support” and “account”" in scores.advice[0].text


def test_one_sentence_is_no_habit() -> None:
    assert ending((5, 6.0, -15.0), (14, 0.0, -3.0)).prosody == 100.0


def test_a_bad_recording_costs_the_reader_nothing() -> None:
    noisy = replace(LIVELY, snr_db=5.0, clipped_share=0.05, level_dbfs=-55.0)

    assert judged(SCRIPT, prosody=noisy).overall == 100.0
    assert len(recording_notices(noisy)) == 3
    assert recording_notices(LIVELY) == ()


def test_grammar_slips_count_by_length() -> None:
    slip = GrammarSlip("M:DET", "the", "", 1.0, "You left out the article “the” before “account”.", 13)

    assert judged(SCRIPT, grammar=(slip,)).grammar == 80.0
    assert judged("Thank you.", grammar=(slip,)).grammar == 80.0
    assert judged(f"{SCRIPT} {SCRIPT}", grammar=(slip,)).grammar == 90.0


# --- what could not be measured ---------------------------------------------------------------------------


def test_what_was_not_measured_has_no_score_and_no_weight() -> None:
    voiceless = replace(LIVELY, f0_deviation_semitones=None, f0_range_semitones=None)
    scores = judged(SCRIPT.replace("account", "account>amount"), prosody=voiceless, grammar=None)

    assert (scores.prosody, scores.grammar) == (None, None)
    accuracy = 100.0 - 200.0 / 20
    assert value(scores, "overall") == pytest.approx((20.0 * accuracy + 60.0 * 100.0) / 80.0)
    assert {reason.score for reason in scores.reasons} == {
        "overall",
        "pronunciation",
        "accuracy",
        "fluency",
        "completeness",
    }


def test_where_the_sound_does_not_fit_the_words_there_is_no_verdict() -> None:
    scores = judged(SCRIPT, heard=None)

    assert [getattr(scores, area) for area in HEARD] == [None] * 3
    assert (scores.overall, scores.passed) == (None, None)
    assert (scores.accuracy, scores.completeness) == (100.0, 100.0)


def test_nothing_measured_gives_no_verdict() -> None:
    voiceless = replace(LIVELY, f0_deviation_semitones=None, f0_range_semitones=None)
    scores = judged("-Thank -you.", word_score=None, rate=None, prosody=voiceless, grammar=None, heard=None)

    assert (scores.overall, scores.passed, scores.advice) == (None, None, ())
    assert scores.completeness == 0.0


# --- passing ----------------------------------------------------------------------------------------------


def test_the_script_may_set_its_own_pass_mark() -> None:
    strict = reading(SCRIPT.replace("account", "account>amount"), pass_mark=99.0)
    scores = score(measured(strict), strict)

    assert (scores.pass_mark, scores.passed) == (99.0, False)


def test_a_score_passes_as_it_is_printed() -> None:
    alignment = reading(SCRIPT.replace("account", "account>amount"), pass_mark=98.0)
    clear = load_rubric().pronunciation.clear_from
    high, low = (score(measured(alignment, heard=clear - off), alignment) for off in (0.5, 1.1))

    assert 97.5 <= value(high, "overall") < 98.0
    assert (high.passed, low.passed) == (True, False)


# --- advice -----------------------------------------------------------------------------------------------


def test_the_three_costliest_things_come_first() -> None:
    line = (
        SCRIPT.replace("Northwind", "~um Northwind")
        .replace("help you", "-help -you")
        .replace("see", "see>sea")
    )
    scores = judged(line, pauses=[(12, 1.6)])

    assert [advice.area for advice in scores.advice] == ["completeness", "fluency", "accuracy"]
    omitted, pause, other = scores.advice
    assert omitted.text == "You left out “help you”: read every word, to the end of the script."
    assert omitted.words == (19, 20)
    assert pause.text == "You stopped for 1.6 s before “see”: try to read “and I see” in one go."
    assert pause.start == pytest.approx(13 * 0.44)
    assert other.text == "You said “sea” where the script has “see”: read the line again slowly."
    assert (other.words, other.start) == ((13,), pytest.approx(13 * 0.44))


def test_a_word_that_could_not_be_made_out_is_not_put_into_the_speakers_mouth() -> None:
    (advice,) = judged(SCRIPT.replace("account", "account>")).advice

    assert advice.text == "“account” could not be made out: say it slowly and clearly."


def test_each_deviation_is_spoken_of_once() -> None:
    slip = GrammarSlip(
        "R:DET", "your", "you", 6.2, "You said “you”. The script has “your”: the possessive.", 13
    )
    (advice,) = judged(SCRIPT.replace("your", "your>you"), grammar=(slip,)).advice

    assert (advice.area, advice.text, advice.words, advice.start) == ("grammar", slip.message, (13,), 6.2)


def test_a_sound_that_was_clearly_wrong_is_named_rather_than_words() -> None:
    sounds = (CalledOut("TH", "S", (0,), 1), CalledOut("V", None, (3,), 1))
    (advice,) = judged(SCRIPT, heard=88.0, sounds=sounds).advice

    assert advice.text.startswith("In “Thank”, work on /θ/, the th in think: it sounded like /s/.")
    assert (advice.area, advice.words) == ("pronunciation", (0,))


def test_what_listeners_heard_without_a_cause_that_was_measured_still_gets_advice() -> None:
    areas = [advice.area for advice in judged(SCRIPT, heard=60.0).advice]

    assert areas == ["fluency", "prosody"]


def test_weak_words_are_named_weakest_first() -> None:
    alignment = reading(SCRIPT)
    measures = with_score(with_score(measured(alignment, heard=88.0), 4, 55.0), 14, 40.0)
    (advice,) = score(measures, alignment).advice

    assert advice.text == (
        "Work on “account” and “Northwind”, the least clear words: say each slowly, then in its sentence."
    )
    assert advice.words == (14, 4)


@pytest.mark.parametrize(
    ("line", "more", "text"),
    [
        (
            SCRIPT,
            {"rate": 60.0},
            "You read 60 words a minute, and 120 to 150 is easy to follow: read the script",
        ),
        (SCRIPT, {"rate": 240.0}, "slow down, above all for names and numbers."),
        (SCRIPT, {"missing_pauses": (5,)}, "You ran on after “support”"),
        (
            SCRIPT,
            {"pauses": [(5, 4.0)]},
            "You waited 4.0 s after “support”: one calm breath is enough there.",
        ),
        (
            SCRIPT,
            {"pauses": [(3, 1.0), (12, 0.5)]},
            "for 1.0 s before “Northwind” and at 1 other place: try to read",
        ),
        (SCRIPT.replace("your", "~um ~um your"), {}, "You used 2 fillers (“um”): breathe in silence instead"),
        (SCRIPT.replace("your", "=see your"), {}, "You repeated “see”: when you stumble, just read on."),
        (SCRIPT.replace("your", "&yo your"), {}, "You began a word and broke off before “your”"),
        (SCRIPT.replace("your", "+now your"), {}, "You added “now”, which the script does not have"),
    ],
)
def test_advice_is_specific(line: str, more: dict[str, object], text: str) -> None:
    (advice,) = judged(line, **more).advice

    assert text in advice.text


def test_a_number_is_quoted_as_it_is_spoken_where_one_of_its_words_went_wrong() -> None:
    alignment = reading("It is forty>fourteen dollars today.")
    token = replace(alignment.reference.tokens[2], written="$40,")
    script = replace(
        alignment.reference, tokens=(*alignment.reference.tokens[:2], token, *alignment.reference.tokens[3:])
    )
    dollars = alignment.words[3]
    assert dollars.reference is not None
    words = list(alignment.words)
    words[3] = replace(dollars, reference=replace(dollars.reference, token=2))
    alignment = Alignment(script, tuple(words))
    (advice,) = score(measured(alignment), alignment).advice

    assert "You said “fourteen” where the script has “forty”" in advice.text


def test_phones_do_not_disturb_the_judgement() -> None:
    alignment = reading(SCRIPT)
    measures = measured(alignment)
    phone = PhoneMeasure("TH", "θ", Interval(0.0, 0.1), 20.0, None, None)
    words = tuple(word and replace(word, phones=(phone,)) for word in measures.pronunciation.words)

    assert (
        score(
            replace(measures, pronunciation=replace(measures.pronunciation, words=words)), alignment
        ).overall
        == 100.0
    )


def test_a_rubric_of_ones_own_judges_differently() -> None:
    rubric = load_rubric()
    harsh = replace(rubric, version="harsh/1", accuracy=replace(rubric.accuracy, substituted=10.0))
    alignment = reading(SCRIPT.replace("account", "account>amount"))
    scores = score(measured(alignment), alignment, harsh)

    assert (scores.rubric, scores.accuracy) == ("harsh/1", pytest.approx(50.0))
