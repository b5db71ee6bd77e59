"""SQL that takes customers' words out of the tables for good: for one erased customer, and for all text past its time.

Rows stay where something points at them: a data set's membership, a model's provenance and the counts of a day are
facts about rows. What a row said goes. Every statement touches only rows that still hold something, so running it
again changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries import installation
from mhc_core.db.queries.conversations import lock_imports
from mhc_core.db.queries.privacy import ERASURE, REDACTED
from mhc_core.pseudonyms import Pseudonym, hashed

_ARTICLES = """
    insert into erased_articles
    select id from ai.knowledge_articles where example_id in (select id from erased_examples)
"""
_FIND = (
    f"""
    insert into erased_conversations
    select id from ai.conversations where customer_id = any(:ids) or channel_metadata ->> '{ERASURE}' = :erasure
    """,
    "select c.id from ai.conversations c join erased_conversations e on e.id = c.id order by c.id for update of c",
    """
    insert into erased_examples
    select id from ai.training_examples
    where customer_hash = :hash or conversation_id in (select id from erased_conversations)
    """,
    "select e.id from ai.training_examples e join erased_examples x on x.id = e.id order by e.id for update of e",
    _ARTICLES,
)
_EMPTY_EXAMPLE = """
    question = '', answer = '', rejected_answer = null, context = '[]', findings = '{}', tags = '{}', active = false,
    content_sha256 = 'erased', numbers_sha256 = null,
    embedding = cast('[' || repeat('0,', vector_dims(embedding) - 1) || '0]' as halfvec)
