"""Index versions: same content same version, nothing embedded twice, never live when worse, and back again."""

import re
import threading
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db import engine as engines
from mhc_core.db.queries import knowledge as queries
from mhc_core.db.queries import versions
from mhc_core.db.tables import (
    audit_log,
    knowledge_articles,
    knowledge_chunks,
    knowledge_version_chunks,
    knowledge_versions,
    retrieval_questions,
)
from mhc_core.errors import Conflict, NotFound
from mhc_core.knowledge import index
from mhc_core.knowledge.compare import Metrics, metrics

NOW = datetime(2026, 3, 1, tzinfo=UTC)

TEXTS = {
    "KB-1": ("Travel", "Thirty miles of driving are free, then a fee for each mile."),
    "KB-2": ("Deposit", "A deposit holds your date and comes off the final bill."),
    "KB-3": ("Menu", "Chicken, steak, shrimp, calamari or tofu with fried rice."),
    "KB-4": ("Weather", "The host provides a tent or a patio cover against rain."),
}
QUESTIONS = {
    "KB-1": ["how many miles are free", "fee for driving"],
    "KB-2": ["does the deposit come off the bill"],
    "KB-3": ["do you have shrimp or tofu"],
    "KB-4": ["what if it rains, a tent?"],
}


@dataclass
class HashingEmbedder:
    """Words hashed into 64 buckets; counts what it embeds. ``blind`` makes all texts look alike."""

    id: str = "hashing@1"
    dimensions: int = 64
    blind: bool = False
    seen: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self.lock:
            self.seen += texts
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            for word in [] if self.blind else re.findall(r"\w+", text.lower()):
                vectors[row, zlib.crc32(word.encode()) % self.dimensions] += 1
            vectors[row, 0] += 1e-3
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _articles(connection: sa.Connection, texts: dict[str, tuple[str, str]]) -> None:
    rows = [
        {
            "id": key,
            "title": title,
            "category": "general",
            "tags": [],
            "body": body,
            "content_sha256": body,
            "origin": "learned" if key.startswith("KB-L") else "file",
            "reviewed_at": NOW,
        }
        for key, (title, body) in texts.items()
    ]
    queries.upsert_articles(connection, rows, NOW)


def _empty(connection: sa.Connection) -> None:
    """Hide what other tests committed; the fixture rolls this back."""
    for table in (retrieval_questions, knowledge_version_chunks, knowledge_versions, knowledge_chunks):
        connection.execute(sa.delete(table))
    connection.execute(sa.delete(knowledge_articles))


@pytest.fixture
def filled(connection: sa.Connection) -> sa.Connection:
    _empty(connection)
    _articles(connection, TEXTS)
    queries.replace_questions(connection, QUESTIONS, NOW)
    return connection


def _spoil(connection: sa.Connection) -> None:
    """Make the articles useless for the stored questions."""
    _articles(connection, {key: (f"Note {number}", f"Nothing to see {number}.") for number, key in enumerate(TEXTS)})


def test_the_same_articles_give_the_same_version_and_embed_nothing_again(filled: sa.Connection) -> None:
    embedder = HashingEmbedder()
    first = index.build(filled, embedder, NOW)
    assert (first.article_count, first.chunk_count, first.dimensions) == (4, 4, 64)
    seen = len(embedder.seen)
    assert seen >= 8  # topic and content of each chunk, and what selection is learned from
    assert queries.count_members(filled, first.id) == queries.count_active(filled) == 4
    again = index.build(filled, embedder, NOW + timedelta(days=1))
    assert again == first
    assert len(embedder.seen) == seen


def test_only_changed_chunks_are_embedded(filled: sa.Connection) -> None:
    embedder = HashingEmbedder()
    first = index.build(filled, embedder, NOW)
    embedder.seen.clear()
    _articles(filled, {"KB-1": ("Travel", "Forty miles are free."), "KB-5": ("Sake", "Sake is poured for adults.")})
    second = index.build(filled, embedder, NOW)
    assert second.id != first.id
    assert set(embedder.seen) == {"Forty miles are free.", "Sake", "Sake is poured for adults.", "Travel"}
    assert queries.member_articles(filled, first.id) == set(TEXTS)
    # Back to the first content: the first version again, from chunks that are still there.
    embedder.seen.clear()
    _articles(filled, TEXTS)
    filled.execute(sa.update(knowledge_articles).where(knowledge_articles.c.id == "KB-5").values(active=False))
    assert index.build(filled, embedder, NOW).id == first.id
    assert embedder.seen == []


def test_two_articles_with_the_same_text_are_both_in_the_version(filled: sa.Connection) -> None:
    _articles(filled, {"KB-6": TEXTS["KB-1"]})
    version = index.build(filled, HashingEmbedder(), NOW)
    assert queries.member_articles(filled, version.id) == {*TEXTS, "KB-6"}
    assert version.chunk_count == 5


def test_another_embedder_makes_another_version(filled: sa.Connection) -> None:
    first = index.build(filled, HashingEmbedder(), NOW)
    second = index.build(filled, HashingEmbedder(id="hashing@2"), NOW)
    assert first.id != second.id


def test_a_new_dimension_gets_its_own_index_and_a_very_large_one_none(filled: sa.Connection) -> None:
    index.build(filled, HashingEmbedder(), NOW)
    index.build(filled, HashingEmbedder(id="large", dimensions=4096), NOW)
    names = set(filled.scalars(sa.text("select indexname from pg_indexes where tablename = 'knowledge_chunks'")))
    assert {"ix_knowledge_chunks_embedding_64", "ix_knowledge_chunks_embedding_384"} <= names
    assert "ix_knowledge_chunks_embedding_4096" not in names


