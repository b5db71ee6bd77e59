"""What one turn writes: the question, the answer, the exposures, and what the answer sets in motion."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from mhc_core.business.pricing import Business
from mhc_core.concierge.agents.reply import Reply
from mhc_core.concierge.facts import memory
from mhc_core.concierge.facts.accepting import SUGGESTION
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.tools.case import BookingRequest
from mhc_core.concierge.turn.request import TurnResult
from mhc_core.concierge.turn.suggesting import SETTLED, TAKEN_BACK
from mhc_core.db.queries import bookings, offers
from mhc_core.db.queries.calls import CallRow
from mhc_core.db.queries.serving import NewTurn
from mhc_core.db.queries.turns import Effect
from mhc_core.db.tables import calls, diet_facts, experiment_exposures, offer_suggestions, rollout_exposures
from mhc_core.support import handover as handovers
from mhc_core.understanding.result import Act

LIKELY = 0.5


def answer_turn(
    message_id: UUID, result: TurnResult, cost_usd: Decimal, sent_at: datetime, latency_ms: float
) -> NewTurn:
    """The row of an answer; ``cost_usd`` is what the ledger has of its turn."""
    reply = result.reply
    return NewTurn(
        id=message_id,
        role="system" if reply.agent == "waiting" else "assistant",
        content=reply.text,
        sent_at=sent_at,
        intent=reply.intent,
        confidence=reply.confidence,
        model_version_id=reply.model_id,
        prompt_version_id=reply.prompt_id,
        knowledge_version_id=reply.knowledge_id,
        example_id=UUID(reply.example_id) if reply.example_id else None,
        citations=[
            {
                "id": passage.article_id,
                "title": passage.title,
                "score": round(passage.score, 4),
                "chunk": passage.chunk_id,
            }
            for passage in reply.citations
        ],
        cached=result.cached is not None,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        cost_usd=cost_usd,
        latency_ms=latency_ms,
        notes={"agent": reply.agent, **reply.notes},
    )


def exposure_rows(
    result: TurnResult, message_id: UUID, received_at: datetime, sent_at: datetime
) -> list[tuple[sa.Table, Mapping[str, Any]]]:
    """The rows by which an experiment and a rollout count this customer; the first one of a customer stays."""
    rows: list[tuple[sa.Table, Mapping[str, Any]]] = []
    if (shown := result.reply.exposure) is not None:
        rows.append((experiment_exposures, {**asdict(shown), "message_id": message_id, "exposed_at": sent_at}))
    if (met := result.exposure) is not None:
        rows.append((rollout_exposures, {**met._asdict(), "exposed_at": received_at}))
    return rows


def leaves(result: TurnResult) -> bool:
    """Whether the message was read as the wish to hear nothing more, in one of its parts, whoever answers it."""
    read = (result.reading or {}).get("segments", ())
    return bool(result.reply.notes.get("stopped")) or any(
        part["act"] == Act.STOP and part["act_probability"] >= LIKELY for part in read
    )


def diet_rows(
    conversation_id: UUID, message_id: UUID, before: Facts | None, reply: Reply, said_at: datetime
) -> list[tuple[sa.Table, Mapping[str, Any]]]:
    """The rows of what this message said that somebody cannot or does not eat; ``before`` are the facts without it."""
    if reply.facts is None:
        return []
    known = before.needs if before is not None else ()
    fresh = {(need.kind, need.value): need for need in reply.facts.needs if need not in known}
    return [
        (
            diet_facts,
            {
                "message_id": message_id,
                "conversation_id": conversation_id,
                "kind": need.kind,
                "value": need.value,
                "for_whom": need.whom,
                "stance": need.stance,
                "certainty": need.certainty,
                "said_at": said_at,
            },
        )
        for need in fresh.values()
    ]


def call_rows(
    call: CallRow | None, conversation_id: UUID, said_at: datetime
) -> list[tuple[sa.Table, Mapping[str, Any]]]:
    """The row of a call that is stored with its first turn, so that no word of it is without what was agreed to."""
    if call is None:
        return []
    return [(calls, {**call._asdict(), "conversation_id": conversation_id, "consent_said_at": said_at})]


def suggestion_rows(
    conversation_id: UUID, message_id: UUID, reply: Reply, sent_at: datetime
) -> list[tuple[sa.Table, Mapping[str, Any]]]:
    """The row of what an answer suggests, or would have suggested to a customer who is held out."""
    made = reply.notes.get(SUGGESTION)
    if not made:
        return []
    about = {"conversation_id": conversation_id, "message_id": message_id, "suggested_at": sent_at}
    return [(offer_suggestions, {**about, **made})]


def effects(business: Business, conversation_id: UUID, reply: Reply, now: datetime) -> list[Effect]:
    """The hand-over and the booking request of an answer, made or taken back, where there is one."""
    found: list[Effect] = []
    if reply.escalation is not None:
        found.append(partial(_hand_over, business, conversation_id, reply.escalation, now))
    if reply.booking is not None:
        found.append(partial(_save_booking, conversation_id, reply.booking, now))
    if reply.withdraws is not None:
        found.append(partial(_withdraw, reply.withdraws, now))
    if (settled := reply.notes.get(SETTLED)) is not None:
        has, usd = bool(settled["accepted"]), Decimal(settled["usd"])
        found.append(lambda connection: offers.settle(connection, conversation_id, has, usd, now))
    if reply.notes.get(TAKEN_BACK):
        found.append(lambda connection: offers.withdraw(connection, conversation_id, now))
    return found


def _hand_over(
    business: Business, conversation_id: UUID, reason: str, now: datetime, connection: sa.Connection
) -> None:
    handovers.begin(connection, business, conversation_id, reason, now)


def _withdraw(booking_id: UUID, now: datetime, connection: sa.Connection) -> None:
    bookings.withdraw(connection, booking_id, now)


def _save_booking(conversation_id: UUID, asked: BookingRequest, now: datetime, connection: sa.Connection) -> None:
    people = asked.facts.party
    bookings.save(
        connection,
        conversation_id,
        asked.day,
        asked.starts,
        (people.adults or 0, people.children or 0, people.under_six or 0),
        asked.total_usd,
        memory.dump(asked.facts),
        now,
    )
