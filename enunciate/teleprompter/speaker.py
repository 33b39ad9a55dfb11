"""The script read aloud by a voice beside the teleprompter, while nothing is recorded."""

from __future__ import annotations

import threading
from typing import Protocol

from enunciate.errors import EnunciateError
from enunciate.reference import Reference
from enunciate.voice.aloud import say


class Speaker(Protocol):
    """Says the script when it is asked to."""

    @property
    def speaking(self) -> bool:
        """Whether it is heard, or about to be."""
        ...

    @property
    def problem(self) -> str:
        """Why nothing is heard, as a sentence for the person; empty where there is no problem."""
        ...

    def start(self) -> None:
        """Begin at the beginning; returns at once."""
        ...

    def stop(self) -> None:
        """Be silent; returns once it is."""
        ...


class ScriptSpeaker:
    """Says the script in the installed voice, in a thread of its own."""

    def __init__(self, reference: Reference) -> None:
        """Say `reference`; the voice is loaded when it is needed."""
        self._reference = reference
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self.problem = ""

    @property
    def speaking(self) -> bool:
        """See `Speaker`."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """See `Speaker`."""
        self.stop()
        self.problem = ""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._say, name="enunciate-voice", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """See `Speaker`."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def close(self) -> None:
        """The same, at the end."""
        self.stop()

    def _say(self) -> None:
        try:
            say(self._reference, self._stopped.is_set)
        except EnunciateError as error:
            self.problem = str(error)
