"""Building an immutable index version from the active articles, publishing it when it is not worse, and going back."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import audit, learned, versions
from mhc_core.db.queries import knowledge as queries
from mhc_core.db.queries.knowledge import Chunk, KnowledgeVersion
from mhc_core.errors import Conflict, NotFound
from mhc_core.knowledge import article_selector, compare
from mhc_core.knowledge.articles import LEARNED_PREFIX
from mhc_core.knowledge.chunks import split, vectors
from mhc_core.protocols import Embedder
from mhc_core.providers.attribution import calls_for

KIND = "knowledge"


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing decided. ``live`` is the version in use afterwards; ``reasons`` are whole sentences.

    ``displacing`` names the articles that stand before the right one of a question that it placed higher.
    """

    version_id: str
    published: bool
    live: str | None
    reasons: tuple[str, ...]
    new: compare.Metrics
    old: compare.Metrics | None
    displacing: tuple[str, ...] = ()


@calls_for(feature="knowledge")
def build(connection: sa.Connection, embedder: Embedder, now: datetime) -> KnowledgeVersion:
    """The version of the present active articles, made unless it exists already.

    Only chunks this embedder has not embedded before are embedded. The id is the hash of the embedder, all chunks and
    all questions, so the same articles give the same version. Builds wait for each other until the caller's
    transaction ends.

    Raises:
        Conflict: there is no active article with text.
    """
    queries.lock_index(connection)
    chunks = [chunk for row in queries.articles(connection) for chunk in split(row.id, row.title, row.tags, row.body)]
    if not chunks:
        raise Conflict("no knowledge article is active; add articles with `mhc import knowledge` first")
    version_id = _version_id(embedder, chunks, queries.questions(connection))
    if (known := queries.version(connection, version_id)) is not None:
        return known
    _embed_missing(connection, embedder, chunks)
    ids = queries.chunk_ids(connection, embedder.id)
    queries.insert_version(
        connection,
        version_id,
        embedder.id,
        embedder.dimensions,
        article_count=len({chunk.article_id for chunk in chunks}),
        members=[ids[chunk.article_id, chunk.content_sha256] for chunk in chunks],
        now=now,
    )
    queries.refresh_statistics(connection)
    article_selector.load(connection, version_id, embedder, keep=True)
    return _version(connection, version_id)


@calls_for(feature="knowledge")
def publish(connection: sa.Connection, version_id: str, embedder: Embedder, now: datetime, by: str) -> Publication:
    """Make the version live unless the stored questions show it to be worse than the live one.

    The measurement is kept in ``knowledge_versions.metrics`` and every decision in the audit log.

    Raises:
        NotFound: the version does not exist.
        Conflict: the version was made with another embedder.
    """
    version = _version(connection, version_id)
    if version.embedder != embedder.id:
        raise Conflict(f"knowledge version {version_id} was made with another embedder; run `mhc knowledge update`")
    versions.lock(connection, KIND)
    live_id = versions.live(connection, KIND)
    live = queries.version(connection, live_id) if live_id else None
    comparison = compare.compare(connection, version, live, embedder)
    evidence: dict[str, Any] = {
        **asdict(comparison.new),
        "measured_at": now.isoformat(),
        "compared_with": live.id if live else None,
        "compared": {
            name: asdict(measured)
            for name, measured in (("new", comparison.new_shared), ("live", comparison.old_shared))
            if measured
        },
        "reasons": list(comparison.reasons),
    }
    if version_id != live_id:  # what is live keeps the measurement it went live on
        queries.save_metrics(connection, version_id, {**version.metrics, **evidence})
    if comparison.not_worse:
        versions.move(connection, KIND, version_id, by, " ".join(comparison.reasons), now)
    else:
        audit.record(connection, by, "knowledge.not_published", version_id, evidence, now)
    return Publication(
        version_id,
        published=comparison.not_worse,
        live=version_id if comparison.not_worse else live_id,
        reasons=comparison.reasons,
        new=comparison.new_shared or comparison.new,
        old=comparison.old_shared,
        displacing=comparison.displacing,
    )


def update(connection: sa.Connection, embedder: Embedder, now: datetime, by: str) -> Publication:
    """Build the present version and publish it; when it is worse, try again without what was learned since.

    First the new learned articles go that stand before the right article of most stored questions: half of them, half
    of the rest, the rest; when that is not enough, all new ones. So they cannot keep edited articles from going live.

    Raises:
        Conflict: there is no active article with text.
    """
    result = publish(connection, build(connection, embedder, now).id, embedder, now, by)
    withdrawn: list[str] = []
    for share in (0.5, 0.5, 1, None):
        if result.published:
            break
        harmful = [article_id for article_id in result.displacing if article_id.startswith(LEARNED_PREFIX)]
        only = None if share is None else harmful[: math.ceil(len(harmful) * share)]
        gone = learned.withdraw_unpublished(connection, result.live, now, only)
        if not gone:
            continue
        withdrawn += gone
        evidence = {"articles": gone, "reasons": list(result.reasons)}
        audit.record(connection, by, "knowledge.learned_withdrawn", result.version_id, evidence, now)
        result = publish(connection, build(connection, embedder, now).id, embedder, now, by)
    if not withdrawn:
        return result
    note = f"Withdrawn because retrieval was worse with them: {', '.join(withdrawn)}."
    return replace(result, reasons=(*result.reasons, note))


def rollback(connection: sa.Connection, now: datetime, by: str) -> str:
    """Make the version before the live one live again and return its id.

    Raises:
        Conflict: there is no earlier version.
    """
    return versions.roll_back(connection, KIND, by, "Rolled back by hand.", now)


def _embed_missing(connection: sa.Connection, embedder: Embedder, chunks: list[Chunk]) -> None:
    known = queries.chunk_ids(connection, embedder.id)
    missing = [chunk for chunk in chunks if (chunk.article_id, chunk.content_sha256) not in known]
    if not missing:
        return
    queries.copy_chunks(connection, missing, embedder.id, vectors(embedder, missing))
    queries.ensure_index(connection, embedder.dimensions)


def _version_id(embedder: Embedder, chunks: list[Chunk], questions: Sequence[tuple[str, str]]) -> str:
    members = sorted(f"{chunk.article_id} {chunk.content_sha256}" for chunk in chunks)
    members += [f"{article_id}? {question}" for question, article_id in questions]
    return "kb-" + hashlib.sha256("\n".join([embedder.id, *members]).encode()).hexdigest()[:16]


def _version(connection: sa.Connection, version_id: str) -> KnowledgeVersion:
    version = queries.version(connection, version_id)
    if version is None:
        raise NotFound(f"no knowledge version {version_id}; see `mhc knowledge versions`")
    return version
