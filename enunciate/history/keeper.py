"""Keeps readings of an agent as they are assessed, and with them the recordings where that was asked for."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

from enunciate.assessment import Assessment
from enunciate.errors import EnunciateError
from enunciate.history import Kind, location
from enunciate.history.store import History, recordings_of


class Keeper:
    """Keeps readings of one agent in an open history."""

    def __init__(self, history: History, agent: str, kind: Kind, *, recordings: bool = False) -> None:
        """Keep readings of `agent`, who must be known; with `recordings`, their sound too.

        Raises UnknownAgentError. Where the history cannot be used now, whoever is named is believed.
        """
        self.history = history
        self.agent = agent if history.problem is not None else history.agent(agent).name
        self.kept = 0
        """How many readings were kept."""
        self._kind = kind
        self._recordings = recordings

    def keep(self, assessment: Assessment, save: Callable[[Path], object]) -> tuple[str, ...]:
        """Keep a reading; returns sentences about what could not be done.

        `save` is called with the path, but for its suffix, under which the recording is to be kept, and
        returns the whole path. What is not a reading of its script says nothing about the agent, and is not
        kept.
        """
        if assessment.problem is not None or assessment.scores is None:
            return ()
        id = str(uuid.uuid4())
        recording, problems = None, []
        if self._recordings:
            folder = recordings_of(self.agent)
            try:
                location.private(folder)
                recording = Path(str(save(folder / id)))
            except (OSError, EnunciateError) as error:
                why = error.strerror if isinstance(error, OSError) else error
                problems.append(f"The recording could not be kept in {folder} ({why}).")
        try:
            self.history.record(
                assessment.as_dict(),
                agent=self.agent,
                kind=self._kind,
                module=assessment.reference.module,
                recording=recording,
                id=id,
            )
            self.kept += 1
        except EnunciateError as error:
            problems.append(str(error))
            if recording is not None:
                recording.unlink(missing_ok=True)
        return tuple(problems)
