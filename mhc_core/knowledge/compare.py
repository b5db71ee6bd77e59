"""Measuring index versions on the stored questions, and deciding whether a new one is not worse.

Hit rate@3 is the share of questions whose article is among the first three retrieved; MRR is the mean of 1 / its rank,
0 when it is not among the first ten (Voorhees, TREC-8, 1999). Two versions are compared on the questions whose article
the live one holds: articles that are new must not hide that the old ones are found less often.
"""

from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db.queries import knowledge as queries
from mhc_core.db.queries.knowledge import KnowledgeVersion
from mhc_core.knowledge.retrieval import search
from mhc_core.providers.protocols import Embedder

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
    """A new version, measured over all questions and, beside the live one, over those both can know."""

    not_worse: bool
    reasons: tuple[str, ...]
    new: Metrics
    new_shared: Metrics | None = None
    old_shared: Metrics | None = None


def ranks(
    connection: sa.Connection, version_id: str, questions: list[tuple[str, str]], vectors: NDArray[np.float32]
) -> list[int]:
    """Where each question's article stands among the first ten retrieved, from 1; 0 when it is not there."""
    found: list[int] = []
    for (question, article_id), vector in zip(questions, vectors, strict=True):
        passages = search(connection, version_id, question, vector, k=DEPTH)
        places = [place for place, passage in enumerate(passages, start=1) if passage.article_id == article_id]
        found.append(places[0] if places else 0)
    return found


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

    A live version of another embedder can not be asked with these vectors: its recorded figures stand for it.
    """
    questions = queries.questions(connection)
    vectors = embedder.embed([question for question, _ in questions]) if questions else np.empty((0, 0), np.float32)
    found = ranks(connection, new.id, questions, vectors)
    measured = metrics(found)
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
    old_found = ranks(connection, live.id, [questions[place] for place in shared], vectors[shared])
    new_shared, old_shared = metrics([found[place] for place in shared]), metrics(old_found)
    not_worse, reasons = _verdict(new_shared, old_shared)
    return Comparison(not_worse, reasons, measured, new_shared, old_shared)


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
