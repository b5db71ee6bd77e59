"""A small model of words and signs: how likely each language is for a text of a few words.

Latin letters: p(language | word) is that of frequency lists by Bayes' rule with equal priors, and for a word of no list
a softmax over its hashed parts (the word itself and its 1 to 4 letters in a row). Names of people and places are a
class of their own, which tells nothing about the language somebody writes in. Words are taken as independent and count
by how little they are names: log p(language | text) = sum over words of (1 - p(name | word)) log p(language | word, no
name) + constant.

Chinese characters: a chain of characters for each class (names are one), log p(text | class) = sum of
log(p(sign | class) / 2 + p(sign | sign before, class) / 2), and Bayes' rule with equal priors.

Both were trained on word lists by ``mhc_jobs.bench.languages.training``.
"""

import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

NOTHING = "-"
BUCKETS = 1 << 15
FILE = Path(__file__).parent / "short_texts.npz"
QUANTA = 16.0
"""Steps of a stored log probability; 255 of them stand for none."""
_LONGEST_PART = 4
_LEAST = 1e-3
"""No word alone makes a language less likely than this."""
_LEAST_SIGN = 1e-6
_LEAST_WORD = 2e-7
"""Of a word that is in no list of a language or character that is in no list of a class."""


def parts_of_word(word: str) -> Iterator[int]:
    """The places of a word's parts among ``BUCKETS`` weights."""
    framed = f"<{word}>"
    yield place_of(framed)
    for length in range(1, _LONGEST_PART + 1):
        for start in range(len(framed) - length + 1):
            yield place_of(framed[start : start + length])


def of_words(words: list[str]) -> tuple[Mapping[str, float], float]:
    """Probabilities, 0..1, by language for words in Latin letters, and how many of the words are no names."""
    classes, weights, bias = _words()
    names = classes.index(NOTHING)
    total, told = np.zeros(len(classes)), 0.0
    for word in words:
        chances = _listed(word)
        if chances is None:
            chances = _softmax(weights[list(parts_of_word(word))].mean(axis=0) + bias)
        share = 1.0 - float(chances[names])
        total += share * np.log(chances / max(share, _LEAST) + _LEAST)
        told += share
    total[names] = -np.inf
    return dict(zip(classes, _softmax(total).tolist(), strict=True)), told


def of_signs(text: str) -> Mapping[str, float]:
    """Probabilities, 0..1, by class (``zh``, ``ja``, ``NOTHING``) for a text in Chinese characters alone."""
    classes, single, pairs = _signs()
    total = np.zeros(len(classes))
    for place, sign in enumerate(text):
        chances = single[place_of(sign)]
        if place:
            chances = (chances + pairs[place_of(text[place - 1 : place + 1])]) / 2
        total += np.log(chances + _LEAST_SIGN)
    return dict(zip(classes, _softmax(total).tolist(), strict=True))


def place_of(part: str) -> int:
    """The place of a part among ``BUCKETS``."""
    return zlib.crc32(part.encode()) % BUCKETS


def _softmax(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    raised = np.exp(values - values.max())
    return np.asarray(raised / raised.sum(), np.float64)


def _listed(word: str) -> npt.NDArray[np.floating] | None:
    """p(language | word) of a word of the lists, equally likely languages before; None for any other word."""
    words, logs = _lists()
    place = words.get(word)
    if place is None:
        return None
    chances = np.exp(logs[place].astype(np.float32) / -QUANTA) + _LEAST_WORD
    return np.asarray(chances / chances.sum())


@cache
def _lists() -> tuple[dict[str, int], npt.NDArray[np.uint8]]:
    with np.load(FILE) as held:
        words = held["list_words"].tobytes().decode().split("\n")
        return {word: place for place, word in enumerate(words)}, held["list_chances"]


@cache
def _words() -> tuple[list[str], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Classes, weights (buckets × classes) and the bias of the model of words."""
    with np.load(FILE) as held:
        weights = held["word_weights"].astype(np.float32) * held["word_scale"]
        return held["word_classes"].tolist(), weights, held["word_bias"]


@cache
def _signs() -> tuple[list[str], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Classes and probabilities (buckets × classes) of single characters and of characters after another."""
    with np.load(FILE) as held:
        tables = (np.exp(held[name].astype(np.float32) / -QUANTA) for name in ("sign_single", "sign_pairs"))
        single, pairs = (np.where(table > np.exp(-254.5 / QUANTA), table, 0) for table in tables)
        return held["sign_classes"].tolist(), single, pairs
