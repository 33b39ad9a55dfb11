"""Listens to a person reading a script and tells them honestly how well they were understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from enunciate.assessment import Assessment, assess

__all__ = ["Assessment", "assess"]


def __getattr__(name: str) -> Any:
    """Load what is asked for only then, so that the command line's help stays quick."""
    if name in __all__:
        from enunciate import assessment

        return getattr(assessment, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
