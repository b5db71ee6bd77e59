"""Hybrid retrieval: the right passage first, only from the asked version, in a fixed order, against exact search."""

from datetime import UTC, datetime

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mhc_core.db.queries import knowledge as queries
from mhc_core.db.queries.knowledge import Chunk
from mhc_core.knowledge import index
from mhc_core.knowledge.compare import metrics, ranks, retrieved
from mhc_core.knowledge.retrieval import search
from mhc_core.providers.minilm import embedder as minilm

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TEXTS = {
    "KB-701": ("Travel fee", "The first thirty miles are free, after that every mile is charged."),
    "KB-702": ("Deposit", "A deposit reserves the date and is taken off the final bill."),
    "KB-703": ("Proteins", "Every guest picks two: chicken, steak, shrimp, calamari or tofu."),
    "KB-704": ("Rain", "Please have a tent or a covered patio ready; we do not grill in the open rain."),
    "KB-705": ("Leftovers", "Put leftovers into the fridge within two hours and eat them within four days."),
    "KB-706": ("Promo code", "The code TEPPAN26 is entered when paying online."),
}


def _articles(connection: sa.Connection, texts: dict[str, tuple[str, str]]) -> None:
    rows = [
        {
            "id": key,
            "title": title,
            "category": "general",
            "tags": [],
            "body": body,
            "content_sha256": body,
            "origin": "file",
            "reviewed_at": NOW,
        }
        for key, (title, body) in texts.items()
    ]
    queries.upsert_articles(connection, rows, NOW)


@pytest.fixture
def version_id(connection: sa.Connection) -> str:
    _articles(connection, TEXTS)
    return index.build(connection, minilm.load(), NOW).id


@pytest.mark.parametrize(
    ("question", "article_id"),
    [
        ("u guys charge extra if im 45 min away?", "KB-701"),
        ("do i need to pay something upfront to hold our day", "KB-702"),
        ("what meats can we choose from", "KB-703"),
        ("whats the plan when its pouring outside", "KB-704"),
        ("how long does the food keep afterwards", "KB-705"),
        ("where do i put TEPPAN26", "KB-706"),
    ],
)
def test_a_question_in_other_words_finds_its_article(
    connection: sa.Connection, version_id: str, question: str, article_id: str
) -> None:
    found = search(connection, version_id, question, minilm.load().embed([question])[0])
    assert found[0].article_id == article_id
    assert len(found) == 3
    assert all(0 <= passage.score <= 1 for passage in found)
    assert [passage.score for passage in found] == sorted((passage.score for passage in found), reverse=True)


def test_a_version_only_gives_what_it_holds(connection: sa.Connection, version_id: str) -> None:
    _articles(connection, {"KB-707": ("Kosher", "We are kosher friendly, not certified.")})
    later = index.build(connection, minilm.load(), NOW).id
    question = "are you kosher"
    vector = minilm.load().embed([question])[0]
    assert search(connection, later, question, vector)[0].article_id == "KB-707"
    assert "KB-707" not in {passage.article_id for passage in search(connection, version_id, question, vector, k=10)}
    assert search(connection, "kb-unknown", question, vector) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=st.one_of(st.text(max_size=80), st.just("'a' | !b & \\ : *")))
def test_any_question_is_answered_without_an_error(connection: sa.Connection, version_id: str, question: str) -> None:
    vector = minilm.load().embed([question])[0]
    first = search(connection, version_id, question, vector, k=4)
    assert len(first) == 4
    assert first == search(connection, version_id, question, vector, k=4)
    assert len({passage.article_id for passage in first}) == 4


def _unit(rows: int, seed: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(rows, 384)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_small_version_among_many_chunks_is_searched_completely(connection: sa.Connection) -> None:
    """One chunk in twenty belongs to the version; without iterative scans most of the answers would be missing."""
    count, share = 2000, 20
    _articles(connection, {f"KB-F{number}": (f"Note {number}", f"fact{number}") for number in range(count)})
    vectors = _unit(count, seed=7)
    chunks = [
        Chunk(f"KB-F{number}", f"Note {number}", f"Note {number}", f"fact{number}", str(number))
        for number in range(count)
    ]
    queries.copy_chunks(connection, chunks, "random", vectors)
    ids = queries.chunk_ids(connection, "random")
    members = list(range(0, count, share))
    queries.insert_version(
        connection,
        "kb-share",
        "random",
        384,
        len(members),
        [ids[f"KB-F{number}", str(number)] for number in members],
        NOW,
    )
    queries.refresh_statistics(connection)
    connection.execute(sa.text("set local enable_seqscan = off"))
    connection.execute(sa.text("set local enable_sort = off"))
    hits = 0
    for asked in _unit(30, seed=8):
        exact = {f"KB-F{members[place]}" for place in np.argsort(-(vectors[members] @ asked))[:5]}
        hits += len(exact & {passage.article_id for passage in search(connection, "kb-share", "", asked, k=5)})
    assert hits / (30 * 5) >= 0.95


def test_the_sample_articles_are_found_by_their_questions(connection: sa.Connection) -> None:
    from mhc_core.knowledge.articles import UNANSWERED, import_articles
    from mhc_jobs.sample import knowledge_dir

    if not any(knowledge_dir().glob("*.md")):
        pytest.skip("the sample articles are not there")
    report = import_articles(connection, [knowledge_dir()], NOW)
    assert report.rejected == ()
    embedder = minilm.load()
    version = index.build(connection, embedder, NOW)
    questions = queries.questions(connection, without=UNANSWERED)[::4]
    vectors = embedder.embed([question for question, _ in questions])
    found = metrics(ranks(questions, retrieved(connection, version.id, questions, vectors)))
    assert found.hit_rate >= 0.75
    assert found.mrr >= 0.65
