"""Scripts from files, from text and from the library that ships.

A script is a text or Markdown file, with or without front matter: YAML between two lines of three dashes at
its start.
"""

from __future__ import annotations

import codecs
import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from enunciate.errors import ScriptError
from enunciate.reference import Phones, Reference, Token, spoken
from enunciate.reference.markup import plain
from enunciate.reference.phones import CONSONANTS, VOWELS, is_phone

if TYPE_CHECKING:
    from importlib.abc import Traversable  # importlib.resources.abc is of Python 3.11

LEVELS = ("beginner", "intermediate", "advanced")
LONGEST = 20_000
"""Words; a longer text is no script for one recording."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A script of the library, for lists. `pace_wpm` is its target band, None where it sets none."""

    id: str
    title: str
    module: str | None
    level: str | None
    tags: tuple[str, ...]
    words: int
    """Spoken words, in the likeliest readings."""
    pace_wpm: tuple[float, float] | None
    sounds: tuple[str, ...] = ()
    """The ARPAbet phones that the script drills; empty for one that trains something else."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a script says about itself. `problems` are (line of the file, sentence), in order of the file."""

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[tuple[int, str], ...] = ()
    body_line: int = 1
    """The line of the file at which the body begins."""


def load(path: str | Path) -> Reference:
    """Read a script file; its id is the file's stem.

    Raises ScriptError where the file is missing, is no text, has faulty front matter or nothing to read
    aloud.
    """
    path = Path(path)
    return _reference(read_text(path), path.stem, str(path))


def from_text(
    text: str, title: str | None = None, id: str | None = None, source: str = "The text"
) -> Reference:
    """A script from a text, front matter allowed. Raises ScriptError as `load` does, naming the `source`.

    >>> from_text("Thank you for calling.").words()[0].text
    'thank'
    """
    reference = _reference(text, id or "text", source)
    if title is None:
        return reference
    return replace(reference, title=title)


def library() -> tuple[Summary, ...]:
    """The scripts that ship, by module and id."""
    return tuple(
        Summary(
            reference.id,
            reference.title,
            reference.module,
            reference.level,
            reference.tags,
            sum(len(token.readings[0]) for token in reference.tokens),
            reference.pace_wpm,
            reference.sounds,
        )
        for reference in shipped()
    )


def shipped() -> Iterator[Reference]:
    """The scripts that ship, whole, by module and id; without a module of its own, one has its folder's."""
    for module, entry in _shipped():
        reference = _reference(entry.read_text("utf-8"), Path(entry.name).stem, entry.name)
        yield reference if reference.module else replace(reference, module=module)


def find(name_or_path: str | Path) -> Reference:
    """A script of the library by its id, else the script in a file.

    Raises ScriptError for a name that is neither, naming scripts with similar names.
    """
    return _reference(*_found(name_or_path))


def text_of(name_or_path: str | Path) -> tuple[str, str]:
    """The id and the text, front matter included, of what `find` finds, so that it can be sent elsewhere.

    `from_text(text, id=id)` makes the same script of them.

    >>> text_of("general-greeting")[0]
    'general-greeting'
    """
    text, id, _ = _found(name_or_path)
    return id, text


