"""SQL of erasures: the tombstones, the steps done, what imports may not bring back, and who taught which model."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries import installation
from mhc_core.db.tables import erasures
from mhc_core.pseudonyms import Pseudonym, customer_hash, hashed
from mhc_core.pseudonyms import spellings as others

REDACTED = "mhc_redacted"
"""Key in ``conversations.channel_metadata`` of a conversation whose raw text is gone: ``erasure`` or ``retention``."""
ERASURE = "mhc_erasure"
"""Key beside it with the id of the erasure, as text."""

_E = erasures.c


class Erasure(NamedTuple):
    """One request to be forgotten. ``progress`` holds the result of every step that is done, by step."""

    id: int
    customer_hash: Pseudonym
    status: str
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    progress: dict[str, Any]
    certificate: dict[str, Any] | None


# --- erasures ---------------------------------------------------------------------------------------------------------


def request(connection: sa.Connection, customer_hash: Pseudonym, by: str, now: datetime) -> Erasure:
    """The erasure of this customer, written down when it is new."""
    connection.execute(
        insert(erasures)
        .values(customer_hash=customer_hash, requested_by=by, requested_at=now)
        .on_conflict_do_nothing(index_elements=[_E.customer_hash])
    )
    found = find(connection, customer_hash)
    assert found is not None
    return found


def reopen(connection: sa.Connection, erasure: Erasure, by: str, now: datetime) -> Erasure:
    """Start a finished erasure again for a customer who came back; its certificate is kept among the earlier ones."""
    earlier = [*erasure.progress.get("earlier", []), erasure.certificate]
    again = sa.update(erasures).where(_E.id == erasure.id).values(
        status="requested", requested_by=by, requested_at=now, finished_at=None, certificate=sa.null(),
        progress={"earlier": earlier},
    )  # fmt: skip
    return Erasure(*connection.execute(again.returning(erasures)).one())


def find(connection: sa.Connection, customer_hash: Pseudonym) -> Erasure | None:
    """The erasure of a customer."""
    row = connection.execute(sa.select(erasures).where(_E.customer_hash == customer_hash)).one_or_none()
    return Erasure(*row) if row else None


def all_of(connection: sa.Connection) -> list[Erasure]:
    """Every erasure, oldest first."""
    return [Erasure(*row) for row in connection.execute(sa.select(erasures).order_by(_E.id))]


def unfinished(connection: sa.Connection) -> list[Erasure]:
    """Erasures that were begun and not finished, oldest first."""
    return [
        Erasure(*row) for row in connection.execute(sa.select(erasures).where(_E.status != "finished").order_by(_E.id))
    ]


def save_progress(connection: sa.Connection, erasure_id: int, progress: Mapping[str, Any]) -> None:
    """Remember which steps are done, with what each did."""
    connection.execute(sa.update(erasures).where(_E.id == erasure_id).values(progress=dict(progress), status="erased"))


def finish(connection: sa.Connection, erasure_id: int, certificate: Mapping[str, Any], now: datetime) -> None:
    """Close an erasure with its certificate."""
    connection.execute(
        sa.update(erasures)
        .where(_E.id == erasure_id)
        .values(status="finished", finished_at=now, certificate=dict(certificate))
    )


def ids_of(connection: sa.Connection, customer_hash: Pseudonym) -> list[str]:
    """The customer ids in the raw tables that have this hash: what resuming without the id needs."""
    rows = connection.scalars(
        sa.text(f"""
            select c.customer_id from (
                select customer_id from ai.conversations where customer_id is not null
                union select customer_id from ai.feedback where customer_id is not null
                union select customer_id from ai.bookings where customer_id is not null
            ) c where {hashed("c.customer_id")} = :hash
        """),
        {"hash": customer_hash, **installation.pads(connection)},
    )
    return list(rows)


def spellings(connection: sa.Connection, customer_id: str) -> list[str]:
    """Ids in the raw tables that may be another spelling of this phone number or e-mail address, itself not among them.

    What came in before ids had one form is held under the form it came in.
    """
    rows = connection.scalars(
        sa.text(r"""
            select customer_id from (
                select customer_id from ai.conversations union select customer_id from ai.feedback
                union select customer_id from ai.bookings
            ) c
            where customer_id <> :id
              and (lower(trim(customer_id)) = lower(trim(:id))
                   or length(:digits) = 10 and right(regexp_replace(customer_id, '\D', '', 'g'), 10) = :digits)
            order by customer_id
        """),
        {"id": customer_id, "digits": "".join(sign for sign in customer_id if sign.isdecimal())[-10:]},
    )
    return list(rows)


def holds_data(connection: sa.Connection, customer_ids: Sequence[str], customer_hash: Pseudonym) -> bool:
    """Whether raw rows, or examples with text, of this customer exist."""
    return bool(
        connection.scalar(
            sa.text("""
                select exists (select from ai.conversations where customer_id = any(:ids))
                    or exists (select from ai.feedback where customer_id = any(:ids))
                    or exists (select from ai.bookings where customer_id = any(:ids))
                    or exists (select from ai.training_examples where customer_hash = :hash and question <> '')
                    or exists (select from ai.contact_consents where customer_hash = :hash)
            """),
            {"ids": list(customer_ids), "hash": customer_hash},
        )
    )


# --- imports ----------------------------------------------------------------------------------------------------------


Named = Iterable[tuple[UUID, str]]
"""Rows of an import with the id of their customer; one under several spellings stands there several times."""


def drop_erased_conversations(connection: sa.Connection, named: Named) -> frozenset[Any]:
    """Take conversations out of ``pg_temp.import_conversations`` that may not come back; their ids.

    Those are all of erased customers, and stored ones whose raw text was redacted. Call with imports locked.
    """
    return _drop(connection, "import_conversations", "s.id", named)


def drop_erased_feedback(connection: sa.Connection, named: Named) -> frozenset[Any]:
    """The same for ``pg_temp.import_feedback``."""
    return _drop(connection, "import_feedback", "s.conversation_id", named)


def drop_erased_bookings(connection: sa.Connection, named: Named) -> frozenset[Any]:
    """Take bookings out of ``pg_temp.import_bookings`` that may not come back; their ids.

    Those are all of erased customers, and stored ones past their retention. Call with imports locked.
    """
    rows = connection.scalars(
        sa.text("""
            delete from pg_temp.import_bookings s
            where exists (select from ai.bookings b where b.id = s.id and b.redacted) or s.id = any(:erased)
            returning s.id
        """),
        {"erased": _erased(connection, named)},
    )
    return frozenset(rows)


def _drop(connection: sa.Connection, staged: str, conversation: str, named: Named) -> frozenset[Any]:
    rows = connection.scalars(
        sa.text(f"""
            delete from pg_temp.{staged} s
            where exists (select from ai.conversations c
                          where c.id = {conversation} and c.channel_metadata ? '{REDACTED}')
               or s.id = any(:erased)
            returning s.id
        """),
        {"erased": _erased(connection, named)},
    )
    return frozenset(rows)


def _erased(connection: sa.Connection, named: Named) -> list[UUID]:
    """Rows whose customer was erased, under whatever spelling of the phone number."""
    if not connection.scalar(sa.select(sa.exists().select_from(erasures))):
        return []
    salt = installation.salt(connection)
    rows: dict[str, list[UUID]] = {}
    for row, customer in named:
        rows.setdefault(customer, []).append(row)
    hashes = {customer_hash(salt, form): who for who in rows for form in (who, *others(who))}
    found = connection.scalars(sa.select(_E.customer_hash).where(_E.customer_hash == sa.any_(sa.literal([*hashes]))))
    return [row for tombstone in found for row in rows[hashes[tombstone]]]


# --- lineage ----------------------------------------------------------------------------------------------------------


class TaughtModel(NamedTuple):
    """A data set that holds examples of a customer, with one of the models trained on it, if any.

    ``learned`` counts the examples a model learns from, ``held_out`` those it was only measured on.
    """

    dataset_id: str
    learned: int
    held_out: int
    retired: bool
    model_id: str | None
    provider: str | None
    erased: bool
    live: bool


def models_of_customer(connection: sa.Connection, customer_hash: Pseudonym) -> list[TaughtModel]:
    """Which data sets hold this customer's examples, and which models were trained on those, oldest first."""
    rows = connection.execute(
        sa.text("""
            select d.id, n.learned, n.held_out, d.manifest ? 'retired', m.id, m.provider,
                   coalesce(m.metrics ? 'erased', false),
                   coalesce(m.id = (select a.version_id from ai.version_aliases a
                                    where a.kind = 'model' and a.alias = 'production'
                                    order by a.id desc limit 1), false)
            from (
                select b.dataset_id, count(*) filter (where b.split = 'train') as learned,
                       count(*) filter (where b.split = 'validation') as held_out
                from ai.training_examples e join ai.dataset_members b on b.example_id = e.id
                where e.customer_hash = :hash group by b.dataset_id
            ) n
            join ai.dataset_versions d on d.id = n.dataset_id
            left join ai.model_versions m on m.dataset_id = d.id
            order by d.created_at, d.id, m.created_at, m.id
        """),
        {"hash": customer_hash},
    )
    return [TaughtModel(*row) for row in rows]


