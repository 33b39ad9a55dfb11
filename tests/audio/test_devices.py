from __future__ import annotations

import subprocess
import sys

import pytest

from enunciate.audio.devices import Device, hushed, pick
from enunciate.errors import MicrophoneError

MICS = (
    Device(0, "Built-in Microphone", "ALSA", 2, 44100),
    Device(2, "Jabra Evolve 20", "ALSA", 1, 16000),
    Device(3, "Jabra Evolve 20 Mono", "ALSA", 1, 16000, default=True),
    Device(5, "USB 3 Webcam", "ALSA", 1, 48000),
)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (None, 3),
        ("0", 0),
        (" 2 ", 2),
        ("built", 0),
        ("WEBCAM", 5),
        ("jabra evolve 20", 2),  # the whole name of one
        ("Evolve", 3),  # the system's default among several
    ],
)
def test_by_number_part_and_default(wanted, index):
    assert pick(wanted, MICS).index == index


def test_a_number_that_is_no_device_is_a_part_of_a_name():
    assert pick("20", (MICS[1], MICS[3])).index == 2


def test_the_same_name_under_several_sound_systems_is_one_microphone():
    twice = (Device(0, "Jabra", "MME", 1, 44100), Device(7, "Jabra", "Windows WASAPI", 1, 48000))
    assert pick("jab", twice).index == 0


def test_unknown_and_ambiguous_names_list_the_choices():
    with pytest.raises(MicrophoneError, match=r"no microphone “Shure”.*0 Built-in Microphone; 2 Jabra"):
        pick("Shure", MICS)
    with pytest.raises(MicrophoneError, match=r"Several .* “b”.*: 0 Built-in .*; 5 USB 3 Webcam"):
        pick("b", (MICS[0], MICS[1], MICS[3]))


def test_no_device_at_all():
    with pytest.raises(MicrophoneError, match="No microphone was found on this computer: plug one in"):
        pick(None, ())


def test_the_first_is_used_where_the_system_has_no_default():
    assert pick(None, MICS[:2]).index == 0


@pytest.mark.parametrize(
    ("platform", "fix"), [("linux", "libportaudio2"), ("darwin", "brew"), ("win32", "pip")]
)
def test_a_missing_portaudio_names_the_fix(platform, fix):
    program = (
        f"import sys; sys.modules['sounddevice'] = None; sys.platform = {platform!r}\n"
        "from enunciate.audio.devices import devices\n"
        "from enunciate.errors import MicrophoneError\n"
        "try: devices()\nexcept MicrophoneError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "The PortAudio library" in done.stdout
    assert fix in done.stdout


def test_what_libraries_print_is_hushed_and_our_own_is_not():
    program = (
        "import os, sys\n"
        "from enunciate.audio.devices import hushed\n"
        "with hushed():\n    os.write(2, b'theirs\\n'); print('ours', file=sys.stderr)\n"
        "os.write(2, b'after\\n'); print('and ours', file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "ours\nafter\nand ours\n"


def test_a_stderr_that_is_not_the_process_s_own_stays(capsys):
    with hushed():
        print("kept", file=sys.stderr)
    assert capsys.readouterr().err == "kept\n"
