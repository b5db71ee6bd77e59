"""SQL of everything that is held about one person, table by table."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from mhc_core.pseudonyms import Pseudonym

_CONVERSATIONS = "select c.id from ai.conversations c where c.customer_id = any(:ids)"
_EXAMPLES = f"""
    select e.id from ai.training_examples e where e.customer_hash = :hash or e.conversation_id in ({_CONVERSATIONS})
"""
_HELD = {
    "conversations": "select * from ai.conversations where customer_id = any(:ids) order by started_at, id",
    "messages": f"""
        select m.* from ai.messages m where m.conversation_id in ({_CONVERSATIONS})
        order by m.conversation_id, m.position
    """,
    "calls": f"select * from ai.calls where conversation_id in ({_CONVERSATIONS})",
    "feedback": f"""
        select * from ai.feedback where customer_id = any(:ids) or conversation_id in ({_CONVERSATIONS})
        order by given_at, id
    """,
    "feedback_history": f"""
        select h.* from ai.feedback_history h join ai.feedback f on f.id = h.feedback_id
        where f.customer_id = any(:ids) or f.conversation_id in ({_CONVERSATIONS}) order by h.id
    """,
    "handovers": f"select * from ai.handovers where conversation_id in ({_CONVERSATIONS}) order by id",
    "booking_requests": f"select * from ai.booking_requests where conversation_id in ({_CONVERSATIONS})",
    "bookings": "select * from ai.bookings where customer_id = any(:ids) or customer_id = :hash order by booked_at, id",
    "diet_facts": f"""
        select * from ai.diet_facts where conversation_id in ({_CONVERSATIONS}) order by said_at, kind, value
    """,
    "offer_suggestions": f"""
        select * from ai.offer_suggestions where conversation_id in ({_CONVERSATIONS}) order by suggested_at
    """,
    "conversation_notes": f"""
        select * from ai.conversation_notes where conversation_id in ({_CONVERSATIONS}) order by id
    """,
    "response_cache": f"""
        select r.* from ai.response_cache r join ai.messages m on m.id = r.message_id
        where m.conversation_id in ({_CONVERSATIONS}) order by r.id
    """,
    "conversation_scores": f"select * from ai.conversation_scores where conversation_id in ({_CONVERSATIONS})",
    "training_examples": f"select * from ai.training_examples where id in ({_EXAMPLES}) order by sequence",
    "evaluation_set_members": f"""
        select * from ai.evaluation_set_members where example_id in ({_EXAMPLES}) order by set_id, position
    """,
    "evaluation_answers": f"""
        select * from ai.evaluation_answers where example_id in ({_EXAMPLES}) order by evaluation_id, example_id
    """,
    "scrub_holds": f"""
        select h.* from ai.scrub_holds h join ai.messages m on m.id = h.answer_message_id
        where m.conversation_id in ({_CONVERSATIONS})
    """,
    "scrub_marks": f"""
        select k.* from ai.scrub_marks k join ai.messages m on m.id = k.message_id
        where m.conversation_id in ({_CONVERSATIONS}) order by k.id
    """,
    "experiment_exposures": f"""
        select x.* from ai.experiment_exposures x join ai.messages m on m.id = x.message_id
        where m.conversation_id in ({_CONVERSATIONS}) order by x.experiment_id
    """,
    "rollout_exposures": """
        select * from ai.rollout_exposures where customer_hash = :hash order by rollout_id, share
    """,
    "customer_value": "select * from ai.customer_value where customer_hash = :hash",
    "churn_risk": "select * from ai.churn_risk where customer_hash = :hash",
    "customer_profiles": "select * from ai.customer_profiles where customer_hash = :hash",
    "loyalty_events": "select * from ai.loyalty_events where customer_hash = :hash order by at, id",
    "contact_consents": "select * from ai.contact_consents where customer_hash = :hash order by given_at, id",
    "contact_optouts": "select * from ai.contact_optouts where customer_hash = :hash",
    "campaign_touches": "select * from ai.campaign_touches where customer_hash = :hash order by id",
    "offer_codes": """
        select o.* from ai.offer_codes o join ai.campaign_touches t on t.id = o.touch_id
        where t.customer_hash = :hash order by o.touch_id
    """,
    "customer_tasks": "select * from ai.customer_tasks where customer_hash = :hash order by id",
    "review_decisions": f"""
        select d.*, i.example_id from ai.review_decisions d join ai.review_items i on i.id = d.item_id
        where i.example_id in ({_EXAMPLES}) order by d.id
    """,
    "understanding_examples": "select * from ai.understanding_examples where customer_hash = :hash order by id",
    "knowledge_articles": f"select * from ai.knowledge_articles where example_id in ({_EXAMPLES}) order by id",
    "knowledge_translations": f"""
        select t.* from ai.knowledge_translations t join ai.knowledge_articles a on a.id = t.article_id
        where a.example_id in ({_EXAMPLES}) order by t.id
    """,
    "erasures": "select * from ai.erasures where customer_hash = :hash",
    "audit_log": "select * from ai.audit_log where subject = :hash order by id",
}
_DERIVED = ("embedding", "search")
"""Columns computed from another column of the same row."""


def counts(connection: sa.Connection, customer_ids: Sequence[str], customer_hash: Pseudonym) -> dict[str, int]:
    """How many rows there are about a person by table, where there are any."""
    values = {"ids": list(customer_ids), "hash": customer_hash}
    rows = {
        table: connection.execute(sa.text(f"select count(*) from ({query}) held"), values).scalar_one()
        for table, query in _HELD.items()
    }
    return {table: count for table, count in rows.items() if count}


def everything(
    connection: sa.Connection, customer_ids: Sequence[str], customer_hash: Pseudonym
) -> dict[str, list[dict[str, Any]]]:
    """All rows about a person by table, without columns that only repeat others as numbers."""
    values = {"ids": list(customer_ids), "hash": customer_hash}
    found: dict[str, list[dict[str, Any]]] = {}
    for table, query in _HELD.items():
        rows = connection.execute(sa.text(query), values).mappings()
        found[table] = [{name: value for name, value in row.items() if name not in _DERIVED} for row in rows]
    return found
