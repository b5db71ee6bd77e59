"""What the tagger finds: names, addresses, phone numbers, codes, papers, plates, each by the sentence around it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from mhc_core.scrubbing.digits import DIGIT_WORD, order_before
from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.lexicon import code, ordinary
from mhc_core.scrubbing.recognizers.base import Span, SpanRecognizer
from mhc_core.scrubbing.tagger.model import Tagged, Tagger
from mhc_core.scrubbing.tagger.tokens import Token
from mhc_core.scrubbing.view import HOLE, PERSON_HOLE

_NEEDED: Mapping[str, tuple[float, float]] = {
    "PERSON": (0.3, 0.3), "ADDRESS": (0.45, 0.35), "PHONE": (0.5, 0.5), "CODE": (0.15, 0.4), "ID": (0.5, 0.5),
    "PLATE": (0.5, 0.5), "BIRTH": (0.75, 0.75),
}  # fmt: skip
"""How sure the tagger must be, in a text with capitals and in one without any; chosen on messages that were looked at,
with a tagger that was not taught them."""
_NEEDED_OF_A_NAME: Mapping[str, tuple[float, float]] = {
    "given": (0.25, 0.2),
    "given and a word": (0.4, 0.35),
    "given elsewhere": (0.3, 0.4),
    "surname": (0.35, 0.15),
    "rather a word": (0.4, 0.3),
    "unknown": (0.3, 0.2),
    "ordinary": (0.5, 0.3),
}
"""How sure of a name, by what lists say of the word: in a text with capitals, and in one without any, where the tagger
sees less and is right more often than it thinks."""
_ALSO_WORDS = ("given and a word", "rather a word", "ordinary")
_NEEDED_OF_A_FIRST_WORD = 0.75
"""Of a word that is also an ordinary one, where a sentence begins and its capital says nothing, or before a hole."""
_TITLE = re.compile(r"(?:mrs?|ms|miss|mister|dr|doctor|prof|professor|señora?|sra?)\b\.?\s+", re.IGNORECASE)
_JOINED_BEFORE = re.compile(r"(?<![^\W_])([^\W\d_]{2,})-$")
_JOINED_AFTER = re.compile(r"(?:-(?=[^\W\d_]{2})|['’](?=[^\W\d_]{3}))([^\W\d_]+)(?![^\W_])")
_LETTERS = re.compile(r"[^\W\d_]+")
_DICTATED = frozenset(DIGIT_WORD.split("|")) | {
    "ext", "extension", "tel", "cell", "plus", "dash", "dot", "point", "space", "and", "thousand", "star",
}  # fmt: skip
"""Words that a dictated phone number is made of."""
_DATE = re.compile(r"\W*(?:19|20)\d\d-\d\d-\d\d\W*")
_LONGEST_PART = 30
_YEAR = re.compile(r"(?:19|20)\d\d")
_RECENT = 2024
"""From this year on a date that only its sentence calls a birthday is that of a party."""


class TaggedRecognizer(SpanRecognizer):
    """The tagger as one of Presidio's recognisers."""

    types = (
        PiiType.PERSON,
        PiiType.ADDRESS,
        PiiType.PHONE,
        PiiType.GATE_CODE,
        PiiType.PASSWORD,
        PiiType.GOVERNMENT_ID,
        PiiType.VEHICLE_PLATE,
        PiiType.DATE_OF_BIRTH,
    )
    reads_signs = True

    def __init__(self, tagger: Tagger) -> None:
        super().__init__()
        self._tagger = tagger

    def spans(self, text: str) -> Iterator[Span]:
        if not any(character.isalnum() for character in text):
            return
        column = 1 if text.islower() else 0

        def needed(label: str, found: Sequence[Token], place: int) -> float:
            if label != "PERSON" or not found[place].text[0].isalpha():
                return _NEEDED[label][column]
            listed = _listed(found[place].text)
            if listed in _ALSO_WORDS and _before_a_hole(found, place):
                return _NEEDED_OF_A_FIRST_WORD
            if column == 0 and listed in _ALSO_WORDS and _begins_sentence(found, place):
                return _NEEDED_OF_A_FIRST_WORD
            return _NEEDED_OF_A_NAME[listed][column]

        yield from spans_of(self._tagger, text, needed)


