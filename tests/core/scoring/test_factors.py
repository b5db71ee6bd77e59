"""A conversation's score: its parts, how sure they are, the weights in force, and when it is made again."""

from dataclasses import asdict, replace
from datetime import timedelta
from uuid import uuid4

import numpy as np
import pytest
import sqlalchemy as sa
from fakes.stored import DAY, NOW, START, WordEmbedder, opinion, row_versions, say, talk
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mhc_core.collection.settling import score_feedback
from mhc_core.db.queries import scoring as queries
from mhc_core.db.rows.feedback import FeedbackSignals
from mhc_core.db.rows.scoring import FinishedConversation, Score
from mhc_core.db.tables import conversation_scores, conversations, feedback
from mhc_core.protocols import Turn
from mhc_core.scoring import talks
from mhc_core.scoring.certainty import Estimate, Prior, estimate
from mhc_core.scoring.factors import (
    Estimates,
    coherence_factor,
    combine,
    efficiency_factor,
    feedback_factor,
    outcome_factor,
    usual_length,
)
from mhc_core.scoring.scorer import score_conversations, scorer_version
from mhc_core.scoring.sentiment import course
from mhc_core.settings import FeedbackPoints, ScoreScales, ScoreWeights, Settings
from mhc_core.vocabulary import Outcome

WEIGHTS, SCALES, SETTINGS = ScoreWeights(), ScoreScales(), Settings()
SURE = st.none() | st.builds(Estimate, st.floats(0, 1), st.floats(0, 0.25))
ESTIMATES = st.builds(Estimates, SURE, SURE, SURE, SURE, SURE)
SIGNALS = st.builds(
    FeedbackSignals,
    vote=st.sampled_from([None, "up", "down"]),
    stars=st.none() | st.integers(1, 5),
    helpful=st.none() | st.booleans(),
    accurate=st.none() | st.booleans(),
)
BAD = st.sampled_from(
    [FeedbackSignals("down"), FeedbackSignals(stars=1), FeedbackSignals(helpful=False), FeedbackSignals(accurate=False)]
)


def sure(*values: float | None) -> Estimates:
    return Estimates(*(None if value is None else Estimate(value, 0.0) for value in values))


def seen(*turns: Turn) -> talks.Talk:
    (found,) = talks.read([turns], WordEmbedder())
    return found


def scored(*turns: Turn, **known: object) -> Score:
    item = FinishedConversation(uuid4(), **{"outcome": None, "turns": turns, "feedback": ()} | known)  # type: ignore[arg-type]
    ((_, score),) = score_conversations([item], WordEmbedder(), SETTINGS)
    return score


def test_with_every_part_the_weights_are_the_agreed_ones() -> None:
    score = combine(sure(1.0, 0.8, 0.5, 0.4, 0.2), WEIGHTS)
    assert score is not None
    assert score.weights == {"feedback": 0.3, "outcome": 0.25, "coherence": 0.2, "sentiment": 0.15, "efficiency": 0.1}
    assert score.value == pytest.approx(0.3 + 0.2 + 0.1 + 0.06 + 0.02)
    assert score.low == score.value == score.high


def test_a_missing_part_is_spread_over_the_rest_and_recorded() -> None:
    score = combine(sure(None, 1.0, 0.5, None, 0.0), WEIGHTS)
    assert score is not None
    assert score.weights == pytest.approx({"outcome": 25 / 55, "coherence": 20 / 55, "efficiency": 10 / 55}, abs=1e-6)
    assert score.value == pytest.approx((25 + 10) / 55)
    assert score.factors.feedback is None


def test_without_evidence_the_score_may_be_anything_and_promotes_nothing() -> None:
    nothing = combine(sure(None, None, None, None, None), WEIGHTS)
    assert (nothing.value, nothing.low, nothing.high) == (0.5, 0.0, 1.0)
    assert combine(sure(None, None, None, None, 1.0), ScoreWeights(efficiency=0)).low == 0.0


