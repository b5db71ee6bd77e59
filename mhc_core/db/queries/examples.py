"""Training examples: what is waiting to be scrubbed, and what came out."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from pgvector import HalfVector
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries import calls, merging
from mhc_core.db.queries.days import within
from mhc_core.db.queries.holds import EXCLUDED
from mhc_core.db.queries.redaction import empty_erased
from mhc_core.db.queries.scoring import promotes
from mhc_core.db.rows.examples import Example, Hold, SourceConversation, SourceMessage
from mhc_core.db.tables import conversation_scores, conversations, feedback, messages, scrub_holds, training_examples
from mhc_core.vocabulary import PERSON

_T = training_examples.c


def waiting(
    connection: sa.Connection, day: date, scrubber: str, minimum_score: float, sure_from: float, learned: bool = False
) -> list[SourceConversation]:
    """Scored conversations of a day that changed since ``scrubber`` last saw them and hold something to learn.

    Calls that nobody agreed to being recorded are left out whatever they hold. Something to learn is: a score of
    ``minimum_score`` or more, a human edit, a dislike by any signal, or an answer whose confidence was below
    ``sure_from``. The score that promotes is the lower end of the weighted one, or the ``learned`` one.
    """
    c, s, m = conversations.c, conversation_scores.c, messages.c
    due = (
        sa.select(
            c.id,
            c.customer_id,
            c.channel,
            s.score,
            promotes(learned).label("promoting"),
            c.channel_metadata["customer"].label("record"),
            calls.read_by_a_person(c.id).label("read"),
            calls.speakers_guessed(c.id).label("guessed"),
        )
        .join(conversation_scores, s.conversation_id == c.id)
        .where(
            within(c.started_at, day),
            ~calls.withheld(c.id),
            sa.or_(
                s.scrubbed_at.is_(None),
                s.scrubber != scrubber,
                s.scrubbed_at < sa.func.greatest(s.scored_at, c.updated_at),
                held_by_error(c.id),
            ),
        )
        .cte("due")
    )
    about = sa.func.coalesce(feedback.c.message_id, feedback.c.conversation_id).label("about")
    given = (
        sa.select(about, sa.func.min(feedback.c.verdict).label("verdict"), sa.func.min(feedback.c.stars).label("stars"))
        .join(due, due.c.id == feedback.c.conversation_id)
        .group_by(about)
    )
    votes: dict[UUID, str | None] = {}  # "down" sorts before "up": one dislike is enough
    stars: dict[UUID, int | None] = {}
    for row in connection.execute(given):
        votes[row.about], stars[row.about] = row.verdict, row.stars
    parts: dict[UUID, list[SourceMessage]] = {}
    for message in connection.execute(
        sa.select(
            m.id,
            m.role,
            m.content,
            m.edited_content,
            m.intent,
            m.confidence,
            m.message_metadata["agent"].astext.label("agent"),
            m.message_metadata.has_key(EXCLUDED).label("excluded"),
            sa.case((due.c.read, None), else_=calls.HEARD).label("heard"),
            m.conversation_id,
        )
        .join(due, due.c.id == m.conversation_id)
        .order_by(m.conversation_id, m.position)
    ):
        parts.setdefault(message.conversation_id, []).append(
            SourceMessage(
                *message[:6],
                votes.get(message.id),
                stars.get(message.id),
                message.agent,
                message.excluded,
                message.heard,
            )
        )
    found = [
        SourceConversation(
            row.id,
            row.customer_id,
            row.channel,
            day,
            row.score,
            stars.get(row.id),
            tuple(parts.get(row.id, ())),
            row.record if isinstance(row.record, dict) else {},
            votes.get(row.id),
            row.promoting,
            row.guessed and not row.read,
        )
        for row in connection.execute(sa.select(due).order_by(due.c.id))
    ]
    return [item for item in found if _teaches(item, minimum_score, sure_from)]


def held_by_error(conversation_id: sa.ColumnElement[UUID]) -> sa.Exists:
    """Whether the scrubber failed on a conversation when it saw it last; it is tried again."""
    return sa.exists().where(
        messages.c.conversation_id == conversation_id,
        messages.c.id == scrub_holds.c.answer_message_id,
        scrub_holds.c.kind == "error",
    )


def _teaches(conversation: SourceConversation, minimum_score: float, sure_from: float) -> bool:
    return (
        conversation.score >= minimum_score
        or conversation.vote == "down"
        or any(
            message.edited_content is not None
            or message.agent == PERSON
            or message.vote == "down"
            or (message.confidence is not None and message.confidence < sure_from)
            for message in conversation.messages
        )
    )


def save(connection: sa.Connection, examples: Sequence[Example], vectors: NDArray[np.float32], embedder: str) -> int:
    """Insert examples, or replace those whose text or worth changed; a verified one only yields to a human edit.

    What became of an example (switched off, merged) stands until its text changes or a person writes it. Returns how
    many rows were written.
    """
    if not examples:
        return 0
    statement = insert(training_examples)
    new = statement.excluded
    kept = ("id", "answer_message_id")
    reworded = _T.content_sha256.is_distinct_from(new.content_sha256)
    anew = sa.or_(reworded, sa.and_(new.origin == "human_edit", _T.origin != "human_edit"))
    reassessed = sa.or_(*(_T[name].is_distinct_from(new[name]) for name in ("origin", "quality", "confidence", "vote")))
    statement = statement.on_conflict_do_update(
        index_elements=[_T.id],
        set_={
            **{column.name: new[column.name] for column in _T if column.name in _WRITTEN and column.name not in kept},
            "verified": False,
            "verified_by": None,
            "verified_at": None,
            "placed_for": None,
            "active": sa.or_(anew, _T.active),
            **{column.name: sa.case((anew, None), else_=column) for column in (_T.duplicate_of, _T.novelty)},
        },
        where=sa.or_(
            sa.and_(reworded, sa.or_(~_T.verified, new.origin == "human_edit")),
            sa.and_(reassessed, ~_T.verified),
            sa.and_(new.origin == "human_edit", _T.rejected_answer != new.rejected_answer),
        ),
    )
    result = connection.execute(
        statement.returning(_T.id, _T.novelty),
        [
            {
                **{name: getattr(example, name) for name in _FIELDS},
                "context": [dict(turn) for turn in example.context],
                "findings": dict(example.findings),
                "tags": list(example.tags),
                "embedder": embedder,
                "embedding": HalfVector(vector),
            }
            for example, vector in zip(examples, vectors, strict=True)
        ],
    )
    written = {row.id: row.novelty for row in result}
    merging.release(connection, [identifier for identifier, novelty in written.items() if novelty is None])
    empty_erased(connection, list(written))
    return len(written)


_FIELDS = (
    "id", "conversation_id", "question_message_id", "answer_message_id", "customer_hash", "day", "channel", "intent",
    "origin", "question", "answer", "rejected_answer", "quality", "confidence", "vote", "risk", "content_sha256",
    "language", "numbers_sha256",
)  # fmt: skip
_WRITTEN = (*_FIELDS, "tags", "context", "findings", "embedder", "embedding")


def save_tags(connection: sa.Connection, examples: Sequence[Example]) -> None:
    """Tag examples that stand as they are, verified or not, where their tags are others by now."""
    connection.execute(
        sa.text("""
            update ai.training_examples e
            set language = n.language, tags = array(select jsonb_array_elements_text(n.tags))
            from jsonb_to_recordset(cast(:tags as jsonb)) n(id uuid, sha text, language text, tags jsonb)
            where e.id = n.id and e.content_sha256 = n.sha
              and (e.language is distinct from n.language
                   or e.tags <> array(select jsonb_array_elements_text(n.tags)))
        """),
        {
            "tags": json.dumps(
                [
                    {
                        "id": str(example.id),
                        "sha": example.content_sha256,
                        "language": example.language,
                        "tags": example.tags,
                    }
                    for example in examples
                ]
            )
        },
    )


def save_holds(
    connection: sa.Connection, holds: Sequence[Hold], seen: Sequence[UUID], day: date, now: datetime
) -> None:
    """Record what was held of the conversations ``seen``, and forget holds of theirs that are resolved."""
    connection.execute(
        sa.delete(scrub_holds).where(
            scrub_holds.c.answer_message_id.in_(
                sa.select(messages.c.id).where(
                    messages.c.conversation_id == sa.any_(sa.bindparam("seen", list(seen), sa.ARRAY(sa.UUID)))
                )
            )
        )
    )
    if holds:
        connection.execute(
            sa.text("""
                insert into ai.scrub_holds (answer_message_id, day, kind, reason, held_at)
                select n.id, :day, n.kind, n.reason, :now
                from unnest(cast(:ids as uuid[]), cast(:kinds as text[]), cast(:reasons as text[])) n(id, kind, reason)
            """),
            {
                "day": day,
                "now": now,
                "ids": [hold.answer_message_id for hold in holds],
                "kinds": [hold.kind for hold in holds],
                "reasons": [hold.reason for hold in holds],
            },
        )


def mark_scrubbed(connection: sa.Connection, day: date, scrubber: str, now: datetime) -> list[UUID]:
    """Remember that every scored conversation of the day was looked at by ``scrubber``; those that were not before."""
    marked = connection.scalars(
        sa.update(conversation_scores)
        .values(scrubber=scrubber, scrubbed_at=now)
        .where(
            conversation_scores.c.conversation_id == conversations.c.id,
            within(conversations.c.started_at, day),
            sa.or_(
                conversation_scores.c.scrubbed_at.is_(None),
                conversation_scores.c.scrubber != scrubber,
                conversation_scores.c.scrubbed_at
                < sa.func.greatest(conversation_scores.c.scored_at, conversations.c.updated_at),
            ),
        )
        .returning(conversation_scores.c.conversation_id)
    )
    return list(marked)


class ScrubSummary(NamedTuple):
    """What scrubbing left of one day."""

    examples: int
    active: int
    duplicates: int
    held_residue: int
    held_error: int
    findings: Mapping[str, int]


def summary(connection: sa.Connection, day: date) -> ScrubSummary:
    """Counts of a day."""
    counts = connection.execute(
        sa.select(
            sa.func.count(),
            sa.func.count().filter(_T.active),
            sa.func.count(_T.duplicate_of),
        ).where(_T.day == day)
    ).one()
    holds = connection.execute(
        sa.select(
            sa.func.count().filter(scrub_holds.c.kind == "residue"),
            sa.func.count().filter(scrub_holds.c.kind == "error"),
        ).where(scrub_holds.c.day == day)
    ).one()
    findings = connection.execute(
        sa.text("""
            select j.key, sum(cast(j.value as integer)) from ai.training_examples e, jsonb_each_text(e.findings) j
            where e.day = :day group by j.key order by j.key
        """),
        {"day": day},
    )
    return ScrubSummary(*counts, *holds, {row[0]: int(row[1]) for row in findings})


def sample_texts(connection: sa.Connection, day: date, limit: int) -> list[str]:
    """Scrubbed questions and answers of some examples of a day, always the same ones."""
    rows = connection.execute(
        sa.select(_T.question, _T.answer).where(_T.day == day).order_by(_T.content_sha256).limit(limit)
    )
    return [text for row in rows for text in row]
