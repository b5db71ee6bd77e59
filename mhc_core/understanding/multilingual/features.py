"""What a conditional random field sees of each word of a message in another language than English.

Signs and their neighbours, what a word may belong to by the exact grammars and by the lexicon, and what the customer
had been asked for.
"""

from collections.abc import Sequence

from mhc_core.scrubbing.lexicon import given_names
from mhc_core.understanding.multilingual import lexicon
from mhc_core.understanding.multilingual.grammars import GRAMMARS
from mhc_core.understanding.multilingual.numerals import SIGNS
from mhc_core.understanding.result import DialogueContext
from mhc_core.understanding.words import Word, circumstances, shape

_AROUND = (-3, -2, -1, 1, 2, 3)
_EDGE = "edge"


def features(plain: str, words: Sequence[Word], language: str, context: DialogueContext) -> list[list[str]]:
    """For each word what the field sees of it; ``words`` are those of ``plain``, the message as normal text."""
    asked = circumstances(context)
    said = [word.text for word in words]
    forms = [_form(word) for word in said]
    belongs = _marked(plain, words, language)
    return [_of_one(place, said, forms, belongs, words, asked) for place in range(len(said))]


def _of_one(
    place: int,
    said: Sequence[str],
    forms: Sequence[str],
    belongs: Sequence[Sequence[str]],
    words: Sequence[Word],
    asked: str,
) -> list[str]:
    def at(seen: Sequence[str], offset: int) -> str:
        other = place + offset
        return seen[other] if 0 <= other < len(seen) else _EDGE

    word, form, own = said[place], forms[place], belongs[place]
    found = [
        "bias", f"w={word}", f"s={form}", f"p3={word[:3]}", f"e3={word[-3:]}", f"asked={asked}",
        f"asked,s={asked},{form}", f"asked,w={asked},{word}", f"length={min(len(said), 12)}",
        f"w-1,w={at(said, -1)},{word}", f"w,w+1={word},{at(said, 1)}", f"s,s+1={form},{at(forms, 1)}",
        f"s-1,s={at(forms, -1)},{form}", f"w-2,w-1={at(said, -2)},{at(said, -1)}",
        f"w+1,w+2={at(said, 1)},{at(said, 2)}", f"w-1,w,w+1={at(said, -1)},{word},{at(said, 1)}",
        f"s+1,w+2={at(forms, 1)},{at(said, 2)}", f"s-1,w-2={at(forms, -1)},{at(said, -2)}",
    ]  # fmt: skip
    found += [f"w{offset}={at(said, offset)}" for offset in _AROUND]
    found += [f"s{offset}={at(forms, offset)}" for offset in (-2, -1, 1, 2)]
    found += [f"in={mark}" for mark in own]
    found += [f"in,asked={mark},{asked}" for mark in own]
    for offset in (-2, -1, 1, 2):
        other = place + offset
        if 0 <= other < len(said):
            found += [f"in{offset}={mark}" for mark in belongs[other]]
    for step in (-1, 1):
        other = place
        while 0 <= other < len(said) and set(belongs[other]) & set(own) and own:
            other += step
        if 0 <= other < len(said) and own:  # what stands beside the whole expression
            found += [f"beside{step}={said[other]}", f"beside{step},in={said[other]},{own[0][2:]}"]
            found += [f"beside{step},mark={mark}" for mark in belongs[other]]
    if place and words[place - 1].end == words[place].start:
        found.append("glued")
    return found


def _form(word: str) -> str:
    if word in SIGNS:
        return "numeral"
    if word.isdecimal():
        number = int(word[:6])
        size = next((str(bound) for bound in (12, 31, 60, 200) if number <= bound), "large")
        return f"d{min(len(word), 6)}{size}"
    return shape(word[:1]) if len(word) == 1 else shape(word)


def _marked(plain: str, words: Sequence[Word], language: str) -> list[list[str]]:
    """Of each word what it may belong to, with ``B-`` at its beginning."""
    marks: list[list[str]] = [[] for _ in words]
    spans = [
        (kind, found.start(), found.end())
        for kind, pattern in GRAMMARS[language].CANDIDATES.items()
        for found in pattern.finditer(plain)
    ]
    for kind in lexicon.KINDS:
        for found in lexicon.pattern(language, kind).finditer(plain):
            label = lexicon.meanings(language, kind)[found[0]] if kind in ("persons", "severities") else kind
            spans.append((label, found.start(), found.end()))
    for place, word in enumerate(words):
        if len(word.text) > 1 and word.text in given_names():
            marks[place].append("B-given")
    for kind, start, end in spans:
        first = True
        for place, word in enumerate(words):
            if word.start >= start and word.end <= end:
                marks[place].append(f"{'B' if first else 'I'}-{kind}")
                first = False
    return marks
