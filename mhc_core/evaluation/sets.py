"""Frozen evaluation sets: held-out conversations that every candidate is asked, whatever it was trained on.

A set is the held-out side of a data set (split by customer and time, see ``dataset.split``), named by the hash of its
content and never changed. Data sets built later keep its customers out of training. It is used until the held-out
conversations have doubled, or until one of its customers is erased: then the next one is frozen.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import orjson
import sqlalchemy as sa

from mhc_core.artifacts import store
from mhc_core.db.queries import evaluation_sets as queries
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.queries.evaluation_sets import EvaluationSet, FrozenQuestion
from mhc_core.errors import DataError


def ensure(connection: sa.Connection, dataset: DatasetVersion) -> EvaluationSet:
    """The evaluation set in force; the held-out side of ``dataset`` is frozen when there is none or it has outgrown it.

    Raises:
        DataError: the validation file is not the one the data set was named after.
        Conflict: a customer in it was erased meanwhile.
    """
    present = queries.current(connection)
    if present is not None and queries.held_out_beyond(connection, present.id, dataset.id) < present.questions:
        return present
    found = _held_out(connection, dataset)
    set_id = content_id(found)
    first, last = queries.training_days(connection, dataset.id)
    days = [question.day for question in found]
    manifest = {
        "customers": len({question.customer_hash for question in found}),
        "intents": dict(sorted(Counter(question.intent for question in found).items())),
        "channels": dict(sorted(Counter(question.channel for question in found).items())),
        "languages": dict(sorted(Counter(question.language or "unknown" for question in found).items())),
        "days": [min(days).isoformat(), max(days).isoformat()],
        "training_days": [first.isoformat(), last.isoformat()],
        "before": present.id if present else None,
    }
    queries.save(connection, set_id, dataset.id, found, manifest)
    frozen = queries.get(connection, set_id)
    assert frozen is not None
    return frozen


def read(connection: sa.Connection, frozen: EvaluationSet) -> list[FrozenQuestion]:
    """The questions of a set, checked against its name.

    Raises:
        DataError: a question was changed or is missing.
    """
    found = queries.members(connection, frozen.id)
    if content_id(found) != frozen.id:
        raise DataError(f"evaluation set {frozen.id} is not what was frozen; materialise evaluation_set again")
    return found


def content_id(questions: Sequence[FrozenQuestion]) -> str:
    """``es-`` and the first 12 hex digits of the SHA-256 of all exchanges in their order."""
    digest = hashlib.sha256()
    for question in questions:
        record = [str(question.example_id), question.customer_hash, question.messages]
        digest.update(orjson.dumps(record, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))
    return f"es-{digest.hexdigest()[:12]}"


def _held_out(connection: sa.Connection, dataset: DatasetVersion) -> list[FrozenQuestion]:
    data = store.read_verified(dataset.validation_uri, dataset.manifest["sha256"]["validation"])
    origins = queries.held_out(connection, dataset.id)
    found = []
    for record in map(orjson.loads, data.splitlines()):
        example = UUID(record["metadata"]["example_id"])
        origin, asked = origins[example], record["metadata"]["intent"]
        whose = origin.customer_hash, origin.day, origin.channel
        found.append(FrozenQuestion(example, *whose, asked, record["messages"], origin.language))
    return found
