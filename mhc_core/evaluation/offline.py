"""Shadow evaluation: candidate and production model answer the same frozen questions, unseen by anyone."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import evaluation as queries
from mhc_core.db.queries import evaluation_sets, versions
from mhc_core.db.queries import training as models
from mhc_core.db.queries.evaluation import Evaluation
from mhc_core.db.queries.evaluation_sets import EvaluationSet, FrozenQuestion
from mhc_core.db.queries.training import ModelVersion, ensure_baseline
from mhc_core.db.rows.evaluation import AnswerPair
from mhc_core.errors import Conflict, ScrubRefused
from mhc_core.evaluation import contamination, sets
from mhc_core.evaluation.answer_quality import Answered, Judged, score_answers
from mhc_core.evaluation.compare import Passes, compare
from mhc_core.evaluation.decisions import decided
from mhc_core.evaluation.judge import Decided, Exchange, Judge
from mhc_core.knowledge import article_selector
from mhc_core.knowledge.retrieval import search
from mhc_core.protocols import ChatModel, ChatRequest, Embedder, Passage, Turn
from mhc_core.providers import attribution
from mhc_core.scrubbing import Scrubber
from mhc_core.settings import Settings

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class HeldOutQuestion:
    """A frozen question as a model sees it, its approved answer, and where it came from."""

    frozen: FrozenQuestion
    request: ChatRequest
    leaking: frozenset[str] = frozenset()
    """Articles that were learned from a held-out answer: none of their passages may be given."""

    @property
    def reference(self) -> str:
        return self.frozen.messages[-1]["content"]


Respond = Callable[[ChatModel, HeldOutQuestion], Answered]
"""The whole concierge with a model: what a customer would have been answered."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What an evaluation works with. ``progress`` hears how many of how many questions a model has answered.

    ``respond`` gives the answers that are judged, the model alone is measured beside it; without it that one is judged.

    ``judge`` is asked about every answer when there is one, and decides which pass if it agrees with people.
    """

    engine: sa.Engine
    embedder: Embedder
    scrubber: Scrubber
    settings: Settings
    progress: Progress = lambda done, total: None
    judge: Judge | None = None
    respond: Respond | None = None

    def holds_personal_data(self, answer: str, evidence: Sequence[str]) -> bool:
        """Whether the scrubber finds something in an answer that no passage says, or refuses it."""
        try:
            found = self.scrubber.scrub(answer).findings
        except ScrubRefused:
            return True
        said = "\n".join(evidence).lower()
        return any(answer[one.start : one.end].lower() not in said for one in found)


def questions(
    connection: sa.Connection, frozen: EvaluationSet, knowledge_version: str | None, embedder: Embedder, top_k: int
) -> list[HeldOutQuestion]:
    """The questions of an evaluation set, each with its passages.

    An article learned from a held-out answer would tell a model the answer it is asked for: such passages are left out.

    Raises:
        DataError: the set is not the one that was frozen.
    """
    members = sets.read(connection, frozen)
    leaking = evaluation_sets.articles_learned_from(connection, frozen.id)
    asked = [member.messages[-2]["content"] for member in members]
    found: list[HeldOutQuestion] = []
    learned = article_selector.load(connection, knowledge_version, embedder) if knowledge_version else None
    for member, question, vector in zip(members, asked, embedder.embed(asked), strict=True):
        passages: Sequence[Passage] = ()
        if knowledge_version:
            count = top_k + min(len(leaking), top_k)
            near = (
                search(connection, knowledge_version, question, vector, count)
                if learned is None
                else learned.passages(question, vector, count)
            )
            passages = [passage for passage in near if passage.article_id not in leaking][:top_k]
        found.append(
            HeldOutQuestion(
                member,
                ChatRequest(
                    question=question,
                    history=[Turn(turn["role"], turn["content"]) for turn in member.messages[1:-2]],
                    passages=passages,
                    system_prompt=member.messages[0]["content"],
                ),
                frozenset(leaking),
            )
        )
    return found


def alone(model: ChatModel, question: HeldOutQuestion) -> Answered:
    """A model's answer to a question without the concierge around it, with its wall-clock time."""
    started = time.perf_counter()
    answer = model.answer(question.request)
    passages = question.request.passages
    return Answered(
        reference=question.reference,
        answer=answer.text,
        confidence=answer.confidence,
        evidence=[*(passage.content for passage in passages), *(call.result for call in answer.tool_calls)],
        latency_ms=(time.perf_counter() - started) * 1000,
        cost_usd=float(answer.cost_usd),
        cited=[at for at, passage in enumerate(passages) if passage.chunk_id in answer.cited_chunk_ids],
    )


