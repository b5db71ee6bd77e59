"""What articles are worth, and what nobody could answer."""

from datetime import UTC, datetime, timedelta

import numpy as np
import orjson
import pytest
import sqlalchemy as sa
from fakes.stored import WordEmbedder, example, opinion, say, talk

from mhc_core.db import engine as engines
from mhc_core.db.queries import knowledge as queries
from mhc_core.db.queries.article_figures import ArticleUse
from mhc_core.db.queries.knowledge import Chunk, upsert_articles
from mhc_core.monitoring import articles, dashboard, unanswered

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
THEN = NOW - timedelta(days=5)


def use(name: str, used: int = 0, booked: int = 0, liked: int = 0, disliked: int = 0) -> ArticleUse:
    return ArticleUse(name, name, "menu", "file", NOW, used, booked, liked, disliked, used, 0)


def judged(*uses: ArticleUse) -> dict[str, articles.Worth]:
    return {one.use.id: one for one in articles.judged(uses, NOW - timedelta(days=30))}


def test_the_score_is_that_of_the_shares() -> None:
    assert judged(use("a", 10, 5, 3, 1))["a"].score == pytest.approx(0.7 * 0.5 + 0.3 * 0.75)
    assert judged(use("a", 10, 5))["a"].score is None


def test_two_lucky_uses_do_not_win() -> None:
    found = articles.judged([use("lucky", 2, 2, 2, 0), use("proven", 400, 300, 90, 10)], NOW)
    assert [one.use.id for one in found] == ["proven", "lucky"]
    lucky, proven = found[1], found[0]
    assert lucky.score == 1
    assert lucky.estimate < 1
    assert lucky.high - lucky.low > 2 * (proven.high - proven.low)


def test_the_interval_holds_what_is_true_nine_times_in_ten() -> None:
    draw = np.random.default_rng(7)
    held = 0
    for _ in range(300):
        booking, liking = 0.3, 0.8
        uses = [use(str(number), 200, int(draw.binomial(200, booking)), *_votes(draw, liking)) for number in range(6)]
        worth = judged(*uses)["0"]
        held += worth.low <= 0.7 * booking + 0.3 * liking <= worth.high
    assert 0.87 < held / 300 <= 1


def _votes(draw: np.random.Generator, liking: float) -> tuple[int, int]:
    liked = int(draw.binomial(40, liking))
    return liked, 40 - liked


def test_uses_bookings_and_ratings_are_counted_by_article(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)
    row = {"category": "menu", "tags": [], "body": "text", "origin": "file", "reviewed_at": NOW - timedelta(days=40)}
    cited = [{"id": "KB-1", "title": "One"}, {"id": "KB-1", "title": "One"}, {"id": "Zephyr", "title": "no article"}]
    with engine.begin() as connection:
        upsert_articles(
            connection,
            [row | {"id": name, "title": name, "content_sha256": name} for name in ("KB-1", "KB-2")],
            NOW,
        )
        at = NOW - timedelta(hours=2)
        conversation, ids = talk(
            connection, say("user", "?"), say("assistant", "!", citations=cited), at=at, updated_at=at, outcome="booked"
        )
        opinion(connection, conversation, ids[1], at=at, vote="up")
    dashboard.refresh(engine, (), NOW)
    with engine.connect() as connection:
        found = {one.use.id: one for one in articles.worth(connection, 90, 30, NOW)}
    engine.dispose()
    assert set(found) == {"KB-1", "KB-2"}
    assert found["KB-1"].use[5:] == (1, 1, 1, 0, 1, 0)
    assert found["KB-2"].use[5:] == (0,) * 6
    assert found["KB-1"].stale


def test_what_was_retrieved_used_and_contradicted_is_counted_by_chunk_too(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        cited, other = _chunks(connection, "KB-1", "The first part.", "The second part.")
        citations = [{"id": "KB-1", "title": "KB-1", "chunk": cited}]
        right, guarded = {"retrieved": [cited, other]}, {"retrieved": [cited], "unsupported": 1}
        for notes, quoted in ((right, citations), (guarded, citations), (right, [])):
            answer = say("assistant", "!", citations=quoted, message_metadata=notes)
            talk(connection, say("user", "?"), answer, at=THEN)
        wrong = example(connection, "?", "!")
        connection.execute(
            sa.text("""
                update ai.messages m set citations = cast(:citations as jsonb), role = 'assistant', sent_at = :then
                  from ai.training_examples e where e.id = :id and m.id = e.answer_message_id
            """),
            {"id": wrong, "then": THEN, "citations": orjson.dumps(citations).decode()},
        )
    dashboard.refresh(engine, (), NOW)
    with engine.begin() as connection:
        item = connection.scalar(
            sa.text("insert into ai.review_items (example_id, priority, reasons) values (:id, 1, '{}') returning id"),
            {"id": wrong},
        )
        connection.execute(
            sa.text("""
                insert into ai.review_decisions (item_id, decision, decided_by, decided_at)
                values (:item, 'reject', 'ana', :now)
            """),
            {"item": item, "now": NOW + timedelta(minutes=1)},
        )
    dashboard.refresh(engine, (), NOW + timedelta(minutes=2))  # what a reviewer decides later counts too
    with engine.connect() as connection:
        (whole,) = articles.worth(connection, 90, 30, NOW)
        one, two = articles.chunks(connection, "kb-1", "KB-1", 90, NOW)
    engine.dispose()
    assert (whole.use.retrieved, whole.use.used, whole.use.contradicted) == (4, 3, 2)
    assert (one.retrieved, one.used, one.contradicted) == (4, 3, 2)
    assert (two.retrieved, two.used, two.contradicted) == (2, 0, 0)


def _chunks(connection: sa.Connection, article_id: str, *texts: str) -> list[int]:
    """Chunks of an article, all in a version ``kb-1``."""
    row = {"id": article_id, "title": article_id, "category": "menu", "tags": [], "body": "text", "origin": "file"}
    upsert_articles(connection, [row | {"reviewed_at": NOW, "content_sha256": "1"}], NOW)
    made = [Chunk(article_id, article_id, text, text, text) for text in texts]
    queries.copy_chunks(connection, made, "words-384", WordEmbedder().embed(texts))
    members = [queries.chunk_ids(connection, "words-384")[article_id, text] for text in texts]
    queries.insert_version(connection, "kb-1", "words-384", 384, 1, members, NOW)
    return members


def test_like_questions_with_unsure_answers_are_one_group(connection: sa.Connection) -> None:
    for number, (question, confidence) in enumerate(
        [("do you cook tofu", 0.1), ("do you cook tofu today", 0.3), ("what about the noise", 0.2)]
    ):
        made = example(connection, question, f"answer {number}", intent="menu", confidence=confidence)
        connection.execute(
            sa.text("""
                insert into ai.review_items (example_id, priority, reasons) values (:id, 1, '{low_confidence}')
            """),
            {"id": made},
        )
    first, second = unanswered.groups(connection, 10)
    assert sorted(one.question for one in first.questions) == ["do you cook tofu", "do you cook tofu today"]
    assert first.draft == "answer 1"
    assert [one.question for one in second.questions] == ["what about the noise"]
