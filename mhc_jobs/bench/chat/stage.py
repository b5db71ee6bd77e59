"""The database that is measured: a large live knowledge and a trained local model, both made from the sample.

Articles beyond the sample's own are its sentences put together anew. Their vectors are made, not embedded (embedding
20,000 chunks takes longer than the whole measurement): the middle of two real ones with noise, of unit length.
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import numpy as np
import orjson
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.artifacts import store
from mhc_core.business import pricing
from mhc_core.db.queries import knowledge as queries
from mhc_core.db.queries import versions
from mhc_core.db.queries.knowledge import Chunk
from mhc_core.db.tables import model_versions
from mhc_core.knowledge import articles, index
from mhc_core.knowledge.chunks import split, vectors
from mhc_core.protocols import Embedder, JobState, TrainingFiles
from mhc_core.providers.local.fine_tuner import LocalFineTuner
from mhc_core.settings import Settings
from mhc_core.vocabulary import JobStatus
from mhc_jobs import sample

BY = "mhc bench chat"
NOISE = 0.5
CONVERSATIONS = 2_400


@dataclass(frozen=True, slots=True)
class Stage:
    """What was made. ``questions`` are the sample's stored ones."""

    knowledge_id: str
    chunks: int
    embedded: int
    examples: int
    questions: list[str]


def prepare(engine: sa.Engine, settings: Settings, embedder: Embedder, chunks: int, now: datetime) -> Stage:
    """Fill a migrated, empty database and make knowledge and model live."""
    with engine.begin() as connection:
        articles.import_articles(connection, [sample.knowledge_dir()], now)
        index.build(connection, embedder, now)
        rows = queries.articles(connection)
        real = [chunk for row in rows for chunk in split(row.id, row.title, row.tags, row.body)]
        made, made_vectors = _generated(real, vectors(embedder, real), chunks - len(real))
        queries.upsert_articles(connection, [_article(chunk, now) for chunk in made], now)
        queries.copy_chunks(connection, made, embedder.id, made_vectors)
        members = list(queries.chunk_ids(connection, embedder.id).values())
        knowledge_id = f"kb-bench-{len(members)}"
        queries.insert_version(
            connection, knowledge_id, embedder.id, embedder.dimensions, len(rows) + len(made), members, now
        )
        versions.move(connection, index.KIND, knowledge_id, BY, "Made to measure.", now)
        questions = [question for question, _ in queries.questions(connection)]
        queries.refresh_statistics(connection)
    examples = _train(engine, settings, embedder, now)
    return Stage(knowledge_id, len(members), len(real), examples, questions)


def _generated(real: list[Chunk], known: NDArray[np.float32], count: int) -> tuple[list[Chunk], NDArray[np.float32]]:
    words, numbers = Random(20_000), np.random.default_rng(20_000)
    sentences = [part for chunk in real for part in chunk.content.replace("\n", " ").split(". ") if len(part) > 20]
    made = []
    for number in range(max(count, 0)):
        title = f"{words.choice(real).title} {number}"
        content = ". ".join(words.sample(sentences, 4))
        digest = hashlib.sha256(f"{title}\n{content}".encode()).hexdigest()
        made.append(Chunk(f"KB-G{number:05d}", title, title, content, digest))
    pairs = known[numbers.integers(0, len(known), (len(made), 2))].sum(axis=1)
    noise = numbers.standard_normal(pairs.shape) * NOISE / np.sqrt(pairs.shape[1])
    mixed = pairs / np.linalg.norm(pairs, axis=1, keepdims=True) + noise
    return made, (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)


def _article(chunk: Chunk, now: datetime) -> dict[str, object]:
    return {
        "id": chunk.article_id,
        "title": chunk.title,
        "category": articles.DEFAULT_CATEGORY,
        "tags": [],
        "body": chunk.content,
        "content_sha256": chunk.content_sha256,
        "origin": "file",
        "reviewed_at": now,
    }


def _train(engine: sa.Engine, settings: Settings, embedder: Embedder, now: datetime) -> int:
    """A local model of the sample's approved answers, promoted; how many there were."""
    lines = []
    for record in sample.generate(1, CONVERSATIONS, date(2026, 10, 1), 30, pricing.load(settings.business_file)):
        said = record["messages"][:2]
        if [turn["role"] for turn in said] == ["user", "assistant"]:
            identity = str(uuid.uuid5(uuid.NAMESPACE_OID, record["id"]))
            spoken = [{"role": turn["role"], "content": turn["content"]} for turn in said]
            about = {"example_id": identity, "intent": said[0]["intent"], "group": record["customer_id"]}
            lines.append(orjson.dumps({"messages": spoken, "metadata": about}))
    uri = str(Path(settings.state_dir) / "bench" / "train.jsonl")
    store.write_bytes(uri, b"\n".join(lines) + b"\n")
    files = TrainingFiles("bench", uri, uri, len(lines), 0)
    tuner = LocalFineTuner(embedder, settings.artifacts, seed=1)
    job = tuner.submit(files, "bench", JobState(JobStatus.INTENDED, cost_usd=Decimal(0)), lambda _: None)
    row = {
        "id": job.provider_model_id,
        "provider": tuner.provider,
        "base_model": tuner.base_model,
        "provider_model_id": job.provider_model_id,
        "artifact_uri": job.artifact_uri,
        "artifact_sha256": job.artifact_sha256,
    }
    with engine.begin() as connection:
        connection.execute(sa.insert(model_versions).values(row))
        versions.move(connection, "model", str(job.provider_model_id), BY, "Made to measure.", now)
    return len(lines)
