"""A forgotten customer is nowhere, and nobody else is touched."""

import orjson
import pytest
import sqlalchemy as sa
from fakes import forgotten
from fakes.erasing import PLACES, World, forget
from fakes.forgotten import CANARY, EMBEDDER, NOW, VICTIM

from mhc_core.artifacts import store
from mhc_core.business import pricing
from mhc_core.db.queries import dataset as dataset_queries
from mhc_core.db.queries import installation, privacy, retired, training, understanding_versions, versions
from mhc_core.db.queries.training import BASELINE_ID
from mhc_core.errors import Conflict, NotFound
from mhc_core.evaluation import model_card
from mhc_core.monitoring.triggers import training_due
from mhc_core.privacy import certificate, erase, lineage, models, unlearn
from mhc_core.protocols import ChatRequest
from mhc_core.providers.local import artifact, fine_tuner
from mhc_core.pseudonyms import customer_hash
from mhc_core.settings import Settings

KEPT_ANSWER = """
    insert into ai.response_cache (scope_sha256, question_sha256, question, answer, message_id, admitted_at, expires_at)
    select '', '', 'does it rain', '{}', m.id, now(), now() + interval '1 hour'
    from ai.messages m join ai.conversations c on c.id = m.conversation_id
    where c.customer_id = 'customer-1' and m.role = 'assistant' limit 1
"""


def test_no_word_of_the_customer_is_anywhere(world: World) -> None:
    before = forgotten.found_in(*world)
    assert set(before) >= PLACES, "the installation does not hold the canary where it could be"
    assert {"train.jsonl", "validation.jsonl"} & set(before)
    assert "preferences.jsonl" in before
    assert any(name.endswith(".zip") for name in before)
    others = forgotten.rows_of_others(world.engine)
    made = forget(world)
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
    made = forget(world)
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
    with world.engine.connect() as connection:
        card = model_card.card(connection, model["id"])
    assert card["erased"]["former_sha256"] == [model["sha256_before"]]
    assert card["erased"]["beyond_reach"] == made["beyond_reach"]
    assert "Erasures:** 1" in model_card.markdown(card)
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
    forget(world)
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
    [model] = forget(world)["models"]
    assert (model["outcome"], model["sha256_after"]) == (models.EMPTIED, None)
    with world.engine.connect() as connection:
        assert versions.live(connection, "model") == BASELINE_ID
    assert forgotten.found_in(*world) == []


def test_again_is_the_same_certificate_and_changes_nothing(world: World) -> None:
    made = forget(world)
    before = forgotten.state(*world)
    assert forget(world) == made
    assert forgotten.state(*world) == before


def test_too_few_examples_are_left_for_a_data_set(world: World) -> None:
    enough = Settings(state_dir=world.root, dataset_min_examples=50)
    made = erase.Forgetter(world.engine, EMBEDDER, pricing.load(), enough).erase(VICTIM, "Ann", NOW).certificate
    assert made["datasets"]["version"] is None
    assert "50 needed" in made["datasets"]["not_built"]
    assert made["retraining"]["requested"] is False
    assert forgotten.found_in(*world) == []


def test_an_unknown_id_is_refused_and_changes_nothing(world: World) -> None:
    """A typo once got a certificate, and emptied what is kept for other customers."""
    with world.engine.begin() as connection:
        connection.execute(sa.text(KEPT_ANSWER))
    before = forgotten.state(*world)
    with pytest.raises(NotFound, match="check its spelling"):
        forgotten.forgetter(*world).erase(VICTIM.replace("@", "@@"), "Ann", NOW)
    assert forgotten.state(*world) == before


def test_an_unknown_customer_may_be_kept_out(world: World) -> None:
    before = forgotten.rows_of_others(world.engine)
    with world.engine.begin() as connection:
        connection.execute(sa.text(KEPT_ANSWER))
    made = forgotten.forgetter(*world).erase("nobody", "Ann", NOW, unknown=True).certificate
    assert sum(made["counts"].values()) == 0
    assert forgotten.forgetter(*world).held("nobody") == {"erasures": 1}
    report = forgotten.bring_in(world.engine, world.root, [forgotten.record(90, "nobody")])
    assert report.erased == 1
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
        forget(world)
