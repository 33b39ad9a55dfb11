from pathlib import Path

import pytest

from enunciate.errors import ScriptError
from enunciate.reference.lint import lint
from enunciate.reference.markup import plain
from enunciate.reference.scripts import find, from_text, library, load

FULL = """---
title: Charged twice
module: Empathy
level: beginner
tags: [billing, empathy]
sounds: [CH, jh, CH]
pace: [120, 150]
pass_mark: 75
strict_contractions: true
pronunciations:
  Northwind: N AO1 R TH W IH2 N D
  SQL: [S IY1 K W AH0 L, EH1 S K Y UW1 EH1 L]
---
I'm sorry, Northwind **charged** you for SQL.
"""


def write(folder: Path, text: str | bytes, name: str = "empathy-billing-error.md") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_everything_in_the_front_matter(tmp_path: Path) -> None:
    reference = load(write(tmp_path, FULL))
    assert reference.id == "empathy-billing-error"
    assert (reference.title, reference.module, reference.level) == ("Charged twice", "Empathy", "beginner")
    assert (reference.tags, reference.pace_wpm, reference.pass_mark) == (
        ("billing", "empathy"),
        (120.0, 150.0),
        75.0,
    )
    assert reference.sounds == ("CH", "JH")
    assert reference.text == "I'm sorry, Northwind charged you for SQL."
    words = reference.words()
    assert [word.text for word in words] == ["i'm", "sorry", "northwind", "charged", "you", "for", "sql"]
    assert words[2].pronunciations == (("N", "AO1", "R", "TH", "W", "IH2", "N", "D"),)
    assert words[2].syllables == 2
    assert words[-1].boundary == "paragraph"
    assert reference.tokens[0].readings == (("i'm",),)


def test_without_front_matter_the_name_is_the_title(tmp_path: Path) -> None:
    reference = load(write(tmp_path, "Hello."))
    assert (reference.title, reference.pace_wpm, reference.pass_mark) == ("Empathy billing error", None, None)


def test_words_under_a_choice_of_readings() -> None:
    reference = from_text("It is 10:30 now.")
    half_past = reference.tokens[2].readings.index(("half", "past", "ten"))
    words = reference.words((0, 0, half_past, 0))
    assert [(word.text, word.token) for word in words][2:5] == [("half", 2), ("past", 2), ("ten", 2)]
    with pytest.raises(ValueError, match="shorter"):
        reference.words((0,))


@pytest.mark.parametrize(
    ("matter", "message"),
    [
        ("titel: X", "line 2: `titel` is not a key.*did you mean `title`"),
        ("title: X\nlevel: easy", "line 3: `level` must be one of"),
        ("pace: fast", "line 2: `pace` must be two numbers"),
        ("pace: [150, 120]", "the smaller first"),
        ("pass_mark: 101", "from 0 to 100"),
        ("pass_mark: true", "from 0 to 100"),
        ("tags: billing", "must be a list"),
        ("sounds: TH", "must be a list of ARPAbet sounds"),
        ("sounds: []", "must be a list of ARPAbet sounds"),
        ("sounds: [TH, IY1]", "IY1, which is not an ARPAbet sound without stress"),
        ("strict_contractions: maybe", "true or false"),
        ("title: 12", "must be a text"),
        ("pronunciations: [a]", "must map words to sounds"),
        ("pronunciations: {Acme: AE K M XX}", "XX, which is not an ARPAbet sound"),
        ("title: [", "line 2|line 3"),
        ("- a", "must be lines of the form"),
    ],
)
def test_faulty_front_matter_names_the_line(tmp_path: Path, matter: str, message: str) -> None:
    with pytest.raises(ScriptError, match=message):
        load(write(tmp_path, f"---\n{matter}\n---\nHello."))


