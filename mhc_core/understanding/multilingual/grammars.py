"""What the words of a slot mean, spelled in the English that the readers of values know."""

import re
from datetime import date
from types import ModuleType

from mhc_core.understanding.multilingual import chinese, japanese, lexicon, spanish
from mhc_core.understanding.multilingual.numerals import in_digits
from mhc_core.understanding.multilingual.script import CHINESE, JAPANESE, SPANISH, normal
from mhc_core.understanding.result import SlotName

GRAMMARS: dict[str, ModuleType] = {SPANISH: spanish, CHINESE: chinese, JAPANESE: japanese}
PEOPLE = (SlotName.ADULTS, SlotName.CHILDREN, SlotName.YOUNGEST, SlotName.GUESTS)
_LISTED = {SlotName.DISH: "dishes", SlotName.ALLERGEN: "allergens", SlotName.CITY: "cities"}
_AS_TYPED = (SlotName.OCCASION, SlotName.WHOM)
_AROUND = {
    CHINESE: re.compile(r"^(?:我叫|我是|叫|姓|是|在)+|(?:市|那边|附近|这边)$"),
    JAPANESE: re.compile(r"^(?:名前は|住所は)|(?:と申します|といいます|です|市内|市|様|さん)$"),
    SPANISH: re.compile(r"^(?:me llamo|mi nombre es|soy|a nombre de|en|es)\s+", re.IGNORECASE),
}
_NAMED = (SlotName.NAME, SlotName.CITY, SlotName.ADDRESS)


def english(name: SlotName, words: str, language: str, today: date, before: str = "") -> str:
    """The words of a slot for ``values``; names, occasions and whatever has no other spelling stay as typed.

    Args:
        before: what stands before the words in the message; it may name the part of the day.
    """
    grammar, plain = GRAMMARS[language], normal(words, language).strip(" 、。,.;:")
    if name is SlotName.DATE:
        return str(grammar.day(plain, today))
    if name is SlotName.TIME:
        return str(grammar.time(plain, normal(before, language)))
    if name in PEOPLE:
        return str(grammar.people(plain))
    if name is SlotName.COUNT:
        return str(grammar.portions(plain))
    if name is SlotName.AGE:
        return str(grammar.age(plain))
    if name is SlotName.MILES:
        return _distance(plain, language)
    if name is SlotName.BUDGET:
        return _money(plain, language)
    if name is SlotName.SEVERITY:
        return _severity(plain, language)
    if name in _LISTED:
        found = _listed(plain, language, _LISTED[name])
        if found is not None:
            return found
    return _AROUND[language].sub("", words.strip()).strip() or words if name in _NAMED else words


def counts_nobody(start: int, end: int, plain: str, language: str) -> bool:
    """Whether all numbers of a place in normal text have a unit beside them: miles, hours, dollars, years.

    The unit may stand behind the place: "veinte" of "unas veinte millas".
    """
    grammar = GRAMMARS[language]
    measured = {found.start() for found in grammar.MEASURED.finditer(plain)}
    numbers = [found.start() for found in grammar.CANDIDATES["number"].finditer(plain) if start <= found.start() < end]
    return bool(numbers) and measured.issuperset(numbers)


def _listed(plain: str, language: str, kind: str) -> str | None:
    """The English word: of the whole, else of the longest listed word in it."""
    known = lexicon.meanings(language, kind)
    if plain in known:
        return known[plain]
    found = lexicon.pattern(language, kind).findall(plain)
    return known[max(found, key=len)] if found else None


def _distance(plain: str, language: str) -> str:
    text = in_digits(plain) if language != SPANISH else spanish.age(plain)
    return re.sub(r"公里|キロ(?:メートル)?", " km", text)


def _money(plain: str, language: str) -> str:
    text = re.sub(r"(?<=\d)[,.](?=\d{3}\b)", "", plain)
    return in_digits(text) if language != SPANISH else spanish.people(text)


def _severity(plain: str, language: str) -> str:
    known = lexicon.meanings(language, "severities")
    found = [known[word] for word in lexicon.pattern(language, "severities").findall(plain)]
    return "mild" if "mild" in found else found[0] if found else plain
