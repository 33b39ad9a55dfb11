"""The trainer's file of an assessment: TOML, checked as a whole, each mistake with its line and reason."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import ParseError, TOMLKitError

from enunciate.assessment_dict import SCORES
from enunciate.errors import ExamError, ScriptError
from enunciate.exams import Exam, ExamScript, Marks
from enunciate.reference import scripts

_STORED = "enunciate.exam/1"

_ALSO = {"intonation": "prosody"}
"""What reports call a score, where that is not its name."""

_UNITS = {"m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}

_MOST_SCRIPTS = 100


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in a file: the line, None where it cannot be placed, and a sentence."""

    line: int | None
    reason: str


def example() -> str:
    """A commented file that can be used as it is."""
    return resources.files("enunciate.exams").joinpath("example.toml").read_text("utf-8")


def load(path: Path) -> Exam:
    """The exam that a file defines; its name is that in the file, or else the file's stem.

    Scripts are names of the library, or files whose paths are relative to the file.

    Raises:
        ExamError: the file cannot be read, or holds mistakes; the message has a line for each.
    """
    if not path.exists():
        raise ExamError(f"There is no file {path}: check its name. --example prints a file to begin with.")
    if path.is_dir():
        raise ExamError(f"{path} is a folder: name the assessment's file in it.")
    try:
        text = scripts.read_text(path)
    except ScriptError as error:
        raise ExamError(str(error)) from error
    exam, mistakes = read(text, path.stem, path.parent)
    if exam is None or mistakes:
        listed = "\n".join(
            f"  {'' if one.line is None else f'line {one.line}: '}{one.reason}" for one in mistakes
        )
        count = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        raise ExamError(
            f"{path} has {count}, so nothing was stored:\n{listed}\n"
            "`enunciate assess define --example` prints a file that is right."
        )
    return exam


def read(text: str, stem: str, folder: Path = Path()) -> tuple[Exam | None, tuple[Mistake, ...]]:
    """The exam that a text defines, None where that cannot be said, and its mistakes in order of their lines.

    >>> exam, mistakes = read('title = "Week 1"\\nscripts = ["general-greeting"]\\n', "week-1")
    >>> exam.name, exam.must_pass, mistakes
    ('week-1', 1, ())
    >>> read('title = "Week 1"\\nscript = ["general-greeting"]\\n', "week-1")[1][0]
    Mistake(line=2, reason='`script` is no setting: did you mean `scripts`?')
    """
    text = text.replace("\r\n", "\n")
    try:
        document = tomlkit.parse(text).unwrap()
    except ParseError as error:
        return None, (Mistake(error.line, _not_toml(re.sub(r" at line \d+ col \d+$", "", str(error)))),)
    except TOMLKitError as error:
        # Such as a key that comes twice: the library does not say where.
        return None, (Mistake(_twice(text, str(error)), _not_toml(str(error))),)
    return _Checker(document, _Places(text), stem, folder).exam()


def stored(exam: Exam) -> str:
    """An exam with the text of its scripts, for the history: it can be taken where no file is at hand.

    >>> exam, _ = read('scripts = ["general-greeting"]\\ncool_down = "2h"', "week-1")
    >>> restored(stored(exam), 1) == exam
    True
    """
    described = {
        "schema": _STORED,
        "name": exam.name,
        "title": exam.title,
        "scripts": [
            {
                "id": one.id,
                "title": one.title,
                "text": one.text,
                "weight": one.weight,
                "marks": dict(one.marks),
            }
            for one in exam.scripts
        ],
        "must_pass": exam.must_pass,
        "total": dict(exam.total),
        "attempts": exam.attempts,
        "cool_down": exam.cool_down,
        "due": exam.due.isoformat() if exam.due else None,
    }
    return json.dumps(described, ensure_ascii=False, indent=1)


