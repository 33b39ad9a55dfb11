"""A PostgreSQL server of the tests' own, in a temporary folder, that can be stopped and started again.

It refuses to run as root, so there it runs as the user that its package made. Should the tests be killed, the
kernel ends it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from types import TracebackType

_STARTS_WITHIN_SECONDS = 60.0


class Server:
    """A running server with one role, `enunciate`, whom it lets in without a password."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="enunciate-server-"))
        self._as: tuple[str, ...] = ("setpriv", "--pdeathsig", "INT")
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._as += (f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._program: subprocess.Popen[bytes] | None = None
        subprocess.run(
            (*self._as, _binary("initdb"), "-D", str(self._folder / "data"), "-U", "enunciate", "-A", "trust",
             "--no-sync", "-E", "UTF8", "--locale=C"),
            check=True, capture_output=True, cwd="/",
        )  # fmt: skip

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "shared_buffers": "16MB",
        }
        self._program = subprocess.Popen(
            (*self._as, _binary("postgres"), "-D", str(self._folder / "data"),
             *(f"--{name}={value}" for name, value in settings.items())),
            stdout=subprocess.DEVNULL, stderr=(self._folder / "log").open("ab"), cwd="/",
        )  # fmt: skip
        until = time.monotonic() + _STARTS_WITHIN_SECONDS
        ready = (_binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port))
        while subprocess.run(ready).returncode:
            assert self._program.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it at once, as a power cut would, if it runs."""
        if self._program is not None:
            self._program.terminate() if os.name == "nt" else self._program.send_signal(3)
            self._program.wait()
            self._program = None

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name}", "postgres")
        return self.url(name)

    def url(self, database: str, role: str = "enunciate") -> str:
        """The URL of a database."""
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"

    def run(self, script: str, database: str) -> None:
        """Run SQL in a database."""
        program = (_binary("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.url(database))
        subprocess.run(program, input=script, text=True, check=True, stdout=subprocess.DEVNULL)


def _binary(name: str) -> str:
    """A program of the newest PostgreSQL; Debian does not put all of them on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which(name)
    assert path, f"{name} is missing: `make system` installs PostgreSQL"
    return path
