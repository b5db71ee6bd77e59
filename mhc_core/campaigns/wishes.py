"""Whether somebody asks, in words of their own, to be written to no more.

A logistic regression on the sentence embeddings that the platform carries, taught by ``wishes.txt``. Who writes
"please stop texting me" loses offers when we are wrong and a right when we miss it, so it decides at one half. In a
turn the model of understanding hears the wish by itself (its act ``stop``); this one looks through messages that came
in by other ways, and through what the other one missed.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from mhc_core.providers.minilm import embedder

EXAMPLES = Path(__file__).parent / "wishes.txt"
THRESHOLD = 0.5
LONGEST = 400
"""Characters that are read of a message; who wants no more says so early."""


def examples() -> tuple[list[str], list[bool]]:
    """The taught messages, and which of them are such a wish."""
    lines = [line for line in EXAMPLES.read_text("utf-8").splitlines() if line[:2] in ("+ ", "- ")]
    return [_form(line[2:]) for line in lines], [line.startswith("+") for line in lines]


def probabilities(texts: Sequence[str]) -> list[float]:
    """How likely each text is such a wish, 0..1."""
    if not texts:
        return []
    vectors = embedder.load().embed([_form(text) for text in texts])
    return [float(chance) for chance in _model().predict_proba(vectors)[:, 1]]


@cache
def _model() -> Any:
    from sklearn.linear_model import LogisticRegression

    texts, labels = examples()
    return LogisticRegression(C=100, max_iter=1000).fit(embedder.load().embed(texts), labels)


def _form(text: str) -> str:
    return text[:LONGEST].strip().lower()
