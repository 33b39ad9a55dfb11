"""Every judgement, and nothing but judgements: measures and a rubric become scores, reasons and advice.

Each area starts at 100; whatever is taken off is a `Reason` that names the measure behind it, so that the
points of an area's reasons add up to what it lacks. The numbers stand, with their sources, in `rubric.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from enunciate.alignment import AlignedWord, Alignment, Status
from enunciate.measures import Measures, Pause, Prosody
from enunciate.measures.sounds import how_to
from enunciate.rubric import Rubric, load_rubric

__all__ = ["Advice", "Reason", "Rubric", "Scores", "load_rubric", "recording_notices", "score"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a score is what it is: one measure's part in it."""

    score: str
    """The score it belongs to, such as "fluency"."""
    measure: str
    """The measure's name, such as "speech_rate_wpm"."""
    value: float | None
    points: float
    """What it took off the score; 0 where it is as it should be."""
    text: str
    """In plain words, for the person who read."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to work on next, the most useful first."""

    area: str
    text: str
    words: tuple[int, ...] = ()
    """Indices into `Alignment.words` of the words it speaks of."""
    start: float | None = None
    """Where to listen, seconds."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of one reading, 0-100; None where it was not measured."""

    overall: float | None
    pronunciation: float | None
    accuracy: float | None
    fluency: float | None
    prosody: float | None
    completeness: float | None
    grammar: float | None
    passed: bool | None
    pass_mark: float
    rubric: str
    """The rubric's version; scores of different versions are not compared."""
    reasons: tuple[Reason, ...]
    advice: tuple[Advice, ...]


_AREAS = ("pronunciation", "accuracy", "fluency", "prosody", "grammar")


def score(measures: Measures, alignment: Alignment, rubric: Rubric | None = None) -> Scores:
    """Judge one reading by a rubric, the shipped one where none is given.

    The overall score is the weighted mean of the areas that were measured, times the share of the script that
    was said; there is none where the pronunciation could not be measured. A reading passes when its overall
    score, as it is printed in whole numbers, reaches the script's pass mark or else the rubric's. At most
    three pieces of advice are given, those that would win the most points first; where nothing is left to
    work on, one says so.
    """
    reading = _Reading(measures, alignment, rubric or load_rubric())
    reasons = {
        "pronunciation": _pronunciation(reading),
        "accuracy": _accuracy(reading),
        "fluency": _fluency(reading),
        "prosody": _prosody(reading),
        "grammar": _grammar(reading),
    }
    areas = {name: _score(found) for name, found in reasons.items()}
    completeness = _completeness(reading)
    overall = _overall(reading, areas)
    pass_mark = alignment.reference.pass_mark
    pass_mark = reading.rubric.pass_mark if pass_mark is None else pass_mark
    total = _score(overall)
    every = [
        *(overall or ()),
        *(reason for found in reasons.values() for reason in found or ()),
        *completeness,
    ]
    return Scores(
        overall=total,
        pronunciation=areas["pronunciation"],
        accuracy=areas["accuracy"],
        fluency=areas["fluency"],
        prosody=areas["prosody"],
        grammar=areas["grammar"],
        completeness=_score(completeness),
        passed=None if total is None else round(total) >= pass_mark,
        pass_mark=pass_mark,
        rubric=reading.rubric.version,
        reasons=tuple(every),
        advice=_advice(reading, every, _shares(reading, areas)),
    )


def recording_notices(prosody: Prosody, rubric: Rubric | None = None) -> tuple[str, ...]:
    """What the microphone did to the sound, for the person who read. It never costs points."""
    limits = (rubric or load_rubric()).recording
    notices = []
    if prosody.clipped_share is not None and prosody.clipped_share > limits.clipped_share:
        notices.append(
            "The recording is too loud and distorts in places: lower the microphone's level or move back."
        )
    if prosody.level_dbfs is not None and prosody.level_dbfs < limits.level_dbfs:
        notices.append("The recording is very quiet: raise the microphone's level or move closer.")
    if prosody.snr_db is not None and prosody.snr_db < limits.snr_db:
        notices.append(
            "There is much noise behind the voice, which makes every score less sure: find a quieter place."
        )
    return tuple(notices)


