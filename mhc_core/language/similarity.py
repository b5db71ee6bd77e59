"""How alike two answers are: the cosine of their embeddings, lowered when they state different numbers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mhc_core.language.answer_text import numbers, without_placeholders
from mhc_core.protocols import Embedder

RIGHT = 0.6


def similarities(answers: Sequence[str], references: Sequence[str], embedder: Embedder) -> NDArray[np.float64]:
    """Similarity, 0..1, of each answer to its reference; placeholders of scrubbing count on neither side."""
    ours = embedder.embed([without_placeholders(text) for text in answers])
    theirs = embedder.embed([without_placeholders(text) for text in references])
    cosine = np.clip(np.einsum("ij,ij->i", ours, theirs).astype(np.float64), 0.0, 1.0)
    agreement = np.array(
        [
            number_agreement(numbers(answer), numbers(reference))
            for answer, reference in zip(answers, references, strict=True)
        ],
        dtype=np.float64,
    )
    similarity: NDArray[np.float64] = cosine * agreement
    return similarity


def number_agreement(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """0.5 when two texts share none of their numbers, 1 when they state the same ones or none."""
    union = ours | theirs
    return 0.5 + 0.5 * len(ours & theirs) / len(union) if union else 1.0
