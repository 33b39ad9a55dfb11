from __future__ import annotations

import hashlib
import re
from importlib import resources
from pathlib import Path

import pytest

from enunciate.errors import ReportError
from enunciate.report import html, pages
from tests.report import samples


@pytest.fixture(scope="module")
def page() -> str:
    made = samples.mistaken()
    return html.page(made.as_dict(contour=True), made.recording.audio)


def test_what_comes_from_others_is_as_it_was_fetched() -> None:
    """`make vendor` fetches it and writes the checksums."""
    folder = resources.files("enunciate.report") / "vendor"
    sums = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines())
    assert sorted(sums) == ["LICENSE", "regions.min.js", "timeline.min.js", "wavesurfer.min.js"]
    for name, expected in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected
    assert "BSD 3-Clause License" in (folder / "LICENSE").read_text("utf-8")
    assert re.fullmatch(r"wavesurfer\.js \d+\.\d+\.\d+\n", (folder / "VERSION").read_text("utf-8"))


def test_nothing_is_asked_of_anybody(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert "unsafe" not in policy[1]
    assert "http" not in policy[1]
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"<(?:link|iframe|img|base|form|object)\b", markup)
    assert not re.search(r'(?:src|href)="(?!data:audio/mpeg;base64,)', markup)
    assert not re.search(r"\son[a-z]+=|\sstyle=", markup)


def test_the_same_reading_makes_the_same_page(page: str) -> None:
    made = samples.mistaken()
    assert html.page(made.as_dict(contour=True), made.recording.audio) == page


def test_a_page_goes_over_an_older_page_and_nothing_else(tmp_path: Path, page: str) -> None:
    target = tmp_path / "x.html"
    pages.write(page, target)
    pages.write(page, target)
    assert target.read_text("utf-8") == page
    precious = tmp_path / "take.wav"
    precious.write_bytes(b"RIFF")
    with pytest.raises(ReportError, match="is there already and is no page of enunciate"):
        pages.write(page, precious)
    assert precious.read_bytes() == b"RIFF"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["take.wav", "x.html"]


def test_a_page_that_cannot_be_written(tmp_path: Path, page: str) -> None:
    with pytest.raises(ReportError, match="there is no such folder"):
        pages.write(page, tmp_path / "gone" / "x.html")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(ReportError, match="cannot be written to"):
        pages.write(page, tmp_path / "folder.html")
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="cannot be made"):
        pages.folder(tmp_path / "file" / "pages")


def test_a_name_that_is_no_text_is_shown_and_linked() -> None:
    assert pages.href("odd\udce9.html") == "odd%E9.html"
    assert pages.clean({"a": ["\u202eevil", 1, None]}) == {"a": ["\\u202eevil", 1, None]}
    assert html.page(samples.hostile().as_dict()).encode()
