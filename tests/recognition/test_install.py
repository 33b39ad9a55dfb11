from __future__ import annotations

import errno
import hashlib
import multiprocessing
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from enunciate.errors import ModelError
from enunciate.recognition import models
from enunciate.recognition.install import _disk_error, install, install_from, remove
from enunciate.recognition.models import CatalogueEntry
from tests.recognition.model_zips import MODEL, Server, fst, zipped

ZIP = zipped()
HALF = len(ZIP) // 2


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")


@pytest.fixture
def server():
    server = Server(ZIP)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def entry(server):
    return CatalogueEntry(
        "tiny",
        url=f"{server.url}/vosk-model-tiny.zip",
        sha256=hashlib.sha256(ZIP).hexdigest(),
        download_bytes=len(ZIP),
    )


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "models"


def contents(path: Path) -> dict[str, bytes]:
    return {
        p.relative_to(path).as_posix(): p.read_bytes()
        for p in path.rglob("*")
        if p.is_file() and p.name != models.CHECKSUMS
    }


def left(folder: Path) -> set[str]:
    """What lies in the folder of models, the lock aside."""
    return {path.name for path in folder.iterdir()} - {".vosk-model-tiny.lock"}


def interrupt(server, entry, folder) -> int:
    """Lose the connection in the middle of the zip; how much of it was kept."""
    server.cut_after = HALF
    with pytest.raises(ModelError, match=r"stopped after 0\.\d MB\. Run the same command again: it goes on"):
        install(entry, folder)
    assert left(folder) == {".vosk-model-tiny.zip", ".vosk-model-tiny.zip.json"}
    kept = (folder / ".vosk-model-tiny.zip").stat().st_size
    assert 0 < kept <= HALF
    return kept


def test_a_download_is_verified_unpacked_listed_and_put_in_place(server, entry, folder):
    told = []
    done = install(entry, folder, progress=lambda *what: told.append(what))
    assert done.path == folder / "vosk-model-tiny"
    assert (done.sha256, done.checked, done.fresh) == (entry.sha256, "archive", True)
    assert contents(done.path) == MODEL
    assert left(folder) == {"vosk-model-tiny"}
    assert models.verify(done.path) == models.Verification(files=6, known=True, problems=())
    assert told[0] == ("Downloading", 0, len(ZIP))
    assert ("Downloading", len(ZIP), len(ZIP)) in told
    assert told[-1][:2] == ("Unpacking", sum(map(len, MODEL.values())))


def test_what_is_installed_is_not_downloaded_again(server, entry, folder):
    install(entry, folder)
    assert install(entry, folder).fresh is False
    assert len(server.asked) == 1


def test_an_interrupted_download_goes_on_where_it_stopped(server, entry, folder):
    kept = interrupt(server, entry, folder)
    assert install(entry, folder).checked == "archive"
    assert server.asked == [None, f"bytes={kept}-"]
    assert contents(folder / "vosk-model-tiny") == MODEL


def test_a_server_without_ranges_starts_again(server, entry, folder):
    interrupt(server, entry, folder)
    server.ranges = False
    assert install(entry, folder).checked == "archive"
    assert contents(folder / "vosk-model-tiny") == MODEL


def test_a_file_that_changed_on_the_server_starts_again(server, entry, folder):
    unpublished = replace(entry, sha256=None)
    interrupt(server, unpublished, folder)
    other = {**MODEL, "graph/disambig_tid.int": b"2\n"}
    server.body, server.etag = zipped(other), '"two"'
    install(unpublished, folder)
    assert contents(folder / "vosk-model-tiny") == other


def test_without_validator_and_checksum_nothing_is_resumed(server, entry, folder):
    server.etag = None
    unpublished = replace(entry, sha256=None)
    interrupt(server, unpublished, folder)
    install(unpublished, folder)
    assert server.asked == [None, None]


