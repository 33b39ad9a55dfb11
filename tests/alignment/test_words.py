from __future__ import annotations

import random
from itertools import pairwise

import pytest

from enunciate.alignment import Alignment, words
from enunciate.alignment.words import align, expansions, same_word, sound_distance
from enunciate.interval import Interval
from enunciate.recognition import UNKNOWN, RecognizedWord
from enunciate.reference import lexicon
from enunciate.reference.scripts import find, from_text
from tests.alignment.hearing import heard, line

LARKMOOR = {"larkmoor": (("lark", "moor"), ("lark", "more"))}
STRICT = "---\nstrict_contractions: true\n---\n"


def aligned(script: str, said: str, sound_alikes: words.SoundAlikes | None = None) -> Alignment:
    return align(from_text(script), heard(said), sound_alikes)


@pytest.mark.parametrize(
    ("script", "said", "fates"),
    [
        ("Please hold the line.", "please hold the line", "please hold the line"),
        ("Please hold the line.", "please hold line", "please hold -the line"),
        ("Please hold the line.", "hold the", "-please hold the -line"),
        ("Please hold the line.", "please just hold the line", "please +just hold the line"),
        ("Please hold the line.", "please hold the line bye", "please hold the line +bye"),
        ("Please hold the line.", "please hold the the line", "please hold the +the line"),
        ("Please hold the line.", "um please hold uh the line er", "~um please hold ~uh the line ~er"),
        ("Please hold the line.", f"please {UNKNOWN} the line", "please hold>? the line"),
        ("Please hold the line.", f"please hold {UNKNOWN} the line", "please hold +? the line"),
        ("Please hold the line.", "", "-please -hold -the -line"),
    ],
)
def test_each_word_has_its_fate(script: str, said: str, fates: str) -> None:
    assert line(aligned(script, said).words) == fates


@pytest.mark.parametrize(
    ("said", "fates"),
    [
        ("it costs thirteen dollars", "it costs thirty>thirteen dollars"),
        ("it costs thirteen big dollars", "it costs thirty>thirteen +big dollars"),
        ("it costs big thirteen dollars", "it costs +big thirty>thirteen dollars"),
    ],
)
def test_what_was_said_instead_is_the_word_that_sounds_like_it(said: str, fates: str) -> None:
    assert line(aligned("It costs thirty dollars.", said).words) == fates


@pytest.mark.parametrize("extra", range(2, 12))
def test_any_number_of_other_words_before_one_that_was_swapped(extra: int) -> None:
    fates = line(aligned("Goodbye.", " ".join(["seven"] * extra + ["good bite"])).words)
    assert fates.count("seven") == extra


def test_a_word_that_sounds_like_one_of_two_omitted_stands_for_that_one() -> None:
    assert line(aligned("Two new parcels arrived.", "two parcel arrived").words) == (
        "two -new parcels>parcel arrived"
    )


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("They are there, for two weeks.", "they are their four to weeks"),
        ("Right, I know.", "write eye no"),
        ("My favourite colour is grey.", "my favorite color is gray"),
        ("We apologise: it was cancelled.", "we apologize it was canceled"),
        ("Call our help desk now.", "call our helpdesk now"),
        ("Call our helpdesk now.", "call our help desk now"),
        ("Check your e-mail and the web site.", "check your email and the website"),
        ("I'm here and you are not.", "i am here and you're not"),
        ("I am here and you're not.", "i'm here and you are not"),
        ("It's late, and it's gone.", "it is late and it has gone"),
        ("I can't go. Let us see.", "i cannot go let's see"),
        ("We won't; they will not.", "we will not they won't"),
        ("Come at 10:30 today.", "come at ten thirty today"),
        ("Come at 10:30 today.", "come at half past ten today"),
        ("Your code is 4005.", "your code is four oh oh five"),
        ("Your code is 4005.", "your code is four zero zero five"),
        ("Your code is 4005.", "your code is four double oh five"),
        ("It is $49.99 plus tax.", "it is forty nine dollars and ninety nine cents plus tax"),
        ("It is $49.99 plus tax.", "it is forty nine ninety nine plus tax"),
        ("Pay 1,250 pounds.", "pay twelve hundred and fifty pounds"),
        ("Pay 1,250 pounds.", "pay one thousand two hundred and fifty pounds"),
    ],
)
def test_what_counts_as_read(script: str, said: str) -> None:
    found = aligned(script, said).words
    assert {word.status for word in found} == {"correct"}, line(found)
    assert {word.heard for word in found} == {None}


