"""Signs and words of a message in any language: one sign for each sign, so that places stay what they are."""

import re
import unicodedata
from functools import cache
from typing import Any

from mhc_core.understanding.words import Word

SPANISH, CHINESE, JAPANESE = "es", "zh", "ja"
READ = (SPANISH, CHINESE, JAPANESE)
"""The languages that are read here, each with a grammar, a lexicon and models of its own."""
MAX_WORDS = 300
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〇"
_KANA = r"\u3041-\u3096\u30a1-\u30fa\u30fc"
_WORD = re.compile(rf"[{_HAN}{_KANA}]|[^\W\d_{_HAN}{_KANA}]+|\d+|[^\w\s]|_")
_KANA_SIGN = re.compile(rf"[{_KANA}]")
_HAN_SIGN = re.compile(rf"[{_HAN}]")


def reading(tag: str) -> str | None:
    """Which of ``READ`` a message in a language is read as; ``None`` for English and all others.

    Args:
        tag: a BCP 47 tag; Simplified and Traditional Chinese are read alike.
    """
    primary = tag.partition("-")[0].lower()
    return primary if primary in READ else None


def written_in(text: str) -> str | None:
    """The language that a text's signs prove: Japanese by kana, Chinese by Han signs alone; ``None`` by others."""
    if _KANA_SIGN.search(text):
        return JAPANESE
    return CHINESE if _HAN_SIGN.search(text) else None


def normal(text: str, language: str) -> str:
    """The text in lower case and half width, Chinese simplified, Spanish without accents; of the same length."""
    if language == CHINESE:
        text = _simplified(text)
    return "".join(_sign(sign, language) for sign in text)


def split(text: str) -> list[Word]:
    """The first ``MAX_WORDS`` words: runs of letters or digits, and each Chinese or Japanese sign alone."""
    found: list[Word] = []
    for word in _WORD.finditer(text):
        if len(found) == MAX_WORDS:
            break
        found.append(Word(word[0], word.start(), word.end()))
    return found


def spaced(text: str) -> str:
    """The words with spaces between them, so that what counts words and pairs counts signs and their pairs."""
    return " ".join(word.text for word in split(text))


def _sign(sign: str, language: str) -> str:
    wide = unicodedata.normalize("NFKC", sign)
    plain = (wide if len(wide) == 1 else sign).lower()
    if language == SPANISH:
        plain = "".join(part for part in unicodedata.normalize("NFD", plain) if not unicodedata.combining(part))
    return plain if len(plain) == 1 else sign


def _simplified(text: str) -> str:
    found = str(_converter().convert(text))
    return found if len(found) == len(text) else "".join(_one_sign(sign) for sign in text)


def _one_sign(sign: str) -> str:
    found = str(_converter().convert(sign))
    return found if len(found) == 1 else sign


@cache
def _converter() -> Any:
    from opencc import OpenCC  # reads its tables, 0.1 s

    return OpenCC("t2s")
