"""A conversation's score: its parts, the weights in force, and when it is made again."""

from dataclasses import asdict
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from fakes.stored import DAY, NOW, START, WordEmbedder, opinion, row_versions, say, talk
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mhc_core.collection.settling import score_feedback
from mhc_core.db.queries import scoring as queries
from mhc_core.db.rows.feedback import FeedbackSignals
from mhc_core.db.rows.scoring import Factors, FinishedConversation
from mhc_core.db.tables import conversation_scores, conversations, feedback
from mhc_core.protocols import Turn
from mhc_core.scoring.factors import (
    coherence_factors,
    combine,
    efficiency_factor,
    outcome_factor,
    score_conversations,
    scorer_version,
    sentiment_factor,
)
from mhc_core.settings import ScoreScales, ScoreWeights, Settings
from mhc_core.vocabulary import Outcome

WEIGHTS, SCALES, SETTINGS = ScoreWeights(), ScoreScales(), Settings()
UNIT = st.none() | st.floats(0, 1)
FACTORS = st.builds(Factors, UNIT, UNIT, UNIT, UNIT, UNIT)


def test_with_every_part_the_weights_are_the_agreed_ones() -> None:
    score = combine(Factors(1.0, 0.8, 0.5, 0.4, 0.2), WEIGHTS)
    assert score is not None
    assert score.weights == {"feedback": 0.3, "outcome": 0.25, "coherence": 0.2, "sentiment": 0.15, "efficiency": 0.1}
    assert score.value == pytest.approx(0.3 + 0.2 + 0.1 + 0.06 + 0.02)


def test_a_missing_part_is_spread_over_the_rest_and_recorded() -> None:
    score = combine(Factors(None, 1.0, 0.5, None, 0.0), WEIGHTS)
    assert score is not None
    assert score.weights == pytest.approx({"outcome": 25 / 55, "coherence": 20 / 55, "efficiency": 10 / 55}, abs=1e-6)
    assert score.value == pytest.approx((25 + 10) / 55)
    assert score.factors.feedback is None


def test_without_evidence_there_is_no_score() -> None:
    assert combine(Factors(None, None, None, None, None), WEIGHTS) is None
    assert combine(Factors(None, None, None, None, 1.0), ScoreWeights(efficiency=0)) is None


@given(FACTORS)
def test_a_score_lies_between_its_parts_and_its_weights_sum_to_one(factors: Factors) -> None:
    score = combine(factors, WEIGHTS)
    present = [value for value in asdict(factors).values() if value is not None]
    assume(present)
    assert score is not None
    assert 0 <= score.value <= 1
    assert min(present) - 1e-9 <= score.value <= max(present) + 1e-9
    assert sum(score.weights.values()) == pytest.approx(1, abs=1e-5)
    assert set(score.weights) == {name for name, value in asdict(factors).items() if value is not None}


def test_outcomes_are_ranked_and_an_unknown_one_is_missing() -> None:
    assert set(SCALES.outcomes) == set(Outcome)
    assert outcome_factor("booked", SCALES) == 1.0
    assert outcome_factor("unresolved", SCALES) == 0.0
    assert outcome_factor(None, SCALES) is None


def test_efficiency_falls_with_the_messages_it_took() -> None:
    assert [efficiency_factor(count, SCALES) for count in (1, 6, 13, 20, 90)] == [1.0, 1.0, 0.5, 0.0, 0.0]


@settings(deadline=None)  # the first example loads the lexicon
@given(st.lists(st.text(max_size=80), max_size=5))
def test_sentiment_of_any_text_is_a_share_or_missing(texts: list[str]) -> None:
    found = sentiment_factor([Turn("assistant", "hello"), *(Turn("user", text) for text in texts)])
    assert found is None or 0 <= found <= 1


def test_sentiment_hears_the_customer_and_the_end_most() -> None:
    good, bad = Turn("user", "this is great, excellent, wonderful"), Turn("user", "this is terrible and awful")
    answer = Turn("assistant", "here it is")
    happy, sad = sentiment_factor([answer, bad, good]), sentiment_factor([answer, good, bad])
    assert happy is not None
    assert sad is not None
    assert happy > 0.5 > sad
    assert (
        sentiment_factor([Turn("assistant", "terrible awful"), Turn("user", "is there wheat in the noodles")]) is None
    )


def test_what_is_said_before_the_first_answer_is_no_opinion_on_it() -> None:
    question, answer = Turn("user", "is parking free and wonderful"), Turn("assistant", "yes")
    assert sentiment_factor([question]) is None
    assert sentiment_factor([question, answer]) is None
    assert sentiment_factor([question, answer, Turn("user", "awful")]) == sentiment_factor(
        [answer, Turn("user", "awful")]
    )


def test_an_answer_given_again_word_for_word_fits_nothing() -> None:
    question, answer = Turn("user", "deposit for a party"), Turn("assistant", "a party deposit for")
    (stuck,) = coherence_factors([(question, answer, question, answer)], WordEmbedder(), SCALES)
    assert stuck is not None
    (once,) = coherence_factors([(question, answer)], WordEmbedder(), SCALES)
    assert once == pytest.approx(1.0)
    low, high = SCALES.coherence_zero_cosine, SCALES.coherence_one_cosine
    assert stuck == pytest.approx(((1 + low) / 2 - low) / (high - low))


def test_coherence_compares_each_answer_with_its_question_in_one_call() -> None:
    embedder = WordEmbedder()
    same = (Turn("user", "deposit for a party"), Turn("assistant", "a party deposit for"))
    apart = (Turn("user", "deposit for a party"), Turn("agent", "shrimp noodles vegetables rice"))
    silent = (Turn("user", "hello"), Turn("user", "anyone there"))
    assert coherence_factors([same, silent, apart, (*same, *apart)], embedder, SCALES) == [
        pytest.approx(1.0),
        None,
        pytest.approx(0.0, abs=0.1),
        pytest.approx(0.8, abs=0.2),
    ]
    assert len(embedder.calls) == 1
    assert coherence_factors([silent], embedder, SCALES) == [None]


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
    assert (row.feedback, row.sentiment, row.outcome, row.efficiency) == (None, None, 1.0, 1.0)
    assert set(row.weights) == {"outcome", "coherence", "efficiency"}

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
    assert len(queries.pending(connection, DAY, "2:other")) == 1


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
