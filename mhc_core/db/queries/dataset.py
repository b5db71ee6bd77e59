"""Data set versions and their members."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries import calls, retired
from mhc_core.db.queries.vectors import packed, unpacked
from mhc_core.db.rows.dataset import PREFERENCES, Frozen, NewDataset, Past, VerifiedExample
from mhc_core.db.tables import (
    dataset_members,
    dataset_versions,
    evaluation_set_members,
    evaluation_sets,
    training_examples,
)
from mhc_core.errors import Conflict, NotFound
from mhc_core.protocols import TrainingFiles
from mhc_core.vocabulary import Intent

ONE_LANGUAGE = "only_language"
"""Says in a manifest which language the version was restricted to."""
_AT_ONCE = 10_000
"""Rows that a cursor brings at once."""
_V, _M, _E = dataset_versions.c, dataset_members.c, training_examples.c


class DatasetVersion(NamedTuple):
    """An immutable data set."""

    id: str
    train_uri: str
    validation_uri: str
    train_count: int
    validation_count: int
    last_sequence: int
    manifest: Mapping[str, Any]
    created_at: datetime

    @property
    def files(self) -> TrainingFiles:
        counts = self.train_count, self.validation_count
        return TrainingFiles(self.id, self.train_uri, self.validation_uri, *counts, self.preferences_uri)

    @property
    def preferences_uri(self) -> str | None:
        """Where its preference pairs lie, if it has any."""
        return preferences_beside(self.train_uri) if PREFERENCES in self.manifest else None


def preferences_beside(train_uri: str) -> str:
    """Where the preference pairs of a version lie whose training file is this one."""
    return f"{train_uri.rpartition('/')[0]}/{PREFERENCES}.jsonl"


class Candidate(NamedTuple):
    """What a verified example is chosen by, without its words and its vector."""

    id: UUID
    day: date
    intent: str
    language: str | None
    quality: float


def candidates(connection: sa.Connection, embedder: str) -> list[Candidate]:
    """Every active, human-verified example whose question was embedded by ``embedder`` and that may be learned from.

    Read from an index alone, by a cursor of the server: of a million examples their words would be gigabytes.
    """
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(
        sa.select(_E.id, _E.day, _E.intent, _E.language, _E.quality).where(*_verified(embedder))
    )
    shared: dict[str | None, str | None] = {}  # a few words, a million times
    return [
        Candidate(row[0], row[1], shared.setdefault(row[2], row[2]) or "", shared.setdefault(row[3], row[3]), row[4])
        for row in rows
    ]


def verified(connection: sa.Connection, embedder: str, only: Sequence[UUID] | None = None) -> list[VerifiedExample]:
    """The examples of :func:`candidates` with all that is learned from them; ``only`` those with these ids."""
    statement = sa.select(
        _E.id, _E.sequence, _E.customer_hash, _E.day, _E.intent, _E.origin, _E.channel, _E.quality, _E.context,
        _E.question, _E.answer, packed(_E.embedding).label("vector"), _E.rejected_answer, _E.vote,
        _E.language,
    ).where(*_verified(embedder)).order_by(_E.sequence)  # fmt: skip
    if only is not None:
        statement = statement.where(_E.id == sa.any_(sa.bindparam("only", list(only), sa.ARRAY(sa.UUID))))
    rows = connection.execute(statement).mappings().all()
    vectors = unpacked([row["vector"] for row in rows])
    return [
        VerifiedExample(**{**row, "intent": Intent(row["intent"]), "vector": vector})
        for row, vector in zip(rows, vectors, strict=True)
    ]


def _verified(embedder: str) -> tuple[sa.ColumnElement[bool], ...]:
    return _E.active, _E.verified, _E.embedder == embedder, ~calls.withheld(_E.conversation_id)


def past(connection: sa.Connection, example_id: UUID | None) -> Past:
    """What earlier versions decided: the questions of the newest evaluation set, and the newest version's training.

    Vectors are those of the embedder that embedded ``example_id``; others could not be compared.
    """
    newest_set = sa.select(evaluation_sets.c.id).order_by(evaluation_sets.c.created_at.desc()).limit(1)
    embedder = sa.select(_E.embedder).where(_E.id == example_id).scalar_subquery()
    frozen = connection.execute(
        sa.select(_E.id, _E.customer_hash, _E.embedding)
        .join(evaluation_set_members, evaluation_set_members.c.example_id == _E.id)
        .where(evaluation_set_members.c.set_id == newest_set.scalar_subquery(), _E.embedder == embedder)
    )
    newest = latest(connection)
    trained = sa.select(_M.example_id).where(_M.dataset_id == (newest.id if newest else None), _M.split == "train")
    return Past(
        [Frozen(row.id, row.customer_hash, np.asarray(row.embedding, dtype=np.float32)) for row in frozen],
        frozenset(connection.scalars(trained)),
    )


def save(connection: sa.Connection, dataset: NewDataset) -> bool:
    """Store a version and its members; False when it exists already.

    Raises:
        Conflict: an example was erased since the version was built.
    """
    if retired.lock_if_erased(connection, [example for example, _, _ in dataset.members]):
        raise Conflict("an example was erased while the data set was built; build it again")
    counts: Mapping[str, int] = dataset.manifest["examples"]
    added = connection.scalar(
        insert(dataset_versions)
        .values(
            id=dataset.id,
            train_uri=dataset.train_uri,
            validation_uri=dataset.validation_uri,
            train_count=counts["train"],
            validation_count=counts["validation"],
            last_sequence=dataset.last_sequence,
            manifest=dict(dataset.manifest),
        )
        .on_conflict_do_nothing()
        .returning(_V.id)
    )
    if added:
        examples, splits, positions = zip(*dataset.members, strict=True) if dataset.members else ((), (), ())
        connection.execute(
            sa.text("""
                insert into ai.dataset_members (dataset_id, example_id, split, position)
                select :dataset, n.example, n.split, n.position
                from unnest(cast(:examples as uuid[]), cast(:splits as text[]), cast(:positions as integer[]))
                     n(example, split, position)
            """),
            {
                "dataset": dataset.id,
                "examples": list(examples),
                "splits": list(splits),
                "positions": list(positions),
            },
        )
    return added is not None


def latest(connection: sa.Connection) -> DatasetVersion | None:
    """The newest version of all languages that is not retired: what the pipeline trains on and waits for."""
    of_all = ~_V.manifest.has_key(ONE_LANGUAGE)
    newest = (
        sa.select(dataset_versions).where(~retired.is_retired(), of_all).order_by(_V.created_at.desc(), _V.id).limit(1)
    )
    row = connection.execute(newest).one_or_none()
    return DatasetVersion(*row) if row else None


def usable(connection: sa.Connection, dataset_id: str | None = None) -> DatasetVersion:
    """The version a run works on, or the newest.

    Raises:
        NotFound: there is none yet.
        Conflict: an erasure retired it meanwhile.
    """
    found = get(connection, dataset_id) if dataset_id else latest(connection)
    if found is None:
        raise NotFound("there is no data set yet; materialise training_dataset first")
    if retired.RETIRED in found.manifest:
        raise Conflict(f"{found.id} was retired by an erasure; materialise training_dataset again")
    return found


def get(connection: sa.Connection, dataset_id: str) -> DatasetVersion | None:
    """One version."""
    row = connection.execute(sa.select(dataset_versions).where(_V.id == dataset_id)).one_or_none()
    return DatasetVersion(*row) if row else None


def versions(connection: sa.Connection, limit: int = 50) -> list[DatasetVersion]:
    """Versions, newest first."""
    rows = connection.execute(sa.select(dataset_versions).order_by(_V.created_at.desc(), _V.id).limit(limit))
    return [DatasetVersion(*row) for row in rows]


def customers(connection: sa.Connection, dataset_id: str) -> dict[str, str]:
    """The customer hash of every member, by example id."""
    rows = connection.execute(
        sa.select(_E.id, _E.customer_hash)
        .join(dataset_members, _M.example_id == _E.id)
        .where(_M.dataset_id == dataset_id)
    )
    return {str(row.id): row.customer_hash for row in rows}


class Member(NamedTuple):
    """Where one example of a data set came from."""

    example_id: UUID
    split: str
    position: int
    conversation_id: UUID
    question_message_id: UUID
    answer_message_id: UUID
    verified_by: str | None


def members(connection: sa.Connection, dataset_id: str) -> list[Member]:
    """Every member of a version with its source messages."""
    rows = connection.execute(
        sa.select(
            _M.example_id, _M.split, _M.position, _E.conversation_id, _E.question_message_id, _E.answer_message_id,
            _E.verified_by,
        )
        .join(training_examples, _E.id == _M.example_id)
        .where(_M.dataset_id == dataset_id)
        .order_by(_M.split, _M.position)
    )  # fmt: skip
    return [Member(*row) for row in rows]


_NEW = """
    select coalesce(:verified, (select count(*) from ai.training_examples where active and verified))
         - (select count(*) from ai.calls k join ai.training_examples e on e.conversation_id = k.conversation_id
             where k.consent <> 'given' and e.active and e.verified)
         - (select count(*) from ai.dataset_members m join ai.training_examples e on e.id = m.example_id
             where m.dataset_id = :dataset and e.active and e.verified
               and not exists (select from ai.calls k where k.conversation_id = e.conversation_id
                                  and k.consent <> 'given'))