def restored(text: str, version: int) -> Exam:
    """The exam of a text that `stored` made. Raises ExamError where it is damaged or of a newer enunciate."""
    try:
        found = json.loads(text)
        if found["schema"] != _STORED:
            raise ValueError(found["schema"])
        return Exam(
            name=found["name"],
            title=found["title"],
            scripts=tuple(
                ExamScript(one["id"], one["title"], one["text"], one["weight"], tuple(one["marks"].items()))
                for one in found["scripts"]
            ),
            must_pass=found["must_pass"],
            total=tuple(found["total"].items()),
            attempts=found["attempts"],
            cool_down=found["cool_down"],
            due=datetime.fromisoformat(found["due"]) if found["due"] else None,
            version=version,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExamError(
            "This assessment was stored by a newer enunciate, or is damaged: update enunciate, or define it "
            "again with `enunciate assess define FILE`."
        ) from error


class _Places:
    """At which line of a TOML text what is set; good enough for messages."""

    _TABLE = re.compile(r"\s*\[(\[)?\s*([\w.\- \"']+?)\s*\]")
    _KEY = re.compile(r"\s*([\w\-\"']+)\s*=")

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._found: dict[tuple[str | int, ...], int] = {}
        table: tuple[str | int, ...] = ()
        counts: dict[str, int] = {}
        for number, line in enumerate(self._lines, 1):
            if head := self._TABLE.match(line):
                name = head[2].strip("\"'")
                table = (name,)
                if head[1]:
                    table = (name, counts.get(name, 0))
                    counts[name] = counts.get(name, 0) + 1
                elif "." in name:
                    table = tuple(part.strip("\"' ") for part in name.split("."))
                    if table[0] in counts:
                        table = (table[0], counts[str(table[0])] - 1, *table[1:])
                self._found.setdefault(table, number)
                self._found.setdefault(table[:1], number)
            elif key := self._KEY.match(line):
                self._found.setdefault((*table, key[1].strip("\"'")), number)

    def of(self, *path: str | int, value: object = None) -> int | None:
        """The line of a setting; of the one that holds it where it has none of its own.

        A text `value` within a list over several lines is looked for from there on.
        """
        for size in range(len(path), 0, -1):
            if (line := self._found.get(path[:size])) is None:
                continue
            if isinstance(value, str):
                quoted = (f'"{value}"', f"'{value}'")
                for number in range(line, len(self._lines) + 1):
                    if any(one in self._lines[number - 1] for one in quoted):
                        return number
            return line
        return None


def _not_toml(reason: str) -> str:
    # The parser's words for the end of the text.
    if reason.startswith((r"Unexpected character: '\x00'", "Unexpected end of file")):
        return "the file ends in the midst of a list, a text or another value."
    return f"this is not TOML: {reason[:1].lower()}{reason[1:].rstrip('.')}."


def _twice(text: str, message: str) -> int | None:
    """The line at which a key comes for the second time."""
    named = re.search(r'"([^"]+)"', message)
    if named is None:
        return None
    setting = re.compile(rf"\s*[\"']?{re.escape(named[1])}[\"']?\s*=|\s*\[\s*{re.escape(named[1])}\s*\]")
    lines = [number for number, line in enumerate(text.split("\n"), 1) if setting.match(line)]
    return lines[1] if len(lines) > 1 else None


@dataclass(slots=True)
class _Checker:
    """Goes through a file once and collects what is wrong with it."""

    document: Mapping[str, Any]
    places: _Places
    stem: str
    folder: Path
    mistakes: list[Mistake] = field(default_factory=list)

    def exam(self) -> tuple[Exam | None, tuple[Mistake, ...]]:
        values = self.table((), self.document, _EXAM)
        marks = self.marks(("marks",), values.get("marks", {}))
        name = values.get("name", self.stem)
        if not re.fullmatch(r"[\w][\w.\-]*", name):
            self.wrong(
                f'“{name}” is no name: use letters, digits, dots and dashes, such as name = "week-2".', "name"
            )
        listed = self.scripts(values.get("scripts"), marks)
        count = len(values.get("scripts", ()))
        must_pass = values.get("must_pass", count)
        if count and must_pass > count:
            there = "is only one script" if count == 1 else f"are only {count} scripts"
            self.wrong(f"`must_pass` is {must_pass}, but there {there}", "must_pass")
        total = self.marks(("total",), values.get("total", {}))
        exam = Exam(
            name=name,
            title=values.get("title") or re.sub(r"[-_]+", " ", name).strip().capitalize(),
            scripts=tuple(listed),
            must_pass=must_pass,
            total=total,
            attempts=values.get("attempts"),
            cool_down=values.get("cool_down", 0.0),
            due=values.get("due"),
        )
        mistakes = sorted(self.mistakes, key=lambda one: one.line or 0)
        return (exam if listed else None), tuple(mistakes)

    def wrong(self, reason: str, *path: str | int, value: object = None) -> None:
        reason = reason if reason.endswith((".", "?")) else f"{reason}."
        self.mistakes.append(Mistake(self.places.of(*path, value=value), reason))

    def table(
        self,
        path: tuple[str | int, ...],
        found: Mapping[str, Any],
        checks: Mapping[str, Callable[[Any], Any]],
    ) -> dict[str, Any]:
        """The settings that are right; each that is not is a mistake."""
        values = {}
        for key, value in found.items():
            if key not in checks:
                self.wrong(_unknown(key, checks, "setting"), *path, key)
                continue
            try:
                values[key] = checks[key](value)
            except ValueError as error:
                self.wrong(f"`{key}` {error}", *path, key)
        return values

    def marks(self, path: tuple[str | int, ...], found: Mapping[str, Any]) -> Marks:
        """Marks by the names of the scores, in their order."""
        marks: dict[str, float] = {}
        for key, value in found.items():
            name = _ALSO.get(key.lower(), key.lower())
            if name not in SCORES:
                self.wrong(_unknown(key, (*SCORES, *_ALSO), "score"), *path, key)
            elif not _number(value) or not 0 <= value <= 100:
                self.wrong(f"`{key}` must be a number from 0 to 100, not {_shown(value)}", *path, key)
            elif name in marks:
                self.wrong(f"`{key}` is given twice", *path, key)
            else:
                marks[name] = float(value)
        return tuple((name, marks[name]) for name in SCORES if name in marks)

    def scripts(self, found: list[Any] | None, marks: Marks) -> list[ExamScript]:
        if found is None:
            if not any("scripts" in one.reason for one in self.mistakes):
                self.wrong(
                    'there are no scripts: say scripts = ["general-greeting"], or a [[scripts]] for each'
                )
            return []
        listed: list[ExamScript] = []
        for index, one in enumerate(found):
            path = ("scripts", index)
            if isinstance(one, str):
                entry: dict[str, Any] = {"script": one}
            elif isinstance(one, dict):
                entry = self.table(path, one, _SCRIPT)
                if "script" not in one:
                    self.wrong('this has no `script`: say script = "general-greeting"', *path)
            else:
                self.wrong(f"{_shown(one)} is neither the name of a script nor a table", *path)
                continue
            if "script" not in entry:
                continue
            script = self.script(entry["script"], path)
            if script is None:
                continue
            if any(script.id == other.id for other in listed):
                self.wrong(f"“{script.id}” is there twice", *path, "script", value=entry["script"])
                continue
            own = dict(marks) | dict(self.marks((*path, "marks"), entry.get("marks", {})))
            listed.append(
                replace(
                    script,
                    weight=entry.get("weight", 1.0),
                    marks=tuple((name, own[name]) for name in SCORES if name in own),
                )
            )
        return listed

    def script(self, name: str, path: tuple[str | int, ...]) -> ExamScript | None:
        """A script of the library, or a file beside the definition."""
        beside = self.folder / Path(name).expanduser()
        try:
            id, text = scripts.text_of(str(beside) if beside.is_file() else name)
            reference = scripts.from_text(text, id=id, source=name)
        except ScriptError as error:
            self.wrong(str(error), *path, "script", value=name)
            return None
        return ExamScript(id, reference.title, text)


def _unknown(key: str, known: Mapping[str, Any] | tuple[str, ...], what: str) -> str:
    close = difflib.get_close_matches(key.lower(), list(known), n=1)
    return f"`{key}` is no {what}: " + (
        f"did you mean `{close[0]}`?" if close else f"there are {', '.join(known)}"
    )


def _shown(value: Any) -> str:
    return f"“{value}”" if isinstance(value, str) else str(value)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be a text in quotation marks, not {_shown(value)}")
    return value.strip()


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"must be a whole number of 1 or more, not {_shown(value)}")
    return value