# --- the reading, as it is judged ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reading:
    measures: Measures
    alignment: Alignment
    rubric: Rubric

    @property
    def words(self) -> tuple[AlignedWord, ...]:
        return self.alignment.words

    @property
    def words_read(self) -> int:
        """Script words that were said, rightly or not."""
        return self.measures.counts.words - self.measures.counts.omitted

    def per_hundred(self, points: float, floor: float = 1.0) -> float:
        """Points for each in a hundred words, as points for each in this reading."""
        return points * 100.0 / max(self.words_read, floor)

    def fluency_points(self, points: float) -> float:
        return self.per_hundred(points, self.rubric.fluency.words_at_least)

    def indices(self, *statuses: Status) -> list[int]:
        return [i for i, word in enumerate(self.words) if word.status in statuses]

    def next_word(self, after: int) -> int | None:
        """The index of the first script word behind `after`."""
        return next((i for i in range(after + 1, len(self.words)) if self.words[i].reference), None)

    def start(self, i: int) -> float | None:
        """When a word was said; for an omitted one, the word before it, or else the next."""
        near = (self.words[i], *self.words[:i][::-1], *self.words[i + 1 :])
        return next((word.interval.start for word in near if word.interval is not None), None)

    def written(self, indices: Iterable[int]) -> str:
        """Words of the script as it writes them, without the punctuation around them."""
        tokens = dict.fromkeys(word.token for i in indices if (word := self.words[i].reference) is not None)
        return " ".join(_bare(self.alignment.reference.tokens[token].written) for token in tokens)

    def spoken(self, i: int) -> str:
        """One word: as written, or as spoken where the script writes several words in one ("$49.99")."""
        word = self.words[i].reference
        if word is None:
            return self.words[i].heard or ""
        alone = sum(w.reference is not None and w.reference.token == word.token for w in self.words) == 1
        return _bare(self.alignment.reference.tokens[word.token].written) if alone else word.text

    def quoted(self, indices: Sequence[int], most: int = 3) -> str:
        """The first few of these words, each once and in quotation marks: “a”, “b” and 2 more."""
        texts = dict.fromkeys(filter(None, (self.spoken(i) for i in indices)))
        return _listed([f"“{text}”" for text in texts], most)

    def slips(self) -> set[int]:
        """Words that a grammar slip already speaks of."""
        return {slip.word for slip in self.measures.grammar or ()}

    def pace_wpm(self) -> tuple[float, float]:
        return self.alignment.reference.pace_wpm or self.rubric.fluency.pace_wpm

    def unexpected_pauses(self) -> list[Pause]:
        """Pauses that break a phrase."""
        shortest = self.rubric.fluency.pause_from
        pauses = self.measures.pacing.pauses
        return [pause for pause in pauses if pause.hesitation and pause.interval.duration >= shortest]

    def long_pauses(self) -> list[Pause]:
        return [pause for pause in self.measures.pacing.pauses if self.too_long(pause) > 0]

    def too_long(self, pause: Pause) -> float:
        """Seconds by which a pause where one may stop outlasts what is usual there."""
        if pause.hesitation:
            return 0.0
        limits = self.rubric.fluency
        usual = {"major": limits.long_major, "paragraph": limits.long_paragraph}
        return max(0.0, pause.interval.duration - usual.get(pause.boundary, limits.long_minor))

    def rising(self) -> list[int]:
        """Last words of statements whose pitch rose."""
        limit = self.rubric.prosody.rising_semitones
        ends = self.measures.prosody.sentence_ends
        return [e.after for e in ends if not e.question and (e.movement_semitones or 0.0) > limit]

    def fading(self) -> list[int]:
        """Last words of sentences that were hardly to be heard."""
        limit = self.rubric.prosody.trailing_off_db
        return [e.after for e in self.measures.prosody.sentence_ends if (e.trailing_off_db or 0.0) < limit]


_BRACKETS = " \t\n\"'“”‘’()[]{}<>*_-–—…,;:!?"


def _bare(written: str) -> str:
    """A token without the punctuation around it; the full stop of an abbreviation ("a.m.") stays.

    >>> _bare("“account.”"), _bare("$49.99,"), _bare("a.m.")
    ('account', '$49.99', 'a.m.')
    """
    bare = written.strip(_BRACKETS)
    return bare if re.fullmatch(r"(\w\.){2,}", bare) else bare.strip(_BRACKETS + ".")


