"""The catalogues: what is said by rule, in the language that is spoken now.

They are ``gettext`` files compiled by Babel (``upkeep``). Values stand in braces and are filled in after the text was
looked up, so that no figure, price or name is ever part of a catalogue.
"""

import gettext
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from babel.core import get_global, parse_locale

from mhc_core.languages.speaking import ENGLISH, current, speaking

FOLDER = Path(__file__).parent
COMPILED = "messages.mo"
_MOST_TAGS, _LONGEST_TAG = 10, 40
NAMES = "name"
"""Context of the words that the business's own file brings: dishes, benefits, holidays."""
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")
"""Where a value that ends with a full stop, such as "5:00 p.m.", ends a sentence."""
_PLACE = re.compile(r"\{(\w+)(?:![^}]*|:[^}]*)?\}")


@cache
def known() -> tuple[str, ...]:
    """The codes of all languages that the concierge speaks, English first, then by name: one for each folder."""
    return (ENGLISH, *sorted(place.parent.name for place in FOLDER.glob(f"*/{COMPILED}")))


@lru_cache(1024)
def closest(tag: str) -> str | None:
    """The language that a tag of a browser, a profile or a model means (``zh-TW`` is ``zh-Hant``, ``es_MX`` is ``es``);
    None where no such language is spoken here or the tag is none."""
    try:
        wanted = _written_in(tag.strip().replace("-", "_").split(";")[0])
    except ValueError:
        return None
    return next((code for code in known() if _written_in(code.replace("-", "_")) == wanted), None)


def preferred(header: str) -> str:
    """The first language of an ``Accept-Language`` header that is spoken here; English where none is."""
    for tag in header.split(",")[:_MOST_TAGS]:
        if (code := closest(tag[:_LONGEST_TAG])) is not None:
            return code
    return ENGLISH


def _written_in(name: str) -> tuple[str, str | None]:
    """Language and script of a locale, the script that is likely where none is named (``zh_TW``: ``Hant``)."""
    language, territory, script = parse_locale(name)[:3]
    if script is None:
        likely = get_global("likely_subtags")
        full = likely.get(f"{language}_{territory}") or likely.get(language)
        script = parse_locale(full)[2] if full else None
    return language, script


def translated(message: str, /, **values: object) -> str:
    """A text in the language that is spoken now, with its values filled in; English where the catalogue lacks it.

    Args:
        message: the English text as a literal, which is how it gets into the catalogues; values stand in braces.
    """
    language = current()
    if language == ENGLISH:
        return message.format(**values)
    return _filled(_catalogue(language).gettext(message), message, values)


def plural(one: str, many: str, count: int, /, **values: object) -> str:
    """A text that depends on a number, by the plural rule of the language that is spoken now; ``{count}`` is filled in
    too."""
    language, values = current(), {"count": count, **values}
    english = one if count == 1 else many
    if language == ENGLISH:
        return english.format(**values)
    return _filled(_catalogue(language).ngettext(one, many, count), english, values)


def marked(message: str) -> str:
    """A text that is translated later, where it is said: it comes back as it is and gets into the catalogues."""
    return message


def named(word: str) -> str:
    """A word of the business's own file in the language that is spoken now; as it stands where no catalogue has it."""
    language = current()
    return word if language == ENGLISH else _catalogue(language).pgettext(NAMES, word)


def read_back(message: str, text: str) -> Mapping[str, str] | None:
    """The values of the first place where a text holds a message, in whichever language it was said; None where it does
    not. So what was said is known again where only the words were kept, such as in a client's transcript.

    Args:
        message: the English text of the catalogue.
    """
    for language in (current(), *known()):
        found = _pattern(message, language).search(text)
        if found is not None:
            return found.groupdict()
    return None


@cache
def _pattern(english: str, language: str) -> re.Pattern[str]:
    with speaking(language):
        said = english if language == ENGLISH else _catalogue(language).gettext(english)
    parts, start, seen = [], 0, set[str]()
    for place in _PLACE.finditer(said):
        name = place[1]
        parts.append(re.escape(said[start : place.start()]))
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>[^\\n]+?)")
        seen.add(name)
        start = place.end()
    return re.compile("".join([*parts, re.escape(said[start:])]))


def places(text: str) -> frozenset[str]:
    """The names in braces of a text."""
    return frozenset(_PLACE.findall(text))


def _filled(said: str, english: str, values: Mapping[str, object]) -> str:
    try:
        return _TWO_STOPS.sub(".", said.format(**values))
    except (KeyError, IndexError, ValueError):  # a catalogue that was edited by hand and not checked
        return english.format(**values)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    file = FOLDER / language / COMPILED
    if language not in known():
        return gettext.NullTranslations()
    with file.open("rb") as data:
        return gettext.GNUTranslations(data)
