"""What readers may say for what is written, and what they may not."""

import pytest

from enunciate.reference import Token
from enunciate.reference.scripts import from_text
from enunciate.reference.spoken import fold, readable, tokenize


def ways(text: str, context: str = "{}") -> set[str]:
    """Everything accepted for `text`, standing in `context`; tokens that it falls into are combined."""
    before, _, after = context.partition("{}")
    whole = before + text + after
    inside = [t for t in tokenize(whole) if len(before) <= t.start < len(before) + len(text)]
    spoken = {""}
    for token in inside:
        spoken = {f"{said} {' '.join(reading)}".strip() for said in spoken for reading in token.readings}
    return spoken


ACCEPTED = [
    ("24/7", ["twenty four seven", "twenty four by seven"]),
    (
        "$49.99",
        [
            "forty nine dollars and ninety nine cents",
            "forty nine ninety nine",
            "forty nine dollars ninety nine",
        ],
    ),
    (
        "$1,250.50",
        [
            "one thousand two hundred fifty dollars and fifty cents",
            "twelve hundred fifty dollars and fifty cents",
        ],
    ),
    ("$1", ["one dollar", "a dollar"]),
    ("$0.99", ["ninety nine cents"]),
    ("$3.05", ["three dollars and five cents", "three oh five"]),
    ("$5.00", ["five dollars"]),
    ("$100", ["one hundred dollars", "a hundred dollars"]),
    ("£20", ["twenty pounds"]),
    ("£4.50", ["four pounds and fifty pence", "four pounds fifty", "four fifty"]),
    ("€5.50", ["five euros and fifty cents", "five euros fifty"]),
    ("$1.5 million", ["one point five million dollars", "one and a half million dollars"]),
    ("₹1,00,000", ["one hundred thousand rupees"]),
    ("50 USD", ["fifty dollars"]),
    ("$5/month", ["five dollars a month", "five dollars per month"]),
    ("$20-$30", ["twenty dollars to thirty dollars"]),
    ("10:30 a.m.", ["ten thirty a m", "half past ten in the morning"]),
    ("10:30", ["ten thirty", "half past ten"]),
    ("8:05", ["eight oh five", "five past eight"]),
    ("8:00", ["eight o'clock", "eight"]),
    ("5 p.m.", ["five p m", "five in the afternoon"]),
    ("5PM", ["five p m"]),
    ("12:00 p.m.", ["twelve p m", "noon"]),
    ("14:30", ["fourteen thirty", "two thirty p m"]),
    ("9am-5pm", ["nine a m to five p m"]),
    ("9-5", ["nine to five"]),
    ("2-3", ["two to three", "two or three"]),
    ("Mon-Fri", ["monday to friday", "monday through friday"]),
    ("March 3rd, 2025", ["march third twenty twenty five", "the third of march two thousand twenty five"]),
    ("3 March 2025", ["third of march twenty twenty five", "march the third two thousand and twenty five"]),
    ("3/14/2025", ["march fourteenth twenty twenty five", "three fourteen twenty twenty five"]),
    ("03/04/2025", ["march fourth twenty twenty five", "april third twenty twenty five"]),
    ("2025-03-14", ["march fourteenth twenty twenty five", "twenty twenty five march fourteenth"]),
    ("1990s", ["nineteen nineties"]),
    ("1905", ["nineteen oh five"]),
    ("2008", ["two thousand eight", "two thousand and eight"]),
    (
        "(555) 010-2345",
        ["five five five zero one zero two three four five", "triple five oh one oh twenty three forty five"],
    ),
    ("1-800-555-0199", ["one eight hundred five five five oh one nine nine"]),
    ("+44 20 7946 0958", ["plus four four two zero seven nine four six oh nine five eight"]),
    (
        "5550102345",
        [
            "five five five zero one zero two three four five",
            "double five five oh one zero two three four five",
        ],
    ),
    (
        "4412 8890 1234 5678",
        ["four four one two eight eight nine zero one two three four five six seven eight"],
    ),
    ("90210", ["nine oh two one oh", "nine zero two one zero"]),
    (
        "1,250",
        ["one thousand two hundred fifty", "one thousand two hundred and fifty", "twelve hundred fifty"],
    ),
    ("3.5", ["three point five", "three and a half"]),
    ("0.5", ["zero point five", "point five"]),
    ("1/2", ["one half", "a half"]),
    ("3/4", ["three quarters"]),
    ("2 1/2", ["two and a half"]),
    ("1½", ["one and a half"]),
    ("50%", ["fifty percent", "fifty per cent"]),
    ("3rd", ["third"]),
    ("21st", ["twenty first"]),
    ("100th", ["one hundredth"]),
    ("5GB", ["five gigabytes", "five gigs"]),
    ("10 km", ["ten kilometers"]),
    ("1 km", ["one kilometer"]),
    ("100Mbps", ["one hundred megabits per second"]),
    ("20°C", ["twenty degrees celsius", "twenty degrees"]),
    (
        "#A-1042",
        [
            "number a ten forty two",
            "hash a one zero four two",
            "a one oh four two",
            "number a dash ten forty two",
        ],
    ),
    (
        "INV-2025-001",
        ["i n v twenty twenty five zero zero one", "i n v dash two zero two five dash oh oh one"],
    ),
    ("COVID-19", ["covid nineteen"]),
    ("A4", ["a four"]),
    ("B2B", ["b to b"]),
    ("support@northwind.com", ["support at north wind dot com", "support at northwind dot com"]),
    ("jo_b-k@mail.co.uk", ["jo underscore b dash k at mail dot co dot u k"]),
    (
        "www.northwind.com/help",
        ["w w w dot north wind dot com slash help", "triple w dot northwind dot com forward slash help"],
    ),
    ("https://northwind.com", ["northwind dot com", "h t t p s colon slash slash northwind dot com"]),
    ("Mr.", ["mister"]),
    ("Mrs.", ["missus"]),
    ("e-mail", ["email", "e mail"]),
    ("Wi-Fi", ["wifi", "wi fi"]),
    ("twenty-one", ["twenty one"]),
    ("well-known", ["well known"]),
    ("and/or", ["and or"]),
    ("him/her", ["him or her", "him her"]),
    ("Q&A", ["q and a"]),
    ("&", ["and"]),
    ("OK", ["okay", "o k"]),
    ("FAQ", ["f a q", "faq"]),
    ("FAQs", ["f a q's"]),
    ("ID", ["i d"]),
    ("PIN", ["pin", "p i n"]),
    ("ATM", ["a t m"]),
    ("U.S.A.", ["u s a"]),
    ("e.g.", ["for example", "e g"]),
    ("etc.", ["et cetera"]),
    ("N-O-R-T-H", ["n o r t h"]),
    ("S-M-I-T-T", ["s m i t t", "s m i double t"]),
    ("No. 5", ["number five"]),
    ("item(s)", ["items", "item"]),
    ("24-hour", ["twenty four hour"]),
    ("1st-class", ["first class"]),
    ("PayPal", ["paypal"]),
    ("Café", ["cafe"]),
    ("it’s", ["it's", "it is"]),
    ("can't", ["can't", "cannot"]),
    ("v2.1", ["version two point one"]),
    ("-5", ["minus five"]),
    ("Z", ["z", "zed"]),
    ("NEVER", ["never"]),
    ("customers'", ["customers"]),
    ("km/h", ["kilometers per hour"]),
]


