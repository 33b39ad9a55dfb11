from __future__ import annotations

from enunciate.memory import Memory, fingerprint


def test_what_is_known_is_not_worked_out_again() -> None:
    memory, done = Memory(), []

    def work_out() -> None:
        done.append(1)

    # None is a result too.
    assert memory.recall(("a", 1), work_out) is None
    assert memory.recall(("a", 1), work_out) is None
    assert memory.recall(("a", 2), work_out) is None
    assert (len(done), len(memory)) == (2, 2)


def test_a_fingerprint_tells_sounds_apart() -> None:
    assert fingerprint(b"one") == fingerprint(b"one") != fingerprint(b"two")
