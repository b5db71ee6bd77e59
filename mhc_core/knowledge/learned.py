"""Approved answers that hold for everybody become articles of category ``learned``.

Only scrubbed, verified text is used, and only answers that are no one's own (see ``general``). What an article already
says is not repeated. An article follows its example: when the example is withdrawn, so is the article. What makes an
answer somebody's own is told in English alone, so answers in other languages stay training data and become no articles.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mhc_core.business.rules import Business
from mhc_core.db.queries import learned as queries
from mhc_core.db.queries.knowledge import Chunk, upsert_articles
from mhc_core.knowledge.articles import LEARNED_PREFIX
from mhc_core.knowledge.chunks import vectors
from mhc_core.knowledge.general import general, known_numbers, without_greeting
from mhc_core.protocols import Embedder
from mhc_core.vocabulary import Intent

CATEGORY = "learned"
REUSABLE = (Intent.PRICING, Intent.MENU, Intent.POLICY, Intent.TRAVEL, Intent.AVAILABILITY, Intent.ALLERGY)
QUALITY = 0.9
LIMIT = 25
"""New articles in one run."""
SIMILARITY = 0.7
"""Cosine from which question and answer together say what a chunk, or another learned article, says."""
COVERED = 0.6
"""Share of an answer's words in the three nearest chunks from which it says nothing new."""

_LOOKED_AT = 8 * LIMIT


@dataclass(frozen=True, slots=True)
class LearnReport:
    """What one run did: ids of new and of withdrawn articles, and how many examples were looked at.

    ``other_languages`` is how many of these are in another language than English and stay training data.
    """

    added: tuple[str, ...]
    withdrawn: tuple[str, ...]
    looked_at: int
    other_languages: int = 0


def learn(
    connection: sa.Connection,
    embedder: Embedder,
    business: Business,
    now: datetime,
    *,
    quality: float = QUALITY,
    limit: int = LIMIT,
) -> LearnReport:
    """Turn at most ``limit`` of the best examples into articles, and withdraw articles whose example is withdrawn.

    ``quality`` is the least quality, 0..1, of an example. New articles are part of the next index version.
    """
    withdrawn = queries.withdraw(connection, now)
    numbers = known_numbers(business)
    looked_at = queries.examples(connection, REUSABLE, quality, _LOOKED_AT)
    read = [row for row in looked_at if row.language in (None, "en")]
    fitting = [row for row in read if not row.context and general(row.question, row.answer, numbers)]
    chosen = _new(connection, embedder, fitting, limit)
    rows = [
        {
            "id": article_id(str(row.id)),
            "title": title(row.question),
            "category": CATEGORY,
            "tags": [row.intent],
            "body": row.answer.strip(),
            "content_sha256": row.text_sha256,
            "origin": "learned",
            "example_id": row.id,
            "active": True,
            "reviewed_at": row.verified_at or now,
        }
        for row in chosen
    ]
    upsert_articles(connection, rows, now)
    return LearnReport(
        tuple(str(row["id"]) for row in rows), tuple(withdrawn), len(looked_at), len(looked_at) - len(read)
    )


def article_id(example_id: str) -> str:
    """The id of the article an example becomes; the same example always gives the same id."""
    return LEARNED_PREFIX + hashlib.sha256(example_id.encode()).hexdigest()[:10].upper()


def title(question: str) -> str:
    """A question as a heading: one line without greeting, starting with a capital, at most 120 characters."""
    text = without_greeting(question).strip(" -–—,;:")
    if len(text) > 120:
        text = text[:119].rsplit(" ", 1)[0] + "…"
    return text[:1].upper() + text[1:]


def _new(connection: sa.Connection, embedder: Embedder, fitting: list[sa.Row[Any]], limit: int) -> list[sa.Row[Any]]:
    """Those, best first, that say what neither a chunk, nor a learned article, nor one before them says."""
    if not fitting:
        return []
    earlier = queries.learned_texts(connection)
    texts = [(other.title, other.body) for other in earlier]
    texts += [(title(row.question), row.answer.strip()) for row in fitting]
    known = vectors(embedder, [Chunk("", heading, heading, body, "") for heading, body in texts])
    taken = [(other.example_id, vector) for other, vector in zip(earlier, known, strict=False)]
    own = known[len(earlier) :]
    chosen: list[sa.Row[Any]] = []
    said = queries.said_already(connection, embedder.id, own, [row.answer for row in fitting])
    for row, vector, (closest, covered) in zip(fitting, own, said, strict=True):
        if len(chosen) == limit:
            break
        new = closest < SIMILARITY and covered < COVERED
        if new and all(float(vector @ other) < SIMILARITY for key, other in taken if key != row.id):
            taken.append((row.id, vector))
            chosen.append(row)
    return chosen