@pytest.mark.parametrize(("written", "readings"), ACCEPTED, ids=[written for written, _ in ACCEPTED])
def test_readings_that_are_accepted(written: str, readings: list[str]) -> None:
    assert set(readings) <= ways(written)


REFUSED = [
    ("$49.99", ["forty nine", "forty nine point ninety nine", "dollar forty nine ninety nine"]),
    ("$1", ["one dollars"]),
    ("24/7", ["twenty four over seven", "twenty four sevenths"]),
    ("10:30", ["half past eleven", "ten point thirty", "one zero three zero"]),
    ("5 p.m.", ["five a m", "five", "five at night"]),
    ("15:00", ["half past three"]),
    ("March 3rd", ["march three times", "third"]),
    ("3rd", ["three", "three r d"]),
    ("4412", ["four four twelve one", "forty four one"]),
    ("1,250", ["one two five zero", "one comma two five zero"]),
    ("50%", ["fifty"]),
    ("1/2", ["two halves", "first of february"]),
    ("ID", ["id", "idea"]),
    ("FAQ", ["facts"]),
    ("OK", ["oak"]),
    ("and/or", ["and or or"]),
    ("IT", ["it"]),
    ("Mr.", ["m r", "misses"]),
    ("2025", ["twenty hundred twenty five"]),
    ("1000", ["ten hundred"]),
]


@pytest.mark.parametrize(("written", "readings"), REFUSED, ids=[written for written, _ in REFUSED])
def test_readings_that_are_nonsense(written: str, readings: list[str]) -> None:
    assert ways(written).isdisjoint(readings)


def test_a_number_that_counts_is_not_read_figure_by_figure() -> None:
    assert ways("250", "We have {} customers.") == {"two hundred fifty", "two hundred and fifty"}
    assert {"two fifty", "two five zero"} <= ways("250", "Go to room {}.")


def test_the_end_of_a_card_is_read_figure_by_figure_first() -> None:
    token = next(t for t in tokenize("The card ending in 4412.") if t.written.startswith("4"))
    assert token.readings[0] == ("four", "four", "one", "two")
    assert ("forty", "four", "twelve") in token.readings


