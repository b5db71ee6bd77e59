"""Whether somebody asks, in words of their own, to be written to no more.

A logistic regression on the sentence embeddings that the platform carries, taught by ``wishes.txt``. Who writes
"please stop texting me" loses offers when we are wrong and a right when we miss it, so it decides at one half. In a
turn the model of understanding hears the wish by itself (its act ``stop``); this one looks through messages that came
in by other ways, and through what the other one missed. Spanish, Chinese and Japanese have a second one, on the vectors
of the multilingual embedder, taught by ``wishes_multilingual.txt``.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mhc_core.languages import detection
from mhc_core.providers.e5 import embedder as e5
from mhc_core.providers.minilm import embedder
from mhc_core.understanding.multilingual import script

EXAMPLES = Path(__file__).parent / "wishes.txt"
MULTILINGUAL = Path(__file__).parent / "wishes_multilingual.txt"
THRESHOLD = 0.5
LONGEST = 400
"""Characters that are read of a message; who wants no more says so early."""


def examples(path: Path = EXAMPLES) -> tuple[list[str], list[bool]]:
    """The taught messages of a file, and which of them are such a wish."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line[:2] in ("+ ", "- ")]
    return [_form(line[2:]) for line in lines], [line.startswith("+") for line in lines]


def probabilities(texts: Sequence[str]) -> list[float]:
    """How likely each text is such a wish, 0..1."""
    if not texts:
        return []
    forms = [_form(text) for text in texts]
    other = [(script.written_in(form) or script.reading(detection.detect(form) or "")) is not None for form in forms]
    chances = np.zeros(len(forms))
    for foreign, model, vectors in ((False, _model, embedder.load), (True, _multilingual, e5.load)):
        rows = [row for row, told in enumerate(other) if told is foreign]
        if rows:
            chances[rows] = model().predict_proba(vectors().embed([forms[row] for row in rows]))[:, 1]
    return chances.tolist()


@cache
def _model() -> Any:
    from sklearn.linear_model import LogisticRegression

    texts, labels = examples()
    return LogisticRegression(C=100, max_iter=1000).fit(embedder.load().embed(texts), labels)


@cache
def _multilingual() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    texts, labels = examples(MULTILINGUAL)
    told = make_pipeline(
        StandardScaler(with_std=False), LogisticRegression(C=300, max_iter=2000, class_weight="balanced")
    )
    return told.fit(e5.load().embed(texts), labels)


def _form(text: str) -> str:
    return text[:LONGEST].strip().lower()
