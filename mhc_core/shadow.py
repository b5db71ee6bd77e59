"""Shadow evaluation: candidate and production model answer the same held-out questions, unseen by anyone."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
import sqlalchemy as sa

from mhc_core import artifacts
from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import evaluation as queries
from mhc_core.db.queries import training as models
from mhc_core.db.queries import versions
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.queries.evaluation import Evaluation
from mhc_core.db.queries.training import ModelVersion
from mhc_core.errors import Conflict
from mhc_core.evaluation import compare
from mhc_core.judging import Answered, score_answers
from mhc_core.knowledge.retrieval import search
from mhc_core.providers.protocols import ChatModel, ChatRequest, Embedder, Passage, Turn
from mhc_core.settings import Settings
from mhc_core.training import ensure_baseline

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class HeldOutQuestion:
    """A held-out question as a model sees it, its approved answer, and whose question it was."""

    customer_hash: str
    request: ChatRequest
    reference: str


def questions(
    connection: sa.Connection, dataset: DatasetVersion, knowledge_version: str | None, embedder: Embedder, top_k: int
) -> list[HeldOutQuestion]:
    """The validation questions of a data set, each with its passages.

    An article learned from a held-out answer would tell a model the answer it is asked for: such passages are left out.

    Raises:
        DataError: the validation file is not the one the data set was named after.
    """
    data = artifacts.read_verified(dataset.validation_uri, dataset.manifest["sha256"]["validation"])
    origins = datasets.validation_origins(connection, dataset.id)
    leaking = datasets.articles_learned_from_validation(connection, dataset.id)
    records = [orjson.loads(line) for line in data.splitlines()]
    asked = [record["messages"][-2]["content"] for record in records]
    found: list[HeldOutQuestion] = []
    for record, question, vector in zip(records, asked, embedder.embed(asked), strict=True):
        messages = record["messages"]
        passages: Sequence[Passage] = ()
        if knowledge_version:
            near = search(connection, knowledge_version, question, vector, top_k + min(len(leaking), top_k))
            passages = [passage for passage in near if passage.article_id not in leaking][:top_k]
        example = UUID(record["metadata"]["example_id"])
        found.append(
            HeldOutQuestion(
                customer_hash=origins[example].customer_hash,
                request=ChatRequest(
                    question=question,
                    history=[Turn(turn["role"], turn["content"]) for turn in messages[1:-2]],
                    passages=passages,
                    system_prompt=messages[0]["content"],
                ),
                reference=messages[-1]["content"],
            )
        )
    return found


def answer_all(model: ChatModel, held_out: Sequence[HeldOutQuestion], progress: Progress) -> list[Answered]:
    """One model's answers to every question, with the wall-clock time of each."""
    answers: list[Answered] = []
    for number, question in enumerate(held_out, 1):
        started = time.perf_counter()
        answer = model.answer(question.request)
        answers.append(
            Answered(
                reference=question.reference,
                answer=answer.text,
                confidence=answer.confidence,
                evidence=[passage.content for passage in question.request.passages],
                latency_ms=(time.perf_counter() - started) * 1000,
                cost_usd=float(answer.cost_usd),
            )
        )
        progress(number, len(held_out))
    return answers


def evaluate(
    engine: sa.Engine,
    candidate: ChatModel,
    baseline: ChatModel,
    dataset: DatasetVersion,
    knowledge_version: str | None,
    embedder: Embedder,
    settings: Settings,
    progress: Progress = lambda done, total: None,
) -> Evaluation:
    """Evaluate a candidate against a baseline and store the result.

    The same candidate, baseline, data set and knowledge are evaluated once: a rerun returns the stored result.
    """
    key = "|".join((candidate.version_id, baseline.version_id, dataset.id, knowledge_version or "-"))
    with engine.connect() as connection:
        if stored := queries.by_key(connection, key):
            return stored
        held_out = questions(connection, dataset, knowledge_version, embedder, settings.retrieval_top_k)
    ours = score_answers(answer_all(candidate, held_out, progress), embedder)
    theirs = score_answers(answer_all(baseline, held_out, progress), embedder)
    groups = [question.customer_hash for question in held_out]
    comparison = compare(ours, theirs, groups, settings.seed, settings.promotion_margin)
    differences = [a.similarity - b.similarity for a, b in zip(ours, theirs, strict=True)]
    with engine.begin() as connection:
        return queries.save(
            connection,
            key,
            candidate.version_id,
            baseline.version_id,
            dataset.id,
            knowledge_version,
            comparison,
            differences,
        )


def evaluate_newest(
    engine: sa.Engine,
    load_model: Callable[[ModelVersion], ChatModel],
    embedder: Embedder,
    settings: Settings,
    progress: Progress = lambda done, total: None,
) -> Evaluation:
    """Evaluate the newest trained model against the one in production, or the untrained baseline before any promotion.

    When the newest model is the one in production already, its latest evaluation stands.

    Raises:
        Conflict: nothing was trained yet, or the model in production was never evaluated.
    """
    with engine.begin() as connection:
        candidate = models.latest_trained(connection)
        if candidate is None or candidate.dataset_id is None:
            raise Conflict("no model was trained yet; materialise fine_tuned_model first")
        production = versions.live(connection, "model") or ensure_baseline(connection)
        if production == candidate.id:
            past = queries.of_candidate(connection, candidate.id)
            if not past:
                raise Conflict(f"{candidate.id} is in production without an evaluation; train on new data first")
            return past[0]
        baseline = models.model(connection, production)
        dataset = datasets.get(connection, candidate.dataset_id)
        knowledge = versions.live(connection, "knowledge")
    assert baseline is not None
    assert dataset is not None
    return evaluate(
        engine, load_model(candidate), load_model(baseline), dataset, knowledge, embedder, settings, progress
    )
