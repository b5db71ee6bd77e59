"""Shadow evaluation on sample data: learning shows, shuffled lessons do not pass, and no answer is given away."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
import sqlalchemy as sa
from fakes.openai_endpoints import StandIn
from fakes.stored import NOW, WordEmbedder, example, row_versions
from pydantic import SecretStr

from mhc_core.artifacts import store
from mhc_core.business import pricing
from mhc_core.dataset import build
from mhc_core.db import engine as engines
from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import evaluation as evaluations
from mhc_core.db.queries import evaluation_sets, versions
from mhc_core.db.queries import review as reviews
from mhc_core.db.queries import training as models
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.queries.training import BASELINE_ID, ensure_baseline
from mhc_core.db.tables import knowledge_articles, model_versions
from mhc_core.errors import Conflict, DataError
from mhc_core.evaluation import offline, sets
from mhc_core.evaluation.judge import configured_judge
from mhc_core.knowledge import articles, index
from mhc_core.protocols import ChatAnswer, ChatModel, ChatRequest, Embedder, JobState, TrainingFiles
from mhc_core.providers.local.fine_tuner import KnowledgeOnlyModel, LocalFineTuner, load_model
from mhc_core.providers.minilm import embedder as minilm
from mhc_core.rollout import promotion
from mhc_core.scrubbing import Scrubber
from mhc_core.settings import Settings
from mhc_core.training import jobs
from mhc_core.vocabulary import Decision, Intent, JobStatus, Verdict
from mhc_jobs.sample import generate, knowledge_dir

EXAMPLES = 550
BUSINESS = pricing.load()


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    found = engines.create(fresh_database_url)
    yield found
    found.dispose()


def lessons() -> list[tuple[str, str, str, str]]:
    """Customer, intent, question and approved answer of first exchanges, with names taken out as scrubbing does."""
    found = []
    for record in generate(5, 2200, date(2026, 1, 5), 30, BUSINESS):
        asked, answered = record["messages"][:2]
        if answered.get("review", {}).get("decision") != "approve":
            continue
        first = record["customer"]["name"].split()[0]
        texts = [turn["content"].replace(first, "[PERSON_1]") for turn in (asked, answered)]
        found.append((record["customer_id"], asked["intent"], *texts))
    return found[:EXAMPLES]


def learned(engine: sa.Engine, folder: Path, embedder: Embedder) -> tuple[Settings, DatasetVersion]:
    settings = Settings(artifact_uri=folder.as_uri())
    chosen = lessons()
    assert len(chosen) == EXAMPLES
    vectors = embedder.embed([question for _, _, question, _ in chosen])
    with engine.begin() as connection:
        for number, ((customer, intent, question, answer), vector) in enumerate(zip(chosen, vectors, strict=True)):
            example(
                connection, question, answer, id=UUID(int=number),  # the ids decide who is held out
                customer_hash=customer, intent=intent, vector=vector,
                embedder=embedder.id, verified=True, verified_by="kim",
            )  # fmt: skip
        verified = datasets.verified(connection, embedder.id)
    return settings, build.store(engine, verified, BUSINESS, settings)


def shuffled(version: DatasetVersion, folder: Path) -> TrainingFiles:
    """The training file with its answers dealt out to other questions."""
    records = [orjson.loads(line) for line in store.read_bytes(version.train_uri).splitlines()]
    answers = [record["messages"][-1]["content"] for record in records]
    random.Random(8).shuffle(answers)
    for record, answer in zip(records, answers, strict=True):
        record["messages"][-1]["content"] = answer
    uri = (folder / "shuffled.jsonl").as_uri()
    store.write_bytes(uri, b"".join(orjson.dumps(record) + b"\n" for record in records))
    return TrainingFiles(version.id, uri, version.validation_uri, version.train_count, version.validation_count)


def test_what_was_learned_is_promoted_and_shuffled_lessons_are_not(engine: sa.Engine, tmp_path: Path) -> None:
    embedder = minilm.load()
    settings, version = learned(engine, tmp_path, embedder)
    settings = settings.model_copy(update={"auto_approve": True})
    with engine.begin() as connection:
        articles.import_articles(connection, sorted(knowledge_dir().glob("*.md"))[::2], NOW)
        knowledge = index.build(connection, embedder, NOW).id
        versions.move(connection, "knowledge", knowledge, "test", "for the test", NOW)
    tuner = LocalFineTuner(embedder, settings.artifacts, settings.seed)
    job = jobs.submit(engine, tuner, version, NOW)
    with engine.begin() as connection:
        candidate = jobs.record(connection, job)
        ensure_baseline(connection)

    wrong = tuner.submit(shuffled(version, tmp_path), "shuffled", JobState(JobStatus.INTENDED), lambda state: None)
    with engine.begin() as connection:
        connection.execute(
            sa.insert(model_versions).values(id="shuffled", provider="local", base_model="b", dataset_id=version.id)
        )
    misled = load_model("shuffled", str(wrong.artifact_uri), str(wrong.artifact_sha256), embedder)
    baseline = KnowledgeOnlyModel(BASELINE_ID, embedder)
    with engine.begin() as connection:
        frozen = sets.ensure(connection, version)
    bench = offline.Bench(engine, embedder, Scrubber.load(BUSINESS.allow_list), settings)
    found = offline.evaluate(bench, misled, baseline, version.id, frozen, knowledge)
    assert found.verdict is not Verdict.PROMOTE, found.reasons
    with engine.begin() as connection:
        assert promotion.apply_verdict(connection, found, settings, NOW) is False
        earlier = {"created_at": model_versions.c.created_at - timedelta(days=1)}
        connection.execute(sa.update(model_versions).where(model_versions.c.id == "shuffled").values(earlier))

    def load(row: models.ModelVersion) -> ChatModel:
        if row.provider == "knowledge":
            return baseline
        return load_model(row.id, str(row.artifact_uri), str(row.artifact_sha256), embedder)

    asked: list[tuple[int, int]] = []
    bench = replace(bench, progress=lambda done, total: asked.append((done, total)))
    found = offline.evaluate_candidate(bench, load)
    assert found.evaluation_set_id == frozen.id
    assert (found.candidate_id, found.baseline_id, found.dataset_id) == (candidate, BASELINE_ID, version.id)
    assert found.verdict is Verdict.PROMOTE, found.reasons
    assert found.interval_low > 0
    assert found.questions == version.validation_count == len(found.differences)
    assert asked == [(number, found.questions) for number in range(1, found.questions + 1)] * 2

    asked.clear()
    again = offline.evaluate_candidate(bench, load)
    assert again == found, "the same pairing is evaluated once"
    assert asked == []
    with engine.begin() as connection:
        assert promotion.apply_verdict(connection, found, settings, NOW) is True
        before = row_versions(connection, "evaluations")
    assert offline.evaluate_candidate(bench, load) == found, "live already"
    with engine.connect() as connection:
        assert row_versions(connection, "evaluations") == before


@dataclass
class Parrot:
    """Says the first passage, and remembers what it was asked."""

    version_id: str
    asked: list[ChatRequest] = field(default_factory=list)

    def answer(self, request: ChatRequest) -> ChatAnswer:
        self.asked.append(request)
        return ChatAnswer(request.passages[0].content if request.passages else "?", 0.5, Intent.OTHER)


@dataclass
class Telltale(Parrot):
    """Tells somebody's number."""

    def answer(self, request: ChatRequest) -> ChatAnswer:
        return replace(super().answer(request), text="Call Anna Berg at 415-555-0177.")


