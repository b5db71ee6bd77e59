"""Which taggers read a text, and what of their findings counts: English, Spanish, or Chinese and Japanese.

An English text is told apart before anything else is loaded: it has no sign of Chinese or Japanese, and no word that
Spanish sentences are made of.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from mhc_core.languages.detection import share_of
from mhc_core.scrubbing.digits import order_before
from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.lexicon import code, ordinary
from mhc_core.scrubbing.recognizers.base import Span, SpanRecognizer
from mhc_core.scrubbing.recognizers.tagged import KINDS, TaggedRecognizer, spans_of
from mhc_core.scrubbing.signs import SIGNS, has_signs
from mhc_core.scrubbing.tagger.languages.fields import packaged
from mhc_core.scrubbing.tagger.tokens import Token
from mhc_core.scrubbing.vocabulary import words

_SPANISH_WORDS = words(
    """
    que qué por para con sin mi mis su sus tu es son soy somos está esta estoy están estamos le les se te una uno unos
    hola gracias buenas buenos señor señora don doña como cuanto cuánto cual cuál donde dónde quien quién tengo tiene
    tienen quiero quisiera puede pueden pero también porque ya muy más llamo llama habla aquí nombre saludos
    atentamente del una en y mande oiga disculpe vivo cel correo el la los las de nos lo dni
    """
)
"""The words that hold Spanish sentences together, a closed class, and words of greeting."""
_SPANISH_SIGNS = frozenset("ñ¿¡áíóúÑÁÍÓÚ")
_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z]+")
_MAYBE, _SURELY = 0.12, 0.6
"""From which share of Spanish its tagger reads a text, and from which that of English does not."""
_CERTAIN = 0.9
"""How sure the tagger of English must be of Latin letters among signs."""
_NEEDED: Mapping[str, Mapping[str, float]] = {
    "signs": {"PERSON": 0.3, "ADDRESS": 0.5, "PHONE": 0.5, "CODE": 0.4, "ID": 0.5, "PLATE": 0.6, "BIRTH": 0.75},
    "es": {"PERSON": 0.45, "ADDRESS": 0.45, "PHONE": 0.5, "CODE": 0.4, "ID": 0.5, "PLATE": 0.6, "BIRTH": 0.6},
}
"""How sure each must be; chosen on messages that were looked at and not taught."""


class LanguageRecognizer(SpanRecognizer):
    """The taggers as one of Presidio's recognisers: each reads what is written in its language."""

    types = tuple(dict.fromkeys([*KINDS.values(), PiiType.PASSWORD]))
    reads_signs = True

    def __init__(self, english: TaggedRecognizer) -> None:
        super().__init__()
        self._english = english

    def spans(self, text: str) -> Iterator[Span]:
        signed = has_signs(text)
        share = spanish_share(text)
        if not signed and share < _MAYBE:
            yield from self._english.spans(text)
            return
        if signed:
            yield from _read("signs", text)
        if share >= _MAYBE:
            yield from _read("es", text)
        for span in self._english.spans(text):
            kind, start, end, probability = span
            address = kind is PiiType.ADDRESS  # it was taught those of forty countries
            if signed and SIGNS.search(text, start, end) and not (address and probability >= _CERTAIN):
                continue
            unsure = share >= _SURELY or (signed and probability < _CERTAIN)
            if unsure and not address:
                continue
            yield span


def spanish_share(text: str) -> float:
    """How likely a text is Spanish, 0..1; a text without any of Spanish's own words and signs is not looked into."""
    if _SPANISH_WORDS.isdisjoint(_LETTERS.findall(text.lower())) and _SPANISH_SIGNS.isdisjoint(text):
        return 0.0
    return share_of("es", text)


def _read(field: str, text: str) -> Iterator[Span]:
    needed = _NEEDED[field]

    def sure(label: str, found: Sequence[Token], place: int) -> float:
        return needed[label]

    for span in spans_of(packaged(field), text, sure):
        kind, start, end, _ = span
        if kind is PiiType.GATE_CODE and order_before(text, start):
            continue
        if kind is PiiType.PERSON and field == "signs" and _plain_word(text[start:end]):
            continue
        yield span


def _plain_word(value: str) -> bool:
    """Whether Latin letters among signs are ordinary words and no usual given names: "LINEのID"."""
    found = _LATIN.findall(value)
    joints = len(SIGNS.findall(value))
    return bool(found) and joints < 2 and all(ordinary(word.lower()) and code(word)[0] in "04" for word in found)
