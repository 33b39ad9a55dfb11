from __future__ import annotations

import itertools

from enunciate.rubric import load_rubric
from enunciate.teleprompter.meters import FAST, SLOW, LevelWatch, PaceWatch


def hear(
    watch: LevelWatch, seconds: float, db: float, peak: float = 0.3, clipped: int = 0
) -> list[str | None]:
    """The hints that are shown while it sounds like this."""
    shown = []
    for _ in range(round(seconds / 0.05)):
        watch.add(0.05, db, peak, clipped)
        shown.append(watch.hint)
    return shown


def changes(shown: list[str | None]) -> int:
    return sum(one != other for one, other in itertools.pairwise(shown))


def speak(watch: LevelWatch, seconds: float, db: float) -> list[str | None]:
    """Words of a third of a second at `db`, with softer sounds between them."""
    shown: list[str | None] = []
    for _ in range(round(seconds / 0.5)):
        shown += hear(watch, 0.35, db) + hear(watch, 0.15, db - 25.0)
    return shown


def test_a_good_voice_gets_no_hints() -> None:
    assert set(speak(LevelWatch(), 20.0, -20.0)) == {None}


def test_a_faint_voice_is_too_quiet_until_it_is_louder() -> None:
    watch = LevelWatch()
    assert speak(watch, 8.0, -48.0)[-1] == "too quiet"
    assert speak(watch, 8.0, -20.0)[-1] is None


def test_a_voice_at_the_edge_does_not_flicker() -> None:
    watch = LevelWatch()
    shown: list[str | None] = []
    for turn in range(40):
        shown += speak(watch, 1.0, -38.5 if turn % 2 else -37.5)
    assert changes(shown) <= 2


def test_clipping_stays_long_enough_to_be_read() -> None:
    watch = LevelWatch()
    speak(watch, 4.0, -15.0)
    shown = hear(watch, 0.1, -3.0, peak=1.0, clipped=20) + speak(watch, 8.0, -15.0)
    assert shown.count("clipping") * 0.05 >= 2.0
    assert shown[-1] is None


def test_quiet_is_counted_from_the_last_sound_above_the_background() -> None:
    watch = LevelWatch()
    hear(watch, 3.0, -60.0)
    hear(watch, 2.0, -25.0)
    assert watch.quiet_for < 0.2
    hear(watch, 4.0, -60.0)
    assert 3.7 < watch.quiet_for < 4.2


def test_steady_noise_is_quiet() -> None:
    watch = LevelWatch()
    hear(watch, 20.0, -30.0)
    assert watch.quiet_for > 8.0


def test_the_hint_on_pace_comes_late_and_goes_late() -> None:
    watch = PaceWatch((120.0, 150.0), load_rubric().fluency)

    def at(*paces: float | None) -> list[str]:
        shown = []
        for pace in paces:
            watch.add(pace)
            shown.append(watch.hint)
        return shown

    assert at(None, 135, 155, 180, 190) == ["", "", "", "", FAST]
    assert at(180, 172, 165, 180) == [FAST, FAST, "", ""]
    assert at(112, 105, 110, 116) == ["", SLOW, SLOW, ""]
    assert at(105, None) == [SLOW, ""]
