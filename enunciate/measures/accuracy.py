"""How many words of a script met which fate."""

from __future__ import annotations

from collections import Counter

from enunciate.alignment import Alignment
from enunciate.measures import Counts


def count(alignment: Alignment) -> Counts:
    """Count the words of an alignment by status.

    Repetitions, self-corrections, fillers and false starts are counted apart and do not enter the word error
    rate, as in oral reading fluency, where they are not errors (Hasbrouck & Tindal, 2017); what remains is
    the word error rate as jiwer defines it: substitutions, deletions and insertions per word of the script.
    """
    fates = Counter(word.status for word in alignment.words)
    return Counts(
        words=sum(word.reference is not None for word in alignment.words),
        correct=fates["correct"],
        mispronounced=fates["mispronounced"],
        substituted=fates["substituted"],
        omitted=fates["omitted"],
        inserted=fates["inserted"],
        repeated=fates["repeated"],
        self_corrections=fates["self_correction"],
        fillers=fates["filler"],
        false_starts=fates["false_start"],
    )
