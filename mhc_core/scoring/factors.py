"""How good a conversation was: five factors, each 0..1, and their weighted mean."""

from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

import numpy as np

from mhc_core.db.rows.scoring import Factors, FinishedConversation, Score
from mhc_core.feedback.points import factor
from mhc_core.protocols import Embedder, Turn
from mhc_core.settings import ScoreScales, ScoreWeights, Settings
from mhc_core.vocabulary import ANSWERING_ROLES, Outcome

# An answer's opening says what it is about; embedding more of it costs time and moves the cosine little.
COHERENCE_CHARS = 256


def scorer_version(embedder: Embedder) -> str:
    """What a score was made with; scores of another version are made again."""
    return f"2:{embedder.id}"


def combine(factors: Factors, weights: ScoreWeights) -> Score | None:
    """Weighted mean of the factors present; a missing factor's weight is spread in proportion over the others.

    ``None`` when no factor with a positive weight is present.
    """
    parts: dict[str, float] = {
        name: value for name in ScoreWeights.model_fields if (value := getattr(factors, name)) is not None
    }
    total = sum(getattr(weights, name) for name in parts)
    if total <= 0:
        return None
    spread = {name: getattr(weights, name) / total for name in parts}
    value = sum(spread[name] * part for name, part in parts.items())
    return Score(min(1.0, max(0.0, value)), factors, {name: round(weight, 6) for name, weight in spread.items()})


def outcome_factor(outcome: str | None, scales: ScoreScales) -> float | None:
    """The configured value of an outcome, ``None`` when the outcome is unknown."""
    return scales.outcomes[Outcome(outcome)] if outcome else None


def efficiency_factor(message_count: int, scales: ScoreScales) -> float:
    """1 up to ``efficiency_one_messages`` messages, falling in a straight line to 0."""
    span = scales.efficiency_zero_messages - scales.efficiency_one_messages
    return float(np.clip((scales.efficiency_zero_messages - message_count) / span, 0.0, 1.0))


def sentiment_factor(turns: Sequence[Turn]) -> float | None:
    """Mean polarity of what the customer says once answered, mapped from -1..1 to 0..1, the last message counted twice.

    Polarity is TextBlob's lexicon average (after the Pattern library). What is said before the first answer can be no
    opinion on it ("is parking free?" is not praise), and messages without an opinion word say nothing: both are left
    out; ``None`` when none is left.
    """
    from textblob import TextBlob

    answered = next((index for index, turn in enumerate(turns) if turn.role in ANSWERING_ROLES), len(turns))
    said = [turn.content for turn in turns[answered:] if turn.role == "user"]
    polarities: list[float] = []
    for index, text in enumerate(said):
        sentiment = TextBlob(text[:2000]).sentiment_assessments
        if sentiment.assessments:
            polarities += [sentiment.polarity] * (2 if index == len(said) - 1 else 1)
    return (float(np.mean(polarities)) + 1) / 2 if polarities else None


def coherence_factors(
    conversations: Sequence[Sequence[Turn]], embedder: Embedder, scales: ScoreScales
) -> list[float | None]:
    """How well answers fit the messages before them: the mean cosine of both, scaled to 0..1.

    An answer that was given before, word for word, fits nothing: its cosine counts as the one worth 0. All texts of all
    conversations are embedded once, in one call. ``None`` for a conversation without an answer.
    """
    exchanges: list[tuple[int, str, str]] = []
    repeated: list[bool] = []
    for index, turns in enumerate(conversations):
        given: set[str] = set()
        for before, after in pairwise(turns):
            if before.role == "user" and after.role in ANSWERING_ROLES:
                exchanges.append((index, before.content[:COHERENCE_CHARS], after.content[:COHERENCE_CHARS]))
                repeated.append(after.content in given)
                given.add(after.content)
    if not exchanges:
        return [None] * len(conversations)
    low, high = scales.coherence_zero_cosine, scales.coherence_one_cosine
    texts = sorted({text for _, question, answer in exchanges for text in (question, answer)})
    row = {text: number for number, text in enumerate(texts)}
    vectors = embedder.embed(texts)
    owners = np.array([index for index, _, _ in exchanges])
    cosines = np.einsum(
        "ij,ij->i",
        vectors[[row[question] for _, question, _ in exchanges]],
        vectors[[row[answer] for _, _, answer in exchanges]],
    )
    cosines = np.where(repeated, low, cosines)
    counts = np.bincount(owners, minlength=len(conversations))
    sums = np.bincount(owners, weights=cosines, minlength=len(conversations))
    return [
        float(np.clip((total / count - low) / (high - low), 0.0, 1.0)) if count else None
        for total, count in zip(sums, counts, strict=True)
    ]


def score_conversations(
    pending: Sequence[FinishedConversation], embedder: Embedder, settings: Settings
) -> list[tuple[UUID, Score]]:
    """Score many conversations; one with no evidence at all gets none."""
    coherence = coherence_factors([item.turns for item in pending], embedder, settings.score_scales)
    scores = []
    for item, fit in zip(pending, coherence, strict=True):
        opinions = [value for given in item.feedback if (value := factor(given, settings.feedback_points)) is not None]
        factors = Factors(
            feedback=float(np.mean(opinions)) if opinions else None,
            outcome=outcome_factor(item.outcome, settings.score_scales),
            coherence=fit,
            sentiment=sentiment_factor(item.turns),
            efficiency=efficiency_factor(len(item.turns), settings.score_scales),
        )
        if score := combine(factors, settings.score_weights):
            scores.append((item.id, score))
    return scores