def test_a_damaged_beginning_is_downloaded_afresh(server, entry, folder):
    interrupt(server, entry, folder)
    (folder / ".vosk-model-tiny.zip").write_bytes(b"x" * HALF)
    assert install(entry, folder).checked == "archive"
    assert server.asked == [None, f"bytes={HALF}-", None]


def test_a_whole_download_that_was_not_unpacked_is_not_fetched_again(server, entry, folder):
    interrupt(server, entry, folder)
    (folder / ".vosk-model-tiny.zip").write_bytes(ZIP)
    install(entry, folder)
    assert server.asked == [None]


def test_a_beginning_longer_than_the_file_is_downloaded_afresh(server, entry, folder):
    interrupt(server, entry, folder)
    (folder / ".vosk-model-tiny.zip").write_bytes(ZIP + b"more")
    install(replace(entry, download_bytes=None), folder)
    assert server.asked == [None, f"bytes={len(ZIP) + 4}-", None]
    assert contents(folder / "vosk-model-tiny") == MODEL


def test_another_file_than_the_published_one_is_refused_and_deleted(server, entry, folder):
    server.body = zipped({**MODEL, "graph/disambig_tid.int": b"2\n"})
    with pytest.raises(ModelError, match=r"not the published file \(its SHA-256 is [0-9a-f]{64}, not"):
        install(entry, folder)
    assert left(folder) == set()


def test_files_are_compared_with_their_published_checksums(server, entry, folder, monkeypatch):
    published = dict.fromkeys(MODEL, "0" * 40)
    monkeypatch.setattr(models, "catalogue", lambda: (replace(entry, sha256=None, files=published),))
    with pytest.raises(ModelError, match=r"not the published tiny: am/final\.mdl is not the"):
        install(models.catalogue()[0], folder)
    assert left(folder) == set()


def test_without_a_published_checksum_only_the_structure_counts(server, entry, folder):
    done = install(replace(entry, sha256=None), folder)
    assert (done.checked, done.sha256) == ("structure", entry.sha256)


def test_a_half_model_is_not_installed(server, entry, folder):
    server.body = zipped({name: data for name, data in MODEL.items() if name != "graph/Gr.fst"})
    with pytest.raises(ModelError, match=r"nothing was installed\. The model tiny is damaged: graph/Gr\.fst"):
        install(replace(entry, sha256=None, download_bytes=None), folder)
    assert left(folder) == set()


def test_a_truncated_zip_and_a_sign_in_page_are_no_archives(server, entry, folder):
    unpublished = replace(entry, sha256=None, download_bytes=None)
    for body in (ZIP[:HALF], b"<html>Welcome to Hotel WiFi</html>"):
        server.body = body
        with pytest.raises(ModelError, match="sent something that is not a whole zip archive"):
            install(unpublished, folder)
        assert left(folder) == set()


def test_a_zip_with_a_damaged_entry_is_refused(server, entry, folder):
    body = bytearray(ZIP)
    body[HALF] ^= 1
    server.body = bytes(body)
    with pytest.raises(ModelError, match="is a damaged zip archive, or none at all"):
        install(replace(entry, sha256=None), folder)
    assert left(folder) == set()


def test_more_bytes_than_the_model_has_are_not_taken(server, entry, folder):
    with pytest.raises(ModelError, match="sends more than tiny has"):
        install(replace(entry, download_bytes=1000), folder)
    assert "vosk-model-tiny" not in left(folder)


@pytest.mark.parametrize(
    ("status", "words"), [(404, r"There is no http://127.* \(any more\)"), (503, r"HTTP status 503")]
)
def test_a_refusal_says_how_to_install_by_hand(server, entry, folder, status, words):
    server.status = status
    with pytest.raises(ModelError, match=f"{words}.*enunciate models install tiny --from ZIP"):
        install(entry, folder)


def test_no_network(entry, folder):
    gone = Server(ZIP)
    gone.shutdown()
    gone.server_close()
    with pytest.raises(ModelError, match=r"cannot be reached: is this computer online\? .* --from ZIP"):
        install(replace(entry, url=f"{gone.url}/vosk-model-tiny.zip"), folder)


