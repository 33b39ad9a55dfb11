"""Options and values that several commands take, so that they mean and say the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., object])

device = click.option("--device", metavar="NAME-or-NUMBER", help="The microphone; see `enunciate devices`.")
model = click.option(
    "--model", metavar="NAME-or-FOLDER", help="The recognition model; see `enunciate models list`."
)
countdown = click.option(
    "--countdown",
    metavar="SECONDS",
    type=click.IntRange(0, 60),
    default=3,
    show_default=True,
    help="Count in for so long.",
)


def silence(what: str) -> Callable[[Decorated], Decorated]:
    """The option of how long nobody may speak, in seconds, before `what` its help says happens."""
    return click.option(
        "--silence",
        metavar="SECONDS",
        type=click.FloatRange(1.0, 600.0),
        default=10.0,
        show_default=True,
        help=what,
    )


def phone(sound: str) -> str:
    """The ARPAbet phone that a user means by a phone in either case, or by its IPA sign.

    Raises click.BadParameter, of --sound, where English has none such.
    """
    from enunciate.measures.sounds import named, sounds

    found = named(sound)
    if found is None:
        raise click.BadParameter(
            f"{sound!r} is not a sound of English: give one of {', '.join(sounds())}.", param_hint="--sound"
        )
    return found
