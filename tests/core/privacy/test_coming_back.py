"""What comes in while a customer is forgotten, or after: files bring nobody back, a new message is a new contact."""

from uuid import uuid4

import orjson
import pytest
import sqlalchemy as sa
from fakes import forgotten
from fakes.erasing import World, forget
from fakes.forgotten import CANARY, EMBEDDER, NOW, VICTIM

from mhc_core.business import pricing
from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.collection.importing.feedback import import_feedback
from mhc_core.dataset import build
from mhc_core.db.queries import dataset as dataset_queries
from mhc_core.db.queries import examples as example_queries
from mhc_core.db.queries import installation, privacy, turns
from mhc_core.db.queries.serving import NewTurn
from mhc_core.db.rows.examples import Example
from mhc_core.errors import Conflict, NotFound
from mhc_core.privacy import erase
from mhc_core.pseudonyms import customer_hash
from mhc_core.review import decisions
from mhc_core.vocabulary import Channel, ConversationStatus, Decision


def test_an_import_does_not_bring_the_customer_back(world: World) -> None:
    forget(world)
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
    first = forget(world)
    conversation = uuid4()
    with world.engine.begin() as connection:
        answer = NewTurn(uuid4(), "assistant", CANARY, NOW)
        question = NewTurn(uuid4(), "user", CANARY, NOW)
        turn = turns.Turn(conversation, question, answer, begins=turns.Beginning(VICTIM, Channel.WEB))
        turns.write(connection, [(turn, answer)])
        assert turns.lock(connection, [conversation]) == {conversation: (ConversationStatus.ACTIVE, False)}
    second = forget(world)
    assert second["counts"]["conversations"] == 1
    assert second["earlier"] == [first["sha256"]]
    assert forgotten.found_in(*world) == []
    assert forget(world) == second


def test_what_was_read_before_is_not_stored_after(world: World) -> None:
    with world.engine.connect() as connection:
        read = dataset_queries.verified(connection, EMBEDDER.id)
        row = connection.execute(
            sa.text("select * from ai.training_examples where question like :c limit 1"), {"c": f"%{CANARY}%"}
        ).one()
        [conversation] = forgotten.victims_conversations(connection)
        item = connection.scalar(sa.text("select id from ai.review_items where example_id = :e"), {"e": row.id})
    made = forget(world)
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
    assert forget(world) == made


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

    made = forgotten.forgetter(*world, report=write_late).erase(VICTIM, "Ann", NOW).certificate
    assert made["examples"] == 3
    assert [heard.count(f"{step.name}: done") for step in erase.STEPS] == [1, 2, 2, 2, 2, 2]
    assert forgotten.found_in(*world) == []


@pytest.mark.parametrize(
    ("erased", "imported"),
    [
        ("(510) 555-0177", "+15105550177"),
        ("510.555.0177", "1-510-555-0177"),
        ("+1 510 555-0177", "tel:+15105550177"),
        ("5105550177", "(510) 555-0177"),
        ("+44 20 7946 0958", "+442079460958"),
        ("(510)555 - 0177", "(510)555 - 0177"),
        ("Lee@Example.com", "Lee@Example.com"),
    ],
)
def test_who_was_erased_before_ids_had_one_form_does_not_come_back(world: World, erased: str, imported: str) -> None:
    with world.engine.begin() as connection:
        privacy.request(connection, customer_hash(installation.salt(connection), erased), "Ann", NOW)
    records = [forgotten.record(90, imported), forgotten.record(91, "(510) 555-0178")]
    report = forgotten.bring_in(world.engine, world.root, records)
    assert (report.erased, report.inserted) == (1, 1)
    entry = f"{imported},+19165550100,Do you come?,received,2026-02-03 10:00:00 UTC,inbound,SM1"
    log = f"From,To,Body,Status,SentDate,Direction,Sid\n{entry}\n"
    (world.root / "log.csv").write_text(log)
    report = import_conversations(world.engine, world.root / "log.csv", NOW, world.root / "rejects.jsonl")
    assert (report.erased, report.inserted) == (1, 0)
