from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from enunciate.drills import Outcome, Verdict
from enunciate.drills.items import items
from enunciate.drills.notebook import Notebook, days_in_a_row, read_done
from enunciate.history import open_history
from enunciate.history.store import History
from tests.report import samples

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)
ITEM = items()["pairs-thin-tin-1"]


@pytest.fixture
def history() -> Iterator[History]:
    with open_history() as opened:
        opened.add_agent("Maya", first_language="filipino")
        yield opened


def outcomes(*verdicts: Verdict | None) -> list[Outcome]:
    return [Outcome(verdict, "A word.") for verdict in verdicts]


def keep(notebook: Notebook, *verdicts: Verdict | None, now: datetime = NOW) -> int | None:
    assessments = [samples.with_phones() for _ in verdicts]
    return notebook.keep(ITEM, assessments, outcomes(*verdicts), now).rating


@pytest.mark.parametrize(
    ("verdicts", "rating"),
    [
        (["good"], 3),
        (["almost"], 2),
        (["again", "good"], 2),
        (["again", "again"], 1),
        (["again", None], 1),
        ([None, "good"], 3),
    ],
)
def test_an_item_is_rated_by_its_readings(
    history: History, verdicts: list[Verdict | None], rating: int
) -> None:
    notebook = Notebook(history, "Maya")
    assert keep(notebook, *verdicts) == rating
    (card,) = history.cards("Maya")
    (review,) = history.reviews("Maya")
    assert (card.item, review.item, review.rating) == (ITEM.key, ITEM.key, rating)
    assert card.due > NOW
    kept = history.readings("Maya", kind="drill")
    assert len(kept) == sum(verdict is not None for verdict in verdicts)
    assert review.reading == kept[-1].id


def test_what_was_not_judged_counts_for_nothing(history: History) -> None:
    notebook = Notebook(history, "Maya")
    assert keep(notebook, None) is None
    assert (history.cards("Maya"), history.reviews("Maya"), history.readings("Maya")) == ((), (), ())


def test_the_learner_is_known_again(history: History) -> None:
    keep(Notebook(history, "Maya"), "good")
    learner = Notebook(history, "Maya").learner()
    assert learner.language is not None
    assert learner.language.key == "filipino"
    assert set(learner.cards) == {ITEM.key}
    assert learner.judged
    # A drill is no reading of a script: it tells nothing of how somebody paces one.
    assert (learner.pace_points, learner.pause_points) == (0.0, 0.0)


def test_a_first_language_without_a_profile_is_no_mistake(history: History) -> None:
    history.add_agent("Jan", first_language="Polish")
    assert Notebook(history, "Jan").learner().language is None
    assert Notebook(history, "Jan").asked_before()


def test_a_second_review_follows_the_first_even_if_the_clock_was_set_back(history: History) -> None:
    keep(Notebook(history, "Maya"), "good")
    (first,) = history.cards("Maya")
    notebook = Notebook(history, "Maya")
    notebook.learner()
    keep(notebook, "good", now=NOW - timedelta(days=400))
    (second,) = history.cards("Maya")
    assert second.due >= first.due


def test_a_session_that_was_left_is_found_until_it_is_finished(history: History) -> None:
    notebook = Notebook(history, "Maya")
    assert notebook.unfinished(NOW) is None
    notebook.begin({"items": [ITEM.key, "x"], "sounds": ["TH"], "why": "So."})
    assert notebook.unfinished(datetime.now(timezone.utc)) is None  # nothing is done of it yet
    done = [notebook.keep(ITEM, [samples.with_phones()], outcomes("good"), NOW)]
    notebook.turn(1, done)
    later = Notebook(history, "Maya")
    left = later.unfinished(datetime.now(timezone.utc))
    assert left is not None
    assert left.plan["items"] == [ITEM.key, "x"]
    (again,) = map(read_done, left.position["done"])
    assert (again.item, again.rating, again.due) == (ITEM.key, 3, done[0].due)
    assert later.unfinished(datetime.now(timezone.utc) + timedelta(days=30)) is None
    later.begin(left.plan, left)
    later.turn(2, [again], finished=True)
    assert later.unfinished(datetime.now(timezone.utc)) is None
    assert len(history.sessions("Maya")) == 1


def test_nobody_is_remembered_without_a_name() -> None:
    notebook = Notebook()
    notebook.begin({"items": []})
    assert keep(notebook, "again", "good") == 2
    notebook.turn(1, [])
    assert not notebook.keeps
    assert notebook.unfinished(NOW) is None
    assert notebook.days(date(2026, 1, 5)) == 0


def test_where_the_database_is_down_a_session_goes_on_and_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "none" / "history.sqlite3"
    (tmp_path / "none").write_text("in the way")
    with open_history(str(place)) as history:
        assert history.problem is not None
        notebook = Notebook(history, "Maya")
        assert notebook.learner().judged == {}
        assert notebook.unfinished(NOW) is None
        notebook.begin({"items": [ITEM.key]})
        assert keep(notebook, "good") == 3
        notebook.turn(1, [], finished=True)
        assert history.waiting > 0
    (tmp_path / "none").unlink()
    with open_history(str(place)) as history:
        assert history.problem is None, history.problem


@pytest.mark.parametrize(
    ("days", "expected"),
    [((), 0), ((5,), 1), ((4, 5), 2), ((3, 4), 2), ((1, 2, 5), 1), ((1, 2, 3), 0)],
)
def test_days_in_a_row(days: tuple[int, ...], expected: int) -> None:
    assert days_in_a_row({date(2026, 1, day) for day in days}, date(2026, 1, 5)) == expected
