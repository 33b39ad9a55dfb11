"""What the user has settled for every command: a small TOML file, and environment variables that override it.

device = "Jabra"        # the microphone, by its number or a part of its name; ENUNCIATE_DEVICE overrides it
agent = "Maya"          # whose readings are kept in the history; ENUNCIATE_AGENT overrides it
database = "postgresql://trainer@server/enunciate"  # where the history is; ENUNCIATE_DATABASE overrides it
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from enunciate.errors import SettingsError

if TYPE_CHECKING:
    import tomlkit

NAMES = ("device", "agent", "database")
"""What can be set."""


def path() -> Path:
    """The file of settings: `ENUNCIATE_CONFIG`, else config.toml in the user's configuration folder.

    It need not exist.
    """
    if named := os.environ.get("ENUNCIATE_CONFIG"):
        return Path(named).expanduser()
    from platformdirs import user_config_dir

    return Path(user_config_dir("enunciate", appauthor=False)) / "config.toml"


def get(name: str) -> str | None:
    """What is set for `name`, from the environment (`ENUNCIATE_` and the name) or the file; None if nothing
    is.

    Raises SettingsError where the file cannot be read or is no TOML.
    """
    if named := os.environ.get(f"ENUNCIATE_{name.upper()}"):
        return named
    value = _read().get(name)
    return None if value is None else str(value)


def put(name: str, value: str | None) -> Path:
    """Set `name` in the file, or take it out with None; the rest of the file stays. Returns the file's path.

    Raises SettingsError where the file cannot be read or written.
    """
    import tomlkit

    document = _read()
    if value is None:
        document.pop(name, None)
    else:
        document[name] = value
    file = path()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(tomlkit.dumps(document), encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"The settings could not be written to {file} ({error.strerror}): make it writable, or set "
            "ENUNCIATE_CONFIG to a file that is."
        ) from error
    return file


def _read() -> tomlkit.TOMLDocument:
    import tomlkit

    file = path()
    try:
        return tomlkit.parse(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return tomlkit.document()
    except OSError as error:
        raise SettingsError(
            f"The settings in {file} cannot be read ({error.strerror}): make the file readable or remove it."
        ) from error
    except (ValueError, tomlkit.exceptions.TOMLKitError) as error:
        raise SettingsError(
            f"The settings in {file} are not written as TOML ({error}): correct them."
        ) from error
