"""Given names and surnames of the US census, and what a word's spelling says about it being a name."""

import re
from enum import Enum
from functools import cache
from importlib.resources import files

from mhc_core.language.memories import remembered
from mhc_core.scrubbing.vocabulary import FOOD, FUNCTION, OWN, english, misspelt, ordinary, words

WORD = re.compile(r"(?<![^\W_])[^\W\d_](?:[^\W\d_]|[\u0300-\u036f]|['\-](?=[^\W\d_]))*")
CLEAR = words(
    """
    john william maria donna peter heather harry louis bobby tony charlotte eva sally lucy hugh matt brad ken rob
    glen derrick dustin darin lacey alma warren patsy lana teddy kisha missy willy hank kitty fanny lulu christen
    alia wei mei terry jack james mary daniel george andrew anna virginia henry julie nicholas alexander michael
    """
)
"""Given names that the English lexicon also lists as words but that mean a person whenever people write them."""


class Kind(Enum):
    """What a word can be, judged by itself."""

    GIVEN = "given"  # a given name and nothing else
    EITHER = "either"  # a given name and an ordinary word or a place
    SURNAME = "surname"  # a surname of the census, not an ordinary word
    UNKNOWN = "unknown"  # in no list
    MISSPELT = "misspelt"  # in no list, but close to an ordinary word
    ORDINARY = "ordinary"


@cache
def given_names() -> frozenset[str]:
    """Female and male given names of the census, lower case."""
    return frozenset(_names("dist.female.first") + _names("dist.male.first"))


@cache
def surnames() -> frozenset[str]:
    """Surnames of the census, lower case."""
    return frozenset(_names("dist.all.last"))


@cache
def rare_surnames() -> frozenset[str]:
    """Surnames that fewer than one in 200,000 people bear; misspelt words hide among them."""
    return frozenset(_names("dist.all.last")[20_000:])


def _names(file: str) -> list[str]:
    """The names of a census file, lower case, the most frequent first."""
    lines = files("names").joinpath(file).read_text(encoding="ascii").splitlines()
    return [line.split(maxsplit=1)[0].lower() for line in lines if line.strip()]


@cache
def _given_or_either() -> dict[str, Kind]:
    known = english()
    kinds = {}
    for name in given_names():
        if len(name) < 2 or name in FUNCTION or name in FOOD:
            continue
        clear = name in CLEAR or (name not in known and name not in OWN)
        kinds[name] = Kind.GIVEN if clear else Kind.EITHER
    return kinds


@remembered(30_000)
def kind(word: str) -> Kind:
    """What ``word`` can be; case is not looked at, a possessive ending is ignored."""
    lower = word.lower().removesuffix("'s")
    known = _given_or_either().get(lower)
    if known:
        return known
    if ordinary(lower):
        return Kind.ORDINARY
    if "-" in lower:
        parts = {kind(part) for part in lower.split("-") if part}
        if parts & {Kind.ORDINARY, Kind.MISSPELT}:
            return Kind.ORDINARY
        return next((best for best in (Kind.GIVEN, Kind.SURNAME, Kind.UNKNOWN) if best in parts), Kind.EITHER)
    if lower in surnames() and not (lower in rare_surnames() and misspelt(lower)):
        return Kind.SURNAME
    return Kind.MISSPELT if misspelt(lower) else Kind.UNKNOWN
