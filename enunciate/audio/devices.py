"""The microphones of this computer, as PortAudio lists them, and the choice of one.

PortAudio looks for devices once, when it is loaded: one that is plugged in later is seen by the next program.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from enunciate import settings
from enunciate.errors import MicrophoneError

RATES = (8_000, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000)
"""Hz. The rates that a device is asked about."""


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone or another input.

    `index` is PortAudio's number of it, `host` the system that offers it (ALSA, Core Audio, MME ...), `rate`
    in Hz the one it runs at by itself, and `default` whether the system uses it where none is named.
    """

    index: int
    name: str
    host: str
    channels: int
    rate: int
    default: bool = False


def portaudio() -> Any:
    """The module sounddevice, with PortAudio loaded.

    Raises MicrophoneError, with what to install, where there is no PortAudio.
    """
    try:
        import sounddevice
    except (OSError, ImportError) as error:
        raise MicrophoneError(_no_portaudio(sys.platform)) from error
    return sounddevice


def _no_portaudio(platform: str) -> str:
    fix = {
        "linux": "install it: sudo apt-get install libportaudio2 on Debian and Ubuntu, "
        "sudo dnf install portaudio on Fedora, sudo pacman -S portaudio on Arch",
        "darwin": "brew install portaudio, or pip install --force-reinstall sounddevice, which brings it",
        "win32": "pip install --force-reinstall sounddevice, which brings it",
    }
    return (
        "The PortAudio library, through which microphones are read, is not on this computer: "
        f"{fix.get(platform, 'install PortAudio with the package manager of your system')}."
    )


@contextmanager
def hushed() -> Iterator[None]:
    """Keep what PortAudio and ALSA print by themselves off the terminal; `sys.stderr` goes on as it was.

    For the whole process: the command line's, not a library's, to use. Nothing happens where `sys.stderr` is
    no longer the process's own.
    """
    try:
        own = sys.stderr.fileno() == 2
    except (AttributeError, OSError, ValueError):
        own = False
    if not own:
        yield
        return
    before = sys.stderr
    before.flush()
    kept = os.dup(2)
    with os.fdopen(kept, "w", encoding=before.encoding, errors=before.errors, buffering=1) as sys.stderr:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 2)
        os.close(nothing)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(sys.stderr.fileno(), 2)
            sys.stderr = before


def devices() -> tuple[Device, ...]:
    """All devices that can record, in PortAudio's order.

    Raises MicrophoneError where there is no PortAudio.
    """
    sounddevice = portaudio()
    default = _system_default(sounddevice)
    hosts = sounddevice.query_hostapis()
    return tuple(
        Device(
            index=row["index"],
            name=row["name"],
            host=hosts[row["hostapi"]]["name"],
            channels=row["max_input_channels"],
            rate=round(row["default_samplerate"]),
            default=row["index"] == default,
        )
        for row in sounddevice.query_devices()
        if row["max_input_channels"] > 0
    )


def _system_default(sounddevice: Any) -> int:
    try:
        return int(sounddevice.query_devices(kind="input")["index"])
    except (sounddevice.PortAudioError, ValueError):
        return -1


def supported_rates(device: Device) -> tuple[int, ...]:
    """Those of `RATES` at which `device` says it can record; none while another program holds it alone."""
    sounddevice = portaudio()
    found = []
    for rate in RATES:
        try:
            sounddevice.check_input_settings(device=device.index, channels=1, samplerate=rate)
        except (sounddevice.PortAudioError, ValueError):
            continue
        found.append(rate)
    return tuple(found)


def choose(wanted: str | None = None) -> Device:
    """The device to record with: `wanted`, else what the settings say, else the system's default.

    Raises MicrophoneError where there is no device, or none that is wanted.
    """
    return pick(wanted or settings.get("device"), devices())


def pick(wanted: str | None, known: Sequence[Device]) -> Device:
    """The one of `known` with the number `wanted` or, if only one has it, that part in its name.

    Of several with the part in their names, one that has it as its whole name is meant, then the system's
    default.

    >>> mics = [Device(0, "Built-in", "MME", 1, 48000, True), Device(3, "Jabra", "MME", 1, 16000)]
    >>> pick("jab", mics).index, pick("3", mics).index, pick(None, mics).index
    (3, 3, 0)
    """
    if not known:
        raise MicrophoneError(
            "No microphone was found on this computer: plug one in or switch it on, then try again "
            "(`enunciate doctor` checks the rest)."
        )
    if wanted is None:
        return next((device for device in known if device.default), known[0])
    if wanted.strip().isdigit():
        numbered = [device for device in known if device.index == int(wanted)]
        if numbered:
            return numbered[0]
    part = wanted.strip().casefold()
    found = [device for device in known if part in device.name.casefold()]
    whole = [device for device in found if part == device.name.casefold()]
    default = [device for device in found if device.default]
    for choice in (found, whole, default):
        if len(choice) == 1:
            return choice[0]
    # On Windows a microphone stands once under each sound system; the first is the one that converts rates.
    if found and len({device.name for device in found}) == 1:
        return found[0]
    listed = "; ".join(f"{device.index} {device.name}" for device in found or known)
    if found:
        raise MicrophoneError(
            f"Several microphones have “{wanted}” in their names; name one of these: {listed}."
        )
    raise MicrophoneError(
        f"There is no microphone “{wanted}”. These can be used, by number or name: {listed}."
    )
