# ruff: noqa: E501
"""models/pronunciation/README.md, from the figures of the cross-validation."""

from __future__ import annotations

from pathlib import Path

_REACH = {"phone": 0.55, "word": 0.56, "accuracy": 0.71, "fluency": 0.78, "prosody": 0.78, "total": 0.75}
_NAMES = {
    "phone": "phone (mean of the experts)",
    "word": "word accuracy (median)",
    "accuracy": "reading: accuracy",
    "fluency": "reading: fluency",
    "prosody": "reading: prosody",
    "total": "reading: total",
}


def write_report(file: Path, table: dict, provenance: str) -> None:
    """Write the figures for people."""
    agreement = "\n".join(
        f"| {text} | {table[key]:.3f} | {_REACH[key]:.2f} |" for key, text in _NAMES.items()
    )
    curve = "\n".join(f"| {recall:.0%} | {precision:.0%} |" for recall, precision in table["curve"])
    moved = "\n".join(f"| {kind} | {points:.1f} |" for kind, points in table["moved"].items())
    native, stress = table["native"], table["stress"]
    flagged = " and ".join(
        f"of the {count} words most surely flagged {share:.0%} were wrong"
        for count, share in stress.precision
    )
    file.write_text(
        f"""# The pronunciation scorer

`scorer.npz` holds small networks, {table["networks"]} that tell phones apart and {table["sequences"]} that look at all phones of a
stretch together, and boosted trees, as plain arrays: {table["megabytes"]:.1f} MB. It was made by
`python models/training/pronunciation/train.py CORPUS`, which wrote this file too.

Made from: {provenance}.

## Agreement with the experts

Speaker-grouped cross-validation on {table["readings"]} readings by {table["speakers"]} second-language speakers (first
language Mandarin, about half of them children); Pearson's r. "Must reach" is what readers whom nobody trained on must
reach; cross-validation usually reads a little higher than they do.

| what | r | must reach |
|---|---|---|
{agreement}

The networks name {table["frame_accuracy"]:.1%} of the 20 ms steps of good phones rightly in the voices of speakers that
they never heard.

## Single sounds

{table["wrong_share"]:.1%} of the phones have an expert mean below 1 of 2. A sound is called out where the chance of that
(`sure`) is at least {table["threshold"]:.3f}: {table["called_precision"]:.0%} of the sounds called out are such phones, and
{table["called_recall"]:.0%} of such phones are found; {table["called_share"]:.2%} of all phones are called out.

{table["called_heard_off"]:.0%} of the sounds called out have an expert mean below 1.5: someone heard them as off. Sounds that
were never said (the same sound taken for a bad reading of slightly other words; such readings were trained on, by other
speakers) are called out in {table["misread"]["misread"]:.0%} of cases in second-language speech and in
{table["misread"]["native misread"]:.0%} in the native voice.

| share of wrong phones found | share of those called out that are wrong |
|---|---|
{curve}

## Words

{table["low_words"]["share"]:.1%} of the words are predicted below {table["low_words"]["below"]:.0f} of 100, where a report names words as worth practising: the experts
gave {table["low_words"]["right"]:.0%} of those less than 8 of 10 (of all words: {table["low_words"]["base"]:.0%}).

## Word stress

Not reported. In {stress.words} words of two or more syllables, of which the experts heard {stress.wrong} as stressed wrongly,
duration, loudness and pitch of the vowels tell those apart better than chance (area under the curve {stress.auc:.2f}), but
not well enough to tell a person: {flagged}.

## Other conditions

How far a degraded copy of a reading moves its total score, in points of 100, on average:

| copy | points |
|---|---|
{moved}

A synthetic native voice whose speech was held out of the training altogether gets a total of {native["total"]:.0f};
{native["good"]:.1%} of its phones are good (at least 1.5 of 2) and {native["called"]:.2%} would be called out. The shipped
models have seen that voice.

## What was not measured

Other first languages, other microphones and scripts that were misread.
""",
        "utf-8",
    )
