"""A microphone without hardware: what is played into it is what programs under test record.

PulseAudio runs with a sink that goes nowhere, whose monitor is the default source; an ALSA configuration of
our own names it as the only devices, so PortAudio, and with it sounddevice, records what `paplay` plays.
Works as root, needs no sound card, D-Bus or home folder, and two of them do not meet: each has its own folder
and socket.

PortAudio reads the environment when it is loaded. Programs under test are therefore processes of their own,
started with `microphone.environment`:

    def test_it(microphone):                                   # a fixture of tests/conftest.py
        running = subprocess.Popen([sys.executable, "-m", "enunciate", "record", ...],
        env=microphone.environment) microphone.play(DEMO / "greeting-perfect.flac")        # returns when all
        of it was heard

`microphone` is one server for the session; `with VirtualMicrophone(tmp_path) as own:` is one that a test may
stop (`own.stop()`), as when the sound system dies in mid-take.

Needs the Debian packages in `PACKAGES`, which `make test` installs.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

import soundfile

PACKAGES = ("pulseaudio", "pulseaudio-utils", "libasound2-plugins", "libportaudio2")

DEVICES = ("headset", "default")
"""The devices that programs see, in PortAudio's order; both are the same sink's monitor."""

_ALSA = """
pcm.headset {{ type pulse server "{server}" device "room.monitor" }}
pcm.!default {{ type pulse server "{server}" }}
ctl.!default {{ type pulse server "{server}" }}
"""


class VirtualMicrophone:
    """A sound server of its own in a folder of its own; start it with `with`.

    `environment` is that of this process, with the virtual microphone as the only one, no settings of the
    user, and folders for takes and settings below `folder`.
    """

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.folder = folder
        # A socket's path may have 107 bytes, and pytest's folders are long.
        self._run = Path(tempfile.mkdtemp(prefix="enunciate-mic-"))
        self._server = f"unix:{self._run / 'native'}"
        self._daemon: subprocess.Popen[bytes] | None = None
        self._silence: subprocess.Popen[bytes] | None = None
        config = self._run / "asound.conf"
        config.write_text(_ALSA.format(server=self._server))
        settings_file = folder / "config.toml"
        settings_file.write_text(settings)
        self.environment = os.environ | {
            "ALSA_CONFIG_PATH": str(config),
            "PULSE_SERVER": self._server,
            "PULSE_RUNTIME_PATH": str(self._run),
            "PULSE_STATE_PATH": str(self._run),
            "PULSE_COOKIE": str(self._run / "cookie"),
            "ENUNCIATE_TAKES": str(folder / "takes"),
            "ENUNCIATE_CONFIG": str(settings_file),
        }
        self.environment.pop("ENUNCIATE_DEVICE", None)

    def __enter__(self) -> VirtualMicrophone:
        """Start the sound server and wait until it answers."""
        for tool in ("pulseaudio", "pactl", "paplay"):
            assert shutil.which(tool), f"{tool} is missing: apt-get install {' '.join(PACKAGES)}"
        log = (self._run / "log").open("wb")
        self._daemon = subprocess.Popen(
            [
                "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
                "--log-target=stderr",
                f"--load=module-native-protocol-unix auth-anonymous=1 socket={self._run / 'native'}",
                "--load=module-null-sink sink_name=room rate=48000 channels=1",
            ],
            env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            # A session of its own keeps Ctrl-C from it while tests are torn down; it dies with this process.
            start_new_session=True, preexec_fn=_die_with_parent,
        )  # fmt: skip
        log.close()
        for _ in range(200):
            if self._daemon.poll() is None and self._pactl("info").returncode == 0:
                self._keep_awake()
                return self
            time.sleep(0.05)
        said = (self._run / "log").read_text(errors="replace")
        self.stop()
        raise AssertionError(f"The sound server did not start:\n{said}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the sound server and remove its folder."""
        self.stop()
        shutil.rmtree(self._run, ignore_errors=True)

    def stop(self) -> None:
        """Kill the sound server: every program loses the microphone at once."""
        for process in filter(None, (self._silence, self._daemon)):
            process.kill()
            process.wait()
        self._silence = self._daemon = None

    def _keep_awake(self) -> None:
        """Play silence all the time, or the sink works in steps of 2 s and garbles what begins in one."""
        self._silence = self._paplay("--latency-msec=20", "--raw", "/dev/zero")
        while not self._pactl("list", "short", "sink-inputs").stdout:
            time.sleep(0.01)
        # Ends the first step of 2 s, which the sink has begun.
        self._pactl("suspend-sink", "room", "1")
        self._pactl("suspend-sink", "room", "0")

    def play(self, sound: Path, seconds: float | None = None, volume: float = 1.0) -> None:
        """Play a sound file, or its first `seconds`, into the microphone; returns when it has been heard."""
        playing = self.playing(sound, volume)
        try:
            playing.wait(seconds if seconds is not None else soundfile.info(sound).duration + 10)
        except subprocess.TimeoutExpired:
            assert seconds is not None, "the virtual microphone's sound server hangs"
            playing.kill()
            playing.wait()
        else:
            assert playing.returncode == 0

    def playing(self, sound: Path, volume: float = 1.0) -> subprocess.Popen[bytes]:
        """Begin to play a sound file into the microphone; the caller waits for the process or ends it."""
        # A second is sent ahead, so that a busy machine tears no hole; the silence keeps the sink quick.
        return self._paplay("--latency-msec=1000", f"--volume={round(65536 * volume)}", str(sound))

    def listeners(self) -> int:
        """How many programs record from it at this moment."""
        return len(self._pactl("list", "short", "source-outputs").stdout.splitlines())

    def wait_for_listeners(self, count: int = 1, seconds: float = 20.0) -> None:
        """Return once `count` programs record: what is played from then on reaches them whole."""
        deadline = time.monotonic() + seconds
        while self.listeners() < count:
            assert time.monotonic() < deadline, f"no program recorded within {seconds} s"
            time.sleep(0.02)

    def _paplay(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["paplay", *arguments],
            env=self.environment, preexec_fn=_die_with_parent,
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _pactl(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(["pactl", *arguments], env=self.environment, capture_output=True, timeout=20)


def _die_with_parent() -> None:
    """Have the kernel end this child process with its parent, even where that is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


if sys.platform != "linux":
    raise RuntimeError("the virtual microphone needs Linux: PulseAudio, ALSA and prctl")