def test_saint_street_doctor_and_drive_are_told_apart() -> None:
    assert ways("St.", "12 Main {} is near.") == {"street"}
    assert list(tokenize("Call Dr. Ito")[1].readings) == [("doctor",), ("drive",)]
    assert tokenize("12 N. Oak Dr. Apt. 4")[-3].readings[0] == ("drive",)
    assert ways("St.", "near {} John") == {"saint"}
    assert ways("Dr.", "ask {} Smith") == {"doctor"}


def test_roman_numerals_only_where_they_are_numerals() -> None:
    assert ways("IV", "Part {} begins") == {"four", "the fourth"}
    assert "two" in ways("II", "World War {} ended")
    assert "four" not in ways("IV", "the {} bag")


def test_capitals_in_a_line_of_capitals_are_words() -> None:
    assert ways("IT", "PLEASE TOUCH {} NOW") == {"it"}


def test_no_token_has_more_readings_than_the_limit() -> None:
    text = "$1,250.50 9am-5pm 2025-03-14 https://www.northwind.com/help INV-200200-001 00000000"
    assert max(len(token.readings) for token in tokenize(text)) <= 24


@pytest.mark.parametrize(
    "text", [w for w, _ in ACCEPTED] + ["12;;7x$", "日本 ok", "'em", "#!?", "(a) b)", "5' 6\""]
)
def test_tokens_are_slices_in_order_and_words_are_plain(text: str) -> None:
    last = 0
    for token in tokenize(text):
        assert token.written == text[token.start : token.end]
        assert token.start >= last
        last = token.end
        assert token.readings
        for reading in token.readings:
            assert reading
            assert all(set(word) <= set("abcdefghijklmnopqrstuvwxyz'") for word in reading)


def boundaries(text: str) -> dict[str, str]:
    return {token.written: token.boundary for token in tokenize(text)}


def test_boundaries_follow_the_punctuation() -> None:
    text = "Well, yes. (Maybe) “Really?” she said — no! Good\n\nBye"
    assert boundaries(text) == {
        "Well,": "minor",
        "yes.": "major",
        "(Maybe)": "minor",
        "“Really?”": "major",
        "she": "none",
        "said": "minor",
        "no!": "major",
        "Good": "paragraph",
        "Bye": "paragraph",
    }


def test_dots_of_abbreviations_end_no_sentence() -> None:
    found = boundaries("Mr. Lee met Dr. Smith at 5 p.m. on Monday, e.g. J. Doe of Acme Inc. said.")
    assert [written for written, boundary in found.items() if boundary in ("major", "paragraph")] == ["said."]


def test_a_dot_that_is_both_ends_the_sentence() -> None:
    found = boundaries("We close at 5 p.m. Please call back. Open from 9 a.m. Monday.")
    assert found["5 p.m."] == "major"
    assert found["9 a.m."] == "none"


def test_a_line_break_inside_a_paragraph_is_no_pause() -> None:
    assert boundaries("thank you\nfor calling")["you"] == "none"
    assert boundaries("thank you  \nfor calling")["you"] == "minor"


def test_questions() -> None:
    tokens = tokenize("Is that right? “Are you sure?” Yes.")
    assert [t.written for t in tokens if t.question] == ["right?", "sure?”"]


def test_dashes_and_ellipses_separate_words() -> None:
    assert [t.written for t in tokenize("Yes—I can...really")] == ["Yes—", "I", "can...", "really"]


def test_own_words_come_first() -> None:
    (token,) = tokenize("SQL", own={"sql"})
    assert token.readings == (("sql",), ("s", "q", "l"))


def test_strict_contractions_take_nothing_but_what_is_written() -> None:
    assert tokenize("I'm", contractions=False) == (Token("I'm", 0, 3, (("i'm",),), "paragraph"),)


def test_symbols_alone_are_no_tokens() -> None:
    assert tokenize("— * • … 🙂 ---") == ()


def test_what_cannot_be_read_is_known() -> None:
    assert readable("$49.99")
    assert readable("#A-1042")
    assert not readable("12;;7x$")


def test_fold_keeps_inner_apostrophes() -> None:
    assert fold("O’Brien’s") == "o'brien's"
    assert fold("'quoted'") == "quoted"
    assert fold("'em") == "'em"
    assert fold("Straße") == "strasse"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("IT IS A LONG JOURNEY FOR US", "it is a long journey for us"),
        ("I AM NOT SURE", "i am not sure"),
        ("NO, IT IS.", "no it is"),
        ("LIYA LIKES THE OLD SAFE", "liya likes the old safe"),
        ("CALL US AT 9 AM", "call us at nine a m"),
        ("PLEASE HOLD. Our ID is ready.", "please hold our i d is ready"),
        ("Ask the IT team in the US.", "ask the i t team in the u s"),
        ("USA, UK", "u s a u k"),
    ],
)
def test_capitals_throughout_are_words_and_capitals_among_small_letters_are_letters(
    written: str, words: str
) -> None:
    assert " ".join(word.text for word in from_text(written).words()) == words
