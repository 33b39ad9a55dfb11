from __future__ import annotations

from tests.report import samples


def test_words_are_in_script_order_with_the_others_in_place() -> None:
    words = samples.mistaken().as_dict()["words"]
    assert [(word["text"], word["written"], word["status"]) for word in words[:7]] == [
        ("um", None, "filler"),
        ("good", "Good", "correct"),
        ("morning", "morning,", "correct"),
        ("thank", "thank", "correct"),
        ("you", "you", "correct"),
        (None, None, "filler"),
        ("for", "for", "correct"),
    ]


def test_spoken_words_of_one_token_share_what_is_written() -> None:
    words = samples.mistaken().as_dict()["words"]
    assert [
        (word["text"], word["status"], word["heard"]) for word in words if word["written"] == "10:30"
    ] == [
        ("ten", "substituted", "thirteen"),
        ("thirty", "correct", None),
    ]


def test_an_omitted_word_has_no_time_and_no_score() -> None:
    omitted = next(word for word in samples.mistaken().as_dict()["words"] if word["status"] == "omitted")
    assert (omitted["start"], omitted["end"], omitted["score"], omitted["heard"]) == (None, None, None, None)


def test_phones() -> None:
    (word,) = (word for word in samples.with_phones().as_dict()["words"] if word["phones"])
    assert word["phones"][0] == {
        "phone": "TH",
        "ipa": "θ",
        "start": 0.3,
        "end": 0.45,
        "score": 41.0,
        "heard": "T",
        "sure": 0.8,
    }


def test_sounds_that_were_wrong_beyond_doubt_and_what_listeners_would_have_scored() -> None:
    described = samples.mistaken().as_dict()
    assert described["listeners"] == {"accuracy": 84.0, "fluency": 81.5, "prosody": 80.0, "total": 82.0}
    first, second = described["sounds"]
    assert {name: first[name] for name in first if name != "how"} == {
        "phone": "TH",
        "ipa": "θ",
        "heard": "T",
        "words": [3],
        "times": 1,
    }
    assert first["how"].startswith("/θ/, the th in think: it sounded like /t/.")
    assert [described["words"][i]["text"] for i in second["words"]] == ["morning", "calling"]


def test_scores_and_where_they_come_from() -> None:
    described = samples.mistaken().as_dict()
    assert described["scores"] == {
        "overall": 61.6,
        "pronunciation": 71.4,
        "accuracy": 64.0,
        "fluency": 58.2,
        "prosody": None,
        "completeness": 93.3,
        "grammar": 75.0,
    }
    assert described["passed"] is False
    assert (described["rubric"]["version"], described["rubric"]["pass_mark"]) == ("1", 70.0)
    assert described["rubric"]["reasons"][0] == {
        "score": "pronunciation",
        "measure": "words",
        "value": 71.4,
        "points": 28.6,
        "text": "One word was hard to understand.",
    }


def test_rates_come_with_the_counts_that_made_them() -> None:
    counts = samples.mistaken().as_dict()["counts"]
    assert (counts["substituted"], counts["omitted"], counts["inserted"]) == (3, 3, 2)
    assert counts["wer"] == round(8 / counts["words"], 4)
    assert counts["completeness"] == round(1 - 3 / counts["words"], 4)


def test_pauses_say_whether_the_script_allows_for_them() -> None:
    first, second = samples.mistaken().as_dict()["pacing"]["pauses"]
    assert (first["boundary"], first["expected"]) == ("none", False)
    assert (second["boundary"], second["expected"]) == ("major", True)
    assert round(first["end"] - first["start"], 3) == 1.2


def test_nan_becomes_null() -> None:
    assert samples.perfect().as_dict()["prosody"]["sentence_ends"][0]["movement_semitones"] is None


def test_nothing_is_scored_where_it_is_another_script() -> None:
    described = samples.not_this_script().as_dict()
    assert set(described["scores"].values()) == {None}
    for name in ("rubric", "passed", "counts", "pacing", "prosody", "grammar"):
        assert described[name] is None
    assert described["problem"].startswith("This does not sound like")
