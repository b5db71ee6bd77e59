"""Figures for dashboards, reports and ``mhc status``."""

from typing import NamedTuple

import sqlalchemy as sa

MANY = 20_000
"""From so many rows on, PostgreSQL's own estimate stands for a count: to count all tables of a long history takes
seconds, and nobody asks for the last of a million rows."""


class _Part(NamedTuple):
    """What is counted, and the table or partial index that holds just these rows."""

    rows: str
    held_by: str = ""


_PENDING = (
    "ai.review_items i join ai.training_examples e on e.id = i.example_id where i.status = 'pending' and e.active"
)
_PARTS = {
    "conversations": _Part("ai.conversations", "conversations"),
    "messages": _Part("ai.messages", "messages"),
    "feedback": _Part("ai.feedback", "feedback"),
    "scored_conversations": _Part("ai.conversation_scores", "conversation_scores"),
    "training_examples": _Part("ai.training_examples", "training_examples"),
    "merged_examples": _Part(
        "ai.training_examples where duplicate_of is not null", "ix_training_examples_duplicate_of"
    ),
    "held_examples": _Part("ai.scrub_holds", "scrub_holds"),
    "review_pending": _Part(_PENDING, "ix_review_items_queue"),
    "review_decisions": _Part("ai.review_decisions", "review_decisions"),
    "verified_examples": _Part("ai.training_examples where verified and active", "ix_training_examples_verified_at"),
    "dataset_versions": _Part("ai.dataset_versions"),
    "model_versions": _Part("ai.model_versions"),
    "evaluations": _Part("ai.evaluations"),
    "knowledge_articles": _Part("ai.knowledge_articles where active"),
    "learned_articles": _Part("ai.knowledge_articles where active and origin = 'learned'"),
    "knowledge_versions": _Part("ai.knowledge_versions"),
    "customer_value": _Part("ai.customer_value", "customer_value"),
    "churn_risk": _Part("ai.churn_risk", "churn_risk"),
    "offer_statistics": _Part("ai.offer_statistics"),
    "customer_profiles": _Part("ai.customer_profiles", "customer_profiles"),
    "demand_forecast": _Part("ai.demand_forecast"),
}


class Counts(NamedTuple):
    """How many rows every stage holds; those in ``about`` are estimates, as of when the table was last vacuumed."""

    rows: dict[str, int]
    about: tuple[str, ...]


def counted(connection: sa.Connection) -> Counts:
    """How many rows every stage holds: counted where there are few, estimated where there are ``MANY``."""
    held = {part.held_by for part in _PARTS.values() if part.held_by}
    rows = connection.execute(
        sa.text("""
            select relname, cast(reltuples as bigint) from pg_class
             where relnamespace = cast('ai' as regnamespace) and relname = any(:names) and reltuples >= :many
        """),
        {"names": sorted(held), "many": MANY},
    )
    known: dict[str, int] = {row[0]: row[1] for row in rows}
    about = tuple(name for name, part in _PARTS.items() if part.held_by in known)
    few = {name: part.rows for name, part in _PARTS.items() if name not in about}
    row = connection.execute(
        sa.text("select " + ", ".join(f"(select count(*) from {rows}) as {name}" for name, rows in few.items()))
    ).one()
    exact = {name: int(value) for name, value in row._mapping.items()}
    return Counts({name: exact[name] if name in exact else known[part.held_by] for name, part in _PARTS.items()}, about)


def counts(connection: sa.Connection) -> dict[str, int]:
    """The rows of :func:`counted`."""
    return counted(connection).rows


def verified(connection: sa.Connection) -> int:
    """Examples that people verified and that are in use; counted, from an index alone."""
    query = "select count(*) from ai.training_examples where verified and active"
    return int(connection.execute(sa.text(query)).scalar_one())


def has_real_conversations(connection: sa.Connection) -> bool:
    """Whether anybody talked here, beside the people of the sample."""
    return bool(connection.scalar(sa.text("select exists (select from ai.conversations where source <> 'sample')")))
