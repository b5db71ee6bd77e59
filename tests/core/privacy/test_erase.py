"""A forgotten customer is nowhere, nobody else is touched, and a kill at any moment changes nothing of that."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import orjson
import pytest
import sqlalchemy as sa
from fakes import forgotten
from fakes.databases import copy
from fakes.forgotten import CANARY, EMBEDDER, NOW, VICTIM

from mhc_core.artifacts import store
from mhc_core.business import pricing
from mhc_core.collection.importing.feedback import import_feedback
from mhc_core.dataset import build
from mhc_core.db import engine as engines
from mhc_core.db.queries import dataset as dataset_queries
from mhc_core.db.queries import examples as example_queries
from mhc_core.db.queries import installation, privacy, retired, training, turns, understanding_versions, versions
from mhc_core.db.queries.serving import NewTurn
from mhc_core.db.queries.training import BASELINE_ID
from mhc_core.db.rows.examples import Example
from mhc_core.errors import Conflict, NotFound, TransientError
from mhc_core.monitoring.triggers import training_due
from mhc_core.privacy import certificate, erase, lineage, models, unlearn
from mhc_core.protocols import ChatRequest
from mhc_core.providers.local import artifact, fine_tuner
from mhc_core.pseudonyms import customer_hash
from mhc_core.review import decisions
from mhc_core.settings import Settings
from mhc_core.vocabulary import Channel, ConversationStatus, Decision

PLACES = {
    "conversations", "messages", "feedback", "training_examples", "review_decisions", "knowledge_articles",
    "knowledge_chunks", "retrieval_questions", "understanding_examples",
}  # fmt: skip
POINTS = [
    f"{step}: {moment}"
    for step in ("tombstone", *(step.name for step in erase.STEPS), "certificate")
    for moment in ("before", "done")
]  # the order in which they are passed


class World(NamedTuple):
    engine: sa.Engine
    root: Path


@pytest.fixture(scope="module")
def populated(_server_url: str, _template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Name of a database and a folder that hold the installation; nobody is connected."""
    root = tmp_path_factory.mktemp("populated")
    with opened(_server_url, _template) as engine:
        forgotten.populate(engine, root)
        name = str(engine.url.database)
        engine.dispose()
        yield name, root


@contextmanager
def opened(server_url: str, template: str) -> Iterator[sa.Engine]:
    """An engine on a copy of the template."""
    with copy(server_url, template) as url:
        engine = engines.create(url)
        yield engine
        engine.dispose()


@pytest.fixture
def world(_server_url: str, populated: tuple[str, Path], tmp_path: Path) -> Iterator[World]:
    """A copy of the installation of one's own."""
    with opened(_server_url, populated[0]) as engine:
        forgotten.moved(engine, populated[1], tmp_path / "root")
        yield World(engine, tmp_path / "root")


