from __future__ import annotations

import numpy as np
import pytest

from enunciate.measures.pronunciation import WHOLE
from enunciate.measures.sequence import FURTHEST_WORD, HEADS, PLACES, Head, Layer, SequenceNet, mean_scores

CHANNELS, INPUTS, AROUND = 8, 5, 3


def net(seed: int = 0, layers: int = 2) -> SequenceNet:
    rng = np.random.default_rng(seed)

    def array(*shape: int) -> np.ndarray:
        return rng.normal(0, 0.4, shape).astype(np.float32)

    def norm() -> np.ndarray:
        return np.stack([np.ones(CHANNELS), np.zeros(CHANNELS)]).astype(np.float32)

    def head(inputs: int, outputs: int) -> Head:
        return Head(array(inputs, CHANNELS), array(CHANNELS), array(CHANNELS, outputs), array(outputs))

    return SequenceNet(
        phone_scale=np.stack([np.zeros(INPUTS), np.ones(INPUTS)]),
        stretch_scale=np.stack([np.zeros(AROUND), np.ones(AROUND)]),
        first=array(INPUTS, CHANNELS),
        first_bias=array(CHANNELS),
        phone=array(39, CHANNELS),
        place=array(PLACES, CHANNELS),
        word=array(FURTHEST_WORD, CHANNELS),
        layers=tuple(
            Layer(
                norm(),
                array(CHANNELS, 3 * CHANNELS),
                array(3 * CHANNELS),
                array(CHANNELS, CHANNELS),
                array(CHANNELS),
                norm(),
                array(CHANNELS, 2 * CHANNELS),
                array(2 * CHANNELS),
                array(2 * CHANNELS, CHANNELS),
                array(CHANNELS),
            )
            for _ in range(layers)
        ),
        norm=norm(),
        stretch=array(AROUND, CHANNELS),
        stretch_bias=array(CHANNELS),
        attend=array(CHANNELS, len(WHOLE)),
        phone_head=head(2 * CHANNELS, 2),
        word_head=head(3 * CHANNELS, 1),
        whole_heads=tuple(head(3 * CHANNELS, 1) for _ in WHOLE),
    )


def stretch(owner: list[int], seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = len(owner)
    rows, around = rng.normal(size=(n, INPUTS)), rng.normal(size=AROUND)
    return rows.astype(np.float32), around.astype(np.float32), rng.integers(0, 39, n), np.array(owner)


def test_every_phone_and_word_and_the_whole_get_a_score() -> None:
    scores = net().score(*stretch([0, 0, 1, 1, 1, 2]))
    assert scores.phones.shape == scores.wrong.shape == (6,)
    assert scores.words.shape == (3,)
    assert scores.whole.shape == (len(WHOLE),)
    assert np.isfinite(np.concatenate([scores.phones, scores.wrong, scores.words, scores.whole])).all()


def test_one_phone_in_one_word_is_enough_and_very_long_stretches_fit() -> None:
    assert net().score(*stretch([0])).phones.shape == (1,)
    long = [word for word in range(60) for _ in range(15)]
    assert net().score(*stretch(long)).words.shape == (60,)


def test_phones_are_heard_in_their_company() -> None:
    rows, around, phone, owner = stretch([0, 0, 1, 1])
    other = rows.copy()
    other[3] += 2.0
    before, after = net().score(rows, around, phone, owner), net().score(other, around, phone, owner)
    assert abs(before.phones[0] - after.phones[0]) > 1e-4
    without = net(layers=0)
    before, after = without.score(rows, around, phone, owner), without.score(other, around, phone, owner)
    assert before.phones[0] == pytest.approx(after.phones[0], abs=1e-6)


def test_numbers_out_of_all_proportion_do_not_run_away() -> None:
    rows, around, phone, owner = stretch([0, 0, 1])
    wild, wilder = rows.copy(), rows.copy()
    wild[1, 0], wilder[1, 0] = 1e3, 1e6
    assert np.array_equal(
        net().score(wild, around, phone, owner).phones, net().score(wilder, around, phone, owner).phones
    )


def test_several_networks_are_averaged() -> None:
    reading = stretch([0, 0, 1])
    one, two = net(0).score(*reading), net(1).score(*reading)
    both = mean_scores((net(0), net(1)), *reading)
    assert both.phones == pytest.approx((one.phones + two.phones) / 2, abs=1e-6)
    assert both.whole == pytest.approx((one.whole + two.whole) / 2, abs=1e-6)
    assert CHANNELS % HEADS == 0