def _listed(texts: Sequence[str], most: int = 3) -> str:
    """Texts as a list in a sentence.

    >>> _listed(["a", "b", "c", "d"], 2)
    'a, b and 2 more'
    """
    shown = list(texts[:most])
    if len(texts) > most:
        shown.append(f"{len(texts) - most} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def _count(number: int, noun: str) -> str:
    """A number with its noun.

    >>> _count(1, "word"), _count(2, "word")
    ('1 word', '2 words')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _score(reasons: Sequence[Reason] | None) -> float | None:
    return None if reasons is None else max(0.0, 100.0 - sum(reason.points for reason in reasons))


def _bounded(reasons: Iterable[Reason]) -> list[Reason]:
    """Reasons that together take off 100 points at most, each in its proportion."""
    found = list(reasons)
    total = sum(reason.points for reason in found)
    if total <= 100.0:
        return found
    return [replace(reason, points=reason.points * 100.0 / total) for reason in found]


# --- the areas -------------------------------------------------------------------------------------------


def _as_heard(
    reading: _Reading, area: str, of: str, clear_from: float, found: Sequence[Reason], texts: Sequence[str]
) -> list[Reason] | None:
    """What trained listeners would take off, explained by the reasons `found` as far as these go.

    Listeners hear a pause or a flat voice too: only what they would take off beyond that is theirs. `of`
    names their score; `texts` are for nothing taken off, little and more. None where it was not measured.
    """
    listeners = reading.measures.pronunciation.listeners
    if listeners is None:
        return None
    value: float = getattr(listeners, of)
    taken = _taken(value, clear_from)
    rest = max(0.0, taken - sum(reason.points for reason in found))
    text = texts[0] if taken < _SOME else texts[1] if taken < _MUCH else texts[2]
    return _bounded([Reason(area, "listeners", value, rest, text), *found])


_SOME, _MUCH = 5.0, 20.0
"""Points taken off from which listeners are said to have heard something, and much."""


def _taken(value: float, clear_from: float) -> float:
    return 100.0 * max(0.0, 1.0 - value / clear_from)


def _pronunciation(reading: _Reading) -> list[Reason] | None:
    judged = (
        "The words were clear throughout.",
        "The words were mostly clear.",
        "The words were not always clear.",
    )
    clear_from = reading.rubric.pronunciation.clear_from
    return _as_heard(reading, "pronunciation", "accuracy", clear_from, (), judged)


def _accuracy(reading: _Reading) -> list[Reason] | None:
    counts, limits = reading.measures.counts, reading.rubric.accuracy
    if reading.words_read == 0:
        return None
    found = (
        ("substituted", counts.substituted, limits.substituted, "said as something else"),
        ("mispronounced", counts.mispronounced, limits.mispronounced, "hard to recognize"),
        ("inserted", counts.inserted, limits.inserted, "added"),
        ("repeated", counts.repeated, limits.repeated, "repeated"),
    )
    reasons = [
        Reason("accuracy", name, n, n * reading.per_hundred(points), f"{_count(n, 'word')} {what}.")
        for name, n, points, what in found
        if n
    ]
    right = Reason("accuracy", "correct", counts.correct, 0.0, "Every word said was the script's.")
    return _bounded(reasons) or [right]


def _fluency(reading: _Reading) -> list[Reason] | None:
    pacing, counts, limits = reading.measures.pacing, reading.measures.counts, reading.rubric.fluency
    if pacing.speech_rate_wpm is None:
        return None
    unexpected, long = reading.unexpected_pauses(), reading.long_pauses()
    beyond = sum(pause.interval.duration - limits.pause_from for pause in unexpected)
    waited = sum(reading.too_long(pause) for pause in long)
    longest = max((pause.interval.duration for pause in unexpected), default=0.0)
    counted = (
        (
            "unexpected_pauses",
            len(unexpected),
            len(unexpected) * limits.pause + beyond * limits.pause_second,
            f"{_count(len(unexpected), 'pause')} inside a phrase, the longest {longest:.1f} s.",
        ),
        (
            "long_pauses",
            len(long),
            waited * limits.pause_second,
            f"{_count(len(long), 'very long pause')} between phrases.",
        ),
        ("fillers", counts.fillers, counts.fillers * limits.filler, f"{_count(counts.fillers, 'filler')}."),
        (
            "repeated",
            counts.repeated,
            counts.repeated * limits.repeated,
            f"{_count(counts.repeated, 'repeated word')}.",
        ),
        (
            "false_starts",
            counts.false_starts,
            counts.false_starts * limits.false_start,
            f"{_count(counts.false_starts, 'word')} begun and broken off.",
        ),
        (
            "self_corrections",
            counts.self_corrections,
            counts.self_corrections * limits.self_correction,
            f"{_count(counts.self_corrections, 'word')} put right while reading.",
        ),
        (
            "missing_pauses",
            len(pacing.missing_pauses),
            len(pacing.missing_pauses) * limits.missing_pause,
            f"{_count(len(pacing.missing_pauses), 'sentence end')} run into the next sentence.",
        ),
    )
    stumbles = [
        Reason("fluency", name, n, reading.fluency_points(points), text)
        for name, n, points, text in counted
        if n
    ]
    judged = ("It flowed well.", "It flowed, though not everywhere.", "It did not flow yet.")
    found = [_pace(reading, pacing.speech_rate_wpm), *stumbles]
    return _as_heard(reading, "fluency", "fluency", limits.clear_from, found, judged)


def _pace(reading: _Reading, rate: float) -> Reason:
    limits = reading.rubric.fluency
    low, high = reading.pace_wpm()
    slowest, fastest = low * (1.0 - limits.slow_margin), high * (1.0 + limits.fast_margin)
    percent = 100.0 * max(0.0, (slowest - rate) / slowest, (rate - fastest) / fastest)
    points = min(limits.pace_points_at_most, percent * limits.pace_points_per_percent)
    # A few words tell little about pace.
    points *= min(1.0, reading.words_read / limits.words_at_least)
    judged = "easy to follow" if not points else "slow" if rate < low else "fast"
    text = f"{rate:.0f} words a minute: {judged} (target {low:.0f} to {high:.0f})."
    return Reason("fluency", "speech_rate_wpm", rate, points, text)


def _prosody(reading: _Reading) -> list[Reason] | None:
    prosody, limits = reading.measures.prosody, reading.rubric.prosody
    deviation = _deviation(prosody)
    if deviation is None:
        return None
    span = limits.lively_semitones - limits.flat_semitones
    flat = min(1.0, max(0.0, (limits.lively_semitones - deviation) / span))
    judged = "Your voice moved." if not flat else "Your voice moved little."
    reasons = [
        Reason("prosody", "f0_deviation_semitones", deviation, flat * limits.flat_points, judged),
    ]
    ends = prosody.sentence_ends
    statements = [end for end in ends if not end.question and end.movement_semitones is not None]
    heard = [end for end in ends if end.trailing_off_db is not None]
    for name, found, measured, points, text in (
        ("rising_statements", reading.rising(), statements, limits.rising_points, "rose like a question"),
        ("trailing_off", reading.fading(), heard, limits.trailing_off_points, "faded away"),
    ):
        if len(found) >= 2 and len(found) / len(measured) >= limits.habit_share:
            said = f"{_count(len(found), 'sentence end')} {text}."
            reasons.append(Reason("prosody", name, len(found), len(found) / len(measured) * points, said))
    texts = (
        "Stress and melody were natural.",
        "Stress and melody were mostly natural.",
        "Stress and melody were not natural yet.",
    )
    return _as_heard(reading, "prosody", "prosody", limits.clear_from, reasons, texts)


def _deviation(prosody: Prosody) -> float | None:
    if prosody.f0_deviation_semitones is not None or prosody.f0_range_semitones is None:
        return prosody.f0_deviation_semitones
    # Between the 10th and the 90th percentile of a normal distribution lie 2.56 standard deviations.
    return prosody.f0_range_semitones / 2.56


def _grammar(reading: _Reading) -> list[Reason] | None:
    slips = reading.measures.grammar
    if slips is None or reading.words_read == 0:
        return None
    points = len(slips) * reading.fluency_points(reading.rubric.grammar.slip)
    text = f"{_count(len(slips), 'slip')}." if slips else "No slips."
    return _bounded([Reason("grammar", "slips", len(slips), points, text)])


def _completeness(reading: _Reading) -> list[Reason]:
    counts = reading.measures.counts
    text = (
        f"{_count(counts.omitted, 'word')} of {counts.words} left out."
        if counts.omitted
        else "Every word was read."
    )
    return [Reason("completeness", "omitted", counts.omitted, 100.0 * (1.0 - counts.completeness), text)]


def _overall(reading: _Reading, areas: dict[str, float | None]) -> list[Reason] | None:
    shares = _shares(reading, areas)
    if not shares or areas["pronunciation"] is None:
        return None
    said = reading.measures.counts.completeness
    reasons = [
        Reason(
            "overall",
            name,
            areas[name],
            said * share * (100.0 - (areas[name] or 0.0)),
            f"{name.capitalize()} counts for {share:.0%}.",
        )
        for name, share in shares.items()
    ]
    text = f"{said:.0%} of the script was read." if said < 1.0 else "The whole script was read."
    return [*reasons, Reason("overall", "completeness", 100.0 * said, 100.0 * (1.0 - said), text)]


def _shares(reading: _Reading, areas: dict[str, float | None]) -> dict[str, float]:
    """The share of each measured area in the overall score; empty where none was."""
    weights = {name: getattr(reading.rubric.weights, name) for name in _AREAS if areas[name] is not None}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()} if total else {}


# --- what to work on -------------------------------------------------------------------------------------


def _advice(reading: _Reading, reasons: Iterable[Reason], shares: Mapping[str, float]) -> tuple[Advice, ...]:
    if not shares:
        return ()
    said = reading.measures.counts.completeness
    worth = {"completeness": 1.0} | {name: said * share for name, share in shares.items()}
    lost = {
        (reason.score, reason.measure): reason.points * worth[reason.score]
        for reason in reasons
        if reason.score != "overall"
    }
    _move_to_grammar(reading, lost)
    topics = [(sum(lost.get(key, 0.0) for key in keys), topic) for topic, keys in _TOPICS]
    # The sort is stable: of topics that lost the same, the one that stands first in `_TOPICS` stays first.
    told = [topic(reading) for points, topic in sorted(topics, key=lambda one: -one[0]) if points > 0.0]
    return tuple(one for one in told if one is not None)[:3] or (_praise(reading, lost),)


def _move_to_grammar(reading: _Reading, lost: dict[tuple[str, str], float]) -> None:
    """Count what a slip cost as a word towards the advice on grammar: each deviation is spoken of once."""
    slips = reading.slips()
    for status, key in _DEVIATIONS.items():
        indices = reading.indices(status)
        moved = len(slips.intersection(indices))
        if moved and key in lost:
            part = lost[key] * moved / len(indices)
            lost[key] = lost[key] - part if moved < len(indices) else 0.0
            lost["grammar", "slips"] += part


def _pauses(reading: _Reading) -> Advice | None:
    pauses = reading.unexpected_pauses()
    worst = max(pauses, key=lambda pause: pause.interval.duration)
    target = reading.next_word(worst.after)
    if target is None:
        return None
    phrase = [target]
    for i in range(target - 1, -1, -1):
        word = reading.words[i].reference
        if word is not None and (word.boundary != "none" or len(phrase) == 3):
            break
        if word is not None:
            phrase.insert(0, i)
    often = f" and at {_count(len(pauses) - 1, 'other place')}" if len(pauses) > 1 else ""
    text = (
        f"You stopped for {worst.interval.duration:.1f} s before “{reading.spoken(target)}”{often}: "
        f"try to read “{reading.written(phrase)}” in one go."
    )
    stops = (reading.next_word(pause.after) for pause in pauses)
    return Advice("fluency", text, tuple(i for i in stops if i is not None), worst.interval.start)


def _long_pauses(reading: _Reading) -> Advice | None:
    worst = max(reading.long_pauses(), key=reading.too_long)
    text = (
        f"You waited {worst.interval.duration:.1f} s after “{reading.spoken(worst.after)}”: "
        "one calm breath is enough there."
    )
    return Advice("fluency", text, (worst.after,), worst.interval.start)


def _pace_advice(reading: _Reading) -> Advice | None:
    rate = reading.measures.pacing.speech_rate_wpm or 0.0
    low, high = reading.pace_wpm()
    if rate < low:
        what = "read the script once to yourself first, then link the words of each phrase."
    else:
        what = "slow down, above all for names and numbers."
    text = f"You read {rate:.0f} words a minute, and {low:.0f} to {high:.0f} is easy to follow: {what}"
    return Advice("fluency", text)


def _fillers(reading: _Reading) -> Advice | None:
    words = reading.indices("filler")
    text = (
        f"You used {_count(len(words), 'filler')} ({reading.quoted(words) or 'such as “um”'}): "
        "breathe in silence instead, callers hardly notice a short breath."
    )
    return Advice("fluency", text, tuple(words), reading.start(words[0]))


def _repeated(reading: _Reading) -> Advice | None:
    words = reading.indices("repeated")
    text = f"You repeated {reading.quoted(words) or 'a word'}: when you stumble, just read on."
    return Advice("fluency", text, tuple(words), reading.start(words[0]))


def _false_starts(reading: _Reading) -> Advice | None:
    words = reading.indices("false_start")
    nexts = [i for i in map(reading.next_word, words) if i is not None]
    where = f" before {reading.quoted(nexts)}" if nexts else ""
    text = f"You began a word and broke off{where}: look a phrase ahead before you say it."
    return Advice("fluency", text, tuple(words), reading.start(words[0]))


def _missing_pauses(reading: _Reading) -> Advice | None:
    words = reading.measures.pacing.missing_pauses
    text = (
        f"You ran on after {reading.quoted(words)}: a short breath tells callers that the sentence is over."
    )
    return Advice("fluency", text, words, reading.start(words[0]))


def _clearer(reading: _Reading) -> Advice | None:
    """The sound that was most clearly wrong; where no single one can be named, the least clear words."""
    called = reading.measures.pronunciation.called_out
    if not called:
        return _clearer_words(reading)
    worst = called[0]
    text = f"In {reading.quoted(worst.words)}, work on {how_to(worst.phone, worst.heard)}"
    return Advice("pronunciation", text, worst.words, reading.start(worst.words[0]))


def _clearer_words(reading: _Reading) -> Advice | None:
    limit = reading.rubric.pronunciation.practise_below
    measured = reading.measures.pronunciation.words
    scores = {
        i: found.score
        for i in reading.indices("correct")
        if (found := measured[i]) is not None and found.score is not None and found.score < limit
    }
    if not scores:
        return None
    worst = sorted(scores, key=lambda i: scores[i])
    what = "it slowly, then in its sentence" if len(worst) == 1 else "each slowly, then in its sentence"
    least = "the least clear word" if len(worst) == 1 else "the least clear words"
    text = f"Work on {reading.quoted(worst)}, {least}: say {what}."
    return Advice("pronunciation", text, tuple(worst), reading.start(worst[0]))


def _flow(reading: _Reading) -> Advice | None:
    listeners = reading.measures.pronunciation.listeners
    if listeners is None or _taken(listeners.fluency, reading.rubric.fluency.clear_from) < _SOME:
        return None
    return Advice(
        "fluency", "Read in phrases: link the words of each phrase, and breathe between two phrases."
    )


def _melody(reading: _Reading) -> Advice | None:
    listeners = reading.measures.pronunciation.listeners
    if listeners is None or _taken(listeners.prosody, reading.rubric.prosody.clear_from) < _SOME:
        return None
    return Advice(
        "prosody",
        "Choose the word that matters most in each phrase and say it longer and higher; let the small words "
        "be short.",
    )


def _other_words(reading: _Reading) -> Advice | None:
    words = [i for i in reading.indices("substituted") if i not in reading.slips()]
    known = [i for i in words if reading.words[i].heard]
    if known:
        pairs = [f"“{reading.words[i].heard}” where the script has “{reading.spoken(i)}”" for i in known]
        text = f"You said {_listed(pairs, 2)}: read the line again slowly."
    else:
        text = f"{reading.quoted(words)} could not be made out: say it slowly and clearly."
    return Advice("accuracy", text, tuple(words), reading.start((known or words)[0]))


def _added_words(reading: _Reading) -> Advice | None:
    words = [i for i in reading.indices("inserted") if i not in reading.slips()]
    said = reading.quoted(words) or _count(len(words), "word")
    text = f"You added {said}, which the script does not have: keep to its words."
    return Advice("accuracy", text, tuple(words), reading.start(words[0]))


def _omitted_words(reading: _Reading) -> Advice | None:
    words = [i for i in reading.indices("omitted") if i not in reading.slips()]
    counts = reading.measures.counts
    groups: list[list[int]] = []
    for i in words:
        if groups and reading.next_word(groups[-1][-1]) == i:
            groups[-1].append(i)
        else:
            groups.append([i])
    texts = [f"“{_shortened(reading.written(group))}”" for group in sorted(groups, key=len, reverse=True)]
    share = f" ({counts.omitted} of {counts.words} words)" if counts.completeness < 0.8 else ""
    text = f"You left out {_listed(texts, 2)}{share}: read every word, to the end of the script."
    return Advice("completeness", text, tuple(words), reading.start(words[0]))


def _shortened(text: str) -> str:
    """A phrase of at most eight words.

    >>> _shortened("one two three four five six seven eight nine")
    'one two three … seven eight nine'
    """
    words = text.split()
    return text if len(words) <= 8 else " ".join([*words[:3], "…", *words[-3:]])


def _livelier(reading: _Reading) -> Advice | None:
    return Advice(
        "prosody",
        "Your voice stayed on nearly one note: lift the word that matters most in each sentence.",
    )


def _falling(reading: _Reading) -> Advice | None:
    words = reading.rising()
    text = f"Your voice rose at {reading.quoted(words)}, like a question: let it fall where a statement ends."
    return Advice("prosody", text, tuple(words), reading.start(words[0]))


def _to_the_end(reading: _Reading) -> Advice | None:
    words = reading.fading()
    text = f"Your voice faded at {reading.quoted(words)}: keep breath for the last word of a sentence."
    return Advice("prosody", text, tuple(words), reading.start(words[0]))


def _slips(reading: _Reading) -> Advice | None:
    slips = reading.measures.grammar or ()
    more = f" ({len(slips) - 2} more like this.)" if len(slips) > 2 else ""
    text = " ".join(slip.message for slip in slips[:2]) + more
    return Advice("grammar", text, tuple(slip.word for slip in slips), slips[0].start)


_DEVIATIONS: Mapping[Status, tuple[str, str]] = {
    "substituted": ("accuracy", "substituted"),
    "inserted": ("accuracy", "inserted"),
    "omitted": ("completeness", "omitted"),
}
_TOPICS: Sequence[tuple[Callable[[_Reading], Advice | None], Sequence[tuple[str, str]]]] = (
    (_omitted_words, [("completeness", "omitted")]),
    (_other_words, [("accuracy", "substituted")]),
    (
        _clearer,
        [("pronunciation", "listeners"), ("accuracy", "mispronounced")],
    ),
    (_pauses, [("fluency", "unexpected_pauses")]),
    (_pace_advice, [("fluency", "speech_rate_wpm")]),
    (_slips, [("grammar", "slips")]),
    (_fillers, [("fluency", "fillers")]),
    (_repeated, [("fluency", "repeated"), ("accuracy", "repeated")]),
    (_false_starts, [("fluency", "false_starts")]),
    (_flow, [("fluency", "listeners")]),
    (_livelier, [("prosody", "f0_deviation_semitones")]),
    (_melody, [("prosody", "listeners")]),
    (_falling, [("prosody", "rising_statements")]),
    (_to_the_end, [("prosody", "trailing_off")]),
    (_missing_pauses, [("fluency", "missing_pauses")]),
    (_long_pauses, [("fluency", "long_pauses")]),
    (_added_words, [("accuracy", "inserted")]),
)


def _praise(reading: _Reading, lost: Mapping[tuple[str, str], float]) -> Advice:
    """What can truly be said where nothing stands out to work on."""
    counts = reading.measures.counts
    facts = []
    if counts.correct == counts.words:
        facts.append("every word was read as the script has it")
    if lost.get(("fluency", "speech_rate_wpm")) == 0.0:
        facts.append("the pace was easy to follow")
    if lost.get(("prosody", "f0_deviation_semitones")) == 0.0:
        facts.append("the voice moved")
    if not facts:
        return Advice("overall", "Nothing stands out to work on: read the script once more, and compare.")
    well = _listed(facts)
    return Advice("overall", f"Well read: {well}. Try a longer or harder script next.")
