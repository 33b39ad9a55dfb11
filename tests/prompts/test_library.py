"""The shipped library, read straight from its folder: a broken script gives every reader wrong feedback."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from pocketsphinx import get_model_path

PROMPTS = Path(__file__).parents[2] / "prompts"
MODULES = {
    "call-opening",
    "verification",
    "empathy",
    "hold-and-transfer",
    "correcting-kindly",
    "resolution",
    "closing",
    "numbers-and-spelling",
    "product-explanations",
    "difficult-callers",
    "tongue-twisters",
    "minimal-pairs",
    "word-lists",
    "read-aloud",
}
REQUIRED = {"title", "module", "level", "tags", "pace"}
OPTIONAL = {"sounds", "pass_mark", "pronunciations", "strict_contractions"}
VOWELS = set(re.findall(r"\w+", "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW"))
CONSONANTS = set(re.findall(r"\w+", "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH"))


@dataclass(frozen=True, slots=True)
class Script:
    path: Path
    front: dict[str, Any]
    body: str


def _read(path: Path) -> Script:
    before, front, body = re.split(
        r"^---\n", path.read_text(encoding="utf-8"), maxsplit=2, flags=re.MULTILINE
    )
    assert before == "", f"{path}: something stands before the front matter"
    return Script(path, yaml.safe_load(front), body.strip())


SCRIPTS = [_read(path) for path in sorted(PROMPTS.glob("*/*.md"))]
every_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.path.stem)


@pytest.fixture(scope="session")
def dictionary() -> frozenset[str]:
    lines = Path(get_model_path("en-us/cmudict-en-us.dict")).read_text(encoding="utf-8").splitlines()
    return frozenset(re.sub(r"\(\d+\)$", "", line.split()[0]) for line in lines if line)


def _unknown_words(text: str, known: frozenset[str] | set[str]) -> set[str]:
    """The words of `text` outside `known`, without numbers and symbols; parts stand for hyphenated words."""
    unknown = set()
    for token in re.findall(r"[\w'’.@#$%:/-]+", text.lower()):
        if "@" not in token and any(character.isdigit() for character in token):
            continue
        for word in re.findall(r"[a-z]+(?:['’-][a-z]+)*", token):
            parts = {word.replace("’", "'")}
            if not parts <= known:
                parts = set(re.split("-", parts.pop()))
            unknown |= parts - known
    return unknown


def test_the_library_is_large_enough_and_every_module_has_three_scripts():
    assert len(SCRIPTS) >= 40
    counts = Counter(script.path.parent.name for script in SCRIPTS)
    assert set(counts) == MODULES
    assert min(counts.values()) >= 3, counts


def test_at_least_five_long_passages():
    assert sum(script.front["module"] == "read-aloud" for script in SCRIPTS) >= 5


def test_ids_are_kebab_case_and_unique_over_all_modules():
    ids = Counter(script.path.stem for script in SCRIPTS)
    assert [name for name, count in ids.items() if count > 1] == []
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []


def test_titles_are_unique():
    titles = Counter(script.front["title"] for script in SCRIPTS)
    assert [title for title, count in titles.items() if count > 1] == []


def test_the_readme_counts_the_scripts_of_every_module():
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (\d+) \|", (PROMPTS / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    counts = Counter(script.path.parent.name for script in SCRIPTS)
    assert {module: int(count) for module, count in rows} == counts


@every_script
def test_front_matter_has_the_right_keys_and_types(script):
    front = script.front
    assert REQUIRED <= set(front) <= REQUIRED | OPTIONAL
    assert isinstance(front["title"], str)
    assert front["title"].strip()
    assert front["module"] == script.path.parent.name
    assert front["level"] in {"beginner", "intermediate", "advanced"}
    assert front["tags"]
    assert all(isinstance(tag, str) and tag == tag.lower() for tag in front["tags"])
    assert isinstance(front.get("strict_contractions", True), bool)
    assert 50 <= front.get("pass_mark", 75) <= 100


@every_script
def test_pace_is_a_band_that_people_can_speak_in(script):
    slowest, fastest = script.front["pace"]
    lowest = 60 if script.path.parent.name in {"minimal-pairs", "word-lists"} else 70  # pauses between words
    assert lowest <= slowest < fastest <= 170
    assert fastest - slowest >= 20, "a narrower band punishes ordinary variation"


@every_script
def test_length_suits_the_module(script):
    words = len(script.body.split())
    low, high = (200, 350) if script.front["module"] == "read-aloud" else (25, 160)
    assert low <= words <= high


@every_script
def test_body_is_plain_text_without_placeholders_or_stage_directions(script):
    assert set(re.findall(r"[^ -~\n]", script.body)) <= set("’‘“”–—…"), "only ordinary typographic characters"
    assert re.findall(r"[\[\](){}<>_*`|\\~]", script.body) == []
    assert re.findall(r"\b(?:TODO|TBD|XXX|lorem|your name here)\b", script.body, re.IGNORECASE) == []
    assert re.findall(r"^ *(?:[#>-] |[A-Z][a-z]+: )", script.body, re.MULTILINE) == [], (
        "no headings, lists, speakers"
    )
    assert script.body.count('"') % 2 == 0
    assert all(paragraph[-1] in '.?!"' for paragraph in script.body.split("\n\n"))


@every_script
def test_made_up_contacts_belong_to_nobody(script):
    numbers = re.findall(r"\b\d{3}-\d{4}\b", script.body)
    assert [number for number in numbers if not number.startswith("555-01")] == []
    hosts = re.findall(r"@([\w.-]+\w)", script.body)
    assert [host for host in hosts if not re.search(r"(^|\.)example\.(com|net|org)$", host)] == []


@every_script
def test_every_word_can_be_pronounced(script, dictionary):
    own = {word.lower() for word in script.front.get("pronunciations", {})}
    assert _unknown_words(script.body, dictionary | own) == set()


@every_script
def test_own_pronunciations_are_arpabet_and_needed(script):
    for word, phones in script.front.get("pronunciations", {}).items():
        assert re.search(rf"\b{word}\b", script.body, re.IGNORECASE), f"{word} is not in the text"
        stresses = ""
        for phone in phones.split():
            if phone[-1].isdigit():
                assert phone[:-1] in VOWELS, phone
                assert phone[-1] in "012", phone
                stresses += phone[-1]
            else:
                assert phone in CONSONANTS, f"{phone} in {word} is not a consonant, or lacks its stress"
        assert stresses.count("1") == 1, f"{word} needs one main stress"


def test_the_word_check_sees_unknown_words_and_skips_numbers():
    assert _unknown_words("Zorvex, we're at 24/7: $4.50, X-ray", {"we're", "at", "x", "ray"}) == {"zorvex"}
    assert _unknown_words("help@zorvex.example.com", {"help", "example", "com"}) == {"zorvex"}
