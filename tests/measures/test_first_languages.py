from __future__ import annotations

from importlib.resources import files
from itertools import pairwise

import pytest
import yaml

from enunciate.errors import EnunciateError
from enunciate.measures.first_languages import FirstLanguage, first_language, first_languages
from enunciate.measures.sounds import sounds
from enunciate.reference.lexicon import pronunciations
from enunciate.reference.phones import bare
from enunciate.reference.scripts import Summary, find, library
from tests.prompts.word_lists import lists, places

every_language = pytest.mark.parametrize("language", first_languages().values(), ids=lambda each: each.key)


@pytest.fixture(scope="module")
def scripts() -> dict[str, Summary]:
    return {script.id: script for script in library()}


def test_the_languages_that_call_centres_hire_most() -> None:
    assert set(first_languages()) == {
        "filipino",
        "hindi",
        "mandarin",
        "spanish",
        "vietnamese",
        "portuguese",
        "arabic",
    }


@every_language
def test_a_profile_is_rich_enough_and_its_sounds_are_english(language: FirstLanguage) -> None:
    assert len(language.confusions) >= 8
    assert {habit.kind for habit in language.habits} & {"cluster", "epenthesis", "ending"}
    assert {habit.kind for habit in language.habits} & {"stress", "rhythm"}
    for each in language.confusions:
        assert {each.meant, each.said or each.meant} <= set(sounds())
        assert each.meant != each.said
        assert each.where
        assert each.tip.endswith(".")
    assert len({(each.meant, each.said) for each in language.confusions}) == len(language.confusions)
    for item in (*language.confusions, *language.habits):
        assert set(item.where) <= {"initial", "medial", "final"}
        assert item.sources


@every_language
def test_every_confusion_has_drills_that_train_it(
    language: FirstLanguage, scripts: dict[str, Summary]
) -> None:
    for each in language.confusions:
        assert each.drills
        assert [name for name in each.drills if each.meant not in scripts[name].sounds] == []
        wanted = {each.meant, each.said or each.meant}
        if any(wanted <= set(script.sounds) for script in scripts.values() if script.id.startswith("pairs-")):
            first = scripts[each.drills[0]]
            assert wanted <= set(first.sounds), f"{each.meant} as {each.said}: a pair comes first"
    for habit in language.habits:
        assert habit.drills
        assert [name for name in habit.drills if name not in scripts] == []


@every_language
def test_the_drills_hold_a_sound_wherever_the_profile_says_it_is_hard(language: FirstLanguage) -> None:
    for each in language.confusions:
        held = {
            place
            for name in each.drills
            for line in lists(find(name))
            for word in line
            for place in places(bare(pronunciations(word)[0]))
        }
        assert {(each.meant, position) for position in each.where} <= held


@every_language
def test_what_costs_a_listener_most_comes_first(language: FirstLanguage) -> None:
    ranked = [
        ("high", "middle", "low").index(each.load) for each in language.confusions if each.load is not None
    ]
    assert len(ranked) >= 5
    assert all(before <= after for before, after in pairwise(ranked))


def test_every_substitution_has_a_tip_of_its_own() -> None:
    data = yaml.safe_load((files("enunciate") / "data" / "first_languages.yaml").read_text("utf-8"))
    without = [
        (key, item["meant"], item["said"])
        for key, language in data["languages"].items()
        for item in language["confusions"]
        if item["said"] and "tip" not in item and item["said"] not in sounds()[item["meant"]].confused
    ]
    assert without == []


def test_every_work_is_cited_and_dated() -> None:
    data = yaml.safe_load((files("enunciate") / "data" / "first_languages.yaml").read_text("utf-8"))
    cited = {
        source
        for language in data["languages"].values()
        for item in (*language["confusions"], *language["habits"])
        for source in item["sources"]
    } | set(data["load"]["sources"])
    assert cited <= set(data["works"])
    assert set(data["works"]) <= cited
    assert all(any(year in work for year in map(str, range(1980, 2020))) for work in data["works"].values())


def test_a_language_is_found_by_any_of_its_names() -> None:
    assert first_language(" TAGALOG ") is first_language("fil") is first_languages()["filipino"]
    assert first_language("Portuguese (Brazilian)").key == "portuguese"
    with pytest.raises(EnunciateError, match=r"no profile for 'Klingon'.*choose one of filipino, hindi"):
        first_language("Klingon")
    names = [name for each in first_languages().values() for name in (each.key, *each.aliases)]
    assert len(names) == len(set(names))
