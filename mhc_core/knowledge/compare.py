"""Measuring index versions on the stored questions, and deciding whether a new one is not worse.

Hit rate@3 is the share of questions whose article is among the first three retrieved; MRR is the mean of 1 / its rank,
0 when it is not among the first ten (Voorhees, TREC-8, 1999). Two versions are compared on the questions whose article
the live one holds: articles that are new must not hide that the old ones are found less often.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db.queries import knowledge as queries
from mhc_core.db.queries.knowledge import KnowledgeVersion
from mhc_core.knowledge.articles import UNANSWERED
from mhc_core.knowledge.retrieval import search
from mhc_core.protocols import Embedder

HIT_RANK = 3
DEPTH = 10
TOLERANCE = 0.01
"""How much lower hit rate@3 and MRR may be: one question in a hundred changing places is not a verdict."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Retrieval quality over a number of questions; both figures 0..1, 0 without questions."""

    questions: int
    hit_rate: float
    mrr: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A new version, measured over all questions and, beside the live one, over those both can know.

    ``displacing`` are the articles that stand before the right one where it stood higher in the live version; those
    that do so for most questions come first.
    """

    not_worse: bool
    reasons: tuple[str, ...]
    new: Metrics
    new_shared: Metrics | None = None
    old_shared: Metrics | None = None
    displacing: tuple[str, ...] = ()


def retrieved(
    connection: sa.Connection, version_id: str, questions: Sequence[tuple[str, str]], vectors: NDArray[np.float32]
) -> list[list[str]]:
    """For each question the ids of the first ten articles retrieved, best first."""
    return [
        [passage.article_id for passage in search(connection, version_id, question, vector, k=DEPTH)]
        for (question, _), vector in zip(questions, vectors, strict=True)
    ]


def ranks(questions: Sequence[tuple[str, str]], found: Sequence[list[str]]) -> list[int]:
    """Where each question's own article stands among those found, from 1; 0 when it is not there."""
    return [
        ids.index(article_id) + 1 if article_id in ids else 0
        for (_, article_id), ids in zip(questions, found, strict=True)
    ]


def metrics(found: list[int]) -> Metrics:
    """Hit rate@3 and MRR of the ranks, rounded to four places."""
    if not found:
        return Metrics(0, 0.0, 0.0)
    hits = sum(1 for rank in found if 1 <= rank <= HIT_RANK)
    mrr = sum(1 / rank for rank in found if rank)
    return Metrics(len(found), round(hits / len(found), 4), round(mrr / len(found), 4))


def compare(
    connection: sa.Connection, new: KnowledgeVersion, live: KnowledgeVersion | None, embedder: Embedder
) -> Comparison:
    """Measure ``new``, beside ``live`` if there is one. ``embedder`` is the one ``new`` was made with.

    A live version of another embedder cannot be asked with these vectors: its recorded figures stand for it.
    """
    questions = queries.questions(connection, without=UNANSWERED)
    vectors = embedder.embed([question for question, _ in questions]) if questions else np.empty((0, 0), np.float32)
    found = retrieved(connection, new.id, questions, vectors)
    places = ranks(questions, found)
    measured = metrics(places)
    if live is None:
        return Comparison(True, ("No other version is live.",), measured)
    if live.id == new.id:
        return Comparison(True, ("It is the live version already.",), measured)
    if not questions:
        return Comparison(True, ("No questions are stored, so nothing speaks against it.",), measured)
    if live.embedder != embedder.id:
        return _against_record(measured, live)
    known = queries.member_articles(connection, live.id)
    shared = [place for place, (_, article_id) in enumerate(questions) if article_id in known]
    if not shared:
        return Comparison(True, ("The live version holds no article of any stored question.",), measured)
    asked = [questions[place] for place in shared]
    old_places = ranks(asked, retrieved(connection, live.id, asked, vectors[shared]))
    new_places = [places[place] for place in shared]
    before = [found[place][: (places[place] or DEPTH + 1) - 1] for place in shared]
    lost = [
        ids
        for ids, new_place, old_place in zip(before, new_places, old_places, strict=True)
        if _lower(new_place, old_place)
    ]
    new_shared, old_shared = metrics(new_places), metrics(old_places)
    not_worse, reasons = _verdict(new_shared, old_shared)
    harm = Counter(article_id for ids in lost for article_id in ids)
    displacing = tuple(sorted(harm, key=lambda article_id: (-harm[article_id], article_id)))
    return Comparison(not_worse, reasons, measured, new_shared, old_shared, displacing)


def _lower(new_place: int, old_place: int) -> bool:
    return (new_place or DEPTH + 1) > (old_place or DEPTH + 1)


def _against_record(measured: Metrics, live: KnowledgeVersion) -> Comparison:
    recorded = live.metrics
    if not recorded.get("questions"):
        reason = "The live version has another embedder and was never measured on stored questions."
        return Comparison(False, (reason,), measured)
    old = Metrics(recorded["questions"], recorded["hit_rate"], recorded["mrr"])
    not_worse, reasons = _verdict(measured, old)
    return Comparison(not_worse, (*reasons, "The live version's figures are those recorded."), measured, measured, old)


def _verdict(new: Metrics, old: Metrics) -> tuple[bool, tuple[str, ...]]:
    reasons: list[str] = []
    worse = False
    for name, value, before in (("Hit rate@3", new.hit_rate, old.hit_rate), ("MRR", new.mrr, old.mrr)):
        lower = value < before - TOLERANCE
        worse = worse or lower
        judged = "lower than" if lower else "not lower than"
        reasons.append(f"{name} {value:.3f} is {judged} {before:.3f} of the live version (tolerance {TOLERANCE}).")
    return not worse, tuple(reasons)