@given(ESTIMATES)
def test_a_score_lies_in_its_interval_and_between_its_parts(estimates: Estimates) -> None:
    score = combine(estimates, WEIGHTS)
    present = [value for value in asdict(estimates.values).values() if value is not None]
    assume(present)
    assert score is not None
    assert 0 <= score.low <= score.value <= score.high <= 1
    assert min(present) - 1e-9 <= score.value <= max(present) + 1e-9
    assert sum(score.weights.values()) == pytest.approx(1, abs=1e-5)


@given(st.floats(0, 1), st.integers(1, 50), st.floats(0, 1))
def test_more_evidence_of_the_same_is_surer_and_nearer_to_what_was_seen(seen: float, count: int, usual: float) -> None:
    prior = Prior(usual, 1.0)
    few, many = estimate(seen, count, prior), estimate(seen, 10 * count, prior)
    assert abs(many.mean - seen) <= abs(few.mean - seen) + 1e-12
    assert 0 <= many.mean <= 1
    assert many.variance <= few.mean * (1 - few.mean) / (count + 2) + abs(many.mean - few.mean)


def test_two_messages_are_never_a_perfect_score() -> None:
    fit = (Turn("user", "deposit for a party"), Turn("assistant", "the deposit for a party is confirmed"))
    short = scored(*fit, outcome="resolved")
    more = [
        turn for n in range(6) for turn in (Turn("user", f"item{n} please"), Turn("assistant", f"item{n} is added"))
    ]
    longer = scored(*fit, *more, outcome="booked")
    assert short.value < 0.9
    refused = scored(fit[0], Turn("assistant", "sorry, the deposit for a party cannot be changed"), outcome="resolved")
    assert refused.low < SETTINGS.quality_threshold
    assert longer.high - longer.low < short.high - short.low


@settings(deadline=None)
@given(ESTIMATES, st.lists(SIGNALS, max_size=4), BAD)
def test_one_more_bad_rating_never_raises_a_score_or_its_lower_end(
    others: Estimates, given_before: list[FeedbackSignals], bad: FeedbackSignals
) -> None:
    points = FeedbackPoints()
    before = combine(replace(others, feedback=feedback_factor(given_before, points)), WEIGHTS)
    after = combine(replace(others, feedback=feedback_factor([*given_before, bad], points)), WEIGHTS)
    assert after is not None
    assume(before is not None)
    assert before is not None
    assert after.value <= before.value + 1e-9
    assert after.low <= before.low + 1e-9


def test_outcomes_are_ranked_and_nothing_asked_is_none() -> None:
    assert set(SCALES.outcomes) == set(Outcome)
    nothing_said = seen(Turn("user", "hi"), Turn("assistant", "hello"))
    values = [outcome_factor(name, True, nothing_said, SCALES) for name in ("booked", "not_booked", "unresolved")]
    assert [value.mean for value in values if value] == sorted((v.mean for v in values if v), reverse=True)
    assert outcome_factor("resolved", False, nothing_said, SCALES) is None
    assert outcome_factor(None, False, nothing_said, SCALES) is None
    assert outcome_factor("booked", False, nothing_said, SCALES) is not None


def test_what_only_was_closed_is_read_off_its_last_answers() -> None:
    asked = Turn("user", "table for two")
    done = outcome_factor("resolved", True, seen(asked, Turn("assistant", "It is booked.")), SCALES)
    failed = outcome_factor("resolved", True, seen(asked, Turn("assistant", "Sorry, that failed.")), SCALES)
    booked = outcome_factor("booked", True, seen(asked, Turn("assistant", "Sorry, that failed.")), SCALES)
    assert done
    assert failed
    assert booked
    assert failed.mean < done.mean < booked.mean
    assert booked.variance < done.variance