def spans_of(tagger: Tagger, text: str, needed: Callable[[str, Sequence[Token], int], float]) -> Iterator[Span]:
    """What a tagger finds, in the shape of each kind of personal data; ``needed`` as in :meth:`Tagger.tagged`."""
    for found in (part for run in tagger.tagged(text, needed) for part in _parts(run, text)):
        kind = _kind(found, text)
        if kind is not None:
            yield kind, _start(found, text), _end(found, text), round(min(found.probability, 1.0), 4)


def _parts(found: Tagged, text: str) -> Iterator[Tagged]:
    """A finding; a phone number without the ordinary words that it ran over: nobody dictates "pieces"."""
    start = found.start
    if found.label == "PHONE":
        for match in _LETTERS.finditer(text, found.start, found.end):
            word = match.group().lower()
            if word not in _DICTATED and len(word) > 2 and ordinary(word):
                if match.start() > start:
                    yield found._replace(start=start, end=match.start())
                start = match.end()
    if found.end > start:
        yield found._replace(start=start)


def _begins_sentence(found: Sequence[Token], place: int) -> bool:
    return place == 0 or found[place].gap == "n" or found[place - 1].text in (".", "!", "?", ":")


def _before_a_hole(found: Sequence[Token], place: int) -> bool:
    """Whether what was found before begins after a word: that was judged with more to go by then ("press 1234")."""
    return place + 1 < len(found) and found[place + 1].text in (HOLE, PERSON_HOLE)


def _listed(word: str) -> str:
    """What lists say of a word."""
    given, surname, town, lower, _, speech, *_ = tuple(code(word))
    if given == "4":
        return "rather a word" if lower in ("1", "2", "3", "4") else "given elsewhere"
    if given != "0":
        return "given and a word" if lower in ("1", "2", "3", "4") or town == "1" else "given"
    if surname != "0" and lower not in ("1", "2", "3", "4"):
        return "surname" if speech == "0" else "rather a word"
    return "ordinary" if lower != "0" or speech != "0" else "unknown"


KINDS = {
    "PERSON": PiiType.PERSON,
    "ADDRESS": PiiType.ADDRESS,
    "PHONE": PiiType.PHONE,
    "CODE": PiiType.GATE_CODE,
    "ID": PiiType.GOVERNMENT_ID,
    "PLATE": PiiType.VEHICLE_PLATE,
    "BIRTH": PiiType.DATE_OF_BIRTH,
}


def _kind(found: Tagged, text: str) -> PiiType | None:
    """The type of a finding; None when it lacks what every finding of its kind has."""
    value = text[found.start : found.end]
    letters = sum(character.isalpha() for character in value)
    digits = sum(character.isdigit() for character in value)
    kind = KINDS[found.label]
    match kind:
        case PiiType.PERSON:
            return kind if letters > 1 or not value.isascii() else None
        case PiiType.ADDRESS:
            return kind if letters else None
        case PiiType.PHONE:
            announced = order_before(text, found.start) and not value.startswith("+")
            return kind if not announced and not _DATE.fullmatch(value) and (digits >= 7 or letters >= 15) else None
        case PiiType.GATE_CODE:
            return PiiType.PASSWORD if letters >= 3 and " " not in value else kind
        case PiiType.DATE_OF_BIRTH:
            year = _YEAR.search(value)
            return kind if digits and not (year and int(year.group()) >= _RECENT) else None
    return kind if digits >= 3 else None


def _start(found: Tagged, text: str) -> int:
    """A name begins after "Mrs.", and with the whole of "Al-Mansoor"."""
    if found.label != "PERSON":
        return found.start
    title = _TITLE.match(text, found.start, found.end)
    if title:
        return title.end()
    before = _JOINED_BEFORE.search(text, max(0, found.start - _LONGEST_PART), found.start)
    return before.start() if before and _of_a_name(before[1]) else found.start


def _of_a_name(part: str) -> bool:
    """Whether what a hyphen joins to a name is part of it: "Ji-min", not "Kim-style"."""
    return part[0].isupper() or not ordinary(part) or code(part)[:2] != "00"


def _end(found: Tagged, text: str) -> int:
    """A secret goes on to the next blank, its signs are part of it; a name with what a hyphen joins to it."""
    end = found.end
    if found.label == "PERSON":
        while (after := _JOINED_AFTER.match(text, end)) and _of_a_name(after[1]):
            end = after.end()
    if found.label == "CODE":
        while end < len(text) and not text[end].isspace() and text[end] not in ".,;:)\"'\ufffc\ufff9":
            end += 1
    return end