def small(engine: sa.Engine, folder: Path) -> tuple[Settings, DatasetVersion]:
    settings = Settings(artifact_uri=folder.as_uri(), dataset_min_examples=10)
    with engine.begin() as connection:
        for number in range(40):
            topic = f"subject{number} matter{number}"
            context = [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}]
            example(connection, f"what about {topic}", f"{topic} is fine", verified=True, context=context)
        verified = datasets.verified(connection, WordEmbedder.id)
    return settings, build.store(engine, verified, BUSINESS, settings)


def knowledge_of(engine: sa.Engine, version: DatasetVersion) -> str:
    """An index of articles that say every approved answer: of training questions, and of held-out ones."""
    with engine.begin() as connection:
        members = {member.example_id: member.split for member in datasets.members(connection, version.id)}
        rows: list[dict[str, Any]] = []
        for row in connection.execute(sa.text("select id, question, answer from ai.training_examples")):
            common = {
                "title": row.question,
                "body": row.answer,
                "category": "c",
                "content_sha256": str(row.id),
                "reviewed_at": NOW,
            }
            rows.append({**common, "id": f"LRN-{row.id}", "origin": "learned", "example_id": row.id})
            if members[row.id] == "validation":
                rows.append({**common, "id": f"KB-{row.id}", "origin": "file", "example_id": None})
        connection.execute(sa.insert(knowledge_articles), rows)
        return index.build(connection, WordEmbedder(), NOW).id


def test_no_passage_was_learned_from_the_answer_that_is_asked_for(engine: sa.Engine, tmp_path: Path) -> None:
    settings, version = small(engine, tmp_path)
    knowledge = knowledge_of(engine, version)
    with engine.begin() as connection:
        frozen = sets.ensure(connection, version)
        leaking = evaluation_sets.articles_learned_from(connection, frozen.id)
        held_out = offline.questions(connection, frozen, knowledge, WordEmbedder(), settings.retrieval_top_k)
    assert len(leaking) == version.validation_count == len(held_out)
    for question in held_out:
        given = [passage.article_id for passage in question.request.passages]
        assert not leaking & set(given)
        assert len(given) == settings.retrieval_top_k, "other passages take the place of those left out"
        assert given[0].startswith("KB-"), "what people wrote stays"
        assert question.reference in question.request.passages[0].content
        assert [turn.content for turn in question.request.history] == ["hello", "hi"]
        assert question.request.system_prompt


