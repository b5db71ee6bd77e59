"""How good one answer is, measured against the approved answer and against the knowledge it should rest on.

*Similarity* is the cosine between the embeddings of the answer and of the approved answer, lowered when they state
different numbers: times ``0.5 + 0.5 * J`` where J is the share of numbers they have in common (Jaccard). Prices, miles
and guest counts are what a customer acts on, and embeddings hardly see them.

*Groundedness* is the share of the answer's statements that some evidence supports: a sentence of a passage, or of the
approved answer, is close to it, and every number in the statement occurs in that passage. Questions, greetings and
sentences of fewer than four content words state nothing. An answer without statements is grounded.

An answer counts as *right* from a similarity of ``RIGHT`` on; this is what confidence is calibrated against.

*Citations*: a passage cited supports the answer when it supports one of its statements; precision is the share of
cited passages that do, recall the share of statements that some passage supports which a cited one supports too
(Gao et al. 2023, at the level of the answer).

*Hand-over* is right when the answer passes the matter to a person exactly where the approved answer does. An answer
below the confidence that serving asks for counts as passed on: serving says so in its place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mhc_core.evaluation import answer_facts as facts
from mhc_core.language.answer_text import content_words, numbers, sentences, strip_markdown, without_placeholders
from mhc_core.language.similarity import RIGHT, similarities
from mhc_core.protocols import Embedder

SUPPORT = 0.6
STATEMENT_WORDS = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer with its measures. ``confidence`` is what the model claimed, ``right`` what came of it.

    Shares are 0..1, and None where there was nothing to measure: no figure, no rule, no citation.
    """

    similarity: float
    right: bool
    grounded: float
    confidence: float
    latency_ms: float
    cost_usd: float
    figures: float | None = None
    facts: float | None = None
    contradicts: bool = False
    citation_precision: float | None = None
    citation_recall: float | None = None
    handover_right: bool = True
    personal: bool = False
    rude: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """One held-out question as one model answered it.

    ``evidence`` holds the passages the model was given, ``cited`` the places in it of those that it cites.
    """

    reference: str
    answer: str
    confidence: float
    evidence: Sequence[str] = ()
    latency_ms: float = 0.0
    cost_usd: float = 0.0
    cited: Sequence[int] = ()


def score_answers(
    answered: Sequence[Answered],
    embedder: Embedder,
    holds_personal_data: Callable[[str, Sequence[str]], bool] = lambda answer, evidence: False,
    minimum_confidence: float = 0.0,
) -> list[Judged]:
    """Judge the answers of one model, in their order."""
    from mhc_core.language.tags import tone

    similarity = similarities([item.answer for item in answered], [item.reference for item in answered], embedder)
    judged = []
    for item, alike, support in zip(answered, similarity, _support(answered, embedder), strict=True):
        agreed = facts.agreement(item.answer, item.reference, item.evidence)
        passed_on = item.confidence < minimum_confidence or facts.hands_over(item.answer)
        precision, recall = _citations(support, item.cited)
        judged.append(
            Judged(
                similarity=float(alike),
                right=bool(alike >= RIGHT),
                grounded=sum(map(any, support)) / len(support) if support else 1.0,
                confidence=item.confidence,
                latency_ms=item.latency_ms,
                cost_usd=item.cost_usd,
                figures=agreed.figures,
                facts=agreed.facts,
                contradicts=agreed.contradicts,
                citation_precision=precision,
                citation_recall=recall,
                handover_right=passed_on == facts.hands_over(item.reference),
                personal=holds_personal_data(item.answer, item.evidence),
                rude=bool(tone(item.answer)),
            )
        )
    return judged


def statements(answer: str) -> list[str]:
    """The sentences of an answer that claim something."""
    return [
        sentence
        for sentence in sentences(without_placeholders(answer))
        if not sentence.endswith("?") and len(content_words(sentence)) >= STATEMENT_WORDS
    ]


def _support(answered: Sequence[Answered], embedder: Embedder) -> list[list[list[bool]]]:
    """For each answer and each of its statements: does this passage support it? The approved answer comes last."""
    claims = [statements(item.answer) for item in answered]
    sources = [[*item.evidence, item.reference] for item in answered]
    distinct = dict.fromkeys(text for texts in sources for text in texts)
    split = {text: sentences(strip_markdown(without_placeholders(text))) or [text] for text in distinct}
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
        [[supported(claim, source) for source in evidence] for claim in found]
        for found, evidence in zip(claims, sources, strict=True)
    ]


def _citations(support: Sequence[Sequence[bool]], cited: Sequence[int]) -> tuple[float | None, float | None]:
    """Precision and recall of the passages cited for one answer."""
    helpful = [any(claim[place] for claim in support) for place in cited]
    citable = [claim for claim in support if any(claim[:-1])]
    return (
        sum(helpful) / len(helpful) if helpful and support else None,
        sum(any(claim[place] for place in cited) for claim in citable) / len(citable) if citable else None,
    )