def test_front_matter_that_is_not_closed(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="line 1: the front matter is not closed"):
        load(write(tmp_path, "---\ntitle: X\nHello."))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"---\ntitle: X\n---\n\n", "is empty"),
        (b"<!-- nothing -->", "is empty"),
        ("— … * & •".replace("&", "").encode(), "only symbols"),
        ("Добрый день, спасибо за звонок.".encode(), "Cyrillic letters"),
        ("お電話ありがとうございます".encode(), "letters: enunciate listens to English"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a text file"),
        (bytes(range(1, 32)) * 4, "not a text file"),
        (b"word " * 20_001, "more than 20,000 words"),
    ],
)
def test_what_cannot_be_read_aloud(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(ScriptError, match=message):
        load(write(tmp_path, content))


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=r"no file .*absent\.md"):
        load(tmp_path / "absent.md")
    with pytest.raises(ScriptError, match="is a folder"):
        load(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    assert load(write(tmp_path, "It’s a café.".encode(encoding))).text == "It’s a café."


def test_control_characters_and_line_ends_go(tmp_path: Path) -> None:
    assert load(write(tmp_path, "Thank\x07 you all.\r\nBye\u200b for now.\r\n" * 3)).text.startswith(
        "Thank you all.\nBye for now."
    )


@pytest.mark.parametrize(
    ("marked", "kept"),
    [
        ("# Hello #\nThere", "Hello\n\nThere"),
        ("*one* **two** ***three*** _four_ ~~five~~", "one two three four five"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
        ("- first\n- second\n1. third", "first\n\nsecond\n\nthird"),
        ("[text](https://a.com) and ![image](b.png)", "text and image"),
        ("a <b>bold</b> word<!-- not this -->", "a bold word"),
        ("<script>x()</script>Hi", "Hi"),
        ("```\ncode\n```\nHi `there`", "Hi there"),
        ("> quoted\n> text", "quoted\ntext"),
        ("one\n\n---\n\ntwo", "one\n\ntwo"),
        ("Fish &amp; chips \\*", "Fish & chips *"),
        ("I paid 5 < 6 > 4", "I paid 5 < 6 > 4"),
        ("It costs $5 - not more.", "It costs $5 - not more."),
    ],
)
def test_markdown_goes_and_the_words_stay(marked: str, kept: str) -> None:
    assert plain(marked) == kept


def test_the_library_can_be_found() -> None:
    scripts = library()
    assert len({script.id for script in scripts}) == len(scripts) >= 40
    first = scripts[0]
    assert find(first.id).title == first.title
    assert sum(len(t.readings[0]) for t in find(first.id).tokens) == first.words


def test_an_unknown_name_suggests_close_ones() -> None:
    first = library()[0].id
    with pytest.raises(ScriptError, match=f"Did you mean .*{first}"):
        find(first[:-1] + "x")
    with pytest.raises(ScriptError, match="prompts list"):
        find("zzqqzz")
    with pytest.raises(ScriptError, match="put --text before them"):
        find("Thank you for calling.")


def test_a_file_is_found_by_its_path(tmp_path: Path) -> None:
    assert find(str(write(tmp_path, "Hello there."))).text == "Hello there."


def test_lint_says_what_an_author_should_know(tmp_path: Path) -> None:
    body = "Ask for Lumivox.\nThe code is 12;;7x$ today.\n\nПривет my friend.\n\n" + "very " * 41 + "long."
    findings = lint(write(tmp_path, f"---\nlevel: beginner\n---\n{body}"))
    messages = [(finding.line, finding.error, finding.message) for finding in findings]
    assert (1, False, "the front matter has no title") in messages
    assert any(line == 4 and not error and "'lumivox'" in text for line, error, text in messages)
    assert any(line == 5 and error and "12;;7x" in text for line, error, text in messages)
    assert any(line == 7 and error and "Cyrillic" in text for line, error, text in messages)
    assert any(line == 9 and not error and "42 words" in text for line, error, text in messages)


def test_lint_of_a_good_script_finds_nothing(tmp_path: Path) -> None:
    assert lint(write(tmp_path, FULL)) == ()


def test_lint_of_a_bad_file_is_a_finding(tmp_path: Path) -> None:
    (finding,) = lint(tmp_path / "absent.md")
    assert finding.error
    assert lint(write(tmp_path, "---\ntitel: X\n---\nHi."))[0].line in (1, 2)
