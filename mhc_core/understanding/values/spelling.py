"""One spelling of a slot's words, for the readers of its value."""

import re
import unicodedata

from mhc_core.language.number_words import in_digits

_SPANISH = {
    **{"un": 1, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8},
    **{"nueve": 9, "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16},
    **{"diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veintiuno": 21, "veintiun": 21},
    **{"veintidos": 22, "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26},
    **{"veintisiete": 27, "veintiocho": 28, "veintinueve": 29, "treinta": 30, "cuarenta": 40, "cincuenta": 50},
    **{"sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90, "cien": 100, "cero": 0},
}
_SPANISH_WORD = re.compile(
    rf"\b(?:(?P<tens>treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa) y (?P<ones>uno?a?|{'|'.join(_SPANISH)})"
    rf"|(?P<word>{'|'.join(_SPANISH)}))\b"
)
_DOZEN = re.compile(r"\b(?:an? )?dozens?\b|\b(?:una )?docenas?\b")
_DOZENS = re.compile(r"(?:\b(\d{1,2}) )?\bxii\b")
_SPACES = re.compile(r"\s+")


def tidy(words: str) -> str:
    """As typed, without spaces and punctuation around it, and with single spaces in it."""
    return _SPACES.sub(" ", words).strip(" \t\n,;:!?\"'()[]*_~")


def unaccented(words: str) -> str:
    """Lower case without accents: ``Sábado`` becomes ``sabado``."""
    spread = unicodedata.normalize("NFD", words.lower())
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def plain(words: str) -> str:
    """Lower case without accents, English and Spanish number words as digits: ``Dos dozen`` becomes ``24``."""
    text = unaccented(words)
    dozens = "do" in text and "half" not in text
    text = in_digits(_DOZEN.sub("xii", text) if dozens else text)
    text = _SPANISH_WORD.sub(_digits, text)
    if dozens:
        text = _DOZENS.sub(lambda found: str(12 * int(found[1] or 1)), text)
    return _SPACES.sub(" ", text).strip()


def _digits(found: re.Match[str]) -> str:
    if found["tens"]:
        return str(_SPANISH[found["tens"]] + _SPANISH[found["ones"]])
    return str(_SPANISH[found["word"]])
