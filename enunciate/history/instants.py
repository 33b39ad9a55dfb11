"""Instants: as they travel, ISO 8601 with an offset; as they stand in the database, UTC beside the offset."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone


def now() -> datetime:
    """This instant, with the offset of the clock on the wall."""
    return datetime.now().astimezone()


def instant(when: datetime | date) -> datetime:
    """An aware datetime; what has no zone is of the clock on the wall, and a day begins at midnight."""
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day)
    return when if when.tzinfo is not None else when.astimezone()


def written(when: datetime | None) -> str:
    """An instant, or the present one, as it travels."""
    return instant(when or now()).isoformat()


def utc(when: datetime) -> datetime:
    """As it stands in the database."""
    return when.astimezone(timezone.utc).replace(tzinfo=None)


def aware(stored: datetime, utc_offset: int = 0) -> datetime:
    """What stands in the database as an instant with its offset, in minutes.

    >>> aware(datetime(2026, 11, 25, 4, 30), 480).isoformat()
    '2026-11-25T12:30:00+08:00'
    """
    zone = timezone(timedelta(minutes=utc_offset)) if utc_offset else timezone.utc
    return stored.replace(tzinfo=timezone.utc).astimezone(zone)


def split(written: str) -> tuple[datetime, int]:
    """An instant as it stands in the database, and the minutes of its offset."""
    when = datetime.fromisoformat(written)
    offset = when.utcoffset() or timedelta()
    return utc(when), round(offset.total_seconds() / 60)


_AGO = {"d": 1, "w": 7, "m": 30.4375, "y": 365.25}
"""Days."""


def since(text: str) -> datetime:
    """The instant that a day or a time ago means; days begin at midnight. Raises ValueError.

    >>> since("2026-11-25").strftime("%Y-%m-%d %H:%M")
    '2026-11-25 00:00'
    >>> round((now() - since("2w")).total_seconds() / 86400)
    14
    """
    found = re.fullmatch(r"(\d{1,4})\s*([dwmy])", text.strip().lower())
    if found:
        return now() - timedelta(days=int(found[1]) * _AGO[found[2]])
    return instant(datetime.fromisoformat(text.strip()))
