"""Public intents by the same head from ten examples a class, and questions that belong to none of them.

CLINC150 (Larson et al. 2019) with its out-of-scope questions, BANKING77 (Casanueva et al. 2020).
"""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.protocols import Embedder
from mhc_core.understanding import heads
from mhc_core.understanding.heads import Inputs

SETS = ("clinc150", "banking77")
EXAMPLES = 10
"""Taught of each class."""
FALSE_ALARMS = 0.05
"""Share of questions with an intent that are taken for none; at that threshold the recall of the others is told."""
OUT_OF_SCOPE = "oos"


def measure(data: Path, name: str, embedder: Embedder, seeds: int) -> dict[str, Any] | None:
    """Accuracy, and recall of what belongs to no intent, means over draws of examples; None without the file."""
    path = data / f"intents_{name}.jsonl.gz"
    if not path.is_file():
        return None
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    labels = np.array([row["label"] for row in rows])
    test = np.array([row["split"] == "test" for row in rows])
    texts = [row["text"] for row in rows]
    vectors = embedder.embed(texts)
    accuracy, recall = [], []
    for seed in range(seeds):
        taught = _drawn(labels, np.array([row["split"] == "train" for row in rows]), seed)
        head = heads.train(_inputs(texts, vectors, taught), labels[taught].tolist(), taught.tolist())
        asked = np.flatnonzero(test)
        probabilities = head.probabilities(_inputs(texts, vectors, asked))
        known = labels[asked] != OUT_OF_SCOPE
        found = np.array(head.classes)[probabilities.argmax(axis=1)]
        accuracy.append(float((found == labels[asked])[known].mean()))
        if not known.all():
            sureness = (probabilities * np.log(probabilities + 1e-9)).sum(axis=1)
            threshold = np.quantile(sureness[known], FALSE_ALARMS)
            recall.append(float((sureness[~known] < threshold).mean()))
    measured: dict[str, Any] = {"classes": len(set(labels) - {OUT_OF_SCOPE}), "asked": int(known.sum())}
    measured["accuracy"] = round(float(np.mean(accuracy)), 4)
    if recall:
        measured["out_of_scope_recall"] = round(float(np.mean(recall)), 4)
    return measured


def _drawn(labels: NDArray[np.str_], train: NDArray[np.bool_], seed: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    classes = sorted(set(labels) - {OUT_OF_SCOPE})
    drawn = [rng.choice(np.flatnonzero((labels == name) & train), EXAMPLES, replace=False) for name in classes]
    return np.concatenate(drawn)


def _inputs(texts: list[str], vectors: NDArray[np.float32], rows: NDArray[np.int64]) -> Inputs:
    return Inputs([texts[row] for row in rows], vectors[rows], np.zeros((len(rows), 0), dtype=np.float32))