"""


def new_verified(connection: sa.Connection, dataset_id: str | None, verified: int | None = None) -> int:
    """Active verified examples that the version does not hold; all of them when there is no version yet.

    All are counted, where ``verified`` does not say how many they are, and those of the version and of calls that
    nothing may be learned from are taken away: to look for each in the version would read all of them.
    """
    values = {"dataset": dataset_id, "verified": verified}
    return int(connection.execute(sa.text(_NEW), values).scalar_one())


def approvals(connection: sa.Connection, dataset_id: str) -> dict[str, int]:
    """How many examples of a version a person decided by themselves, and how many in bulk with others of a filter.

    The last approval or edit of an example counts. One that came with its conversation was made by itself.
    """
    row = connection.execute(
        sa.text("""
            select count(*) filter (where l.bulk_filter is null), count(*) filter (where l.bulk_filter is not null)
            from ai.dataset_members m join ai.review_items i on i.example_id = m.example_id
            cross join lateral (
                select d.bulk_filter from ai.review_decisions d
                where d.item_id = i.id and d.decision in ('approve', 'edit') and d.undone_at is null
                order by d.id desc limit 1
            ) l
            where m.dataset_id = :dataset
        """),
        {"dataset": dataset_id},
    ).one()
    return {"one_by_one": row[0], "in_bulk": row[1]}