def test_both_models_answer_the_same_and_the_result_is_stored_once(engine: sa.Engine, tmp_path: Path) -> None:
    settings, version = small(engine, tmp_path)
    with engine.begin() as connection:
        for name in ("a", "b"):
            connection.execute(sa.insert(model_versions).values(id=name, provider="local", base_model="b"))
        frozen = sets.ensure(connection, version)
    ours, theirs = Parrot("a"), Parrot("b")
    bench = offline.Bench(engine, WordEmbedder(), Scrubber.load(BUSINESS.allow_list), settings)
    first = offline.evaluate(bench, ours, theirs, version.id, frozen, None)
    assert ours.asked == theirs.asked
    assert len(ours.asked) == version.validation_count
    assert first.difference == pytest.approx(0)
    assert first.verdict is Verdict.HOLD
    with engine.connect() as connection:
        pages = [_page(connection, first.id, better_first) for better_first in (False, True)]
    assert len(pages[0]) == version.validation_count
    assert pages[0] == pages[1][::-1]
    assert {(one.candidate, one.baseline) for one in pages[0]} == {("?", "?")}
    assert all(one.question and one.approved for one in pages[0])
    again = offline.evaluate(bench, ours, theirs, version.id, frozen, None)
    assert again == first
    assert len(ours.asked) == version.validation_count
    knowledge = knowledge_of(engine, version)
    other = offline.evaluate(bench, ours, theirs, version.id, frozen, knowledge)
    assert other.id != first.id, "another knowledge version is another comparison"


def test_an_answer_that_may_hold_personal_data_is_not_kept(engine: sa.Engine, tmp_path: Path) -> None:
    settings, version = small(engine, tmp_path)
    with engine.begin() as connection:
        for name in ("a", "b"):
            connection.execute(sa.insert(model_versions).values(id=name, provider="local", base_model="b"))
        frozen = sets.ensure(connection, version)
    bench = offline.Bench(engine, WordEmbedder(), Scrubber.load(BUSINESS.allow_list), settings)
    found = offline.evaluate(bench, Telltale("a"), Parrot("b"), version.id, frozen, None)
    with engine.connect() as connection:
        pairs = _page(connection, found.id, better_first=True)
    assert {(one.candidate, one.baseline) for one in pairs} == {("", "?")}


def _page(connection: sa.Connection, evaluation_id: int, better_first: bool) -> list[evaluations.ComparedAnswers]:
    """All answers, two at a time."""
    found: list[evaluations.ComparedAnswers] = []
    while True:
        after = (found[-1].difference, found[-1].example_id) if found else None
        more = evaluations.answers(connection, evaluation_id, better_first=better_first, after=after, limit=2)
        if not more:
            return found
        found += more


def test_a_validation_file_that_was_changed_is_refused(engine: sa.Engine, tmp_path: Path) -> None:
    _, version = small(engine, tmp_path)
    store.write_bytes(version.validation_uri, b"{}\n")
    with engine.begin() as connection, pytest.raises(DataError):
        sets.ensure(connection, version)


def test_without_a_trained_model_there_is_nothing_to_evaluate(engine: sa.Engine) -> None:
    bench = offline.Bench(engine, WordEmbedder(), Scrubber.load(BUSINESS.allow_list), Settings())
    with pytest.raises(Conflict, match="fine_tuned_model"):
        offline.evaluate_candidate(bench, lambda row: Parrot(row.id))


def test_a_judge_who_agrees_with_people_decides_what_passes(
    engine: sa.Engine, tmp_path: Path, openai_standin: StandIn
) -> None:
    settings, version = small(engine, tmp_path)
    settings = settings.model_copy(update={"judge_model": "gpt-4.1-mini", "openai_base_url": openai_standin.base_url})
    settings = settings.model_copy(update={"openai_api_key": SecretStr(openai_standin.key)})
    with engine.begin() as connection:
        for name in ("a", "b"):
            connection.execute(sa.insert(model_versions).values(id=name, provider="local", base_model="b"))
        frozen = sets.ensure(connection, version)
        connection.execute(
            sa.text("insert into ai.review_items (example_id, priority, reasons) select id, 0, '{}' "
                    "from ai.training_examples")
        )  # fmt: skip
        rows = connection.execute(
            sa.text("select i.id, e.answer from ai.review_items i join ai.training_examples e on e.id = i.example_id "
                    "order by e.sequence")
        ).all()  # fmt: skip
        for place, row in enumerate(rows):
            decision = Decision.APPROVE if place % 2 else Decision.REJECT
            reviews.record(connection, [row.id], decision, "kim", NOW, None, None, None)
    liked = {row.answer for place, row in enumerate(rows) if place % 2}
    openai_standin.reply = lambda messages: (
        "PASS" if any(f"checked: {answer}\n" in messages[-1]["content"] for answer in liked) else "FAIL"
    )
    bench = offline.Bench(
        engine, WordEmbedder(), Scrubber.load(BUSINESS.allow_list), settings, judge=configured_judge(settings)
    )
    found = offline.evaluate(bench, Parrot("a"), Parrot("b"), version.id, frozen, None)
    assert found.details["judge"]["kappa"] == 1
    assert found.details["judge"]["decisions"] == 40
    assert found.candidate_metrics["judge"] == 0, "it says nothing but a question mark"
    assert "judged by gpt-4.1-mini" in found.reasons[-1]
