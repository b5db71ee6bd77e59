"""Group commit: what ``put`` returned for is stored, in order, and one bad turn fails alone."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from mhc_core.concierge.turn.store import CachedAnswerWithdrawn, TurnStore
from mhc_core.db.queries import handover, response_cache
from mhc_core.db.queries.response_cache import Entry
from mhc_core.db.queries.serving import NewTurn
from mhc_core.db.queries.turns import Beginning, CachedAnswer, Turn
from mhc_core.errors import NotFound, TransientError
from mhc_core.vocabulary import Channel, ConversationStatus, Intent

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
WEB = next(iter(Channel))
WHO = Beginning("store-customer", WEB)


def said(role: str, text: str) -> NewTurn:
    return NewTurn(uuid4(), role, text, NOW, Intent.POLICY)


def turn(conversation_id: UUID, text: str = "hello", begins: Beginning | None = None, **more: Any) -> Turn:
    return Turn(conversation_id, said("user", text), said("assistant", f"re {text}"), begins, **more)


def stored(engine: sa.Engine, conversation_id: UUID) -> list[tuple[int, str, str]]:
    statement = "select position, role, content from ai.messages where conversation_id = :id order by position"
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(statement), {"id": conversation_id})]


def held(engine: sa.Engine, table_lock: str) -> Callable[[], None]:
    """Locks a table so that the first writer waits; the returned function lets it go."""
    connection = engine.connect()
    connection.execute(sa.text(f"lock table {table_lock} in exclusive mode"))
    return connection.close


def handed_over(conversation: UUID) -> Callable[[sa.Connection], None]:
    def effect(connection: sa.Connection) -> None:
        handover.insert_open(connection, conversation, "large party", "sales", False, NOW)

    return effect


def test_a_conversation_goes_on_without_gaps(serving_engine: sa.Engine) -> None:
    store, conversation = TurnStore(serving_engine), uuid4()
    store.put(turn(conversation, "one", WHO))
    store.put(turn(conversation, "two"))
    assert stored(serving_engine, conversation) == [
        (0, "user", "one"),
        (1, "assistant", "re one"),
        (2, "user", "two"),
        (3, "assistant", "re two"),
    ]


def test_turns_of_many_threads_are_all_stored_with_unique_positions(serving_engine: sa.Engine) -> None:
    stores, ids = [TurnStore(serving_engine), TurnStore(serving_engine)], [uuid4() for _ in range(6)]
    for conversation in ids:
        stores[0].put(turn(conversation, "first", WHO))
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda n: stores[n % 2].put(turn(ids[n % 6], f"m{n}")), range(60)))
    for conversation in ids:
        assert [row[0] for row in stored(serving_engine, conversation)] == list(range(22))


def put_together(engine: sa.Engine, turns: list[Turn]) -> list[object]:
    """What became of each of several turns that waited for each other."""
    store, outcomes = TurnStore(engine), dict[int, object]()
    release = held(engine, "ai.conversations")

    def put(number: int) -> None:
        try:
            outcomes[number] = store.put(turns[number])
        except Exception as error:
            outcomes[number] = error

    threads = [threading.Thread(target=put, args=(number,)) for number in range(len(turns))]
    for thread in threads:
        thread.start()
    release()
    for thread in threads:
        thread.join(20)
    return [outcomes[number] for number in range(len(turns))]


def test_a_turn_at_fault_fails_alone(serving_engine: sa.Engine) -> None:
    ids = [uuid4() for _ in range(5)]
    texts = ["nul \x00 here" if number == 2 else f"m{number}" for number in range(5)]
    outcomes = put_together(serving_engine, [turn(ids[number], texts[number], WHO) for number in range(5)])
    assert isinstance(outcomes[2], sa.exc.DBAPIError)
    assert stored(serving_engine, ids[2]) == []
    for number in (0, 1, 3, 4):
        assert len(stored(serving_engine, ids[number])) == 2, outcomes[number]


def test_handed_over_meanwhile(serving_engine: sa.Engine) -> None:
    store, conversation, ran = TurnStore(serving_engine), uuid4(), []
    store.put(turn(conversation, "one", WHO, effects=[handed_over(conversation)]))
    silent = said("system", "a person answers")
    given = store.put(turn(conversation, "two", waiting=lambda: silent, effects=[lambda _: ran.append(1)]))
    assert given.handed_over
    assert given.answer is silent
    assert stored(serving_engine, conversation)[-1] == (3, "system", "a person answers")
    assert ran == []
    with serving_engine.connect() as connection:
        row = connection.execute(
            sa.text("select status, escalation_reason, outcome from ai.conversations where id = :id"),
            {"id": conversation},
        ).one()
    assert tuple(row) == (ConversationStatus.ESCALATED, "large party", "escalated")


def test_an_effect_that_fails_takes_its_turn_back(serving_engine: sa.Engine) -> None:
    store, conversation = TurnStore(serving_engine), uuid4()

    def fails(connection: sa.Connection) -> None:
        connection.execute(sa.text("select 1 / 0"))

    with pytest.raises(sa.exc.DBAPIError):
        store.put(turn(conversation, "one", WHO, effects=[fails]))
    assert stored(serving_engine, conversation) == []


def test_an_unknown_conversation_is_not_found(serving_engine: sa.Engine) -> None:
    with pytest.raises(NotFound):
        TurnStore(serving_engine).put(turn(uuid4()))


def kept(engine: sa.Engine, admitted_at: datetime = NOW, question: str = "") -> CachedAnswer:
    """A cached answer in use."""
    source = turn(uuid4(), "asked before", WHO)
    TurnStore(engine).put(source)
    with engine.begin() as connection:
        entry = Entry("scope", question or str(source.answer.id), "asked before", None, {}, source.answer.id)
        (made,) = response_cache.admit(connection, [entry], admitted_at, admitted_at + timedelta(hours=1))
    return CachedAnswer(made, admitted_at)


def withdrawn(engine: sa.Engine, found: CachedAnswer) -> None:
    with engine.begin() as connection:
        response_cache.withdraw(connection, [found.entry_id], NOW)


def erased(engine: sa.Engine, found: CachedAnswer) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("delete from ai.response_cache where id = :id"), {"id": found.entry_id})


def test_a_kept_answer_is_given_while_it_is_in_use(serving_engine: sa.Engine) -> None:
    found, conversation = kept(serving_engine), uuid4()
    TurnStore(serving_engine).put(turn(conversation, "one", WHO, cached=found))
    assert len(stored(serving_engine, conversation)) == 2


@pytest.mark.parametrize("change", [withdrawn, erased])
def test_a_kept_answer_that_went_out_of_use_is_not_stored(
    serving_engine: sa.Engine, change: Callable[[sa.Engine, CachedAnswer], None]
) -> None:
    found, conversation, ran = kept(serving_engine), uuid4(), []
    change(serving_engine, found)
    for more in ({}, {"effects": [lambda _: ran.append(1)]}):  # by one statement, and in a transaction
        with pytest.raises(CachedAnswerWithdrawn):
            TurnStore(serving_engine).put(turn(conversation, "one", WHO, cached=found, **more))
    assert stored(serving_engine, conversation) == []
    assert ran == []


def test_a_kept_answer_that_ran_out_or_was_replaced_is_not_stored(serving_engine: sa.Engine) -> None:
    hour_ago = NOW - timedelta(hours=1)
    store, question = TurnStore(serving_engine), "asked twice"
    old = kept(serving_engine, hour_ago, question)
    with pytest.raises(CachedAnswerWithdrawn):
        store.put(turn(uuid4(), "one", WHO, cached=old))
    new = kept(serving_engine, NOW, question)
    assert new.entry_id == old.entry_id
    with pytest.raises(CachedAnswerWithdrawn):
        store.put(turn(uuid4(), "one", WHO, cached=old))
    store.put(turn(uuid4(), "one", WHO, cached=new))


def test_a_withdrawn_answer_keeps_no_other_turn_from_being_stored(serving_engine: sa.Engine) -> None:
    found, ids = kept(serving_engine), [uuid4() for _ in range(4)]
    withdrawn(serving_engine, found)
    turns = [turn(one, "m", WHO, cached=found if one == ids[2] else None) for one in ids]
    outcomes = put_together(serving_engine, turns)
    assert isinstance(outcomes[2], CachedAnswerWithdrawn)
    assert [len(stored(serving_engine, one)) for one in ids] == [2, 2, 0, 2]


def test_too_many_waiting_are_refused_and_closing_flushes(serving_engine: sa.Engine) -> None:
    store, ids = TurnStore(serving_engine, capacity=2), [uuid4() for _ in range(6)]
    release = held(serving_engine, "ai.conversations")
    refused = []

    def put(conversation: UUID) -> None:
        try:
            store.put(turn(conversation, "m", WHO))
        except TransientError:
            refused.append(conversation)

    threads = [threading.Thread(target=put, args=(conversation,)) for conversation in ids]
    for thread in threads:
        thread.start()
        thread.join(0.1)
    assert len(refused) == 3
    release()
    assert store.close()
    for conversation in ids:
        assert len(stored(serving_engine, conversation)) == (0 if conversation in refused else 2)
    with pytest.raises(TransientError):
        store.put(turn(uuid4(), "late", WHO))
    for thread in threads:
        thread.join(20)