def answer_all(
    model: ChatModel, held_out: Sequence[HeldOutQuestion], progress: Progress, respond: Respond = alone
) -> list[Answered]:
    """The answers to every question, by a model alone or by the concierge with it."""
    answers: list[Answered] = []
    with attribution.calls_for(feature="evaluation"):
        for number, question in enumerate(held_out, 1):
            answers.append(respond(model, question))
            progress(number, len(held_out))
    return answers


def evaluate(
    bench: Bench,
    candidate: ChatModel,
    baseline: ChatModel,
    dataset_id: str,
    frozen: EvaluationSet,
    knowledge_version: str | None,
) -> Evaluation:
    """Evaluate a candidate against a baseline and store the result.

    The same candidate, baseline, evaluation set and knowledge are evaluated once: a rerun returns the stored result.
    Questions that one of the two was taught are left out of the comparison.

    Raises:
        DataError: the set is not the one that was frozen.
        Conflict: a model was taught every question.
    """
    settings = bench.settings
    key = "|".join((candidate.version_id, baseline.version_id, frozen.id, knowledge_version or "-"))
    with bench.engine.connect() as connection:
        if stored := queries.by_key(connection, key):
            return stored
        held_out = questions(connection, frozen, knowledge_version, bench.embedder, settings.retrieval_top_k)
        taught = _taught(connection, bench, held_out, {dataset_id, _dataset_of(connection, baseline)})
        known = _decided(connection, bench, knowledge_version)
    held_out = [question for at, question in enumerate(held_out) if at not in taught]
    if not held_out:
        raise Conflict(f"every question of {frozen.id} was taught to a model; freeze another set from new customers")
    both = (candidate, baseline)
    answered = [answer_all(model, held_out, bench.progress, bench.respond or alone) for model in both]
    ours, theirs = (
        score_answers(answers, bench.embedder, bench.holds_personal_data, settings.minimum_confidence)
        for answers in answered
    )
    passes = _judged(bench.judge, held_out, answered)
    agreement = bench.judge.agreement(known, settings.seed) if bench.judge else None
    groups = [question.frozen.customer_hash for question in held_out]
    labels = {
        "intent": [question.frozen.intent for question in held_out],
        "channel": [question.frozen.channel for question in held_out],
    }
    spoken = [question.frozen.language or "unknown" for question in held_out]
    if len(set(spoken)) > 1:  # one language is the whole, and each slice makes the others' tests stricter
        labels["language"] = spoken
    deciding = passes if agreement and agreement.decides else None
    comparison = compare(ours, theirs, groups, settings.seed, settings.promotion_margin, labels, deciding)
    more: dict[str, Any] = {"left_out_as_taught": len(taught)}
    if passes and agreement:
        comparison.candidate["judge"] = sum(passes.candidate) / len(held_out)
        comparison.baseline["judge"] = sum(passes.baseline) / len(held_out)
        more["judge"] = agreement.details()
    if bench.respond is not None:
        for model, shown in zip(both, (comparison.candidate, comparison.baseline), strict=True):
            judged = score_answers(answer_all(model, held_out, lambda done, total: None), bench.embedder)
            shown["alone_right"] = sum(one.right for one in judged) / len(judged)
            shown["alone_similarity"] = sum(one.similarity for one in judged) / len(judged)
    differences = [a.similarity - b.similarity for a, b in zip(ours, theirs, strict=True)]
    our_words, their_words = (
        [_shown(answer, judged) for answer, judged in zip(answers, scores, strict=True)]
        for answers, scores in zip(answered, (ours, theirs), strict=True)
    )
    pairs = [
        AnswerPair(question.frozen.example_id, difference, ours_said, theirs_said)
        for question, difference, ours_said, theirs_said in zip(
            held_out, differences, our_words, their_words, strict=True
        )
    ]
    with bench.engine.begin() as connection:
        return queries.save(
            connection,
            comparison.row(
                key,
                candidate.version_id,
                baseline.version_id,
                dataset_id,
                knowledge_version,
                frozen.id,
                differences,
                more,
            ),
            pairs,
        )