class Teacher(NamedTuple):
    """A customer a model learned from, as a hash, with the number of examples."""

    customer_hash: Pseudonym
    learned: int
    held_out: int
    erased: bool


def customers_of_model(connection: sa.Connection, model_id: str) -> list[Teacher]:
    """Whose examples stand in the data set of a model, those with most examples first."""
    rows = connection.execute(
        sa.text("""
            select e.customer_hash, count(*) filter (where b.split = 'train') as learned,
                   count(*) filter (where b.split = 'validation'), bool_or(r.id is not null)
            from ai.model_versions m
            join ai.dataset_members b on b.dataset_id = m.dataset_id
            join ai.training_examples e on e.id = b.example_id
            left join ai.erasures r on r.customer_hash = e.customer_hash
            where m.id = :model
            group by e.customer_hash order by learned desc, e.customer_hash
        """),
        {"model": model_id},
    )
    return [Teacher(*row) for row in rows]


def state(connection: sa.Connection) -> tuple[Any, ...]:
    """Equal to what it was before as long as no erasure was requested, emptied anything or finished."""
    emptied = sa.func.count().filter(_E.status != "requested")
    return tuple(
        connection.execute(
            sa.select(sa.func.count(), emptied, sa.func.max(_E.requested_at), sa.func.max(_E.finished_at))
        ).one()
    )
