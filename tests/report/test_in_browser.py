"""The pages in a real browser: Debian's Chromium, driven through its own driver."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from enunciate.assessment import Assessment
from enunciate.exams import status
from enunciate.progress import page as progress
from enunciate.progress.courses import class_course, course
from enunciate.report import html, pages, wave
from enunciate.rubric import load_rubric
from tests.exams.samples import TWO, exam
from tests.exams.test_rules import NOW
from tests.exams.test_status import table
from tests.progress.samples import climbing
from tests.report import samples
from tests.report.browser import Browser


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.driver.quit()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser as a person finds it; nothing that a test did in it may have gone wrong unseen."""
    chromium.device()
    yield chromium
    assert chromium.log("browser") == []


@pytest.fixture(scope="module")
def real(demo_assessment: Callable[[str], Assessment], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a demo recording with planted mistakes."""
    made = demo_assessment("late-delivery-mistakes")
    described = made.as_dict(contour=True) | {
        "sounds": [
            {
                "phone": "TH",
                "ipa": "θ",
                "heard": "T",
                "words": [_index(made, "birthday")],
                "times": 1,
                "how": "/θ/, the th in think: it sounded like /t/.",
            }
        ]
    }
    path = tmp_path_factory.mktemp("page") / "Zoë’s reading #1.html"
    pages.write(html.page(described, made.recording.audio, agent="Zoë"), path)
    return path


def _index(made: Assessment, text: str) -> int:
    return next(n for n, w in enumerate(made.alignment.words) if w.reference and w.reference.text == text)


PLAYED = """
window.played = [];
const sound = document.getElementById("sound");
let aim = 0;
sound.addEventListener("seeking", () => { aim = sound.currentTime; });
sound.addEventListener("play", () => played.push(["play", aim]));
sound.addEventListener("pause", () => played.push(["pause", sound.currentTime]));
window.marked = new Set();
const script = document.getElementById("script");
const look = () => script.querySelectorAll(".mark.now").forEach((mark) => marked.add(mark.textContent));
new MutationObserver(look).observe(script, { subtree: true, attributes: true });
"""

LATE = 0.25
"""Seconds. A busy machine stops late; still less than a word."""


def word(browser: Browser, text: str) -> WebElement:
    return next(mark for mark in browser.all("#script .mark") if mark.text.split()[:1] == [text])


def span(mark: WebElement) -> tuple[float, float]:
    return float(mark.get_attribute("data-start") or "nan"), float(mark.get_attribute("data-stop") or "nan")


def heard(browser: Browser) -> tuple[float, float]:
    """From where to where the sound was played, once it has stopped."""
    browser.wait("return played.length && played.at(-1)[0] === 'pause'")
    (first, start), (last, stop) = browser.run("return played.splice(0)")
    assert (first, last) == ("play", "pause")
    return start, stop


# --- the page of a reading --------------------------------------------------------------------------------


def test_it_opens_from_the_disk_and_asks_for_nothing_else(browser: Browser, real: Path) -> None:
    browser.open(real)
    browser.wait("return document.querySelector('#transport:not([hidden])')")
    assert {url.split(":")[0] for url in browser.requests()} <= {"file", "data", "blob"}
    assert (
        browser.run(
            "return performance.getEntriesByType('resource').filter(e => !e.name.startsWith('data:')).length"
        )
        == 0
    )
    assert browser.one("h1").text == "A gift that arrived too late"
    assert browser.run("return document.getElementById('sound').duration") == pytest.approx(36.57, abs=0.05)
    assert "weeks said “week”" in browser.one("#script").text


def test_the_policy_stops_what_is_not_ours(chromium: Browser, real: Path) -> None:
    chromium.open(real)
    chromium.run(
        "const s = document.createElement('script'); s.textContent = 'window.hacked = 1';"
        "document.body.append(s);"
        "const i = new Image(); i.src = 'https://example.com/x.png'; document.body.append(i);"
    )
    assert chromium.run("return window.hacked ?? null") is None
    refused = " ".join(entry["message"] for entry in chromium.log("browser"))
    assert "script-src" in refused
    assert "img-src" in refused


def test_a_click_on_a_word_plays_that_word_and_tells_of_it(browser: Browser, real: Path) -> None:
    browser.open(real)
    browser.run(PLAYED)
    weeks = word(browser, "weeks")
    browser.click(weeks)
    start, stop = heard(browser)
    assert start == pytest.approx(span(weeks)[0], abs=0.001)
    assert stop == pytest.approx(span(weeks)[1], abs=LATE)
    detail = browser.one("#detail")
    assert detail.is_displayed()
    assert detail.text.startswith("weeks")
    assert "The script has “weeks”" in detail.text
    assert weeks.get_attribute("aria-pressed") == "true"
    assert weeks.get_attribute("aria-label") == "weeks: something else was said, “week”"


def test_every_word_can_be_clicked_wherever_it_stands(browser: Browser, real: Path) -> None:
    """The page may move under the finger only after the click."""
    browser.device(1100, 420)
    browser.open(real)
    browser.run(PLAYED)
    for text in ("feels", "Oh", "planned", "sorry."):
        mark = next(m for m in browser.all("#script .mark") if m.text.startswith(text))
        browser.click(mark)
        assert heard(browser) == pytest.approx(span(mark), abs=LATE)
        assert browser.all("#script .mark[aria-pressed]") == [mark]


def test_the_keyboard_is_enough(browser: Browser, real: Path) -> None:
    browser.open(real)
    browser.run(PLAYED)
    browser.run("document.getElementById('zoom').focus()")
    browser.press(Keys.TAB)
    assert browser.focused == "Oh"
    browser.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert browser.focused == "I'm"
    assert browser.style(":focus", "outlineStyle") == "solid"
    assert float(browser.style(":focus", "outlineWidth").removesuffix("px")) >= 2
    browser.press(Keys.ARROW_LEFT, Keys.ENTER)
    assert browser.focused == "no,"
    assert heard(browser) == pytest.approx(span(word(browser, "no,")), abs=LATE)
    top = browser.run("return document.activeElement.getBoundingClientRect().top + scrollY")
    browser.press(Keys.ARROW_DOWN)
    assert browser.run("return document.activeElement.getBoundingClientRect().top + scrollY") > top + 10
    browser.press(Keys.HOME, Keys.SPACE)
    browser.wait("return !sound.paused && played.length && sound.currentTime > played[0][1] + 0.2")
    assert browser.one("#play").get_attribute("aria-label") == "Pause"
    browser.press(Keys.SPACE)
    browser.wait("return sound.paused")
    browser.press(Keys.ESCAPE)
    assert not browser.one("#detail").is_displayed()
    assert browser.focused == "Oh"


def test_the_word_that_is_heard_is_marked_and_buttons_listen(browser: Browser, real: Path) -> None:
    browser.open(real)
    browser.run(PLAYED)
    listen = browser.one(".advice .listen")
    assert listen.text == "▶ Listen at 4.3 s"
    browser.click(listen)
    start, stop = heard(browser)
    assert start == pytest.approx(span(word(browser, "weeks"))[0] - 0.4, abs=0.001)
    assert {"two", "weeks said “week”", "early,", "you", "paid said “pay”"} <= set(
        browser.run("return [...marked]")
    )
    assert stop == pytest.approx(span(word(browser, "paid"))[1] + 0.4, abs=LATE)


def test_a_click_into_the_waveform_goes_there(browser: Browser, real: Path) -> None:
    browser.open(real)
    wave = browser.one("#wave")
    browser.run("arguments[0].scrollIntoView({block: 'center'})", wave)
    webdriver.ActionChains(browser.driver).move_to_element_with_offset(wave, -400, 20).click().perform()
    assert 0 < browser.wait("return document.getElementById('sound').currentTime") < 6


def test_the_sounds_of_a_word_and_only_those_called_out_as_wrong(browser: Browser, real: Path) -> None:
    browser.open(real)
    browser.click(word(browser, "birthday."))
    phones = [item.text.split("\n") for item in browser.all("#detail .phones li")]
    assert [ipa for ipa, _ in phones[:3]] == ["/b/", "/ɝ/", "/θ/"]
    assert all(re.fullmatch(r"\d+(, like /t/)?", told) for _, told in phones)
    (strong,) = browser.all("#detail .phones .strong")
    assert strong.text.startswith("/θ/")
    assert "the th in think" in browser.one("#detail").text
    browser.one("#detail .close").click()
    assert not browser.one("#detail").is_displayed()


@pytest.mark.parametrize("width", [320, 375, 1100])
def test_nothing_sticks_out(browser: Browser, real: Path, width: int) -> None:
    browser.device(width, 667, prefers_reduced_motion="reduce")
    browser.open(real)
    browser.click(word(browser, "paid"))
    assert browser.run("return document.documentElement.scrollWidth") <= width
    box = browser.run(
        "const at = document.querySelector('[aria-pressed]').getClientRects()[0];"
        "const under = document.elementFromPoint(at.x + 5, at.y + at.height / 2);"
        "return under.closest('.mark')?.textContent ?? null"
    )
    assert box, "the chosen word is hidden under the player or its detail"


def brightness(colour: str) -> float:
    return sum(map(float, re.findall(r"[\d.]+", colour)[:3])) / 3


def test_light_and_dark(browser: Browser, real: Path) -> None:
    for scheme, dark in (("light", False), ("dark", True)):
        browser.device(prefers_color_scheme=scheme)
        browser.open(real)
        paper, ink = browser.style("html", "backgroundColor"), browser.style("h1", "color")
        assert (brightness(paper) < brightness(ink)) == dark
        assert abs(brightness(paper) - brightness(ink)) > 150


def test_a_calm_page_for_those_who_ask_for_one(browser: Browser, real: Path) -> None:
    browser.device(prefers_reduced_motion="reduce")
    browser.open(real)
    assert browser.style("#script .mark", "transitionDuration") == "0s"


def test_on_paper_there_are_marks_and_no_player(browser: Browser, real: Path) -> None:
    browser.open(real)
    browser.click(word(browser, "paid"))
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    for selector in ("#player", "#detail", "#help", ".listen"):
        assert browser.style(selector, "display") == "none"
    assert "line" in browser.style(".substituted .core", "textDecorationLine")
    assert browser.style("html", "backgroundColor") == "rgb(255, 255, 255)"
    printed = browser.driver.execute_cdp_cmd("Page.printToPDF", {})
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")


def test_without_sound_words_can_be_chosen_still(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "quiet.html"
    pages.write(html.page(samples.mistaken().as_dict(contour=True)), path)
    browser.open(path)
    assert "cannot" not in browser.one("#help").text
    assert "nothing can be played here" in browser.one(".noplayer").text
    browser.click(word(browser, "numbers,"))
    assert "the plural ending was not heard" in browser.one("#detail").text
    assert not browser.all("#detail .listen")
    browser.press(Keys.ARROW_RIGHT, Keys.ENTER, Keys.SPACE)
    assert browser.all(".strip svg .pitch")


# --- hostile content --------------------------------------------------------------------------------------

EVIL = (
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "</script><script>window.hacked=1</script>",
    "\"'><svg/onload=window.hacked=1>",
    "\u202egnp.exe",
    "{{7*7}}${7*7}",
    "<!--<script>",
)


def evil() -> Assessment:
    """Every text from outside tries to become something else."""
    script = samples.reference(" ".join(text.replace(" ", "\u00a0") for text in EVIL), EVIL[2], "x")
    made = samples.assessment(
        script,
        fates={n: ("substituted", text) for n, text in enumerate(EVIL)},
        beside={0: [("inserted", text) for text in EVIL]},
        path=f"/home/x/{EVIL[3].replace('/', '∕')}.wav",
        notices=EVIL,
    )
    assert made.measures is not None
    assert made.scores is not None
    advice = tuple(replace(samples.MISTAKEN_SCORES.advice[0], text=text) for text in EVIL[:3])
    reasons = tuple(replace(samples.MISTAKEN_SCORES.reasons[0], text=text) for text in EVIL)
    return replace(made, scores=replace(made.scores, advice=advice, reasons=reasons))


def test_whatever_is_written_is_shown_as_text(browser: Browser, tmp_path: Path) -> None:
    made = evil()
    path = tmp_path / "evil.html"
    pages.write(
        html.page(made.as_dict(contour=True), made.recording.audio, agent=EVIL[1], back="javascript:1"), path
    )
    browser.open(path)
    for mark in browser.all("#script .mark")[: 2 * len(EVIL)]:
        browser.click(mark)
    assert browser.run("return window.hacked ?? null") is None
    shown = browser.one("body").text
    for text in EVIL:
        assert text.replace("\u202e", "\\u202e") in shown.replace("\u00a0", " ")
    assert browser.one("h1").text == EVIL[2]
    assert browser.one(".agent").text == EVIL[1]
    assert EVIL[2] in browser.driver.title
    address = browser.one(".back a").get_property("href")
    assert address.startswith("file:")
    assert "\u202e" not in browser.run("return document.documentElement.outerHTML")
    assert {url.split(":")[0] for url in browser.requests()} <= {"file", "data", "blob"}


def test_a_hostile_class_is_shown_as_text(browser: Browser, tmp_path: Path) -> None:
    described = evil().as_dict() | {"passed": False}
    described["scores"] |= {"overall": 50.0}
    readings = [wave.Reading(described, text, text, "javascript:window.hacked=1") for text in EVIL]
    path = tmp_path / "wave.html"
    pages.write(wave.page(readings, [wave.Failure(text, text, text) for text in EVIL], title=EVIL[0]), path)
    browser.open(path)
    for link in browser.all("a[href]"):
        assert link.get_property("href").startswith("file:")
    browser.all("#table thead button")[0].click()
    assert browser.run("return window.hacked ?? null") is None
    assert browser.one("h1").text == EVIL[0]
    shown = browser.one("main").text
    for text in EVIL:
        assert text.replace("\u202e", "\\u202e") in shown


# --- the page of a class ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def klass(real: Path) -> Path:
    """The page of 250 readings beside that of one."""
    good, bad, other = (
        made.as_dict() for made in (samples.perfect(), samples.mistaken(), samples.not_this_script())
    )
    readings = [
        wave.Reading(
            described | {"scores": described["scores"] | {"overall": overall}}, f"Agent {n}", link=real.name
        )
        for n in range(250)
        for described, overall in [
            ((good, 97.0), (bad, 40.0 + n / 10), (other, None))[0 if n % 10 else 1 + (n == 0)]
        ]
    ]
    path = real.parent / "wave.html"
    pages.write(wave.page(readings, [wave.Failure("gone.wav", "There is no such file.")], title="May"), path)
    return path


def column(browser: Browser, number: int) -> list[str]:
    texts: list[str] = browser.run(
        "return [...document.querySelectorAll('#table tbody tr:not(.off)')]"
        ".map(row => row.cells[arguments[0]].firstChild.textContent)",
        number,
    )
    return texts


def test_a_class_at_a_glance(browser: Browser, klass: Path) -> None:
    browser.open(klass)
    assert browser.one(".verdict").text == (
        "225 of 249 passed\n24 to read again\n1 without a score\n1 recording could not be used"
    )
    assert len(browser.all(".again li")) == 24
    assert "gone.wav: There is no such file." in browser.one("main").text
    assert len(browser.all("figure svg")) == 7
    assert {url.split(":")[0] for url in browser.requests()} == {"file"}


def test_the_table_is_sorted_turned_and_searched(browser: Browser, klass: Path) -> None:
    browser.open(klass)
    assert column(browser, 0)[:3] == ["Agent 0", "Agent 1", "Agent 10"]
    assert len(column(browser, 0)) == 100
    overall = browser.all("#table thead button")[2]
    overall.click()
    assert column(browser, 2)[:2] == ["41", "42"]
    assert browser.one("[aria-sort]").text.startswith("Overall")
    overall.click()
    assert column(browser, 2)[0] == "97"
    later = browser.one("#later")
    later.click()
    later.click()
    assert browser.one("#shown").text == "201 to 250 of 250"
    assert column(browser, 2)[-1] == "–"
    assert not later.is_enabled()
    browser.one("#find").send_keys("agent 24")
    assert browser.one("#shown").text == "11 of 250"
    assert not later.is_displayed()
    browser.one("#show").send_keys("to read")
    assert column(browser, 0) == ["Agent 240"]


def test_a_name_leads_to_the_page_of_its_reading(browser: Browser, klass: Path) -> None:
    browser.open(klass)
    browser.one(".again a").click()
    browser.wait("return document.getElementById('script')")
    assert browser.one("h1").text == "A gift that arrived too late"


@pytest.mark.parametrize("width", [320, 1100])
def test_nothing_of_the_class_sticks_out(browser: Browser, klass: Path, width: int) -> None:
    browser.device(width, 667)
    browser.open(klass)
    assert browser.run("return document.documentElement.scrollWidth") <= width


def test_all_rows_are_on_paper(browser: Browser, klass: Path) -> None:
    browser.open(klass)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert (
        browser.run(
            "return [...document.querySelectorAll('#table tbody tr')].filter(r => r.offsetHeight > 0).length"
        )
        == 250
    )
    assert browser.style("#tools", "display") == "none"


@pytest.fixture(scope="module")
def learning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of an assessment, of a learner and of a class, in a folder."""
    folder = tmp_path_factory.mktemp("learning")
    readings = sorted((*climbing("Ana"), *climbing("Ben", seed=2)), key=lambda one: one.at)
    rubric = load_rubric()
    found = exam("attempts = 3\ncool_down = '24h'\n" + TWO, version=2)
    pages.write(status.page(found, table(), wave=None, now=NOW), folder / "exam.html")
    pages.write(progress.page(course("Ana", "7", climbing("Ana"), rubric)), folder / "learner.html")
    pages.write(progress.page(class_course("7", readings, rubric)), folder / "class.html")
    return folder


def test_the_table_of_an_assessment(browser: Browser, learning: Path) -> None:
    browser.open(learning / "exam.html")
    assert browser.one(".overall").text == "1 of 4 passed"
    best = browser.all("#table thead button")[4]
    assert best.text == "Best"
    why = "[...document.querySelectorAll('#table thead th')].find((one) => one.textContent.startsWith('Why'))"
    seen = browser.run(f"const box = {why}.getBoundingClientRect(); return [box.width, box.right]")
    assert 150 < seen[0] < seen[1] < browser.run("return document.documentElement.clientWidth")
    best.click()
    assert column(browser, 0) == ["Maya", "Ana", "=cmd()", "Zoë <b>"], "what was not measured stays last"
    browser.one("#show").send_keys("not passed yet")
    assert column(browser, 0) == ["Maya"]
    assert {url.split(":")[0] for url in browser.requests()} == {"file"}


@pytest.mark.parametrize("name", ["exam", "learner", "class"])
@pytest.mark.parametrize("width", [320, 1100])
def test_nothing_of_these_pages_sticks_out(browser: Browser, learning: Path, name: str, width: int) -> None:
    browser.device(width, 667, prefers_color_scheme="dark")
    browser.open(learning / f"{name}.html")
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert {url.split(":")[0] for url in browser.requests()} == {"file"}
    assert browser.style("body", "color") != "rgb(32, 38, 44)"


def test_a_learners_scores_are_drawn(browser: Browser, learning: Path) -> None:
    browser.open(learning / "learner.html")
    assert len(browser.all("figure svg")) == 8
    assert len(browser.all(".spread .large circle")) == 14
    assert len(browser.all("path.trend")) == 2
    assert "enunciate drill --sound TH" in browser.one("main").text
