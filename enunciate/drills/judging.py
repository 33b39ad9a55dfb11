"""How a reading of an item went, from its assessment.

On single words a recognizer hears endings that are not there ("carded" for "card"). So lists and pairs are
judged by their sounds alone, pairs by which of the two words the sound fits; only sentences are judged by
their words too. What was not measured never counts against anybody: then there is no verdict.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from enunciate.alignment import AlignedWord
from enunciate.alignment.reading import is_reading
from enunciate.assessment import Assessment
from enunciate.audio.level import speech_problem
from enunciate.drills import Item, Outcome, Part, Verdict
from enunciate.measures import Measures, Pause, PhoneMeasure, contrast
from enunciate.measures.pronunciation import scorer
from enunciate.measures.sounds import how_to, sounds
from enunciate.reference import Reference, ReferenceWord, accents
from enunciate.rubric import Rubric, load_rubric

_LOST_SHARE = 0.1
"""Of the words of a line: from so many on, and two at least, it is read again."""
_READ_SHARE = 0.8
"""Of the words: from a part of a script neither pace nor pauses can be told."""
_PACE_WORDS = 12
"""Of shorter lines the pace is chance."""
_PACE_SLACK = 0.05
"""Share of its edge by which a pace may leave the band and still be right."""
_FLUENT_SHARE = 0.92
"""Of the time from the first word to the last; who speaks more than this hardly pauses at all."""
_HALTING_SHARE = 0.75


def judge(item: Item, assessment: Assessment, rubric: Rubric | None = None) -> Outcome:
    """How the reading of `item` went that `assessment` is of; it was read as `item.reference`."""
    measures = assessment.measures
    if measures is None:
        return Outcome(None, _unread(assessment))
    if item.form == "pairs":
        return _pairs(item, assessment)
    if item.form == "words":
        return _words(item, assessment, measures)
    if item.kind == "pace":
        return _pace(item, assessment, measures, rubric or load_rubric())
    if item.kind == "pauses":
        return _pauses(assessment, measures)
    return _line(item, assessment, measures)


def _unread(assessment: Assessment) -> str:
    """Why nothing was measured, for somebody who reads an item and not a recording of a script."""
    if (problem := speech_problem(assessment.recording.audio)) is not None:
        return problem
    if is_reading(assessment.alignment):
        return "Far more was said than these words. Read only what is shown."
    return "Hardly any of these words were heard. Read what is shown, close to the microphone."


# --- pairs and lists ----------------------------------------------------------------------------------


def _pairs(item: Item, assessment: Assessment) -> Outcome:
    script = _script_words(assessment)
    words = [word.reference for word in script if word.reference is not None]
    beside = any(word.reference is None for word in assessment.alignment.words)
    pairs = [(_choice(words[place]), _choice(words[place + 1])) for place in range(0, len(words) - 1, 2)]
    found: list[contrast.Contrast | None] = []
    for place, told in enumerate(contrast.measure(assessment.recording.audio, pairs)):
        # A word that was not heard may have been said as its partner; where nothing else was heard either,
        # it was not said at all.
        silent = not beside and any(word.interval is None for word in script[2 * place : 2 * place + 2])
        found.append(None if silent else told)
    heard = [told.apart for told in found if told is not None]
    mean = sum(heard) / len(heard) if heard else 0.0
    alike = bool(heard) and mean <= _ALIKE_MEAN[min(len(heard), len(_ALIKE_MEAN)) - 1]
    parts = []
    for place, told in enumerate(found):
        first, second = script[2 * place], script[2 * place + 1]
        name = f"{_text(first, assessment.reference)} – {_text(second, assessment.reference)}"
        if told is None:
            parts.append(Part(name, None, "I did not hear both words."))
        elif told.apart <= (_ALIKE_WITH_OTHERS if alike else _ALIKE):
            parts.append(Part(name, "again", _sounded(first, second, told, assessment.reference)))
        else:
            parts.append(Part(name, "good" if told.apart >= _APART else None))
    verdict: Verdict | None = None
    if alike:
        verdict = "again"
    elif any(part.verdict == "again" for part in parts):
        verdict = "almost"
    elif 2 * len(heard) >= len(pairs) and mean >= _APART:
        verdict = "good"
    return Outcome(verdict, _of_pairs(verdict, parts), tuple(parts))


_APART = 10.0
"""From so much `Contrast.apart` on, two words were told apart. Of 334 pairs that a synthetic voice read
rightly 94 % had as much, of 93 of which it read one word as the other 5 % (this and what follows by
`python -m tests.benchmarks.contrast`)."""
_ALIKE = -15.0
"""Down to here one pair alone was not: 1 % of those 334, and 51 % of those 93."""
_ALIKE_MEAN = (-15.0, -8.0, 0.0, 4.0)
"""The mean over one pair, two, three, and four or more, down to which they were read alike altogether. Drawn
at random from those pairs, of rightly read ones 0.6 % of single ones and 0.1 % of the means of two are as
low, and of pairs read alike 50 %, 73 %, 94 % and 99 %."""
_ALIKE_WITH_OTHERS = 0.0
"""What names a pair where they were."""


def _sounded(first: AlignedWord, second: AlignedWord, told: contrast.Contrast, script: Reference) -> str:
    """What one pair that was not told apart sounded like, and what to change."""
    said, meant = (second, first) if told.first < told.second else (first, second)
    sentence = f"“{_text(meant, script)}” sounded like “{_text(said, script)}”."
    return f"{sentence} {_tip(meant, said)}".strip()


def _tip(meant: AlignedWord, said: AlignedWord) -> str:
    """How to make the sound in which two words differ; empty where it is not one sound."""
    if meant.reference is None or said.reference is None:
        return ""
    own, other = contrast.difference(_choice(meant.reference)[0], _choice(said.reference)[0])
    if len(own) > 1 or len(other) > 1:
        return ""
    if not own:
        return f"End or begin it without /{sounds()[other[0]].ipa}/." if other else ""
    sound = sounds()[own[0]]
    if not other:
        return f"Let /{sound.ipa}/ be heard: {sound.how[0].lower()}{sound.how[1:]}"
    confusion = sound.confused.get(other[0])
    return f"{sound.how} {confusion.tip}" if confusion else sound.how


def _of_pairs(verdict: Verdict | None, parts: Sequence[Part]) -> str:
    if verdict is None:
        return "I cannot tell for certain. Say each word by itself, with a short stop between."
    if verdict == "good":
        told = sum(part.verdict == "good" for part in parts)
        return (
            "Each pair could be told apart."
            if told == len(parts)
            else f"{told} of {len(parts)} pairs were clear; of the others I cannot be sure."
        )
    alike = [part.text for part in parts if part.verdict == "again"]
    if verdict == "almost":
        return f"Nearly: make {alike[0]} differ more."
    if len(alike) == 1:
        return f"Not yet told apart: {alike[0]}."
    return "These sounded much alike. Make the difference bigger than feels natural."


def _words(item: Item, assessment: Assessment, measures: Measures) -> Outcome:
    parts = []
    for index, word in enumerate(assessment.alignment.words):
        if word.reference is None:
            continue
        pronounced = measures.pronunciation.words[index]
        if word.interval is None or pronounced is None or not pronounced.phones:
            parts.append(
                Part(
                    _text(word, assessment.reference),
                    None,
                    "It was not heard." if word.interval is None else "",
                )
            )
            continue
        wrong = _wrong(pronounced.phones, item.sounds)
        if wrong is None:
            parts.append(Part(_text(word, assessment.reference), "good"))
        else:
            parts.append(Part(_text(word, assessment.reference), "again", how_to(wrong.phone, wrong.heard)))
    verdict = _of_parts(parts)
    off = [part.text for part in parts if part.verdict == "again"]
    if verdict is None:
        message = "I did not hear enough of the words. Say each by itself, with a short stop between."
    elif off:
        message = f"One more try for {_quoted(off)}."
    else:
        message = "Clear: nothing in these words stood out." if _heard(parts) else "What I heard was clear."
    return Outcome(verdict, message, tuple(parts))


def _heard(parts: Sequence[Part]) -> bool:
    return all(part.verdict is not None for part in parts)


def _of_parts(parts: Sequence[Part]) -> Verdict | None:
    """One part that went wrong is enough to read again; without one, half have to have gone well."""
    if any(part.verdict == "again" for part in parts):
        return "again"
    return "good" if 2 * sum(part.verdict == "good" for part in parts) >= max(1, len(parts)) else None


def _wrong(phones: Sequence[PhoneMeasure], wanted: Collection[str]) -> PhoneMeasure | None:
    """The sound that was most surely said wrongly, of those that are trained; None where none was."""
    sure = [
        phone
        for phone in phones
        if phone.phone in wanted and phone.sure is not None and phone.sure >= scorer().sure_enough
    ]
    return max(sure, key=lambda phone: phone.sure or 0.0, default=None)


# --- lines --------------------------------------------------------------------------------------------


def _line(item: Item, assessment: Assessment, measures: Measures) -> Outcome:
    alignment = assessment.alignment
    words = _script_words(assessment)
    lost = [word for word in words if word.status in ("omitted", "substituted")]
    texts = [_text(word, assessment.reference) for word in lost]
    parts = [Part(text, "again", _loss(text, word)) for text, word in zip(texts, lost, strict=True)]
    trained = item.sounds or tuple(sounds())
    called = [one for one in measures.pronunciation.called_out if one.phone in trained]
    for one in called:
        text = ", ".join(_text(alignment.words[index], assessment.reference) for index in one.words)
        parts.append(Part(text, "again", how_to(one.phone, one.heard)))
    limit = 1 if item.kind == "numbers" else max(2, round(_LOST_SHARE * len(words)))
    verdict: Verdict = "good"
    if called or len(lost) >= limit:
        verdict = "again"
    elif lost:
        verdict = "almost"
    return Outcome(
        verdict,
        _of_line(item, verdict, texts, bool(called)),
        tuple(parts),
        _facts(measures),
    )


def _loss(text: str, word: AlignedWord) -> str:
    if word.status == "omitted":
        return f"“{text}” was left out."
    return f"“{text}” sounded like “{word.heard}”." if word.heard else f"“{text}” could not be made out."


def _of_line(item: Item, verdict: Verdict, lost: Sequence[str], called: bool) -> str:
    if verdict == "good":
        return "Every word came through."
    if lost and item.kind == "numbers":
        return f"Callers write this down: {_quoted(lost)} must be heard as written."
    if lost:
        return f"{'Nearly' if verdict == 'almost' else 'Once more'}: mind {_quoted(lost)}."
    return "Every word came through; one sound is worth another try." if called else ""


def _facts(measures: Measures) -> tuple[str, ...]:
    rate = measures.pacing.speech_rate_wpm
    short = measures.counts.words < _PACE_WORDS
    return () if rate is None or short else (f"{rate:.0f} words a minute",)


def _pace(item: Item, assessment: Assessment, measures: Measures, rubric: Rubric) -> Outcome:
    pacing = measures.pacing
    rate, share = pacing.speech_rate_wpm, pacing.phonation_ratio
    if rate is None or share is None or not _whole(measures):
        return Outcome(None, "Too little of it was read to tell the pace: read it to its end.")
    low, high = item.reference.pace_wpm or rubric.fluency.pace_wpm
    aim = f"{low:.0f} to {high:.0f} is easy to follow"
    facts = [f"{rate:.0f} words a minute"]
    if pacing.articulation_rate is not None:
        facts.append(f"{pacing.articulation_rate:.1f} syllables a second while you spoke")
    facts.append(f"{100 * (1 - share):.0f} % of the time was pauses")
    verdict: Verdict = "good"
    if rate > high * (1 + _PACE_SLACK):
        verdict = "again" if rate > high * (1 + rubric.fluency.fast_margin) else "almost"
        how = "take a breath at each full stop" if share > _FLUENT_SHARE else "let each word reach its end"
        message = f"Too fast: {rate:.0f} words a minute, and {aim}. Slow down: {how}."
    elif rate < low * (1 - _PACE_SLACK):
        verdict = "again" if rate < low * (1 - rubric.fluency.slow_margin) else "almost"
        how = "look a phrase ahead, so that the stops get shorter" if share < _HALTING_SHARE else (
            "link the words of each phrase"
        )  # fmt: skip
        message = f"Slow: {rate:.0f} words a minute, and {aim}. Speed up a little: {how}."
    else:
        message = f"{rate:.0f} words a minute: easy to follow."
    if verdict == "almost":
        message = message.replace("Too fast", "A little fast").replace("Slow:", "A little slow:")
    return Outcome(verdict, message, (Part("pace", verdict),), tuple(facts[1:]))


def _pauses(assessment: Assessment, measures: Measures) -> Outcome:
    if not _whole(measures):
        return Outcome(None, "Too little of it was read to tell the pauses: read it to its end.")
    words = assessment.alignment.words
    parts = [
        Part(name, "again", f"You ran on after “{name}”: stop for a breath.")
        for name in (_text(words[index], assessment.reference) for index in measures.pacing.missing_pauses)
    ]
    parts += [
        _broken(pause, words, assessment.reference) for pause in measures.pacing.pauses if pause.hesitation
    ]
    if not parts:
        made = sum(pause.expected for pause in measures.pacing.pauses)
        return Outcome(
            "good",
            f"Pauses where they help, and none inside a phrase ({made} in all).",
            (Part("pauses", "good"),),
        )
    verdict: Verdict = "almost" if len(parts) == 1 else "again"
    return Outcome(verdict, " ".join(part.note for part in parts[:2]), tuple(parts))


def _broken(pause: Pause, words: Sequence[AlignedWord], script: Reference) -> Part:
    after = next((word for word in words[pause.after + 1 :] if word.reference is not None), None)
    name = _text(after or words[pause.after], script)
    where = f"{'before' if after else 'after'} “{name}”"
    seconds = pause.interval.duration
    return Part(name, "again", f"A stop of {seconds:.1f} s {where}: read that phrase in one go.")


def _whole(measures: Measures) -> bool:
    return measures.counts.completeness >= _READ_SHARE


# --- words --------------------------------------------------------------------------------------------


def _script_words(assessment: Assessment) -> list[AlignedWord]:
    return [word for word in assessment.alignment.words if word.reference is not None]


def _text(word: AlignedWord, script: Reference) -> str:
    """A word as it is written; one that only stands at the start of its sentence without the capital."""
    if word.reference is None:
        return word.heard or ""
    text, place = word.reference.text, word.reference.token
    written = script.tokens[place].written.strip('.,;:!?"“”')
    starts = place == 0 or script.tokens[place - 1].boundary in ("major", "paragraph")
    return written if written.lower() == text and not (starts and written == text.capitalize()) else text


def _choice(word: ReferenceWord) -> contrast.Choice:
    return accents.accepted(word.text, word.pronunciations)


def _quoted(words: Sequence[str]) -> str:
    """Up to three words, each once.

    >>> _quoted(["one", "two", "one"])
    '“one” and “two”'
    """
    named = [f"“{word}”" for word in dict.fromkeys(words)]
    more = [f"{len(named) - 3} more"] if len(named) > 3 else []
    *front, last = named[:3] + more
    return f"{', '.join(front)} and {last}" if front else last
