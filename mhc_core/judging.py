"""How good one answer is, measured against the approved answer and against the knowledge it should rest on.

*Similarity* is the cosine between the embeddings of the answer and of the approved answer, lowered when they state
different numbers: times ``0.5 + 0.5 * J`` where J is the share of numbers they have in common (Jaccard). Prices, miles
and guest counts are what a customer acts on, and embeddings hardly see them.

*Groundedness* is the share of the answer's statements that some evidence supports: a sentence of a passage, or of the
approved answer, is close to it, and every number in the statement occurs in that passage. Questions, greetings and
sentences of fewer than four content words state nothing. An answer without statements is grounded.

An answer counts as *right* from a similarity of ``RIGHT`` on; this is what confidence is calibrated against.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mhc_core.answer_text import content_words, numbers, plain, sentences, without_placeholders
from mhc_core.providers.protocols import Embedder

RIGHT = 0.6
SUPPORT = 0.6
STATEMENT_WORDS = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer with its measures. ``confidence`` is what the model claimed, ``right`` what came of it."""

    similarity: float
    right: bool
    grounded: float
    confidence: float
    latency_ms: float
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Answered:
    """One held-out question as one model answered it. ``evidence`` holds the passages the model was given."""

    reference: str
    answer: str
    confidence: float
    evidence: Sequence[str] = ()
    latency_ms: float = 0.0
    cost_usd: float = 0.0


def score_answers(answered: Sequence[Answered], embedder: Embedder) -> list[Judged]:
    """Judge the answers of one model, in their order."""
    similarity = similarities([item.answer for item in answered], [item.reference for item in answered], embedder)
    grounded = _groundedness(answered, embedder)
    return [
        Judged(
            similarity=float(alike),
            right=bool(alike >= RIGHT),
            grounded=share,
            confidence=item.confidence,
            latency_ms=item.latency_ms,
            cost_usd=item.cost_usd,
        )
        for item, alike, share in zip(answered, similarity, grounded, strict=True)
    ]


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


def statements(answer: str) -> list[str]:
    """The sentences of an answer that claim something."""
    return [
        sentence
        for sentence in sentences(without_placeholders(answer))
        if not sentence.endswith("?") and len(content_words(sentence)) >= STATEMENT_WORDS
    ]


def _groundedness(answered: Sequence[Answered], embedder: Embedder) -> list[float]:
    claims = [statements(item.answer) for item in answered]
    sources = [[*item.evidence, item.reference] for item in answered]
    distinct = dict.fromkeys(text for texts in sources for text in texts)
    split = {text: sentences(plain(without_placeholders(text))) or [text] for text in distinct}
    texts = dict.fromkeys(sentence for parts in split.values() for sentence in parts)
    texts.update(dict.fromkeys(claim for found in claims for claim in found))
    place = {text: row for row, text in enumerate(texts)}
    vectors = embedder.embed(list(texts))
    stated = {text: numbers(text) for text in (*distinct, *texts)}

    def supported(claim: str, source: str) -> bool:
        if not stated[claim] <= stated[source]:
            return False
        rows = [place[sentence] for sentence in split[source]]
        return bool(np.max(vectors[rows] @ vectors[place[claim]]) >= SUPPORT)

    return [
        sum(any(supported(claim, source) for source in evidence) for claim in found) / len(found) if found else 1.0
        for found, evidence in zip(claims, sources, strict=True)
    ]
