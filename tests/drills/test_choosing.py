from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from enunciate.drills import KINDS, schedule
from enunciate.drills.choosing import (
    SOUNDS_AT_ONCE,
    Card,
    Judged,
    Learner,
    Wishes,
    density,
    minutes_of,
    plan,
    pooled,
    weaknesses,
)
from enunciate.drills.items import items
from enunciate.measures.first_languages import first_language, first_languages

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)
GOOD_SOUNDS = {"S": Judged(60, 90.0, 0), "IY": Judged(80, 92.0, 0), "M": Judged(50, 95.0, 0)}


def test_a_sound_that_is_worse_than_the_others_or_was_called_out_is_weak() -> None:
    judged = GOOD_SOUNDS | {"TH": Judged(40, 60.0, 0), "V": Judged(30, 90.0, 8)}
    assert list(weaknesses(Learner(judged))) == ["TH", "V"]
    assert weaknesses(Learner(GOOD_SOUNDS)) == {}


def test_one_bad_moment_makes_no_weak_sound() -> None:
    assert weaknesses(Learner(GOOD_SOUNDS | {"TH": Judged(1, 40.0, 0)})) == {}


@pytest.mark.parametrize("key", first_languages())
def test_before_there_is_a_history_the_first_language_orders_the_drills(key: str) -> None:
    language = first_language(key)
    made = plan(items(), Learner(language=language), Wishes(), NOW)
    assert made.sounds == tuple(dict.fromkeys(t.meant for t in language.confusions))[:SOUNDS_AT_ONCE]
    assert language.name in made.why
    first = made.items[0]
    assert first.form == "pairs"
    assert made.sounds[0] in first.sounds


def test_own_readings_outweigh_the_first_language() -> None:
    judged = GOOD_SOUNDS | {"F": Judged(80, 97.0, 0), "ZH": Judged(60, 50.0, 9)}
    found = weaknesses(Learner(judged, first_language("filipino")))
    assert next(iter(found)) == "ZH"
    assert "F" not in found


def test_a_session_climbs_from_words_to_lines_and_lasts_about_as_long_as_asked() -> None:
    for minutes in (5, 10, 15):
        made = plan(items(), Learner(), Wishes(minutes), NOW)
        kinds = [KINDS.index(item.kind) for item in made.items]
        assert kinds == sorted(kinds)
        assert minutes - 1 <= minutes_of(made.items) <= minutes
        assert len({item.key for item in made.items}) == len(made.items)


def test_no_line_is_read_twice_in_a_session() -> None:
    made = plan(items(), Learner(pace_points=9, pause_points=9), Wishes(15), NOW)
    texts = [item.reference.text for item in made.items]
    assert not any(one in other for one in texts for other in texts if one is not other)
    assert {"pace", "pauses", "twisters", "numbers"} <= {item.kind for item in made.items}


def test_who_reads_at_a_good_pace_has_no_pace_drills() -> None:
    kinds = {item.kind for item in plan(items(), Learner(), Wishes(15), NOW).items}
    assert not kinds & {"pace", "pauses"}


def cards(keys: list[str], rating: int, at: datetime) -> dict[str, Card]:
    made = {key: schedule.review(None, rating, at) for key in keys}
    return {key: Card(one.state, one.due) for key, one in made.items()}


def test_what_is_due_comes_back_and_leaves_room_for_something_new() -> None:
    before = [item.key for item in plan(items(), Learner(), Wishes(10), NOW).items]
    known = cards(before, schedule.AGAIN, NOW)
    soon = plan(items(), Learner(cards=known), Wishes(10), NOW)
    assert not {item.key for item in soon.items} & set(before)
    later = plan(items(), Learner(cards=known), Wishes(10), NOW + timedelta(days=3))
    again = [item for item in later.items if item.key in before]
    assert 0.4 < sum(item.seconds for item in again) / 600 <= 0.65
    assert len(again) < len(later.items)
    assert "come back" in later.why


def test_what_went_badly_comes_back_before_what_went_well() -> None:
    keys = [item.key for item in plan(items(), Learner(), Wishes(5), NOW).items]
    known = cards(keys[:3], schedule.AGAIN, NOW) | cards(keys[3:], schedule.GOOD, NOW)
    back = plan(items(), Learner(cards=known), Wishes(10), NOW + timedelta(days=1, minutes=1))
    assert {item.key for item in back.items} & set(keys) == set(keys[:3])


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(5, sound="TH"),
        Wishes(5, sound="ZH"),
        Wishes(5, module="empathy"),
        *(Wishes(5, kind=kind) for kind in KINDS),
        Wishes(5, sound="TH", kind="pairs"),
        Wishes(5, sound="R", module="empathy"),
    ],
)
def test_wishes_are_kept_to(wishes: Wishes) -> None:
    made = plan(items(), Learner(language=first_language("hindi")), wishes, NOW)
    assert made.items
    for item in made.items:
        assert wishes.kind is None or item.is_of(wishes.kind)
        assert wishes.module is None or item.reference.module == wishes.module
        assert wishes.sound is None or wishes.sound in item.sounds or density(item)[wishes.sound] >= 3


def test_one_sound_in_one_module_finds_the_lines_that_hold_it_at_all() -> None:
    found = plan(items(), Learner(), Wishes(2, sound="TH", module="empathy"), NOW).items
    assert len(found) > 2
    assert all(item.reference.module == "empathy" and density(item)["TH"] for item in found)


def test_wishes_that_nothing_fits_leave_an_empty_plan() -> None:
    assert plan(items(), Learner(), Wishes(5, module="empathy", kind="pairs"), NOW).items == ()


def test_when_all_is_practised_and_nothing_due_the_next_to_come_is_practised_ahead() -> None:
    twisters = [item.key for item in items().values() if item.kind == "twisters"]
    known = cards(twisters, schedule.GOOD, NOW)
    assert plan(items(), Learner(cards=known), Wishes(5, kind="twisters"), NOW).items


def test_what_was_long_ago_weighs_less() -> None:
    old, new = NOW - timedelta(days=28), NOW
    found = pooled([(new, {"TH": Judged(10, 90.0, 0)}), (old, {"TH": Judged(10, 50.0, 4)})])["TH"]
    assert found.count == pytest.approx(12.5)
    assert found.mean == pytest.approx(82.0)
    assert pooled([]) == {}