@pytest.fixture(scope="module")
def forgotten_once(
    _server_url: str, populated: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """The state after an erasure that nothing interrupted."""
    root = tmp_path_factory.mktemp("once") / "root"
    with opened(_server_url, populated[0]) as engine:
        forgotten.moved(engine, populated[1], root)
        points: list[str] = []
        forgotten.forgetter(engine, root, report=points.append).erase(VICTIM, "Ann", NOW)
        assert points == POINTS, "a step reports under another name: the tests below would not kill there"
        state: dict[str, Any] = forgotten.state(engine, root)
        return state


def _forget(world: World) -> dict[str, Any]:
    made: dict[str, Any] = forgotten.forgetter(*world).erase(VICTIM, "Ann", NOW)
    return made


def test_no_word_of_the_customer_is_anywhere(world: World) -> None:
    before = forgotten.found_in(*world)
    assert set(before) >= PLACES, "the installation does not hold the canary where it could be"
    assert {"train.jsonl", "validation.jsonl"} & set(before)
    assert "preferences.jsonl" in before
    assert any(name.endswith(".zip") for name in before)
    others = forgotten.rows_of_others(world.engine)
    made = _forget(world)
    assert forgotten.found_in(*world) == []
    assert forgotten.rows_of_others(world.engine) == others
    assert len(others["messages"]) == 95  # of 24 others, less the one that cites the victim's article
    assert CANARY not in orjson.dumps(made).decode()
    with world.engine.connect() as connection:
        norms = connection.scalars(
            sa.text("select vector_norm(embedding::vector) from ai.training_examples where question = ''")
        ).all()
    assert norms == [0.0, 0.0]


def test_the_certificate_says_what_was_done(world: World) -> None:
    with world.engine.connect() as connection:
        old = dataset_queries.latest(connection)
        members = connection.execute(sa.text("select * from ai.dataset_members order by 1, 2")).all()
    assert old is not None
    made = _forget(world)
    counts = made["counts"]
    assert (counts["conversations"], counts["messages"], counts["feedback"]) == (1, 4, 1)
    assert (counts["training_examples"], counts["review_decisions"], counts["knowledge_articles"]) == (2, 2, 1)
    assert counts["citations_elsewhere"] == 1
    assert counts["understanding_examples"] == 1
    assert [found["id"] for found in made["understanding"]] == ["understanding-1"]
    with world.engine.connect() as connection:
        assert understanding_versions.holding_erased(connection) == ["understanding-1"]
    assert [found["id"] for found in made["datasets"]["retired"]] == [old.id]
    [model] = made["models"]
    assert model["sha256_before"] != model["sha256_after"]
    assert certificate.is_genuine(made)
    assert not certificate.is_genuine({**made, "finished_at": "2020"})
    with world.engine.connect() as connection:
        new = dataset_queries.latest(connection)
        assert new is not None
        assert new.id == made["datasets"]["version"] != old.id
        left = {str(found.example_id) for found in dataset_queries.members(connection, new.id)}
        assert len(left) == 48
        assert not left & retired.erased_examples(connection)
        after = connection.execute(
            sa.text("select * from ai.dataset_members where dataset_id = :id order by 1, 2"), {"id": old.id}
        ).all()
        assert after == members, "what the old version was made of is a fact"
        gone = dataset_queries.get(connection, old.id)
        assert gone is not None
        assert gone.manifest["retired"]["replaced_by"] == new.id
        assert versions.live(connection, "knowledge") == made["knowledge"]["version"] != made["knowledge"]["before"]
        stored = privacy.find(connection, made["customer_hash"])
        assert stored is not None
        assert stored.certificate == made
        due = training_due(connection, forgotten.settings(world.root))
        assert due.key == f"train:erasure:{new.id}"
        assert training.latest_trained(connection) is None, "a model of a retired data set is no candidate"
        assert dataset_queries.usable(connection) == new
        with pytest.raises(Conflict, match="retired"):  # a run that made it before does not go on with it
            dataset_queries.usable(connection, old.id)
    assert not store.exists(old.train_uri)
    assert store.exists(new.train_uri)


def test_the_live_model_answers_without_the_customer(world: World) -> None:
    _forget(world)
    with world.engine.connect() as connection:
        live = versions.live(connection, "model")
        assert live
        row = training.model(connection, live)
    assert row is not None
    assert row.artifact_uri
    model = fine_tuner.load_model(row.id, row.artifact_uri, row.artifact_sha256 or "", EMBEDDER)
    assert model.answer(ChatRequest("how about shrimp for party1")).text
    assert CANARY not in model.answer(ChatRequest(f"how about noodles {CANARY} party77")).text


def test_rows_leave_a_model_exactly(world: World) -> None:
    [path] = (world.root / "artifacts" / "models").iterdir()
    data = path.read_bytes()
    model = artifact.parse(data)
    assert unlearn.without(data, {"unknown"}) == (data, 0)
    assert unlearn.without(data, set(model.example_ids)) == (None, len(model.example_ids))
    cleaned, gone = unlearn.without(data, {model.example_ids[0]})
    assert gone == 1
    assert cleaned is not None
    left = artifact.parse(cleaned)
    assert list(left.example_ids) == list(model.example_ids)[1:]
    assert list(left.answers) == list(model.answers)[1:]
    assert (left.index.tfidf != model.index.tfidf[1:]).nnz == 0
    assert left.index.questions.tolist() == model.index.questions[1:].tolist()


def test_a_live_model_of_which_nothing_is_left_gives_way_to_the_baseline(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlearn, "without", lambda data, examples: (None, 2))
    [model] = _forget(world)["models"]
    assert (model["outcome"], model["sha256_after"]) == (models.EMPTIED, None)
    with world.engine.connect() as connection:
        assert versions.live(connection, "model") == BASELINE_ID
    assert forgotten.found_in(*world) == []


def test_again_is_the_same_certificate_and_changes_nothing(world: World) -> None:
    made = _forget(world)
    before = forgotten.state(*world)
    assert _forget(world) == made
    assert forgotten.state(*world) == before


def test_killed_at_one_step_after_the_other(world: World, forgotten_once: dict[str, Any]) -> None:
    class Killed(Exception):
        pass

    def die_at(deadly: str) -> Callable[[str], None]:
        def die(point: str) -> None:
            if point == deadly:
                raise Killed

        return die

    for point in POINTS[:-1]:
        with pytest.raises(Killed):
            forgotten.forgetter(*world, report=die_at(point)).erase(VICTIM, "Ann", NOW)
    _forget(world)
    assert forgotten.state(*world) == forgotten_once


def test_stopped_at_every_file(world: World, forgotten_once: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    written, removed = store.write_bytes, store.remove
    touched: set[str] = set()

    def once(uri: str) -> None:
        if uri not in touched:
            touched.add(uri)
            raise TransientError("the store does not answer; run again later")

    def write(uri: str, data: bytes) -> str:
        once(f"before {uri}")
        digest = written(uri, data)
        once(f"after {uri}")
        return digest

    def remove(uri: str) -> None:
        once(f"before {uri}")
        removed(uri)
        once(f"after {uri}")

    monkeypatch.setattr(store, "write_bytes", write)
    monkeypatch.setattr(store, "remove", remove)
    stops = 0
    while True:
        try:
            _forget(world)
            break
        except TransientError:
            stops += 1
    assert stops == len(touched) >= 14
    assert forgotten.state(*world) == forgotten_once


@pytest.mark.parametrize("point", ["words: before", "retirement: before", "models: done"])
def test_killed_for_real(world: World, forgotten_once: dict[str, Any], point: str) -> None:
    script = Path(forgotten.__file__)
    url = world.engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "PYTHONPATH": f"{script.parents[2]}:{script.parents[1]}"}
    done = subprocess.run([sys.executable, script, url, world.root, point], env=environment, timeout=60)
    assert done.returncode == -signal.SIGKILL
    if point == "models: done":  # the daily job goes on without being told the customer's id
        assert len(forgotten.forgetter(*world).resume(NOW)) == 1
    else:
        _forget(world)
    assert forgotten.state(*world) == forgotten_once


def test_the_daily_job_finishes_what_had_hardly_begun(world: World, forgotten_once: dict[str, Any]) -> None:
    def die(point: str) -> None:
        if point == "tombstone: done":
            raise Conflict("stopped")

    with pytest.raises(Conflict):
        forgotten.forgetter(*world, report=die).erase(VICTIM, "Ann", NOW)
    forgotten.forgetter(*world).resume(NOW)
    assert forgotten.state(*world) == forgotten_once


def test_an_import_does_not_bring_the_customer_back(world: World) -> None:
    _forget(world)
    before = forgotten.state(*world)
    report = forgotten.bring_in(world.engine, world.root, forgotten.RECORDS)
    assert (report.read, report.unchanged, report.erased, report.rejected) == (25, 24, 1, 0)
    anonymous = {name: value for name, value in forgotten.RECORDS[-1].items() if name != "customer_id"}
    elsewhere = {**forgotten.RECORDS[-1], "id": "another id"}
    report = forgotten.bring_in(world.engine, world.root, [anonymous, elsewhere])
    assert (report.read, report.erased) == (2, 2)
    file = world.root / "feedback.jsonl"
    record = {"conversation_id": f"{CANARY}77", "source": "files", "stars": 5, "comment": f"{CANARY} again"}
    file.write_bytes(orjson.dumps(record))
    report = import_feedback(world.engine, str(file), NOW, world.root / "rejects.jsonl")
    file.unlink()
    assert (report.read, report.erased, report.rejected) == (1, 1, 0)
    assert forgotten.state(*world) == before
    assert forgotten.found_in(*world) == []


def test_who_writes_again_is_a_new_contact_and_can_be_forgotten_again(world: World) -> None:
    first = _forget(world)
    conversation = uuid4()
    with world.engine.begin() as connection:
        answer = NewTurn(uuid4(), "assistant", CANARY, NOW)
        question = NewTurn(uuid4(), "user", CANARY, NOW)
        turn = turns.Turn(conversation, question, answer, begins=turns.Beginning(VICTIM, Channel.WEB))
        turns.write(connection, [(turn, answer)])
        assert turns.lock(connection, [conversation]) == {conversation: (ConversationStatus.ACTIVE, False)}
    second = _forget(world)
    assert second["counts"]["conversations"] == 1
    assert second["earlier"] == [first["sha256"]]
    assert forgotten.found_in(*world) == []
    assert _forget(world) == second


def test_what_was_read_before_is_not_stored_after(world: World) -> None:
    with world.engine.connect() as connection:
        read = dataset_queries.verified(connection, EMBEDDER.id)
        row = connection.execute(
            sa.text("select * from ai.training_examples where question like :c limit 1"), {"c": f"%{CANARY}%"}
        ).one()
        [conversation] = forgotten.victims_conversations(connection)
        item = connection.scalar(sa.text("select id from ai.review_items where example_id = :e"), {"e": row.id})
    made = _forget(world)
    with pytest.raises(Conflict, match="erased"):
        build.store(world.engine, read, pricing.load(), forgotten.settings(world.root))
    names = {name for name in Example.__slots__ if name in row._fields}
    late = Example(**{name: getattr(row, name) for name in names})
    with world.engine.begin() as connection:
        example_queries.save(connection, [late], EMBEDDER.embed([late.question]), EMBEDDER.id)
    with world.engine.begin() as connection:
        [(_, erased)] = turns.lock(connection, [conversation]).values()
        assert erased
    with world.engine.begin() as connection, pytest.raises(NotFound):
        decisions.decide(connection, item, Decision.APPROVE, "Ann", NOW, lambda: pytest.fail("nothing to scrub"))
    assert forgotten.found_in(*world) == []
    assert _forget(world) == made


def test_an_example_that_a_stage_writes_meanwhile_makes_the_steps_due_again(world: World) -> None:
    heard: list[str] = []

    def write_late(point: str) -> None:
        heard.append(point)
        if heard.count("retraining: done") == 1 and point == "retraining: done":
            with world.engine.begin() as connection:
                connection.execute(
                    sa.text("""
                        insert into ai.training_examples (id, conversation_id, question_message_id, answer_message_id,
                            customer_hash, day, channel, intent, origin, question, answer, quality, risk, embedder,
                            embedding, content_sha256)
                        select gen_random_uuid(), conversation_id, answer_message_id, question_message_id,
                            customer_hash, day, channel, intent, origin, :canary, :canary, quality, risk, embedder,
                            embedding, 'late'
                        from ai.training_examples where content_sha256 = 'erased' limit 1
                    """),
                    {"canary": CANARY},
                )

    made = forgotten.forgetter(*world, report=write_late).erase(VICTIM, "Ann", NOW)
    assert made["examples"] == 3
    assert [heard.count(f"{step.name}: done") for step in erase.STEPS] == [1, 2, 2, 2, 2, 2]
    assert forgotten.found_in(*world) == []


def test_files_that_a_killed_build_left_behind_go_too(world: World) -> None:
    [old] = (world.root / "artifacts" / "datasets").iterdir()
    orphan = old.parent / "ds-0123456789ab"
    orphan.mkdir()
    (orphan / "train.jsonl").write_bytes((old / "train.jsonl").read_bytes())
    (orphan / "validation.jsonl").write_bytes((old / "validation.jsonl").read_bytes())
    (orphan / "preferences.jsonl").write_bytes((old / "preferences.jsonl").read_bytes())
    _forget(world)
    assert forgotten.found_in(*world) == []


def test_too_few_examples_are_left_for_a_data_set(world: World) -> None:
    enough = Settings(state_dir=world.root, dataset_min_examples=50)
    made = erase.Forgetter(world.engine, EMBEDDER, pricing.load(), enough).erase(VICTIM, "Ann", NOW)
    assert made["datasets"]["version"] is None
    assert "50 needed" in made["datasets"]["not_built"]
    assert made["retraining"]["requested"] is False
    assert forgotten.found_in(*world) == []


def test_nobody_known_gets_a_certificate_too(world: World) -> None:
    before = forgotten.rows_of_others(world.engine)
    made = forgotten.forgetter(*world).erase("nobody", "Ann", NOW)
    assert sum(made["counts"].values()) == 0
    assert (made["datasets"]["retired"], made["models"]) == ([], [])
    assert forgotten.rows_of_others(world.engine) == before


def test_lineage_both_ways_before_and_after(world: World) -> None:
    for erased in (False, True):
        with world.engine.connect() as connection:
            [taught] = lineage.models_of(connection, VICTIM)
            assert taught.learned + taught.held_out == 2
            assert taught.live
            assert (taught.retired, taught.erased) == (erased, erased)
            assert taught.model_id
            teachers = lineage.customers_of(connection, taught.model_id)
            salt = installation.salt(connection)
            assert len(teachers) == 25
            [victim] = [found for found in teachers if found.customer_hash == customer_hash(salt, VICTIM)]
            assert (victim.learned, victim.held_out, victim.erased) == (taught.learned, taught.held_out, erased)
            with pytest.raises(NotFound):
                lineage.customers_of(connection, "no-model")
        _forget(world)
