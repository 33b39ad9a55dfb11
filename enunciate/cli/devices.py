"""`enunciate devices`: the microphones of this computer, and which one is used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from enunciate.errors import MicrophoneError
from enunciate.report.printable import printable

if TYPE_CHECKING:
    from enunciate.audio.devices import Device


@click.command(short_help="List the microphones and choose one.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option("--use", metavar="NAME", help="Use this one from now on: its number or a part of its name.")
@click.option("--use-default", is_flag=True, help="Use the system's default again.")
@click.pass_context
def command(ctx: click.Context, as_json: bool, use: str | None, use_default: bool) -> None:
    """List the microphones, which one is used, and the sample rates that each can record at.

    --use writes its choice into the file of settings. ENUNCIATE_DEVICE overrides that, and --device of the
    commands that record overrides both. The exit status is 1 if there is no microphone that can be used.
    """
    if use is not None and use_default:
        raise click.UsageError("--use and --use-default contradict each other.")
    from enunciate import settings
    from enunciate.audio import devices

    with devices.hushed():
        known = devices.devices()
        if use is not None:
            # A number belongs to what is plugged in today; a name finds the device again.
            settings.put("device", devices.pick(use, known).name)
        elif use_default:
            settings.put("device", None)
        wanted = settings.get("device")
        used, problem = None, None
        try:
            used = devices.pick(wanted, known)
        except MicrophoneError as error:
            problem = str(error)
        rates = {device.index: devices.supported_rates(device) for device in known}
    why = f"“{wanted}” is set" if wanted else "it is the system's default"
    if as_json:
        table = {
            "devices": [_row(device, used, rates[device.index]) for device in known],
            "used": used.index if used else None,
            "why": why if used else None,
            "problem": problem,
            "settings": str(settings.path()),
        }
        click.echo(json.dumps(table, indent=2, ensure_ascii=False))
    else:
        width = max((len(printable(device.name)) for device in known), default=0)
        for device in known:
            mark = "*" if device == used else " "
            name = printable(device.name).ljust(width)
            click.echo(
                f"{mark} {device.index:2}  {name}  {device.host}, {_rates(rates[device.index], device)}"
            )
        if used:
            click.echo(f"\n* is used: {printable(why)}.\n`enunciate devices --use NAME` changes it.")
    if problem:
        raise click.ClickException(printable(problem))
    ctx.exit(0)


def _row(device: Device, used: Device | None, rates: tuple[int, ...]) -> dict[str, Any]:
    return {
        "index": device.index,
        "name": device.name,
        "host": device.host,
        "channels": device.channels,
        "rate_hz": device.rate,
        "rates_hz": list(rates),
        "default": device.default,
        "used": device == used,
    }


def _rates(rates: tuple[int, ...], device: Device) -> str:
    """
    >>> from enunciate.audio.devices import Device
    >>> _rates((16000, 44100), Device(0, "Jabra", "ALSA", 1, 16000))
    '16 kHz (also 44.1)'
    """
    own = f"{device.rate / 1000:g} kHz"
    others = [f"{rate / 1000:g}" for rate in rates if rate != device.rate]
    if not rates:
        return f"{own}, in use by another program or not ready"
    return f"{own} (also {', '.join(others)})" if others else own
