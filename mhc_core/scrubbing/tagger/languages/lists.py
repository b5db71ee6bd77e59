"""Public lists of Chinese and Japanese names, and words of these languages that no name is made of."""

import gzip
from functools import cache
from importlib.resources import files

FILE = "lists.tsv.gz"


@cache
def listed(kind: str) -> frozenset[str]:
    """The entries of a kind: "word", or "surname", "given" or "sign" after "zh " or "ja ", or "zh foreign"."""
    return _lists()[kind]


@cache
def _lists() -> dict[str, frozenset[str]]:
    packed = files("mhc_core.scrubbing.tagger.languages").joinpath(FILE).read_bytes()
    found = {}
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        kind, _, words = line.partition("\t")
        found[kind] = frozenset(words.split(" "))
    return found