@pytest.mark.parametrize(
    ("said", "fates"),
    [
        ("come at ten thirteen today", "come at ten thirty>thirteen today"),
        ("come at half past eleven today", "come at half past ten>eleven today"),
        ("come at half ten today", "come at half -past ten today"),
    ],
)
def test_a_slip_within_a_number_is_one_word(said: str, fates: str) -> None:
    assert line(aligned("Come at 10:30 today.", said).words) == fates


def test_the_same_number_twice_may_be_read_in_two_ways() -> None:
    found = aligned("At 10:30, not 10:30.", "at half past ten not ten thirty")
    assert line(found.words) == "at half past ten not ten thirty"
    assert [word.reference and word.reference.token for word in found.words] == [0, 1, 1, 1, 2, 3, 3]


@pytest.mark.parametrize("said", ["i am here", "i'm here"])
def test_contractions_count_only_where_the_script_asks(said: str) -> None:
    for script in ("I'm here.", "I am here."):
        same = script.lower().rstrip(".") == said
        assert {word.status for word in aligned(script, said).words} == {"correct"}
        strict = {word.status for word in aligned(STRICT + script, said).words}
        assert (strict == {"correct"}) is same


def test_opened_contractions_share_the_time_of_what_was_said() -> None:
    first, second, here = aligned("I am here.", "i'm here").words
    assert first.interval is not None
    assert second.interval is not None
    assert (first.interval.start, second.interval.end) == (0.0, 0.4)
    assert 0.0 < first.interval.end == second.interval.start < 0.4
    assert here.interval == Interval(0.5, 0.9)


def test_joined_compounds_have_the_time_and_the_lesser_confidence_of_both_halves() -> None:
    said = [
        RecognizedWord("help", Interval(0.0, 0.3), 0.9),
        RecognizedWord("desk", Interval(0.3, 0.7), 0.5),
    ]
    (word,) = align(from_text("Helpdesk."), said).words
    assert (word.status, word.interval, word.confidence) == ("correct", Interval(0.0, 0.7), 0.5)


def test_what_was_listened_for_instead_of_an_unknown_word_is_that_word() -> None:
    for said in ("lark moor can help", "lark more can help"):
        assert line(aligned("Larkmoor can help.", said, LARKMOOR).words) == "larkmoor can help"
    assert line(aligned("Larkmoor can help.", "lark can help", LARKMOOR).words) == "larkmoor>lark can help"


def test_words_of_the_script_are_not_taken_for_another_that_sounds_like_them() -> None:
    found = aligned("The lark moor and Larkmoor.", "the lark moor and lark moor", LARKMOOR).words
    assert line(found) == "the lark moor and larkmoor"


def test_equal_names_are_not_yet_equal_words() -> None:
    # "are" may sound like "our" and like "or", which do not sound like each other.
    assert same_word("our", "are")
    assert same_word("are", "or")
    assert not same_word("our", "or")
    assert line(aligned("Are we? Or not.", "are we our not").words) == "are we or>our not"


def test_words_keep_time_and_confidence() -> None:
    _, hold, the, _ = aligned("Please hold the line.", "please held line").words
    assert (hold.status, hold.interval, hold.confidence) == ("substituted", Interval(0.5, 0.9), 0.9)
    assert (the.status, the.interval, the.confidence) == ("omitted", None, None)


def test_an_unrelated_script_has_hardly_a_word_right() -> None:
    said = [word.text for word in find("late-delivery").words()]
    found = align(find("general-greeting"), heard(" ".join(said))).words
    script = [word for word in found if word.reference is not None]
    assert sum(word.status == "correct" for word in script) < 0.3 * len(script)
    assert_whole(align(find("general-greeting"), heard(" ".join(said))), len(said))


