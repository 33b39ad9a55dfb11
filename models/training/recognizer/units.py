"""The units that the network tells apart: 39 phones, silence, and SPN, which stands for any word outside the
grammar.

Kaldi's chain topology: a unit is one state with two outputs (pdfs), 2i for the frame in which it begins and
2i + 1 for those in which it goes on.
"""

from __future__ import annotations

from enunciate.alignment.phones import PHONES

SILENCE, SPOKEN_NOISE = 0, 1
UNITS = ("SIL", "SPN", *PHONES)
INDEX = {unit: index for index, unit in enumerate(UNITS)}
PDFS = 2 * len(UNITS)


def positional() -> tuple[tuple[str, int, str], ...]:
    """Kaldi's phones, from number 1: name, index of the unit it shares its outputs with, kind for
    word_boundary.int.

    Word times need to know where a word begins and ends, so every phone stands there four times.

    >>> positional()[2:4]
    (('AA_B', 2, 'begin'), ('AA_E', 2, 'end'))
    """
    table = [("SIL", SILENCE, "nonword"), ("SPN_S", SPOKEN_NOISE, "singleton")]
    places = (("B", "begin"), ("E", "end"), ("I", "internal"), ("S", "singleton"))
    for index, unit in enumerate(UNITS):
        if index > SPOKEN_NOISE:
            table += [(f"{unit}_{letter}", index, kind) for letter, kind in places]
    return tuple(table)