def test_efficiency_is_measured_against_the_usual_length() -> None:
    found = [efficiency_factor(length, True, SCALES) for length in (0.4, 1.0, 2.0, 9.0)]
    means = [part.mean for part in found if part]
    assert means[0] == means[1] > means[2] > means[3]
    assert efficiency_factor(1.0, False, SCALES) is None
    known = {"": (10.0, 1000), "booking": (20.0, 400), "menu": (2.0, 1)}
    assert usual_length("booking", known) == pytest.approx(20, abs=0.6)
    assert usual_length("menu", known) == pytest.approx(10, abs=0.6), "one conversation is no custom"
    assert usual_length("policy", {}) == usual_length(None, {})


@settings(deadline=None)  # the first example loads the lexicon
@given(st.lists(st.text(max_size=80), max_size=5))
def test_sentiment_of_any_text_is_a_share(texts: list[str]) -> None:
    found = course(seen(Turn("assistant", "hello"), *(Turn("user", text) for text in texts)), None)
    assert 0 <= found.share <= 1
    assert found.replies == len(texts)


def test_sentiment_hears_the_customer_once_answered_and_the_end_most() -> None:
    good, bad = Turn("user", "this is great, excellent, wonderful"), Turn("user", "this is terrible and awful")
    answer = Turn("assistant", "here it is")
    happy, sad = course(seen(answer, bad, bad, good, good), None), course(seen(answer, good, good, bad, bad), None)
    assert happy.share > 0.5 > sad.share
    assert course(seen(good, answer), None).replies == 0
    assert course(seen(bad, answer, good), None) == course(seen(answer, good), None)


def test_coherence_tells_an_answer_that_fits_and_one_given_again() -> None:
    question, answer = (
        Turn("user", "deposit for a party"),
        Turn("assistant", "the deposit for a party is one hundred"),
    )
    other = Turn("assistant", "shrimp noodles vegetables rice sauce and much more of all that")
    fits, apart, stuck = (
        scored(*turns).factors.coherence
        for turns in ((question, answer), (question, other), (question, answer, question, answer))
    )
    assert fits is not None
    assert apart is not None
    assert stuck is not None
    assert fits > apart
    assert fits > stuck
    assert coherence_factor([]) is None


def test_all_conversations_are_embedded_in_one_call() -> None:
    embedder = WordEmbedder()
    turns = (Turn("user", "deposit for a party"), Turn("assistant", "a party deposit for"))
    pending = [FinishedConversation(uuid4(), None, turns, ()) for _ in range(3)]
    scores = [score for _, score in score_conversations(pending, embedder, SETTINGS)]
    assert embedder.calls == [2]
    assert all(
        score.learned is not None and 0 <= score.learned <= 1 and np.isfinite(score.features).all() for score in scores
    )
    assert score_conversations([], embedder, SETTINGS) == []


def test_a_complaint_counts_in_the_score() -> None:
    turns = (Turn("user", "what is the deposit"), Turn("assistant", "the deposit is 100 dollars"))

    def value(*signals: FeedbackSignals) -> float:
        item = FinishedConversation(uuid4(), "quoted", turns, signals)
        ((_, score),) = score_conversations([item], WordEmbedder(), SETTINGS)
        return score.value

    liked, disliked = FeedbackSignals(vote="up"), FeedbackSignals(vote="down")
    assert value(liked) > value() > value(disliked)
    assert value(liked) > value(liked, disliked) > value(disliked)
    assert value(FeedbackSignals(comment_chars=99)) == value()


def score_day(connection: sa.Connection, now: object = NOW) -> int:
    embedder = WordEmbedder()
    waiting = queries.pending(connection, DAY, scorer_version(embedder))
    scores = score_conversations(waiting, embedder, SETTINGS)
    queries.save_scores(connection, scores, scorer_version(embedder), now)  # type: ignore[arg-type]
    return len(scores)


def stored(connection: sa.Connection) -> dict[object, float]:
    table = conversation_scores.c
    return {row[0]: row[1] for row in connection.execute(sa.select(table.conversation_id, table.score))}