def test_one_who_stops_half_way_has_read_the_first_half() -> None:
    words_of_it = [word.text for word in find("late-delivery").words()]
    half = len(words_of_it) // 2
    fates = [word.status for word in align(find("late-delivery"), heard(" ".join(words_of_it[:half]))).words]
    assert fates == ["correct"] * half + ["omitted"] * (len(words_of_it) - half)


def assert_whole(alignment: Alignment, said: int) -> None:
    """Every script word is there once, in order, and so is every word said, at times that never go back."""
    script = [word.reference for word in alignment.words if word.reference is not None]
    tokens = [word.token for word in script]
    assert tokens == sorted(tokens)
    by_token = {token: tuple(w.text for w in script if w.token == token) for token in set(tokens)}
    assert set(by_token) == set(range(len(alignment.reference.tokens)))
    for token, spoken in by_token.items():
        assert spoken in alignment.reference.tokens[token].readings
    times = [word.interval for word in alignment.words if word.interval is not None]
    assert all(before.end <= after.start + 1e-9 for before, after in pairwise(times))
    assert len(times) == said
    for word in alignment.words:
        assert (word.interval is None) == (word.status == "omitted")
        assert (word.reference is None) == (word.status in ("inserted", "filler"))


@pytest.mark.parametrize(
    "script", ["general-greeting", "phone-number-readback", "prices-and-total", "teens-and-tens", "v-and-w"]
)
def test_nothing_is_lost_and_nothing_is_said_twice(script: str) -> None:
    chance = random.Random(script)
    reference = find(script)
    others = [word.text for word in find("late-delivery").words()]
    said: list[str] = []
    # No contractions or compounds here: one word heard may then become two.
    plain = [word.text for word in reference.words() if not expansions(word.text)]
    for word in plain:
        fate = chance.random()
        if fate < 0.7:
            said.append(word)
        elif fate < 0.8:
            said += [word, word]
        elif fate < 0.9:
            said.append(chance.choice([*others, UNKNOWN, "um"]))
    found = align(reference, heard(" ".join(said)))
    assert_whole(found, sum(w.interval is not None for w in found.words))
    assert [w.status for w in found.words].count("filler") == said.count("um")


def test_a_long_script_is_compared_by_sound_once_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = ("how-a-parcel-travels", "the-lighthouse-radio", "the-repair-shop", "first-day-on-the-floor")
    reference = from_text(" ".join(find(name).text for name in readings))
    spoken = [word.text for word in reference.words()]
    said = [word for place, word in enumerate(spoken) if place % 10]
    asked: list[str] = []

    def forms(word: str) -> tuple[object, ...]:
        asked.append(word)
        return lexicon.spoken_forms(word)

    class Counting:
        spoken_forms = staticmethod(forms)

        def __getattr__(self, name: str) -> object:
            return getattr(lexicon, name)

    monkeypatch.setattr(words, "lexicon", Counting())
    found = align(reference, heard(" ".join(said)))
    correct = sum(word.status == "correct" for word in found.words)
    assert correct >= len(said) - 5
    # Once in each of the two passes, for each word that differs.
    assert len(asked) <= 2 * len({*spoken, *said})


@pytest.mark.parametrize(
    ("word", "full"),
    [
        ("won't", (("will", "not"),)),
        ("cannot", (("can", "not"),)),
        ("they're", (("they", "are"),)),
        ("he'd", (("he", "would"), ("he", "had"))),
        ("'s", ()),
        ("parcel", ()),
    ],
)
def test_expansions(word: str, full: tuple[tuple[str, ...], ...]) -> None:
    assert expansions(word) == full


def test_the_distance_of_sounds() -> None:
    thirty, thirteen, parcel = (lexicon.pronunciations(word) for word in ("thirty", "thirteen", "parcel"))
    assert sound_distance(thirty, thirty) == 0.0
    assert 0.0 < sound_distance(thirty, thirteen) < sound_distance(thirty, parcel) <= 1.0
    assert sound_distance(thirty, ()) == 1.0


def test_unknown_speech_is_no_word() -> None:
    assert not same_word("hold", UNKNOWN)
