"""What public lists say of a word: how common it is as a given name, a surname, a town and an ordinary word.

A word's code has a character for each list: given names (``1`` common to ``3`` rare in the US census, ``4`` elsewhere),
surnames (``1`` to ``4``, ``5`` elsewhere), towns (``1`` US, ``2`` large abroad, ``3`` part of a longer name), how
frequent it is in lower case and with a capital (``1`` very to ``7``), and its part of speech. ``0``: not listed.
"""

import gzip
import unicodedata
from functools import cache
from importlib.resources import files

NOTHING = "000000"
FILE = "lexicon.tsv.gz"


@cache
def lexicon() -> dict[str, str]:
    """The code of each word, lower case without accents."""
    packed = files("mhc_core.scrubbing.tagger").joinpath(FILE).read_bytes()
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
