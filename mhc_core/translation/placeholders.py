"""What a translator must not touch: figures, prices, dates, names, diet words and links go through as placeholders.

A placeholder is a word that no language has (``XQ1Z``); adapters are asked to leave it where it belongs in the
sentence. What comes back is taken only when each placeholder stands in it once.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from mhc_core.errors import DataError

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_FIXED = re.compile(
    r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    r"|(?:https?://|www\.)[^\s)\]>]+[^\s)\]>.,;:!?]"
    r"|(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)"
    r"|\[[A-Z][A-Z_]*_\d+\]"  # what scrubbing put in place of a name
    rf"|\b(?:{_MONTH}) \d{{1,2}}(?:, \d{{4}})?\b"
    r"|\d{1,2}:\d{2}(?: ?[ap]\.?m\b\.?)?|\b\d{1,2} ?[ap]m\b"
    r"|\$ ?\d[\d,]*(?:\.\d+)?|\d[\d,]*(?:\.\d+)? ?%|\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
)
_PLACEHOLDER = re.compile(r"XQ\s?(\d+)\s?Z")
_MONTHS = _MONTH.split("|")


class Untranslated(DataError):
    """What came back lost, doubled or made up something that had to survive; it is not used."""


@dataclass(frozen=True, slots=True)
class Protected:
    """A text with placeholders, and what stands for each in the other language, in their order."""

    text: str
    values: tuple[str, ...]

    def restored(self, translation: str) -> str:
        """The translation with the values in their places.

        Raises:
            Untranslated: a placeholder is missing, stands twice, or was never given out.
        """
        found = [int(number) for number in _PLACEHOLDER.findall(translation)]
        if sorted(found) != list(range(len(self.values))):
            lost = set(range(len(self.values))) - set(found)
            what = f"{len(lost)} of {len(self.values)} placeholders are lost" if lost else "a placeholder came twice"
            raise Untranslated(f"the translation is not used: {what}")
        return _PLACEHOLDER.sub(lambda match: self.values[int(match[1])], translation)


def protect(text: str, language: str, names: Sequence[str] = ()) -> Protected:
    """An English text for a translator into ``language`` (BCP-47).

    ``names`` are the business's own, kept letter by letter; diet words are given in the words of that language that the
    team chose (``diet_words.toml``), so that no translator chooses others.

    Raises:
        Untranslated: the text holds a placeholder already.
    """
    if _PLACEHOLDER.search(text):
        raise Untranslated("the text holds a placeholder of its own and cannot be translated")
    words = diet_words(language)
    values: list[str] = []

    def take(match: re.Match[str]) -> str:
        values.append(_value(match[0], language, words))
        return f"XQ{len(values) - 1}Z"

    return Protected(_pattern(tuple(names), tuple(words)).sub(take, text), tuple(values))


def bare(text: str) -> str:
    """A protected text, or what was made of it, without its placeholders."""
    return _PLACEHOLDER.sub(" ", text)


@cache
def diet_words(language: str) -> Mapping[str, str]:
    """English words for what somebody cannot or will not eat, in lower case, with those of another language."""
    import tomllib

    table = tomllib.loads(resources.files(__package__).joinpath("diet_words.toml").read_text("utf-8"))
    return {word: said[language] for word, said in table.items() if language in said}


def _value(found: str, language: str, words: Mapping[str, str]) -> str:
    if (said := words.get(found.casefold())) is not None:
        return said
    month, _, rest = found.partition(" ")
    if month in _MONTHS:
        return _date(_MONTHS.index(month) + 1, rest, language)
    return found


def _date(month: int, rest: str, language: str) -> str:
    """A day of a month as CLDR writes it in the language."""
    from datetime import date

    from babel.dates import format_date, format_skeleton

    day, _, year = rest.partition(", ")
    locale = language.replace("-", "_")
    try:
        on = date(int(year or 2024), month, int(day))
    except ValueError:
        return f"{_MONTHS[month - 1]} {rest}"
    return str(format_date(on, "long", locale=locale) if year else format_skeleton("MMMMd", on, locale=locale))


@cache
def _pattern(names: tuple[str, ...], words: tuple[str, ...]) -> re.Pattern[str]:
    listed = [re.escape(name) for name in sorted(names, key=len, reverse=True)]
    spelled = [re.escape(word) for word in sorted(words, key=len, reverse=True)]
    parts = [*(rf"\b{name}\b" for name in listed)]
    parts += [rf"(?i:\b(?:{'|'.join(spelled)})\b)"] if spelled else []
    return re.compile("|".join([*parts, _FIXED.pattern]))
