"""What public lists say of a word: how common it is as a given name, a surname, a town and an ordinary word.

A word's code has a character for each list: given names (``1`` common to ``3`` rare in the US census, ``4`` elsewhere),
surnames (``1`` to ``4``, ``5`` elsewhere), towns (``1`` US, ``2`` large abroad, ``3`` part of a longer name), how
frequent it is in lower case and with a capital (``1`` very to ``7``), its part of speech, and the small and the large
group of words that are used like it. ``0``: not listed.
"""

import gzip
import re
import unicodedata
from functools import cache
from importlib.resources import files

from mhc_core.scrubbing.vocabulary import CALENDAR

WORD = re.compile(r"(?<![^\W_])[^\W\d_](?:[^\W\d_]|[\u0300-\u036f]|['\-](?=[^\W\d_]))*")
NOTHING = "00000000"
FILE = "lexicon.tsv.gz"


@cache
def lexicon() -> dict[str, str]:
    """The code of each word, lower case without accents."""
    packed = files("mhc_core.scrubbing").joinpath(FILE).read_bytes()
    codes: dict[str, str] = {}
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        code, _, words = line.partition("\t")
        for word in words.split(" "):
            codes[word] = code
    return codes


def plain(word: str) -> str:
    """The word in lower case without accents."""
    lower = word.lower()
    if lower.isascii():
        return lower
    decomposed = unicodedata.normalize("NFKD", lower.replace("ß", "ss").replace("ø", "o").replace("đ", "d"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def code(word: str) -> str:
    """The code of a word in any case."""
    return lexicon().get(plain(word), NOTHING)


def ordinary(word: str) -> bool:
    """Whether the word is ordinary vocabulary; it may be a name besides."""
    found = code(word)
    if found == NOTHING and "'" in word:
        return ordinary(word.partition("'")[0])
    return found[3] != "0" or found[5] != "0"


def only_a_name(word: str) -> bool:
    """Whether the word means a person whenever people write it, in any case: it is no ordinary word, month or town."""
    return all(
        part.lower() not in CALENDAR
        and found[2] == "0"
        and found[5] == "0"
        and (found[3] == "0" or found[0] in "12")
        and len(part) > 2
        for part in re.findall(r"[^\W\d_]+", word)
        for found in [code(part)]
    )


@cache
def given_names() -> frozenset[str]:
    """Given names of the US census, lower case."""
    return frozenset(word for word, found in lexicon().items() if found[0] in "123")
