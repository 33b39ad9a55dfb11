"""The errors that enunciate raises on purpose.

Each takes one message that says what happened and what to do next; the command line prints it and exits with
1. One argument only: an exception with two constructor arguments cannot be pickled back from a worker
process.
"""


class EnunciateError(Exception):
    """Whatever enunciate refuses or cannot do; the root of the tree."""


class AudioError(EnunciateError):
    """A recording that cannot be read or used."""


class MicrophoneError(EnunciateError):
    """Sound that cannot be recorded or kept: no device, one that is busy, a folder that cannot be written."""


class SettingsError(EnunciateError):
    """A file of settings that cannot be read or written."""


class VoiceError(EnunciateError):
    """A voice that should read aloud and is not there, or cannot be loaded."""


class ScriptError(EnunciateError):
    """A script that cannot be read or that holds nothing to read aloud."""


class ModelError(EnunciateError):
    """A recognition model that is missing, damaged or not a model."""


class RecognitionError(EnunciateError):
    """The recognizer failed on sound that could be read."""


class ReportError(EnunciateError):
    """A report that cannot be written where it was asked for."""


class BatchError(EnunciateError):
    """A batch that cannot begin or go on: sources that cannot be used, or results that cannot be kept."""


class ExamError(EnunciateError):
    """An assessment that is defined wrongly, is unknown, or may not be taken now."""


class HistoryError(EnunciateError):
    """A history that cannot be read or written, or that does not hold what was asked for."""


class UnknownAgentError(HistoryError):
    """An agent whom the history does not know."""