def test_a_score_is_stored_with_its_parts_and_made_again_only_for_a_reason(connection: sa.Connection) -> None:
    asked, answer = say("user", "what is the deposit"), say("assistant", "the deposit is 100 dollars")
    first, _ = talk(connection, asked, answer, outcome="resolved")
    second, _ = talk(connection, asked, answer, outcome="resolved")
    talk(connection, asked, status="active")
    talk(connection, asked, answer, at=START + timedelta(days=1))
    assert score_day(connection) == 2
    row = connection.execute(sa.select(conversation_scores).where(conversation_scores.c.conversation_id == first)).one()
    assert (row.feedback, row.sentiment) == (None, None)
    assert set(row.weights) == {"outcome", "coherence", "efficiency"}
    assert 0 < row.low < row.score < row.high <= 1
    assert 0 < row.learned < 1

    before, versions = stored(connection), row_versions(connection, "conversation_scores")
    assert score_day(connection, NOW + timedelta(hours=1)) == 0
    assert row_versions(connection, "conversation_scores") == versions

    opinion(connection, first, at=NOW + timedelta(hours=2), vote="down")
    assert score_day(connection, NOW + timedelta(hours=3)) == 1
    assert stored(connection)[first] < before[first]
    assert stored(connection)[second] == before[second]

    later = NOW + timedelta(hours=4)
    changed = {"outcome": "unresolved", "updated_at": later}
    connection.execute(sa.update(conversations).where(conversations.c.id == second).values(changed))
    assert score_day(connection, NOW + timedelta(hours=5)) == 1
    assert stored(connection)[second] < before[second]
    assert score_day(connection, NOW + timedelta(hours=6)) == 0


def test_another_scorer_scores_everything_again(connection: sa.Connection) -> None:
    talk(connection, say("user", "hi"), say("assistant", "hello"))
    assert score_day(connection) == 1
    assert len(queries.pending(connection, DAY, "3:other")) == 1


def test_the_summary_counts_what_is_finished(connection: sa.Connection) -> None:
    talk(connection, say("user", "a"), score=0.9)
    talk(connection, say("user", "b"), score=0.5)
    talk(connection, say("user", "c"), status="escalated")
    talk(connection, say("user", "d"), status="active")
    found = queries.summary(connection, DAY, 0.8)
    assert (found.conversations, found.scored, found.out_of_range, found.at_threshold) == (3, 2, 0, 1)
    assert found.mean == pytest.approx(0.7)


def test_feedback_scores_are_written_once(connection: sa.Connection) -> None:
    conversation, (_, answer) = talk(connection, say("user", "hi"), say("assistant", "hello"))
    up = opinion(connection, conversation, answer, vote="up")
    stars = opinion(connection, conversation, stars=5, comment="twenty-one characters")
    opinion(connection, conversation, stars=5, at=START + timedelta(days=1))
    assert score_feedback(connection, SETTINGS, DAY) == (2, 2)
    found = {row[0]: row[1] for row in connection.execute(sa.select(feedback.c.id, feedback.c.score))}
    assert found[up] == pytest.approx(0.3)
    assert found[stars] == pytest.approx(0.5)
    assert score_feedback(connection, SETTINGS, DAY) == (2, 0)


def test_what_a_comment_says_is_heard_and_its_conversation_scored_again(connection: sa.Connection) -> None:
    conversation, (_, answer) = talk(connection, say("user", "hi"), say("assistant", "hello"), score=0.9)
    said = opinion(connection, conversation, answer, comment="This was a terrible, useless answer to me.")
    assert score_feedback(connection, SETTINGS, DAY) == (1, 1)
    row = connection.execute(sa.select(feedback).where(feedback.c.id == said)).one()
    assert (row.score, row.verdict) == (0.0, "down")
    assert connection.scalar(sa.select(conversation_scores.c.scorer)) != "test", "the score rests on it"
    assert score_feedback(connection, SETTINGS, DAY) == (1, 0)
