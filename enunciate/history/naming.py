"""What agents and waves may be called."""

from __future__ import annotations

import unicodedata

from enunciate.errors import HistoryError

LONGEST_NAME = 200


def key(name: str) -> str:
    """What tells an agent from others: the name without case and spare blanks.

    >>> key("  María  PEÑA ")
    'maría peña'
    """
    return shown_name(name).casefold()


def shown_name(name: str) -> str:
    """An agent's name as it is shown. Raises HistoryError for what cannot be one."""
    shown = " ".join(unicodedata.normalize("NFC", clean(name) or "").split())
    if not shown or len(shown) > LONGEST_NAME or not shown.isprintable():
        raise HistoryError(
            f"An agent cannot be called {name!r}: a name has 1 to {LONGEST_NAME} printable characters."
        )
    return shown


def wave_name(name: str | None) -> str | None:
    """A wave's name without spare blanks; None for no name."""
    return None if name is None else " ".join((clean(name) or "").split()) or None


def clean(text: str | None) -> str | None:
    """Text that every database takes: no zero characters, no halves of characters."""
    return None if text is None else text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
