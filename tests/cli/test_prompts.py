import json
from pathlib import Path

from click.testing import CliRunner, Result

from enunciate.cli.prompts import command
from enunciate.errors import ScriptError


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def test_list_shows_the_library_and_narrows_it_down() -> None:
    everything = json.loads(run("list", "--json").stdout)
    assert len(everything) >= 40
    assert everything[0]["seconds"] > 0
    some = json.loads(run("list", "--level", "beginner", "--json").stdout)
    assert 0 < len(some) < len(everything)
    assert {script["level"] for script in some} == {"beginner"}
    table = run("list").stdout
    assert all(script["id"] in table for script in everything)


def test_list_finds_the_drills_for_a_sound() -> None:
    by_phone = run("list", "--sound", "th", "--json").stdout
    assert by_phone == run("list", "--sound", "/θ/", "--json").stdout
    found = {script["id"]: script["sounds"] for script in json.loads(by_phone)}
    assert "pairs-think-sink" in found
    assert all("TH" in sounds for sounds in found.values())
    pairs = json.loads(run("list", "--sound", "TH", "--sound", "S", "--json").stdout)
    assert [script["id"] for script in pairs] == ["pairs-think-sink"]
    assert "TH S" in run("list", "--sound", "TH").stdout


def test_a_sound_that_english_lacks_is_a_usage_error() -> None:
    result = run("list", "--sound", "ü")
    assert result.exit_code == 2
    assert "'ü' is not a sound of English: give one of AA, AE," in result.stderr


def test_list_without_a_match_says_so_on_stderr() -> None:
    result = run("list", "--module", "none such")
    assert result.stdout == ""
    assert "No script fits" in result.stderr


def test_show_a_file_with_its_spoken_forms(tmp_path: Path) -> None:
    path = tmp_path / "price.md"
    path.write_text("---\ntitle: The price\nsounds: [z]\npace: [100, 140]\n---\nIt costs $49.99 today.")
    shown = run("show", str(path), "--spoken").stdout
    assert "The price" in shown
    assert "drills Z · 100-140 words per minute" in shown
    assert "It costs $49.99 today." in shown
    assert "forty nine dollars and ninety nine cents" in shown
    data = json.loads(run("show", str(path), "--spoken", "--json").stdout)
    assert data["sounds"] == ["Z"]
    assert data["words"] == 10
    assert data["seconds"] == 5.0
    assert data["spoken"][0]["written"] == "$49.99"


def test_show_of_an_unknown_script_is_an_error_of_ours() -> None:
    result = run("show", "zzqqzz")
    assert isinstance(result.exception, ScriptError)


def test_lint_prints_places_and_fails_on_errors(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text("---\ntitle: Good\nmodule: closing\n---\nThank you for calling.")
    bad.write_text("---\ntitle: Bad\nmodule: closing\nlevel: easy\n---\nThank you.")
    assert run("lint", str(good)).exit_code == 0
    result = run("lint", str(good), str(bad))
    assert result.exit_code == 1
    assert f"{bad}:4: `level` must be one of beginner, intermediate, advanced" in result.stdout
    (finding,) = json.loads(run("lint", str(bad), "--json").stdout)
    assert (finding["line"], finding["error"]) == (4, True)


def test_the_scripts_that_ship_have_no_errors() -> None:
    result = run("lint")
    assert result.exit_code == 0, result.stdout
