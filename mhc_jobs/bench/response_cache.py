"""How often similar questions are answered from the cache, and how often wrongly, beside a plain cosine threshold."""

import gzip
import json
import math
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import DataError
from mhc_core.protocols import Embedder
from mhc_core.response_cache import admission, verifier
from mhc_core.response_cache.question_facts import disagreements, read
from mhc_jobs.sample.question_pairs import QuestionPair, halves, question_pairs, unrelated

PLAIN_COSINE = 0.95
NEAR_MISSES = 2000
UNRELATED = 1000


def load_pairs(path: Path) -> list[QuestionPair]:
    """Pairs from JSON lines ``{"a", "b", "same"}``, gzipped or not.

    Raises:
        DataError: a line is no such record.
    """
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        records = [json.loads(line) for line in content.splitlines() if line.strip()]
        return [QuestionPair(str(one["a"]), str(one["b"]), bool(one["same"]), "file") for one in records]
    except (KeyError, TypeError, ValueError):
        raise DataError(f'{path.name} holds a line that is not {{"a", "b", "same"}}; correct the file') from None


def generated(seed: int) -> tuple[list[QuestionPair], list[QuestionPair]]:
    """The half to tune on and the half to report on."""
    tune, report = halves(question_pairs(seed, NEAR_MISSES))
    rng = Random(seed)
    return tune + unrelated(rng, UNRELATED), report


def fit(pairs: Sequence[QuestionPair], embedder: Embedder) -> tuple[float, ...]:
    """Weights of ``verifier.FEATURES`` from pairs whose facts agree."""
    from sklearn.linear_model import LogisticRegression

    cosines = _cosines(pairs, embedder)
    rows, labels = [], []
    for pair, cosine in zip(pairs, cosines, strict=True):
        if not disagreements(read(pair.a), read(pair.b)):
            rows.append(verifier.features(read(pair.a), read(pair.b), float(cosine)))
            labels.append(pair.same)
    model = LogisticRegression(fit_intercept=False, C=100.0, max_iter=5000)
    model.fit(np.array(rows), np.array(labels))
    return tuple(round(float(value), 3) for value in model.coef_[0])


def measure(pairs: Sequence[QuestionPair], embedder: Embedder, max_error: float) -> dict[str, Any]:
    """Hit rate and wrong hits of a fresh cache, of plain cosine, and the time a comparison takes (milliseconds)."""
    cosines = _cosines(pairs, embedder)
    same = np.array([pair.same for pair in pairs])
    started = time.perf_counter()
    odds = [
        verifier.log_odds(read(pair.a), read(pair.b), float(cosine))
        for pair, cosine in zip(pairs, cosines, strict=True)
    ]
    spent = (time.perf_counter() - started) * 1000 / max(1, len(pairs))
    bound = admission.lowest(())
    served = np.array([value is not None and 1 / (1 + math.exp(value + bound)) <= max_error for value in odds])
    wrong = Counter(pair.how for pair, hit in zip(pairs, served, strict=True) if hit and not pair.same)
    return {
        "pairs": len(pairs),
        "same": int(same.sum()),
        "different": int((~same).sum()),
        "cache": _counts(served, same) | {"wrong_by_kind": dict(wrong)},
        "plain_cosine": {"threshold": PLAIN_COSINE, **_counts(cosines >= PLAIN_COSINE, same)},
        "ms_per_comparison": round(spent, 4),
    }


def _counts(served: NDArray[np.bool_], same: NDArray[np.bool_]) -> dict[str, Any]:
    wrong, hits = int((served & ~same).sum()), int(served.sum())
    return {
        "hit_rate": _share(int((served & same).sum()), int(same.sum())),
        "wrong_hits": wrong,
        "wrong_share_of_different": _share(wrong, int((~same).sum())),
        "wrong_share_of_hits": _share(wrong, hits),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _cosines(pairs: Sequence[QuestionPair], embedder: Embedder) -> NDArray[np.float64]:
    texts = {text: row for row, text in enumerate(dict.fromkeys(text for pair in pairs for text in pair[:2]))}
    vectors = embedder.embed(list(texts))
    found: NDArray[np.float64] = np.einsum(
        "ij,ij->i", vectors[[texts[pair.a] for pair in pairs]], vectors[[texts[pair.b] for pair in pairs]]
    ).astype(np.float64)
    return found