def test_a_proxy_that_is_down_is_named(entry, folder, monkeypatch):
    gone = Server(ZIP)
    gone.shutdown()
    gone.server_close()
    monkeypatch.setenv("http_proxy", gone.url)
    with pytest.raises(ModelError, match=r"proxy of your network does not let enunciate reach models\.ex"):
        install(replace(entry, url="http://models.example/vosk-model-tiny.zip"), folder)


def test_a_mirror_is_asked_for_the_zip_by_name(server, entry, folder):
    done = install(replace(entry, url="https://127.0.0.1:9/x.zip"), folder, mirror=f"{server.url}/mirror/")
    assert done.checked == "archive"


def test_a_mirror_that_is_no_address(entry, folder):
    with pytest.raises(ModelError, match="is not an address to download from"):
        install(entry, folder, mirror="intranet")


def test_what_a_killed_install_left_is_cleared_away(entry, folder):
    (folder / ".vosk-model-tiny.work" / "vosk-model-tiny").mkdir(parents=True)
    (folder / ".vosk-model-tiny.work" / "vosk-model-tiny" / "junk").write_text("x")
    install(entry, folder)
    assert left(folder) == {"vosk-model-tiny"}
    assert contents(folder / "vosk-model-tiny") == MODEL


def test_a_broken_model_is_replaced(entry, folder):
    (folder / "vosk-model-tiny" / "am").mkdir(parents=True)
    assert install(entry, folder).fresh
    assert contents(folder / "vosk-model-tiny") == MODEL


def hold(folder, locked, done):
    from filelock import FileLock

    with FileLock(folder / ".vosk-model-tiny.lock"):
        locked.set()
        done.wait(30)


def test_two_installs_of_one_model_do_not_meet(entry, folder):
    folder.mkdir()
    spawn = multiprocessing.get_context("spawn")
    locked, done = spawn.Event(), spawn.Event()
    other = spawn.Process(target=hold, args=(folder, locked, done))
    other.start()
    try:
        assert locked.wait(30)
        with pytest.raises(ModelError, match="Another enunciate is installing the model tiny right now"):
            install(entry, folder)
    finally:
        done.set()
        other.join()
    assert install(entry, folder).fresh


