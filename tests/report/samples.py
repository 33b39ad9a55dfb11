"""Assessments built by hand, for the tests of whatever shows or stores them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from enunciate.alignment import AlignedWord, Alignment, Status
from enunciate.assessment import Assessment
from enunciate.audio import RATE, Audio, Recording
from enunciate.interval import Interval
from enunciate.measures import (
    CalledOut,
    Contour,
    Counts,
    GrammarSlip,
    Listeners,
    Measures,
    Pacing,
    Pause,
    PhoneMeasure,
    Pronunciation,
    Prosody,
    SentenceEnd,
    WordPronunciation,
)
from enunciate.recognition import Hypothesis, RecognizedWord
from enunciate.reference import Boundary, Reference, ReferenceWord, Token
from enunciate.scores import Advice, Reason, Scores

Fate = tuple[Status, str | None]

WORD_SECONDS = 0.4
LISTENERS = Listeners(accuracy=84.0, fluency=81.5, prosody=80.0, total=82.0)

SCRIPT = """Good morning, thank you for calling Northwind. My name is Priya.

May I have your order numbers, please? It costs $49.99 until 10:30 a.m. Is there anything else?"""

READINGS = {
    "$49.99": "forty nine dollars and ninety nine cents",
    "10:30": "ten thirty",
    "a.m.": "a m",
}


def reference(text: str = SCRIPT, title: str = "Opening a call", script_id: str = "greeting") -> Reference:
    """A script whose tokens are its words between blanks, read as `READINGS` or as they are spelled."""
    tokens = []
    position = 0
    for written in text.split():
        start = text.index(written, position)
        position = start + len(written)
        spoken = READINGS.get(written) or "".join(c for c in written.lower() if c.isalpha() or c == "'")
        boundary: Boundary = "none"
        if written[-1] in ".?!" and written != "a.m.":
            boundary = "paragraph" if text[position : position + 2] == "\n\n" else "major"
        elif written[-1] in ",;:":
            boundary = "minor"
        tokens.append(
            Token(written, start, position, (tuple(spoken.split()),), boundary, written.endswith("?"))
        )
    return Reference(script_id, title, text, tuple(tokens))


def align(
    script: Reference,
    fates: Mapping[int, Fate] | None = None,
    beside: Mapping[int, Sequence[Fate]] | None = None,
    pauses: Mapping[int, float] | None = None,
) -> tuple[Alignment, tuple[Pause, ...]]:
    """Every word read rightly and evenly, but for `fates` (by spoken word), with `beside` said and `pauses`
    made before the spoken word of that number."""
    spoken = [
        ReferenceWord(
            word,
            index,
            (),
            1,
            token.boundary if place == len(token.readings[0]) - 1 else "none",
            token.question,
        )
        for index, token in enumerate(script.tokens)
        for place, word in enumerate(token.readings[0])
    ]
    words: list[AlignedWord] = []
    silences: list[Pause] = []
    clock = 0.3

    def say(status: Status, word: ReferenceWord | None, heard: str | None) -> None:
        nonlocal clock
        if status == "omitted":
            words.append(AlignedWord(status, word))
            return
        words.append(AlignedWord(status, word, heard, Interval(clock, clock + WORD_SECONDS), 0.9))
        clock += WORD_SECONDS

    for index, word in enumerate(spoken):
        if pauses and index in pauses:
            time, boundary = Interval(clock, clock + pauses[index]), spoken[index - 1].boundary
            silences.append(Pause(time, len(words) - 1, boundary, hesitation=boundary == "none"))
            clock += pauses[index]
        for status, heard in (beside or {}).get(index, ()):
            say(status, None, heard)
        status, heard = (fates or {}).get(index, ("correct", None))
        say(status, word, heard)
    return Alignment(script, tuple(words)), tuple(silences)


def contour(alignment: Alignment, seconds: float) -> Contour:
    """A voice that falls slowly around 190 Hz while a word is said, and silence elsewhere; 10 ms steps."""
    times = np.arange(0.0, seconds, 0.01, dtype=np.float32)
    f0 = (200.0 + 30.0 * np.sin(times * 2.1) - 2.0 * times).astype(np.float32)
    loudness = (-22.0 + 5.0 * np.sin(times * 7.9)).astype(np.float32)
    speech = np.zeros(len(times), dtype=bool)
    for word in alignment.words:
        if word.interval:
            speech |= (times >= word.interval.start) & (times < word.interval.end)
    return Contour(times, np.where(speech, f0, np.nan), np.where(speech, loudness, -70.0).astype(np.float32))


def assessment(
    script: Reference | None = None,
    *,
    fates: Mapping[int, Fate] | None = None,
    beside: Mapping[int, Sequence[Fate]] | None = None,
    pauses: Mapping[int, float] | None = None,
    missing_pauses: tuple[int, ...] = (),
    grammar: tuple[GrammarSlip, ...] | None = (),
    scores: Scores | None = None,
    path: str = "recordings/greeting.flac",
    phones: Mapping[int, tuple[PhoneMeasure, ...]] | None = None,
    sounds: tuple[CalledOut, ...] = (),
    notices: tuple[str, ...] = (),
) -> Assessment:
    """One reading; see `align`. `phones` go by index into `Alignment.words`."""
    script = script or reference()
    alignment, silences = align(script, fates, beside, pauses)
    said = [word for word in alignment.words if word.interval]
    end = said[-1].interval.end if said and said[-1].interval else 0.0
    seconds = end + 0.5
    tally = [word.status for word in alignment.words]
    counts = Counts(
        words=sum(word.reference is not None for word in alignment.words),
        correct=tally.count("correct"),
        mispronounced=tally.count("mispronounced"),
        substituted=tally.count("substituted"),
        omitted=tally.count("omitted"),
        inserted=tally.count("inserted"),
        repeated=tally.count("repeated"),
        self_corrections=tally.count("self_correction"),
        fillers=tally.count("filler"),
        false_starts=tally.count("false_start"),
    )
    pacing = Pacing(
        seconds=end - 0.3,
        speech_rate_wpm=len(said) / (end - 0.3) * 60,
        wcpm=counts.correct / (end - 0.3) * 60,
        articulation_rate=3.6,
        phonation_ratio=0.9,
        initial_silence=0.3,
        final_silence=0.5,
        pauses=silences,
        missing_pauses=missing_pauses,
        hesitations=tuple(
            next(
                index for index, word in enumerate(alignment.words) if word.reference and index > pause.after
            )
            for pause in silences
            if pause.hesitation
        ),
    )
    prosody = Prosody(
        f0_median_hz=190.0,
        f0_range_semitones=5.1,
        f0_deviation_semitones=1.9,
        declination_semitones_per_second=-0.1,
        sentence_ends=(SentenceEnd(len(alignment.words) - 1, True, float("nan"), None),),
        level_dbfs=-21.5,
        clipped_share=0.0,
        noise_floor_dbfs=-70.0,
        snr_db=48.5,
        contour=contour(alignment, seconds),
    )
    pronunciations = tuple(
        WordPronunciation(90.0 if word.status == "correct" else 40.0, (phones or {}).get(index, ()))
        if word.reference and word.interval
        else None
        for index, word in enumerate(alignment.words)
    )
    hypothesis = Hypothesis(
        tuple(
            RecognizedWord(
                word.heard or (word.reference.text if word.reference else "[unk]"), word.interval, 0.9
            )
            for word in said
            if word.interval
        ),
        "vosk",
        "small-en-us-0.15",
    )
    samples = np.zeros(round(seconds * RATE), dtype=np.float32)
    recording = Recording(Audio(samples, RATE), path, "0" * 64, 48_000, 1, seconds)
    return Assessment(
        recording,
        script,
        hypothesis,
        alignment,
        Measures(counts, pacing, prosody, grammar, Pronunciation(pronunciations, LISTENERS, sounds)),
        scores or PERFECT_SCORES,
        notices,
    )


PERFECT_SCORES = Scores(
    overall=97.0,
    pronunciation=95.0,
    accuracy=100.0,
    fluency=96.0,
    prosody=94.0,
    completeness=100.0,
    grammar=100.0,
    passed=True,
    pass_mark=70.0,
    rubric="1",
    reasons=(
        Reason("fluency", "speech_rate_wpm", 150.0, 0.0, "Your pace is easy to follow."),
        Reason("completeness", "completeness", 1.0, 0.0, "You read every word."),
    ),
    advice=(),
)

MISTAKEN_SCORES = Scores(
    overall=61.6,
    pronunciation=71.4,
    accuracy=64.0,
    fluency=58.2,
    prosody=None,
    completeness=93.3,
    grammar=75.0,
    passed=False,
    pass_mark=70.0,
    rubric="1",
    reasons=(
        Reason("pronunciation", "words", 71.4, 28.6, "One word was hard to understand."),
        Reason("accuracy", "wer", 0.13, 36.0, "Two words were said as other words."),
        Reason("fluency", "speech_rate_wpm", 128.0, 4.0, "A little slower than the script asks for."),
        Reason("fluency", "hesitations", 1.0, 37.8, "You stopped once inside a phrase, for 1.2 seconds."),
        Reason("completeness", "completeness", 0.93, 6.7, "You left out two words."),
        Reason("grammar", "slips", 1.0, 25.0, "One ending was dropped."),
    ),
    advice=(
        Advice(
            "accuracy",
            "Say the price slowly, digit by digit: callers remember prices.",
            (21, 22),
            9.1,
        ),
        Advice("fluency", "Read “thank you for calling” in one breath.", (4,), 2.3),
        Advice("grammar", "Let the -s at the end of “numbers” be heard.", (18,), None),
    ),
)


def perfect() -> Assessment:
    """A good reading, with pauses where the script allows for them."""
    return assessment(pauses={2: 0.3, 7: 0.5, 11: 0.7, 18: 0.5})


def mistaken() -> Assessment:
    """A reading in which each kind of mark is met once or more."""
    slip = GrammarSlip(
        "R:NOUN:NUM",
        "numbers",
        "number",
        7.5,
        "You said “number” where the script has “numbers”: the plural ending was not heard.",
        21,
    )
    return assessment(
        fates={
            6: ("substituted", None),
            8: ("omitted", None),
            16: ("substituted", "number"),
            21: ("omitted", None),
            28: ("substituted", "thirteen"),
            31: ("omitted", None),
        },
        beside={
            0: [("filler", "um")],
            4: [("filler", None)],
            5: [("repeated", "for")],
            9: [("self_correction", "are")],
            14: [("false_start", "yo")],
            17: [("inserted", "and"), ("inserted", None)],
        },
        pauses={4: 1.2, 7: 0.5},
        missing_pauses=(15,),
        grammar=(slip,),
        scores=MISTAKEN_SCORES,
        sounds=(CalledOut("TH", "T", (3,), 1), CalledOut("NG", None, (2, 8), 2)),
        notices=("The two channels of the recording were mixed into one.",),
    )


def with_phones() -> Assessment:
    """A reading of one word whose sounds were measured."""
    th = PhoneMeasure("TH", "θ", Interval(0.3, 0.45), 41.0, "T", 0.8)
    rest = PhoneMeasure("ER", "ɝ", Interval(0.45, 0.7), 92.0, None, 0.9)
    return assessment(reference("Thirsty", "One word", "one-word"), phones={0: (th, rest)})


def hostile() -> Assessment:
    """A script, a file name and words that try to steer the terminal or rich."""
    script = reference(
        "[bold]Read[/bold] \x1b[31mred\x1b[0m [link=http://x]this[/link] \u202eback :smile:",
        "[red]Title\x07",
        "x",
    )
    return assessment(
        script,
        fates={0: ("substituted", "[blink]hi")},
        beside={1: [("inserted", "[/]")]},
        path="odd\udce9[bold]\n\x1b]0;name\x07.wav",
        notices=("[link]\x9b2J",),
    )


def not_this_script() -> Assessment:
    """A recording of something else."""
    alignment, _ = align(reference(), dict.fromkeys(range(60), ("omitted", None)))
    good = perfect()
    return Assessment(
        good.recording,
        good.reference,
        Hypothesis((), "vosk", "enunciate-en"),
        alignment,
        None,
        None,
        (),
        "This does not sound like a reading of “Opening a call”. Do the two belong together?",
    )
