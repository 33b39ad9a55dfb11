"""A script as a voice reads it: sentence by sentence, word by word, or one word of it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from enunciate.audio import Audio
from enunciate.errors import ScriptError
from enunciate.reference import Phones, Reference, spoken
from enunciate.voice import Said, Utterance, Voice

PACE_WPM = 140.0
"""Words per minute at speed 1 for a script that sets no pace."""

_PAUSES = {"none": 0.15, "minor": 0.15, "major": 0.5, "paragraph": 0.9}
"""Seconds of silence after an utterance at speed 1, by what the script's punctuation asks for there."""

_LONGEST = 40
"""Words said in one breath."""

_AROUND = 0.3
"""Seconds of silence at both ends of a file."""

_TO_REPEAT = (1.0, 0.6)
"""Behind a word said alone there is time to say it oneself: as long as it took, times this, and so many
seconds."""

_ALONE_TEMPO = 0.85
"""Of a word said alone at speed 1."""

_SLOWEST_TEMPO = 0.65
"""At speed 1: lists of words are slow by their pauses, and words drawn out beyond this are no model."""


def said(reference: Reference) -> tuple[Said, ...]:
    """The script's words as they are handed to a voice, by the first reading of each token.

    >>> from enunciate.reference.scripts import from_text
    >>> [word.given + word.trail for word in said(from_text("I paid $5, Dr. Ito."))]
    ['I', 'paid', 'five', 'dollars,', 'doctor', 'Ito.']
    """
    found = []
    for index, token in enumerate(reference.tokens):
        match = re.fullmatch(r"(\W*)(.*?)(\W*)", token.written, re.DOTALL)
        assert match is not None
        # Only marks that shape the melody; others ("$", "#") a voice would read aloud.
        trail = "".join(mark for mark in match[3] if mark in ".,;:!?—")[:1]
        ends = token.boundary in ("major", "paragraph")
        if ends and trail not in (".", "!", "?"):
            trail = "."
        elif trail == "." and not ends:
            trail = ""  # the full stop of "Dr." stops nothing
        elif token.boundary == "minor":
            trail = trail or ","  # a dash on its own, a bracket
        inside = bool(index) and reference.tokens[index - 1].boundary not in ("major", "paragraph")
        words = token.readings[0]
        for place, text in enumerate(words):
            given, phones = _given(text, match[2], inside=inside)
            if own := reference.pronunciations.get(text):
                phones = own[0]
            found.append(Said(text, index, given, trail if place == len(words) - 1 else "", phones))
    if found and not found[-1].trail:
        last = found[-1]
        found[-1] = Said(last.text, last.token, last.given, ".", last.phones)
    return tuple(found)


def _given(text: str, letters: str, *, inside: bool) -> tuple[str, Phones | None]:
    """How a voice is given a spoken word of a token written `letters`, perhaps `inside` a sentence."""
    if text == "a" and (letters.lower() != "a" or (letters == "A" and inside)):
        return "A", ("EY1",)  # the letter; voices would take it for the article
    if len(text) == 1 and text not in ("a", "i"):
        return text.upper(), None
    if letters.lower().replace("’", "'") == text and not (letters.isupper() and len(letters) > 1):
        return letters, None
    return ("I" if text == "i" else text), None


def read_aloud(reference: Reference, voice: Voice, speed: float = 1.0) -> Iterator[Utterance]:
    """The script sentence by sentence, each made when it is asked for; long sentences in several breaths.

    At speed 1 it is read at the middle of the script's pace.
    """
    low, high = reference.pace_wpm or (PACE_WPM, PACE_WPM)
    tempo = speed * max(_SLOWEST_TEMPO, (low + high) / 2 / voice.wpm)
    for breath in _breaths(reference):
        pause = _PAUSES[reference.tokens[breath[-1].token].boundary] / speed
        yield Utterance(_written(reference, breath), voice.say(breath, tempo), pause)


def word_by_word(reference: Reference, voice: Voice, speed: float = 1.0) -> Iterator[Utterance]:
    """The script one word at a time, each with time to repeat it."""
    for breath in _breaths(reference):
        for place in range(len(breath)):
            yield _alone(reference, voice, breath, place, speed)


def one_word(reference: Reference, voice: Voice, name: str, speed: float = 1.0) -> Utterance:
    """A word of the script, or what the script writes as `name` ("$5"), as it is said where it first stands.

    Raises ScriptError where the script does not have it, naming those that are most like it.
    """
    wanted = spoken.fold(name)
    by_writing: dict[str, list[Said]] = {}
    for breath in _breaths(reference):
        for place, word in enumerate(breath):
            if wanted and wanted == word.text:
                return _alone(reference, voice, breath, place, speed)
            by_writing.setdefault(reference.tokens[word.token].written.strip(".,;:!?\"'“”()"), []).append(
                word
            )
    for written, words in by_writing.items():
        if written.casefold() == name.strip().casefold():
            token = words[0].token
            whole = [word for word in words if word.token == token]
            audio = voice.say([*whole[:-1], _ended(whole[-1])], speed * _ALONE_TEMPO)
            return Utterance(written, audio, _to_repeat(audio, speed))
    known = {word.text for word in said(reference)}
    close = difflib.get_close_matches(wanted or name, sorted(known), n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise ScriptError(f"The script “{reference.title}” does not have the word “{name}”.{hint}")


def joined(utterances: Iterable[Utterance]) -> Audio:
    """One after the other as one sound, with a little silence at both ends."""
    *front, last = utterances
    silence = np.zeros(round(_AROUND * last.audio.rate), np.float32)
    parts = [silence, *(utterance.whole.samples for utterance in front), last.audio.samples, silence]
    return Audio(np.concatenate(parts), last.audio.rate)


def _alone(reference: Reference, voice: Voice, breath: Sequence[Said], place: int, speed: float) -> Utterance:
    token = breath[place].token
    shares = [word for word in breath if word.token == token]
    text = _written(reference, shares) if len(shares) == 1 else breath[place].text
    audio = voice.say_alone(breath, place, speed * _ALONE_TEMPO)
    return Utterance(text, audio, _to_repeat(audio, speed))


def _to_repeat(audio: Audio, speed: float) -> float:
    times, more = _TO_REPEAT
    return times * audio.seconds + more / speed


def _breaths(reference: Reference) -> Iterator[Sequence[Said]]:
    """The words cut where sentences end, and long sentences where they pause."""
    words: list[Said] = []
    for word in said(reference):
        words.append(word)
        if word.trail and reference.tokens[word.token].boundary in ("major", "paragraph"):
            yield from _cut(words)
            words = []
    if words:
        yield from _cut(words)


def _cut(words: list[Said]) -> Iterator[list[Said]]:
    while len(words) > _LONGEST:
        commas = [place for place in range(_LONGEST // 3, _LONGEST) if words[place].trail]
        end = (commas[-1] if commas else _LONGEST - 1) + 1
        yield words[:end]
        words = words[end:]
    yield words


def _ended(word: Said) -> Said:
    return Said(word.text, word.token, word.given, ".", word.phones)


def _written(reference: Reference, words: Sequence[Said]) -> str:
    """What the script writes for these words."""
    start, end = reference.tokens[words[0].token].start, reference.tokens[words[-1].token].end
    return " ".join(reference.text[start:end].split())