def _shown(answer: Answered, judged: Judged) -> str:
    return "" if judged.personal else answer.answer


def evaluate_candidate(
    bench: Bench,
    load_model: Callable[[ModelVersion], ChatModel],
    candidate_id: str | None = None,
    set_id: str | None = None,
) -> Evaluation:
    """Evaluate a trained model against the one in production, or the untrained baseline before any promotion.

    When the candidate is the one in production already, its latest evaluation stands.

    Args:
        candidate_id: the newest trained model when left out.
        set_id: the evaluation set; the one in force for the candidate's data set when left out.

    Raises:
        Conflict: nothing was trained yet, an erasure retired the candidate's data set, or the model in production was
            never evaluated.
    """
    with bench.engine.begin() as connection:
        candidate = models.model(connection, candidate_id) if candidate_id else models.latest_trained(connection)
        if candidate is None:
            raise Conflict("no model was trained yet; materialise fine_tuned_model first")
        dataset = datasets.usable(connection, candidate.dataset_id)
        production = versions.live(connection, "model") or ensure_baseline(connection)
        if production == candidate.id:
            past = queries.of_candidate(connection, candidate.id)
            if not past:
                raise Conflict(f"{candidate.id} is in production without an evaluation; train on new data first")
            return past[0]
        baseline = models.model(connection, production)
        knowledge = versions.live(connection, "knowledge")
        frozen = evaluation_sets.get(connection, set_id) if set_id else sets.ensure(connection, dataset)
    assert baseline is not None
    assert frozen is not None
    return evaluate(bench, load_model(candidate), load_model(baseline), dataset.id, frozen, knowledge)


def _decided(connection: sa.Connection, bench: Bench, knowledge_version: str | None) -> list[Decided]:
    settings = bench.settings
    if bench.judge is None:
        return []
    return decided(connection, knowledge_version, bench.embedder, settings.retrieval_top_k, settings.seed)


def _judged(
    judge: Judge | None, held_out: Sequence[HeldOutQuestion], answered: Sequence[Sequence[Answered]]
) -> Passes | None:
    """What the judge says of both models' answers."""
    if judge is None:
        return None
    asked = [
        ([*question.request.history, Turn("user", question.request.question)], question.request.passages)
        for question in held_out
    ]
    candidate, baseline = (
        judge.passes([Exchange(*found, answer.answer) for found, answer in zip(asked, answers, strict=True)])
        for answers in answered
    )
    return Passes(judge.name, candidate, baseline)


def _dataset_of(connection: sa.Connection, model: ChatModel) -> str | None:
    found = models.model(connection, model.version_id)
    return found.dataset_id if found else None


def _taught(
    connection: sa.Connection, bench: Bench, held_out: Sequence[HeldOutQuestion], dataset_ids: set[str | None]
) -> set[int]:
    """Places of the questions that the training side of one of these data sets gives away."""
    frozen = [question.frozen for question in held_out]
    limit = bench.settings.near_duplicate_similarity
    return {
        overlap.position
        for dataset_id in dataset_ids - {None}
        for overlap in contamination.overlaps(connection, frozen, str(dataset_id), bench.embedder, limit)
    }