def archive(tmp_path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    path = tmp_path / "carried.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped_file:
        for name, data in (*((f"top/{name}", data) for name, data in MODEL.items()), *members):
            zipped_file.writestr(name, data)
    return path


def special(name: str, kind: int) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.external_attr = (kind | 0o777) << 16
    return member


@pytest.mark.parametrize(
    "member",
    [
        ("../evil.txt", b"x"),
        ("top/../../evil.txt", b"x"),
        ("/evil.txt", b"x"),
        ("top\\..\\evil.txt", b"x"),
        ("C:evil.txt", b"x"),
        (special("top/link", stat.S_IFLNK), b"/etc/passwd"),
        (special("top/device", stat.S_IFCHR), b""),
        (special("top/pipe", stat.S_IFIFO), b""),
    ],
)
def test_only_plain_files_inside_the_folder_are_unpacked(tmp_path, folder, member):
    with pytest.raises(ModelError, match="no plain file inside the model's folder; it was not unpacked"):
        install_from(CatalogueEntry("tiny"), archive(tmp_path, member), folder)
    assert left(folder) == set()
    assert not list(tmp_path.rglob("evil*"))


def test_a_zip_bomb_is_not_unpacked(tmp_path, folder):
    with pytest.raises(ModelError, match="would unpack to far more than a model"):
        install_from(CatalogueEntry("tiny"), archive(tmp_path, ("top/zeros", bytes(60_000_000))), folder)
    assert left(folder) == set()


def test_two_files_of_one_name_are_not_unpacked(tmp_path, folder):
    with pytest.raises(ModelError, match="two files of one name"):
        install_from(CatalogueEntry("tiny"), archive(tmp_path, ("top/AM/final.mdl", b"x")), folder)


def test_a_zip_without_a_top_folder_and_with_litter_of_a_mac(tmp_path, folder):
    path = tmp_path / "flat.zip"
    path.write_bytes(zipped({**MODEL, "__MACOSX/._am": b"x"}, top=""))
    assert contents(install_from(CatalogueEntry("tiny"), path, folder).path) == MODEL


def test_a_carried_zip_is_compared_with_the_published_checksum(tmp_path, entry, folder):
    path = tmp_path / "carried.zip"
    path.write_bytes(ZIP)
    assert install_from(entry, path, folder).checked == "archive"
    path.write_bytes(zipped({**MODEL, "graph/Gr.fst": fst(flags=2, states=2)}))
    with pytest.raises(ModelError, match=r"carried\.zip is not the published vosk-model-tiny\.zip"):
        install_from(entry, path, folder / "other")
    path.write_text("no zip")
    with pytest.raises(ModelError, match="is a damaged zip archive, or none at all"):
        install_from(CatalogueEntry("own"), path, folder)
    assert path.exists()


def test_an_unpacked_model_is_copied(tmp_path, folder):
    for name, data in MODEL.items():
        (tmp_path / "stick/model" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "stick/model" / name).write_bytes(data)
    done = install_from(CatalogueEntry("tiny"), tmp_path / "stick", folder)
    assert contents(done.path) == MODEL
    assert (done.sha256, done.checked) == (None, "structure")
    (tmp_path / "stick/model/graph/words.txt").symlink_to("/etc/passwd")
    with pytest.raises(ModelError, match=r"words\.txt is a link: copy the files themselves"):
        install_from(CatalogueEntry("linked"), tmp_path / "stick/model", folder)
    assert "vosk-model-linked" not in left(folder)


def test_sources_and_names_that_do_not_work(tmp_path, folder, entry):
    with pytest.raises(ModelError, match="There is no file or folder"):
        install_from(entry, tmp_path / "nowhere.zip", folder)
    with pytest.raises(ModelError, match="cannot name a model"):
        install_from(CatalogueEntry("../evil"), tmp_path, folder)
    with pytest.raises(ModelError, match="comes with enunciate; there is nothing to install"):
        install(CatalogueEntry("enunciate-en"), folder)


def test_a_disk_without_room_is_noticed_before_the_download(server, entry, folder):
    with pytest.raises(ModelError, match=r"needs 3000000000 MB, and the disk of .* has \d+ MB left"):
        install(replace(entry, download_mb=1_000_000_000), folder)
    assert server.asked == []


def test_a_full_disk_and_a_folder_that_is_not_ours(tmp_path):
    full = _disk_error(OSError(errno.ENOSPC, "No space left on device"), tmp_path)
    assert full.startswith(f"The disk of {tmp_path} is full. Free some space and run the same command again")
    denied = _disk_error(OSError(errno.EACCES, "Permission denied"), tmp_path)
    assert denied == f"No permission to write in {tmp_path}. Set ENUNCIATE_MODELS to a folder that is yours."


def test_a_folder_of_models_that_cannot_be_made(tmp_path, entry):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ModelError, match="The model could not be written to"):
        install(entry, tmp_path / "file" / "models")


def test_remove_deletes_only_what_was_installed(entry, folder, tmp_path, monkeypatch):
    path = install(entry, folder).path
    monkeypatch.setenv("ENUNCIATE_MODELS", str(folder))
    info = models.select("tiny")
    with pytest.raises(ModelError, match="was not installed by enunciate"):
        remove(info, tmp_path)
    assert path.exists()
    remove(info, folder)
    assert left(folder) == set()
    with pytest.raises(ModelError, match="is a part of enunciate and stays"):
        remove(models.select("enunciate-en"), folder)
