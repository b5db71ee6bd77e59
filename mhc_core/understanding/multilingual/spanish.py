"""The exact grammar of Spanish numbers, dates and times; most of its words the readers of values know already."""

import re
from datetime import date

from mhc_core.understanding.values.spelling import plain

_DAY = r"(?:lunes|martes|miercoles|jueves|viernes|sabados?|sab|domingos?|dom)"
_MONTH = (
    r"(?:enero|ene|febrero|feb|marzo|mar|abril|abr|mayo|junio|jun|julio|jul|agosto|ago|sept?iembre|sept?|octubre|oct"
    r"|noviembre|nov|diciembre|dic)"
)
_ONES = "un|una|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince"
_WORDED = (
    rf"(?:(?:treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa)(?: y (?:{_ONES}))?|veinti\w+|veinte|dieci\w+"
    rf"|cien|ciento|doscientos|quinientos|mil|{_ONES})"
)
NUMBER = rf"(?:\d{{1,4}}|{_WORDED})\b"
_AT = r"(?:a|para|tipo|como a|sobre|desde)? ?las? "
_PART = r"(?:de la|por la|en la|de) (?:manana|tarde|noche|madrugada)|del mediodia"
CANDIDATES = {
    "date": re.compile(
        rf"\b(?:el |este |esta |del |para el |proximo )*(?:proximo |ultimo |primer |segundo |tercer )?{_DAY}\b"
        rf"(?: (?:que viene|proximo|siguiente|pasado))?"
        rf"(?: (?:\d{{1,2}}|de la (?:proxima semana|semana que viene|otra semana)))?"
        rf"(?: de {_MONTH})?\b|\b(?:el |del |al )?(?:dia )?{NUMBER} (?:de |del )?{_MONTH}\b(?: (?:de |del )?20\d\d)?"
        rf"|\b{_MONTH} \d{{1,2}}\b|\bpasado manana\b|\b(?<!la )(?<!por )manana\b|\bhoy(?: en ocho)?\b|\besta noche\b"
        rf"|\b(?:dentro de|en) {NUMBER} (?:dias|semanas?|mes(?:es)?)\b"
        r"|\b(?:el |este |proximo )*(?:fin de semana|finde)\b|\b\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?\b"
        r"|\b(?:nochebuena|navidad|ano nuevo|nochevieja|fin de ano"
        r"|dia de (?:la madre|las madres|accion de gracias|san valentin)|dia del padre"
        r"|halloween|accion de gracias|san valentin|cuatro de julio)\b"
        r"|\b(?:el|al|del|dia) \d{1,2}\b(?!:)"
    ),
    "time": re.compile(
        rf"\b{_AT}{NUMBER}(?::\d{{2}})?(?: (?:y|menos|con) (?:media|cuarto|{NUMBER}))?(?: ?[ap]\.? ?m\.?)?"
        rf"(?: (?:{_PART}))?|\b\d{{1,2}}(?::\d{{2}})? ?(?:[ap]\.? ?m\b\.?|hrs?\b|horas\b)"
        rf"|\b\d{{1,2}}:\d{{2}}\b(?: (?:{_PART}))?|\bmedio ?dia\b|\b\d{{1,2}} (?:{_PART})"
    ),
    "age": re.compile(rf"\b{NUMBER} (?:anos?|anitos|mes(?:es)?)\b"),
    "miles": re.compile(rf"\b{NUMBER} ?(?:millas?|kms?|kilometros?|mi)\b"),
    "money": re.compile(
        r"[$] ?\d[\d,.]*|\b\d[\d,.]* ?(?:dolares|usd|pesos|varos|lucas)\b"
        r"|\b(?:mil|quinientos|ochocientos)\w*(?: \w+)? dolares\b"
    ),
    "number": re.compile(rf"\b{NUMBER}|\bmedia docena\b|\bdocenas?\b"),
}  # fmt: skip
"""What a word may belong to by its form alone; the model decides."""
MEASURED = re.compile(
    rf"\b{NUMBER} ?(?:(?:y media|y pico) )?(?:millas?|mi|kms?|kilometros?|metros?|pies|pulgadas?|cuadras?|horas?|hrs?"
    r"|minutos?|mins?|dias?|semanas?|mes(?:es)?|anos?|anitos|dolares|usd|pesos|por ?ciento|grados)\b"
)
"""A number with its unit: what it counts is no people."""
_WEEK_AFTER = re.compile(r"\bde la (?:proxima semana|semana que viene|otra semana|semana proxima|siguiente semana)\b")
_NEXT_WEEKEND = re.compile(r"\b(?:proximo (?:fin de semana|finde)|(?:fin de semana|finde) (?:que viene|proximo))\b")
_ALSO = re.compile(r"\b(?:y pico|y algo|aprox\w*|mas o menos|como|unos|unas|casi|alrededor de|cerca de)\b")
_HALF_DOZEN = re.compile(r"\bmedia docena\b")
_NONE = re.compile(r"\b(?:ningun[oa]?s?|nadie|sin|nada de|cero|no (?:hay|van|vienen|llevamos|tenemos))\b")
_HUNDREDS = {
    "doscientos": 200, "trescientos": 300, "cuatrocientos": 400, "quinientos": 500, "seiscientos": 600,
    "setecientos": 700, "ochocientos": 800, "novecientos": 900, "doscientas": 200, "mil": 1000,
}  # fmt: skip
_RANGE = re.compile(r"\d+ ?(?:-|a|o|y|u) ?\d+")
_FIGURES = re.compile(r"\d+")


def day(words: str, today: date) -> str:
    """The words of a date with what the reader of dates does not know replaced; ``today`` is not needed."""
    text = words
    if _WEEK_AFTER.search(text):
        return "next " + _WEEK_AFTER.sub("", text).replace("el ", "").strip()
    text = _NEXT_WEEKEND.sub("next weekend", text)
    text = re.sub(r"\b(?:de )?hoy en ocho\b", "in 1 week", text)
    text = re.sub(r"\b(?:dentro de|de aqui a)\b", "in", text)
    text = re.sub(r"\bcuatro de julio\b", "4 de julio", text)
    return re.sub(r"\besta (?:noche|tarde)\b", "today", text)


def time(words: str, before: str) -> str:
    """The words of a time; of a range the beginning. ``before`` is not needed."""
    text = re.sub(r"\b(?:hrs?|horas)\b", "", words)
    text = re.sub(r"\b(?:de|en) punto\b", "", text)
    return re.sub(r"\bdel mediodia\b|\bdel medio dia\b", "pm", text)


def people(words: str) -> str:
    """The words of a count of people with its numbers in digits."""
    text = _figures(words)
    found = _FIGURES.findall(text)
    if not found and _NONE.search(words):
        return "none"
    if len(found) == 2 and _RANGE.search(text):
        return text if re.search(r"\by\b", text) and "entre" not in text else "several"
    return found[0] if len(found) == 1 and "pareja" not in text else text


def portions(words: str) -> str:
    """The words of a number of portions in English where they name no number."""
    if re.search(r"\b(?:resto|demas|otros|mitad)\b", words):
        return "the rest"
    if re.search(r"\b(?:todos|todas|cada (?:uno|una|quien)|para todos)\b", words) and not _FIGURES.search(
        _figures(words)
    ):
        return "everyone"
    return people(words)


def age(words: str) -> str:
    """The words of an age with its numbers in digits."""
    return _figures(words)


def _figures(words: str) -> str:
    text = _HALF_DOZEN.sub("6", words)
    for word, value in _HUNDREDS.items():
        text = re.sub(rf"\b{word}\b", str(value), text)
    return plain(_ALSO.sub(" ", text))
