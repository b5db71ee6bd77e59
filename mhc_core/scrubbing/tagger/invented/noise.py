"""How people really write: without capitals and signs, in a hurry, glued together."""

import re
from random import Random

from mhc_core.scrubbing.tagger.labelled import Labelled

_WORD = re.compile(r"[a-z]{4,}")
_WORDS = re.compile(r"(?<![\w'])[a-z]+")
_SOUNDS = (
    ("th", "d"), ("ing", "in"), ("er", "a"), ("ght", "te"), ("ou", "u"), ("ea", "e"), ("ee", "e"),
    ("ck", "k"), ("c", "k"), ("s", "z"), ("ies", "ys"), ("oo", "u"), ("ph", "f"), ("ll", "l"), ("tt", "t"),
    ("ed", "d"), ("ai", "ay"),
)  # fmt: skip
_EMOJI = ("😂", "🙏", "🎉", "❤️", "😊", "👍", "🔥", "🍤", "😭", "✨")


def noisy(message: Labelled, random: Random) -> Labelled:
    """The message as it might be typed; the places of personal data move along."""
    draw = random.random()
    text, spans = message.text, list(message.spans)
    if draw < 0.36:
        text = text.lower() if len(text.lower()) == len(text) else text
    elif draw < 0.39:
        text = text.upper() if len(text.upper()) == len(text) else text
    elif draw < 0.72:
        text = _sentence_case(text)
    elif draw < 0.755:
        text = _WORDS.sub(lambda match: match.group()[0].upper() + match.group()[1:], text)
    inside = bytearray(len(text) + 1)
    for _, start, end in spans:
        inside[start:end] = b"\1" * (end - start)
    edits: list[tuple[int, int, str]] = []
    if random.random() < 0.25:
        drop = random.choice((",", ".", ",.", "'", ",.'?!"))
        edits += [
            (place, place + 1, "")
            for place, sign in enumerate(text)
            if sign in drop and not inside[place] and not text[place - 1 : place].isdigit()
        ]
    hurry = random.random()
    if hurry < 0.2 or (hurry < 0.4 and text.islower()):
        for match in _WORD.finditer(text):
            if random.random() < (0.08 if hurry < 0.15 else 0.2) and not inside[match.start()]:
                slip = _typo if random.random() < 0.7 else _short
                edits.append((*match.span(), slip(match.group(), random)))
    if random.random() < 0.06 and spans:
        _, start, end = random.choice(spans)
        words = text[start:end].split()
        if words and words[0].isalpha() and len(words[0]) > 4:
            edits.append((start, start + len(words[0]), _typo(words[0], random)))
    if random.random() < 0.06:
        place = len(text)
        edits.append((place, place, " " + random.choice(_EMOJI)))
    if random.random() < 0.03 and spans:
        start = random.choice(spans)[1]
        if start and text[start - 1] == " ":
            edits.append((start - 1, start, random.choice(("  ", ": ", " - ", "\n"))))
    if random.random() < 0.12 and spans:  # what was found before is a hole in the text that is read again
        taken = random.choice(spans)
        hole = "\ufff9" if taken[0] == "PERSON" else "\ufffc"
        spans.remove(taken)
        edits = [edit for edit in edits if edit[1] <= taken[1] or edit[0] >= taken[2]]
        edits.append((taken[1], taken[2], hole))
    return Labelled(*edited(text, spans, edits))


def _sentence_case(text: str) -> str:
    """The text with the capitals of those who write some: at the beginning of a sentence, and "I"."""
    text = re.sub(r"(?<![\w.\-])i(?![\w.\-])(?! \w(?!\w))", "I", text)
    return re.sub(r"(^|[.!?\n] ?)([a-z])", lambda match: match.group(1) + match.group(2).upper(), text)


def _typo(word: str, random: Random) -> str:
    place = random.randrange(1, len(word) - 1)
    return random.choice(
        (
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + random.choice("aeionrst") + word[place + 1 :],
        )
    )


def _short(word: str, random: Random) -> str:
    """A word as it sounds, or without its vowels."""
    heard = [(one, other) for one, other in _SOUNDS if one in word]
    if heard and random.random() < 0.7:
        one, other = random.choice(heard)
        return word.replace(one, other, 1)
    return word[0] + "".join(letter for letter in word[1:] if letter not in "aeiou")


def edited(
    text: str, spans: list[tuple[str, int, int]], edits: list[tuple[int, int, str]]
) -> tuple[str, list[tuple[str, int, int]]]:
    moved = spans
    kept = []
    reached = len(text) + 1
    for start, end, new in sorted(edits, reverse=True):
        if end > reached:
            continue
        reached = start
        kept.append((start, end, new))
    for start, end, new in kept:
        shift = len(new) - (end - start)
        text = text[:start] + new + text[end:]
        moved = [
            (
                label,
                one + (shift if one >= end and (one, end) != (start, start) else 0),
                other + (shift if other >= end and other > start else 0),
            )
            for label, one, other in moved
        ]
    return text, moved
