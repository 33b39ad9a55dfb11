"""Readings as the history tells of them, made by hand."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from enunciate.assessment_dict import SCORES
from enunciate.history import Kind, Reading, Sound

START = datetime(2027, 3, 1, 9, 0, tzinfo=timezone.utc)  # a Monday
AREAS = tuple(name for name in SCORES if name != "overall")


def reading(
    day: float,
    overall: float | None = 70.0,
    *,
    agent: str = "Maya",
    kind: Kind = "read",
    script: str = "general-greeting",
    rubric: str | None = "enunciate-rubric/2",
    sounds: Mapping[str, tuple[int, float, int]] | None = None,
    **scores: float | None,
) -> Reading:
    """One reading on a day after `START`; areas are as the overall score where nothing else is said."""
    return Reading(
        id=f"{agent}-{day}",
        agent=agent,
        wave="7",
        at=START + timedelta(days=day),
        kind=kind,
        script=script,
        title=script.replace("-", " ").capitalize(),
        module=None,
        scores={"overall": overall, **dict.fromkeys(AREAS, overall), **scores},
        passed=None if overall is None else overall >= 75,
        rubric=rubric,
        seconds=30.0,
        sounds={phone: Sound(*of) for phone, of in (sounds or {}).items()},
        recording=None,
        details={},
    )


def climbing(agent: str = "Maya", count: int = 14, seed: int = 1) -> list[Reading]:
    """A learner whose fluency and /v/ get better, while /θ/ stays where it is."""
    chance = random.Random(seed)
    made = []
    for at in range(count):
        fluency = 55.0 + 30.0 * at / (count - 1) + chance.uniform(-3, 3)
        rest = 72.0 + chance.uniform(-4, 4)
        overall = round(0.3 * fluency + 0.7 * rest, 1)
        made.append(
            reading(
                at * 2.0,
                overall,
                agent=agent,
                script=("general-greeting", "late-delivery", "wrong-date")[at % 3],
                pronunciation=round(rest - 4.0, 1),
                accuracy=round(rest + 8.0, 1),
                fluency=round(fluency, 1),
                prosody=None if at == 3 else round(rest - 1.0, 1),
                completeness=100.0,
                grammar=round(rest + 10.0, 1),
                sounds={
                    "TH": (6, 58.0 + chance.uniform(-6, 6), 2 if at % 2 else 1),
                    "V": (5, 52.0 + 35.0 * at / (count - 1) + chance.uniform(-2, 2), int(at < 4)),
                    "T": (20, 86.0 + chance.uniform(-3, 3), 0),
                },
            )
        )
    return made