"""

_THEIRS = "conversation_id in (select id from erased_conversations)"
_OF_MESSAGES = "in (select m.id from ai.messages m join erased_conversations e on e.id = m.conversation_id)"

_ERASE = {
    # Cached answers live an hour; any of them may repeat what was learned from the customer.
    "response_cache": """
        delete from ai.response_cache
        where exists (select from erased_conversations) or exists (select from erased_examples)
    """,
    # Made anew from the texts that are left; which of them were the customer's, hashes do not tell.
    "knowledge_vectors": "delete from ai.knowledge_vectors where exists (select from erased_examples)",
    "handovers": "delete from ai.handovers where conversation_id in (select id from erased_conversations)",
    "calls": "delete from ai.calls where conversation_id in (select id from erased_conversations)",
    "conversation_notes": (
        "delete from ai.conversation_notes where conversation_id in (select id from erased_conversations)"
    ),
    "feedback": """
        delete from ai.feedback
        where customer_id = any(:ids) or conversation_id in (select id from erased_conversations)
    """,
    "provider_calls": """
        update ai.provider_calls set conversation_id = null, message_id = null
        where conversation_id in (select id from erased_conversations)
    """,
    "booking_requests": (
        "delete from ai.booking_requests where conversation_id in (select id from erased_conversations)"
    ),
    "bookings": "delete from ai.bookings where customer_id = any(:ids) or customer_id = :hash",
    "diet_facts": "delete from ai.diet_facts where conversation_id in (select id from erased_conversations)",
    "offer_suggestions": (
        "delete from ai.offer_suggestions where conversation_id in (select id from erased_conversations)"
    ),
    "scrub_marks": f"delete from ai.scrub_marks where message_id {_OF_MESSAGES}",
    "experiment_exposures": f"delete from ai.experiment_exposures where message_id {_OF_MESSAGES}",
    "rollout_exposures": "delete from ai.rollout_exposures where customer_hash = :hash",
    "customer_value": "delete from ai.customer_value where customer_hash = :hash",
    "churn_risk": "delete from ai.churn_risk where customer_hash = :hash",
    "customer_profiles": "delete from ai.customer_profiles where customer_hash = :hash",
    "loyalty_events": "delete from ai.loyalty_events where customer_hash = :hash",
    "contact_consents": "delete from ai.contact_consents where customer_hash = :hash",
    "campaign_touches": f"delete from ai.campaign_touches where customer_hash = :hash or {_THEIRS}",
    "customer_tasks": f"delete from ai.customer_tasks where customer_hash = :hash or {_THEIRS}",
    "scrub_holds": f"delete from ai.scrub_holds where answer_message_id {_OF_MESSAGES}",
    "messages": """
        update ai.messages set content = '', edited_content = null, edit_reason = null, edited_by = null,
            edited_at = null, message_metadata = '{}', citations = '[]', example_id = null
        where conversation_id in (select id from erased_conversations)
          and (content <> '' or edited_content is not null or edit_reason is not null
               or message_metadata <> '{}' or citations <> '[]')
    """,
    "conversations": f"""
        update ai.conversations set customer_id = null, thread_id = null, source_id = 'erased:' || id,
            escalation_reason = null, status = 'closed', facts = '{{}}',
            channel_metadata = jsonb_build_object('{REDACTED}', 'erasure', '{ERASURE}', cast(:erasure as text))
        where id in (select id from erased_conversations)
          and (customer_id is not null or channel_metadata ->> '{ERASURE}' is distinct from :erasure)
    """,
    "review_decisions": """
        update ai.review_decisions d set edited_answer = null, former_answer = null, reason = null
        from ai.review_items i
        where i.id = d.item_id and i.example_id in (select id from erased_examples)
          and (d.edited_answer is not null or d.former_answer is not null or d.reason is not null)
    """,
    "review_items": """
        update ai.review_items set status = 'decided'
        where example_id in (select id from erased_examples) and status <> 'decided'
    """,
    "retrieval_questions": "delete from ai.retrieval_questions where article_id in (select id from erased_articles)",
    "knowledge_translations": (
        "delete from ai.knowledge_translations where article_id in (select id from erased_articles)"
    ),
    "knowledge_chunks": "delete from ai.knowledge_chunks where article_id in (select id from erased_articles)",
    "knowledge_articles": """
        update ai.knowledge_articles set title = 'Erased', body = '', tags = '{}', content_sha256 = 'erased',
            active = false, updated_at = :now
        where id in (select id from erased_articles) and content_sha256 <> 'erased'
    """,
    "citations_elsewhere": """
        update ai.messages m
        set citations = (select jsonb_agg(case when a.id is null then c.cited
                                               else c.cited || '{"title": "Erased"}' end order by c.place)
                         from jsonb_array_elements(m.citations) with ordinality c(cited, place)
                         left join erased_articles a on a.id = c.cited ->> 'id')
        where exists (select from erased_articles)
          and m.citations <> '[]'
          and exists (select from jsonb_array_elements(m.citations) c join erased_articles a on a.id = c ->> 'id'
                      where c ->> 'title' is distinct from 'Erased')
    """,
    # A set without one of its questions is another set: it is retired, and the next evaluation freezes a new one.
    "evaluation_sets": """
        update ai.evaluation_sets set retired_at = :now
        where retired_at is null and id in (select set_id from ai.evaluation_set_members
                                            where example_id in (select id from erased_examples))
    """,
    "evaluation_answers": """
        delete from ai.evaluation_answers where example_id in (select id from erased_examples)
    """,
    "evaluation_set_members": """
        delete from ai.evaluation_set_members where example_id in (select id from erased_examples)
    """,
    "training_examples": f"""
        update ai.training_examples set {_EMPTY_EXAMPLE}
        where id in (select id from erased_examples) and content_sha256 <> 'erased'
    """,
    "understanding_examples": f"""
        update ai.understanding_examples set line = '', text_sha256 = 'erased'
        where (customer_hash = :hash or message_id {_OF_MESSAGES}) and text_sha256 <> 'erased'
    """,
}


class Erased(NamedTuple):
    """What erasing one customer did: rows by table, and the examples and articles concerned."""

    counts: dict[str, int]
    examples: list[UUID]
    articles: list[str]


def erase(
    connection: sa.Connection, erasure_id: int, customer_hash: Pseudonym, customer_ids: Sequence[str], now: datetime
) -> Erased:
    """Empty or delete all that one customer said and all that was derived from it. Once in a transaction.

    Conversations, messages, review decisions, examples and learned articles stay as empty rows; feedback, holds,
    marks, chunks and stored questions go.
    """
    values: dict[str, Any] = {"ids": list(customer_ids), "hash": customer_hash, "erasure": str(erasure_id), "now": now}
    lock_imports(connection)
    _create_subjects(connection)
    for statement in _FIND:
        connection.execute(sa.text(statement), values)
    counts = {name: connection.execute(sa.text(statement), values).rowcount for name, statement in _ERASE.items()}
    return Erased(
        counts,
        list(connection.scalars(sa.text("select id from erased_examples order by id"))),
        list(connection.scalars(sa.text("select id from erased_articles order by id"))),
    )


def _create_subjects(connection: sa.Connection) -> None:
    for name, kind in (("conversations", "uuid"), ("examples", "uuid"), ("articles", "text")):
        connection.execute(sa.text(f"create temporary table erased_{name} (id {kind} primary key) on commit drop"))


def sweep(connection: sa.Connection) -> int:
    """Empty what a stage wrote from an erased customer's words that it had read before they went; how many rows."""
    _create_subjects(connection)
    connection.execute(
        sa.text(
            f"insert into erased_conversations select id from ai.conversations where channel_metadata ? '{ERASURE}'"
        )
    )
    connection.execute(
        sa.text("""
            insert into erased_examples select id from ai.training_examples
            where content_sha256 = 'erased' or conversation_id in (select id from erased_conversations)
        """)
    )
    connection.execute(sa.text(_ARTICLES))
    none = {"ids": [], "hash": "", "now": connection.execute(sa.select(sa.func.now())).scalar_one()}
    late = [statement for name, statement in _ERASE.items() if name != "conversations"]
    return sum(connection.execute(sa.text(statement), none).rowcount for statement in late)