def test_without_articles_there_is_nothing_to_build(connection: sa.Connection) -> None:
    _empty(connection)
    with pytest.raises(Conflict, match="mhc import"):
        index.build(connection, HashingEmbedder(), NOW)


def test_the_first_version_goes_live_with_its_measurement(filled: sa.Connection) -> None:
    embedder = HashingEmbedder()
    version = index.build(filled, embedder, NOW)
    result = index.publish(filled, version.id, embedder, NOW, "ann")
    assert result.published
    assert versions.live(filled, "knowledge") == version.id
    stored = queries.version(filled, version.id)
    assert stored is not None
    assert (stored.metrics["questions"], stored.metrics["hit_rate"]) == (5, 1.0)


def test_a_worse_version_never_goes_live_and_the_refusal_is_audited(filled: sa.Connection) -> None:
    embedder = HashingEmbedder()
    good = index.update(filled, embedder, NOW, "ann")
    _spoil(filled)
    worse = index.update(filled, embedder, NOW, "ann")
    assert not worse.published
    assert worse.live == good.version_id == versions.live(filled, "knowledge")
    assert worse.old is not None
    assert worse.new.hit_rate < worse.old.hit_rate
    assert any("lower than" in reason for reason in worse.reasons)
    refused = filled.execute(sa.select(audit_log).where(audit_log.c.action == "knowledge.not_published")).one()
    assert refused.subject == worse.version_id
    assert refused.details["compared"]["live"]["hit_rate"] == worse.old.hit_rate


def test_new_articles_can_not_hide_that_old_ones_are_lost(filled: sa.Connection) -> None:
    embedder = HashingEmbedder()
    index.update(filled, embedder, NOW, "ann")
    _spoil(filled)
    fresh = {f"KB-1{number}": (f"Topic{number}", f"Word{number} explains word{number}.") for number in range(40)}
    _articles(filled, fresh)
    queries.replace_questions(filled, {key: [f"{text[0]} {text[1]}"] for key, text in fresh.items()}, NOW)
    assert not index.update(filled, embedder, NOW, "ann").published


def test_an_equal_version_goes_live_and_rollback_returns_to_the_one_before(filled: sa.Connection) -> None:
    embedder = HashingEmbedder()
    first = index.update(filled, embedder, NOW, "ann")
    _articles(filled, {"KB-5": ("Sake", "Sake is poured for adults.")})
    second = index.update(filled, embedder, NOW, "ann")
    assert second.published
    assert second.version_id != first.version_id
    assert index.rollback(filled, NOW, "bob") == first.version_id
    assert versions.live(filled, "knowledge") == first.version_id
    with pytest.raises(Conflict):
        index.rollback(filled, NOW, "bob")


def test_publishing_the_live_version_again_moves_nothing(filled: sa.Connection) -> None:
    embedder = HashingEmbedder()
    index.update(filled, embedder, NOW, "ann")
    assert index.update(filled, embedder, NOW, "ann").published
    assert len(versions.history(filled, "knowledge")) == 1


def test_learned_articles_that_harm_are_withdrawn_so_that_edits_still_go_live(filled: sa.Connection) -> None:
    embedder = HashingEmbedder()
    index.update(filled, embedder, NOW, "ann")
    # They repeat the stored questions word for word and so push the right articles down.
    noise = {
        f"KB-L{key[-1]}{number}": (question, question)
        for key, asked in QUESTIONS.items()
        for question in asked
        for number in range(4)
    }
    _articles(filled, noise | {"KB-LGOOD": ("Birthday candles", "Candles are welcome.")})
    _articles(filled, {"KB-5": ("Sake", "Sake is poured for adults.")})
    result = index.update(filled, embedder, NOW, "ann")
    assert result.published
    assert result.reasons[-1].startswith("Withdrawn")
    assert queries.member_articles(filled, result.version_id) == {*TEXTS, "KB-5", "KB-LGOOD"}


def test_a_new_embedder_is_held_against_the_recorded_figures(filled: sa.Connection) -> None:
    index.update(filled, HashingEmbedder(), NOW, "ann")
    filled.execute(sa.update(knowledge_articles).values(title="T", body=knowledge_articles.c.id))
    blind = index.update(filled, HashingEmbedder(id="blind", blind=True), NOW, "ann")
    assert not blind.published
    assert blind.reasons[-1] == "The live version's figures are those recorded."


def test_publishing_needs_a_version_of_this_embedder(filled: sa.Connection) -> None:
    version = index.build(filled, HashingEmbedder(), NOW)
    with pytest.raises(Conflict, match="another embedder"):
        index.publish(filled, version.id, HashingEmbedder(id="other"), NOW, "ann")
    with pytest.raises(NotFound):
        index.publish(filled, "kb-unknown", HashingEmbedder(), NOW, "ann")


def test_concurrent_updates_end_in_one_version_and_embed_once(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)
    embedder = HashingEmbedder()
    with engine.begin() as connection:
        _articles(connection, TEXTS)

    def update(_: int) -> str:
        with engine.begin() as connection:
            return index.update(connection, embedder, NOW, "ann").version_id

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(update, range(4)))
    with engine.connect() as connection:
        assert {version.id for version in queries.versions(connection)} == made
        assert len(made) == 1
        assert len(versions.history(connection, "knowledge")) == 1
    assert len(embedder.seen) == 8
    engine.dispose()


def test_hit_rate_and_mrr_follow_their_definitions() -> None:
    assert metrics([1, 2, 4, 0]) == Metrics(4, 0.5, round((1 + 1 / 2 + 1 / 4) / 4, 4))
    assert metrics([]) == Metrics(0, 0.0, 0.0)