def _found(name_or_path: str | Path) -> tuple[str, str, str]:
    """Text, id and source of a script of the library or in a file."""
    name = str(name_or_path)
    shipped = {Path(entry.name).stem: entry for _, entry in _shipped()}
    if name in shipped:
        return shipped[name].read_text("utf-8"), name, name
    path = Path(name_or_path)
    if path.exists() or path.suffix.lower() in (".md", ".txt", ".markdown") or len(path.parts) > 1:
        return read_text(path), path.stem, str(path)
    if len(name.split()) > 1:
        raise ScriptError(
            f"There is no script and no file called {name!r}. If these are the words themselves, put --text "
            "before them; `enunciate prompts list` shows the scripts that ship."
        )
    close = difflib.get_close_matches(name.lower(), list(shipped), n=3, cutoff=0.5)
    close = close or [script for script in shipped if name.lower() in script][:3]
    hint = (
        f"Did you mean {_either(close)}?"
        if close
        else "`enunciate prompts list` shows the scripts that ship."
    )
    raise ScriptError(f"There is no script and no file called {name!r}. {hint}")


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or Windows-1252. Raises ScriptError where it is not
    text."""
    try:
        if path.is_dir():
            raise ScriptError(f"{path} is a folder: name the script file in it.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise ScriptError(f"There is no file {path}: check the name of the script.") from None
    except OSError as error:
        raise ScriptError(f"{path} cannot be read ({error.strerror}): check its permissions.") from None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\0" in data:
        encodings = []
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        strange = sum(unicodedata.category(c) in ("Cc", "Co", "Cn") and c not in "\n\r\t\f" for c in text)
        if strange <= len(text) // 20:
            return text
    raise ScriptError(f"{path} is not a text file: give a script in plain text or Markdown, saved as UTF-8.")


def front_matter(text: str) -> tuple[FrontMatter, str]:
    """Front matter and body of a script's text. Problems are collected, not raised."""
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").split("\n")
    if not lines or lines[0].rstrip() != "---":
        return FrontMatter(), "\n".join(lines)
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    if end is None:
        return FrontMatter(
            problems=((1, "the front matter is not closed: end it with a line of three dashes"),)
        ), ""
    body, body_line = "\n".join(lines[end + 1 :]), end + 2
    try:
        values = yaml.safe_load("\n".join(lines[1:end]))
        node = yaml.compose("\n".join(lines[1:end]), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 2
        what = getattr(error, "problem", None) or "it is not YAML"
        return FrontMatter(
            problems=((line, f"the front matter cannot be read: {what}"),), body_line=body_line
        ), body
    if values is None:
        return FrontMatter(body_line=body_line), body
    if not isinstance(values, dict) or not isinstance(node, yaml.MappingNode):
        problem = (2, "the front matter must be lines of the form `title: Greeting a caller`")
        return FrontMatter(problems=(problem,), body_line=body_line), body
    places = {key.value: key.start_mark.line + 2 for key, _ in node.value}
    problems: list[tuple[int, str]] = []
    good: dict[str, Any] = {}
    for key, value in values.items():
        line = places.get(str(key), 2)
        check = _KEYS.get(key) if isinstance(key, str) else None
        if check is None:
            close = difflib.get_close_matches(str(key), list(_KEYS), n=1)
            meant = f"did you mean `{close[0]}`?" if close else f"known keys are {', '.join(_KEYS)}"
            problems.append((line, f"`{key}` is not a key of the front matter: {meant}"))
            continue
        try:
            good[key] = check(value)
        except ValueError as error:
            problems.append((line, f"`{key}` {error}"))
    return FrontMatter(good, tuple(sorted(problems)), body_line), body


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text")
    return value.strip()


def _level(value: Any) -> str:
    if value not in LEVELS:
        raise ValueError(f"must be one of {', '.join(LEVELS)}")
    return str(value)


def _tags(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise ValueError("must be a list of words, such as [billing, empathy]")
    return tuple(value)


def _sounds(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(sound, str) for sound in value):
        raise ValueError("must be a list of ARPAbet sounds, such as [TH, T]")
    sounds = tuple(dict.fromkeys(sound.upper() for sound in value))
    wrong = [sound for sound in sounds if sound not in CONSONANTS | VOWELS]
    if wrong:
        raise ValueError(f"has {wrong[0]}, which is not an ARPAbet sound without stress, such as TH or IY")
    return sounds


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _pace(value: Any) -> tuple[float, float]:
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(map(_is_number, value))
        or not 0 < value[0] < value[1]
    ):
        raise ValueError("must be two numbers of words per minute, the smaller first, such as [120, 150]")
    return (float(value[0]), float(value[1]))


def _pass_mark(value: Any) -> float:
    if not _is_number(value) or not 0 <= value <= 100:
        raise ValueError("must be a number from 0 to 100")
    return float(value)


def _strict(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _pronunciations(value: Any) -> dict[str, tuple[Phones, ...]]:
    if not isinstance(value, dict):
        raise ValueError('must map words to sounds, such as {Lumivox: "L UW1 M IH0 V AA2 K S"}')
    out: dict[str, tuple[Phones, ...]] = {}
    for word, ways in value.items():
        spoken_word = spoken.fold(str(word))
        if not spoken_word:
            raise ValueError(f"has an entry without letters: {word!r}")
        listed = [ways] if isinstance(ways, str) else ways
        if (
            not isinstance(listed, list)
            or not listed
            or not all(isinstance(way, str) and way.split() for way in listed)
        ):
            raise ValueError(
                f'of {word} must be ARPAbet sounds, such as "N AO1 R TH W IH2 N D", or a list of such'
            )
        phones = tuple(tuple(way.upper().split()) for way in listed)
        wrong = [phone for way in phones for phone in way if not is_phone(phone)]
        if wrong:
            raise ValueError(f"of {word} has {wrong[0]}, which is not an ARPAbet sound")
        out[spoken_word] = phones
    return out


_KEYS: dict[str, Callable[[Any], Any]] = {
    "title": _text,
    "module": _text,
    "level": _level,
    "tags": _tags,
    "sounds": _sounds,
    "pace": _pace,
    "pass_mark": _pass_mark,
    "pronunciations": _pronunciations,
    "strict_contractions": _strict,
}


def _reference(text: str, id: str, source: str) -> Reference:
    matter, body = front_matter(text)
    if matter.problems:
        line, problem = matter.problems[0]
        raise ScriptError(f"{source}, line {line}: {problem}.")
    values = matter.values
    written = plain(body)
    refuse_unreadable(written, source)
    own = values.get("pronunciations", {})
    strict = values.get("strict_contractions", False)
    tokens = spoken.tokenize(written, own, not strict)
    if not tokens:
        raise ScriptError(
            f"{source} holds no words to read aloud, only symbols: write the text that is to be read."
        )
    return Reference(
        id=id,
        title=values.get("title") or _title(id, written),
        text=written,
        tokens=tokens,
        module=values.get("module"),
        level=values.get("level"),
        tags=values.get("tags", ()),
        sounds=values.get("sounds", ()),
        pace_wpm=values.get("pace"),
        pass_mark=values.get("pass_mark"),
        pronunciations=own,
        strict_contractions=strict,
    )


def refuse_unreadable(written: str, source: str) -> None:
    """Raise ScriptError for a text that is empty, far too long or in another alphabet than the Latin one."""
    if not written.strip():
        raise ScriptError(f"{source} is empty: write the text that is to be read.")
    if written.count(" ") + written.count("\n") >= LONGEST:
        raise ScriptError(
            f"{source} has more than {LONGEST:,} words: cut it into scripts of a few minutes each."
        )
    alphabets = [alphabet(c) for c in written if c.isalpha()]
    foreign = [name for name in alphabets if name != "Latin"]
    if foreign and len(foreign) * 2 > len(alphabets):
        most = max(set(foreign), key=foreign.count)
        raise ScriptError(
            f"{source} is written in {most} letters: enunciate listens to English, in Latin letters."
        )


def alphabet(character: str) -> str:
    """The alphabet of a letter as Unicode names it, such as "Latin" or "Cyrillic".

    >>> alphabet("é"), alphabet("ж")
    ('Latin', 'Cyrillic')
    """
    name = unicodedata.name(character, "unknown").replace("FULLWIDTH ", "").split()[0]
    return {
        "CJK": "Chinese",
        "MODIFIER": "Latin",
        "FEMININE": "Latin",
        "MASCULINE": "Latin",
        "MICRO": "Latin",
    }.get(name, name.capitalize())


def _title(id: str, written: str) -> str:
    if id != "text":
        return re.sub(r"[-_]+", " ", id).strip().capitalize() or id
    words = written.split()
    return " ".join(words[:6]) + (" ..." if len(words) > 6 else "")


def _shipped() -> Iterator[tuple[str, Traversable]]:
    for folder in sorted(resources.files("enunciate.prompts").iterdir(), key=lambda entry: entry.name):
        if folder.is_dir():
            for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
                if entry.name.endswith(".md"):
                    yield folder.name, entry


def _either(names: Iterable[str]) -> str:
    *front, last = [f"{name!r}" for name in names]
    return f"{', '.join(front)} or {last}" if front else last


def seconds_at(words: int, pace_wpm: tuple[float, float] | None) -> float:
    """How long a text takes at the middle of its target pace; at 140 words a minute where it sets none.

    >>> seconds_at(70, (120, 160))
    30.0
    """
    pace = sum(pace_wpm) / 2 if pace_wpm else 140.0
    return 60.0 * words / pace


def special(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens that are not read just as they are written."""
    for token in tokens:
        if "".join(token.readings[0]) != spoken.fold(token.written) or any(map(str.isdigit, token.written)):
            yield token
