"""Many recordings at once: what is to be scored, who scores it, and the results that outlive a crash.

`sources` turns folders and manifests into jobs, `scoring` does one of them on a worker, `pool` spreads them
over processes or a cluster, `results` keeps what comes back, and `run` walks through them in that order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enunciate.reference import Reference


@dataclass(frozen=True, slots=True)
class Script:
    """A script as text, front matter included: small enough to travel with every job to any machine."""

    id: str
    text: str

    @property
    def digest(self) -> str:
        """What tells it from other scripts: SHA-256 of its id and text, in hex.

        >>> Script("hello", "Good morning.").digest[:12]
        '29bc69cb3394'
        """
        return hashlib.sha256(f"{self.id}\0{self.text}".encode("utf-8", "surrogatepass")).hexdigest()

    def reference(self) -> Reference:
        """The script ready to be compared with a reading; the last few are kept. Raises ScriptError."""
        return _reference(self)


@lru_cache(maxsize=32)
def _reference(script: Script) -> Reference:
    from enunciate.reference import scripts

    return scripts.from_text(script.text, id=script.id)


@dataclass(frozen=True, slots=True)
class Job:
    """One recording to be scored, as a source describes it.

    A row of a manifest that cannot be scored is a job too, with its `problem`; what it lacks is empty.
    """

    recording: str
    """As the outputs name it: the path or URL that was given, or lies below the folder that was."""
    location: str
    """Where it is read from: an absolute path or a URL."""
    script: Script | None
    agent: str | None = None
    wave: str | None = None
    date: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """Whatever else the manifest says, carried through to the outputs."""
    source: str = ""
    """The manifest or folder that it comes from."""
    line: int | None = None
    """Its line in a manifest."""
    problem: str | None = None
    """A sentence, where it cannot be scored."""

    @property
    def place(self) -> str:
        """Where to look for it, for messages.

        >>> Job("a.wav", "/a.wav", None, source="class.csv", line=7).place
        'class.csv, line 7'
        """
        if self.line is not None:
            return f"{self.source}, line {self.line}"
        return self.recording or self.source