def empty_erased(connection: sa.Connection, examples: Sequence[UUID]) -> None:
    """Empty those of these examples, just written, whose conversation was erased while they were made."""
    connection.execute(
        sa.text(f"""
            update ai.training_examples e set {_EMPTY_EXAMPLE}
            from ai.conversations c
            where e.id = any(:examples) and c.id = e.conversation_id and c.channel_metadata ? '{ERASURE}'
        """),
        {"examples": list(examples)},
    )


class Due(NamedTuple):
    """How much raw text is past its time."""

    conversations: int
    messages: int
    feedback: int
    bookings: int


_OLD_BOOKING = "not redacted and booked_at < :before and coalesce(event_at < :before, true)"
_DUE = f"last_message_at < :before and not channel_metadata ? '{REDACTED}'"


def due(connection: sa.Connection, before: datetime) -> Due:
    """Conversations without a message since ``before`` that still hold raw text, with their messages and feedback, and
    imported bookings of a party before that still hold who it was."""
    row = connection.execute(
        sa.text(f"""
            with due as (select id from ai.conversations where {_DUE})
            select (select count(*) from due),
                   (select count(*) from ai.messages where conversation_id in (select id from due)),
                   (select count(*) from ai.feedback where conversation_id in (select id from due)),
                   (select count(*) from ai.bookings where {_OLD_BOOKING})
        """),
        {"before": before},
    ).one()
    return Due(*row)


_OLD = "in (select id from old_conversations)"
_OLD_MESSAGES = "in (select m.id from ai.messages m join old_conversations o on o.id = m.conversation_id)"
_REDACT = {
    # A mark is a place in a text, and the text goes.
    "scrub_marks": f"delete from ai.scrub_marks where message_id {_OLD_MESSAGES}",
    "handovers": f"""
        update ai.handovers set reason = null,
            state = case when state in ('waiting', 'claimed') then 'resolved' else state end,
            closed_at = coalesce(closed_at, opened_at)
        where conversation_id {_OLD}
    """,
    "booking_requests": f"delete from ai.booking_requests where conversation_id {_OLD}",
    "diet_facts": f"delete from ai.diet_facts where conversation_id {_OLD}",
    "conversation_notes": f"delete from ai.conversation_notes where conversation_id {_OLD}",
    # That consent was given, and when, is proof for what was learned; the words of it go.
    "calls": f"update ai.calls set consent_wording = null where conversation_id {_OLD}",
    "provider_calls": f"""
        update ai.provider_calls set conversation_id = null, message_id = null where conversation_id {_OLD}
    """,
    "response_cache": f"delete from ai.response_cache where message_id {_OLD_MESSAGES}",
    "messages": f"""
        update ai.messages set content = '', edited_content = null, edit_reason = null, message_metadata = '{{}}'
        where conversation_id {_OLD}
    """,
    "feedback_history": f"""
        update ai.feedback_history h set comment = null from ai.feedback f
        where f.id = h.feedback_id and f.conversation_id {_OLD}
    """,
    "feedback": f"""
        update ai.feedback set comment = null, source_id = 'redacted:' || id, customer_id = {hashed("customer_id")}
        where conversation_id {_OLD}
    """,
    "bookings": f"""
        update ai.bookings set customer_id = {hashed("customer_id")}, zip = null, source_id = 'redacted:' || id,
            redacted = true
        where id in (select id from ai.bookings where {_OLD_BOOKING} order by booked_at, id limit :limit)
    """,
    "conversations": f"""
        update ai.conversations
        set customer_id = {hashed("customer_id")}, thread_id = null, escalation_reason = null,
            status = 'closed', facts = '{{}}', channel_metadata = jsonb_build_object('{REDACTED}', 'retention')
        where id {_OLD}
    """,
}


def redact_old(connection: sa.Connection, before: datetime, limit: int) -> Due:
    """Redact at most ``limit`` of the conversations and of the bookings that are :func:`due`, oldest first.

    Returns how much that was.

    What was derived stays as it is: ``updated_at`` is not touched, so no stage looks at an emptied conversation again.
    """
    lock_imports(connection)
    connection.execute(sa.text("create temporary table old_conversations (id uuid primary key) on commit drop"))
    connection.execute(
        sa.text(f"""
            insert into old_conversations
            select id from ai.conversations where {_DUE} order by last_message_at, id limit :limit for update
        """),
        {"before": before, "limit": limit},
    )
    values = installation.pads(connection) | {"before": before, "limit": limit}
    counts = {name: connection.execute(sa.text(statement), values).rowcount for name, statement in _REDACT.items()}
    connection.execute(sa.text("drop table old_conversations"))
    return Due(*(counts[name] for name in Due._fields))
