"""SQL of storing turns: several conversations' questions and answers with one statement, positions without gaps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries.privacy import REDACTED
from mhc_core.db.queries.serving import SOURCE, NewTurn
from mhc_core.db.tables import conversations, messages
from mhc_core.vocabulary import Channel, ConversationStatus

Effect = Callable[[sa.Connection], None]


@dataclass(frozen=True, slots=True)
class Beginning:
    """Whose conversation begins with a turn, where."""

    customer_id: str | None
    channel: Channel


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """A kept answer as it was found: the entry, and when it was admitted."""

    entry_id: int
    admitted_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """All that one exchange writes. It is written as a whole or not at all.

    Args:
        begins: given when the conversation does not exist yet.
        cached: the cached answer that is given. A conversation begins with it only while it is in use.
        waiting: makes the answer that is stored instead when a person has the conversation by then. ``facts`` are kept,
            ``rows`` and ``effects`` left out. ``None`` where ``answer`` is such an answer already.
        facts: the conversation's facts from now on; ``None`` leaves them as they are.
        rows: more rows, by table, written with those of other turns; one that exists is left as it is.
        effects: further statements, run after all rows; for what is rare.
    """

    conversation_id: UUID
    question: NewTurn
    answer: NewTurn
    begins: Beginning | None = None
    cached: CachedAnswer | None = None
    waiting: Callable[[], NewTurn] | None = None
    facts: Mapping[str, Any] | None = None
    rows: Sequence[tuple[sa.Table, Mapping[str, Any]]] = ()
    effects: Sequence[Effect] = ()


_LOCK = sa.text(
    f"""
    select id, status, channel_metadata ? '{REDACTED}' as erased
      from ai.conversations where id = any(cast(:ids as uuid[])) order by id for update
    """
)

_OF_TURN = tuple(item.name for item in fields(NewTurn))
_WRITE = sa.text(
    f"""
    with begun as (
        insert into ai.conversations (id, source, source_id, channel, customer_id, intent, started_at, last_message_at,
                                      updated_at, facts)
        select r.id, '{SOURCE}', cast(r.id as text), r.channel, r.customer_id, r.intent, r.asked_at, r.sent_at,
               r.sent_at, coalesce(r.facts, '{{}}')
          from json_to_recordset(cast(:begun as json)) as r(
               id uuid, channel text, customer_id text, intent text, asked_at timestamptz, sent_at timestamptz,
               facts jsonb, entry_id bigint, admitted_at timestamptz)
         where r.entry_id is null or exists (
               select from ai.response_cache k
                where k.id = r.entry_id and k.admitted_at = r.admitted_at and k.withdrawn_at is null
                  and k.expires_at > r.sent_at)
        returning id
    ), said as (
        insert into ai.messages (id, conversation_id, position, role, content, intent, confidence, model_version_id,
                                 prompt_version_id, knowledge_version_id, example_id, citations, cached, input_tokens,
                                 output_tokens, cost_usd, latency_ms, sent_at, message_metadata)
        select r.id, r.conversation_id,
               r.place + coalesce((select max(m.position) + 1 from ai.messages m
                                    where m.conversation_id = r.conversation_id), 0),
               r.role, r.content, r.intent, r.confidence, r.model_version_id, r.prompt_version_id,
               r.knowledge_version_id, r.example_id, r.citations, r.cached, r.input_tokens, r.output_tokens,
               r.cost_usd, r.latency_ms, r.sent_at, r.notes
          from json_to_recordset(cast(:said as json)) as r(
               id uuid, conversation_id uuid, place int, role text, content text, intent text, confidence real,
               model_version_id text, prompt_version_id text, knowledge_version_id text, example_id uuid,
               citations jsonb, cached bool, input_tokens int, output_tokens int, cost_usd numeric, latency_ms real,
               sent_at timestamptz, notes jsonb, depends bool)
         where not r.depends or exists (select from begun b where b.id = r.conversation_id)
    ), continued as (
        update ai.conversations c
           set last_message_at = greatest(c.last_message_at, r.sent_at),
               updated_at = greatest(c.updated_at, r.sent_at),
               intent = coalesce(c.intent, r.intent),
               facts = coalesce(r.facts, c.facts)
          from json_to_recordset(cast(:continued as json)) as r(id uuid, intent text, sent_at timestamptz, facts jsonb)
         where c.id = r.id
    )
    select id from begun
    """
)


def lock(connection: sa.Connection, conversation_ids: Sequence[UUID]) -> dict[UUID, tuple[ConversationStatus, bool]]:
    """Status now, and whether its words were erased, of each conversation that exists.

    Others who lock one of them wait until the transaction ends; all lock in the same order, so none waits for ever.
    """
    rows = connection.execute(_LOCK, {"ids": list(conversation_ids)})
    return {row.id: (ConversationStatus(row.status), row.erased) for row in rows}


def write(connection: sa.Connection, turns: Sequence[tuple[Turn, NewTurn]]) -> set[UUID]:
    """Store turns, each of another conversation, with the answer that each of them got.

    The caller holds the locks of those conversations that exist. A turn whose answer is not its own is one that was
    handed over meanwhile.

    Returns:
        The conversations of turns that were not stored, because the cached answer they give is not in use any more.
    """
    parameters: dict[str, list[dict[str, Any]]] = {"begun": [], "said": [], "continued": []}
    for turn, answer in turns:
        intent = turn.question.intent or answer.intent
        about = {"id": turn.conversation_id, "intent": intent, "sent_at": answer.sent_at, "facts": turn.facts}
        if turn.begins is not None:
            asked_at: datetime = turn.question.sent_at
            who = {"channel": turn.begins.channel, "customer_id": turn.begins.customer_id, "asked_at": asked_at}
            parameters["begun"].append(about | who | (asdict(turn.cached) if turn.cached else {}))
        else:
            parameters["continued"].append(about)
        depends = turn.cached is not None and turn.begins is not None
        parameters["said"] += [_message(turn.conversation_id, 0, turn.question, depends)]
        # Nothing was said where a person has the conversation and the customer knows it.
        parameters["said"] += [_message(turn.conversation_id, 1, answer, depends)] if answer.content else []
    as_json = {name: orjson.dumps(rows, default=str).decode() for name, rows in parameters.items()}
    begun = set(connection.scalars(_WRITE, as_json))
    refused = {turn.conversation_id for turn, _ in turns if turn.begins is not None} - begun
    given = [turn for turn, answer in turns if answer is turn.answer and turn.conversation_id not in refused]
    more: dict[sa.Table, list[Mapping[str, Any]]] = {}
    for table, row in (pair for turn in given for pair in turn.rows):
        more.setdefault(table, []).append(row)
    for table, rows in more.items():
        connection.execute(insert(table).on_conflict_do_nothing(), rows)
    for effect in (effect for turn in given for effect in turn.effects):
        effect(connection)
    return refused


def append(connection: sa.Connection, conversation_id: UUID, sent_at: datetime, **columns: object) -> None:
    """Write one message as the conversation's newest; the caller holds the conversation's lock."""
    said, held = messages.c, conversations.c
    position = sa.select(sa.func.coalesce(sa.func.max(said.position) + 1, 0)).where(
        said.conversation_id == conversation_id
    )
    values = {"conversation_id": conversation_id, "position": position.scalar_subquery(), "sent_at": sent_at}
    connection.execute(sa.insert(messages).values(values | columns))
    connection.execute(
        sa.update(conversations)
        .where(held.id == conversation_id)
        .values(
            last_message_at=sa.func.greatest(held.last_message_at, sent_at),
            updated_at=sa.func.greatest(held.updated_at, sent_at),
        )
    )


def _message(conversation_id: UUID, place: int, turn: NewTurn, depends: bool) -> dict[str, Any]:
    of_turn = {name: getattr(turn, name) for name in _OF_TURN}
    return {**of_turn, "conversation_id": conversation_id, "place": place, "depends": depends}