def _weight(value: Any) -> float:
    if not _number(value) or value <= 0:
        raise ValueError(f"must be a number above 0, not {_shown(value)}")
    return float(value)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError('must be a list with at least one script, such as ["general-greeting"]')
    if len(value) > _MOST_SCRIPTS:
        raise ValueError(f"has {len(value)} scripts; {_MOST_SCRIPTS} are the most")
    return value


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(
            f"must hold marks, such as {{ overall = 75, pronunciation = 70 }}, not {_shown(value)}"
        )
    return value


def duration(value: Any) -> float:
    """Seconds of a length of time such as "24h". Raises ValueError where it is none.

    >>> duration("90 min"), duration("2d")
    (5400.0, 172800.0)
    """
    if isinstance(value, str) and (
        found := re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(min|m|h|d|w)[a-z]*\s*", value.lower())
    ):
        return float(found[1]) * _UNITS[found[2]]
    raise ValueError(f'must be a length of time such as "24h", "30min" or "2d", not {_shown(value)}')


def _due(value: Any) -> datetime:
    """A moment; of a day its end, and without a time zone that of this computer."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"must be a day such as 2027-03-31, not {_shown(value)}") from None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.astimezone()
    if isinstance(value, date):
        return datetime.combine(value + timedelta(days=1), time()).astimezone()
    raise ValueError(f"must be a day such as 2027-03-31, not {_shown(value)}")


_SCRIPT: Mapping[str, Callable[[Any], Any]] = {"script": _text, "weight": _weight, "marks": _table}

_EXAM: Mapping[str, Callable[[Any], Any]] = {
    "name": _text,
    "title": _text,
    "scripts": _list,
    "marks": _table,
    "must_pass": _whole,
    "total": _table,
    "attempts": _whole,
    "cool_down": duration,
    "due": _due,
}
