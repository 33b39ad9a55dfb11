from __future__ import annotations

from enunciate.alignment.phones import PHONES
from enunciate.interval import Interval
from enunciate.measures import CalledOut, PhoneMeasure, WordPronunciation
from enunciate.measures.sounds import called_out, how_to, ipa, sounds
from enunciate.reference.lexicon import pronunciations


def test_every_phone_is_described() -> None:
    assert tuple(sorted(sounds())) == PHONES
    for sound in sounds().values():
        assert sound.how.endswith(".")
        assert any(letter.isupper() for letter in sound.example)
        assert sound.confused
        assert all(confusion.tip.endswith(".") for confusion in sound.confused.values()), "cut at a comma"
    assert len({sound.ipa for sound in sounds().values()}) == len(PHONES)


def test_a_pair_differs_in_nothing_but_the_sound() -> None:
    def ways(word: str) -> set[tuple[str, ...]]:
        return {tuple(p.rstrip("012") for p in way) for way in pronunciations(word.lower())}

    for phone, sound in sounds().items():
        for heard, confusion in sound.confused.items():
            differing = {
                tuple((a, b) for a, b in zip(one, other, strict=True) if a != b)
                for one in ways(confusion.pair[0])
                for other in ways(confusion.pair[1])
                if len(one) == len(other)
            }
            # "bird" has its r in the vowel, "board" after it.
            assert ((phone, heard),) in differing or (phone, heard) in {("ER", "AO"), ("ER", "AA")}


def test_advice_is_made_of_whole_sentences() -> None:
    for sound in sounds().values():
        assert sound.how.endswith(".")
        for confusion in sound.confused.values():
            assert confusion.tip.endswith(".")


def test_how_to_names_what_was_heard() -> None:
    assert how_to("V", "W").startswith("/v/, the v in very: it sounded like /w/.")
    assert how_to("V", "W").endswith('Compare "vest" and "west".')
    assert how_to("NG", "Z").startswith("/ŋ/, the ng in sing: it sounded like /z/.")
    assert how_to("TH") == f"/{ipa('TH')}/, the th in think: {sounds()['TH'].how}"


def word(*phones: tuple[str, str | None, float]) -> WordPronunciation:
    return WordPronunciation(
        80.0, tuple(PhoneMeasure(p, ipa(p), Interval(0, 1), 50.0, heard, sure) for p, heard, sure in phones)
    )


def test_recurring_sounds_are_summed_up_and_doubtful_ones_left_out() -> None:
    words = (
        word(("V", "W", 0.9), ("EH", None, 0.1)),
        None,
        word(("TH", "S", 0.8), ("TH", "T", 0.8)),
        word(("TH", "T", 0.9), ("V", "W", 0.3)),
    )
    assert called_out(words, 0.5) == (CalledOut("TH", "T", (2, 3), 3), CalledOut("V", "W", (0,), 1))
    assert called_out(words, 0.95) == ()


def test_a_vowel_is_not_what_a_consonant_was_heard_as() -> None:
    (called,) = called_out((word(("F", "EY", 0.9), ("F", "EY", 0.9), ("F", "P", 0.9)),), sure_enough=0.7)
    assert (called.times, called.heard) == (3, "P")
    (called,) = called_out((word(("F", "EY", 0.9)),), sure_enough=0.7)
    assert called.heard is None
    assert how_to("F", "EY") == how_to("F")
