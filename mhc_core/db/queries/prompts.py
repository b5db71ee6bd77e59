"""SQL of prompt versions: immutable, named by content, recorded once; which one is in production is an alias."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert

from mhc_core.db.queries.versions import PRODUCTION
from mhc_core.db.rows.prompts import PromptVersion
from mhc_core.db.tables import prompt_versions, version_aliases

KIND = "prompt"
RELEASE = "release"
"""Who records and moves what comes with the code."""
_P, _A = prompt_versions.c, version_aliases.c


class StoredPrompt(NamedTuple):
    """One recorded version."""

    id: str
    name: str
    task: str
    content: str
    added_by: str
    created_at: datetime


class Standing(NamedTuple):
    """What is in production under a name, and who put it there."""

    version_id: str
    name: str
    task: str
    moved_by: str


def alias(name: str) -> str:
    """The alias of a prompt that points to its wording in production."""
    return f"{name}@{PRODUCTION}"


def record(connection: sa.Connection, versions: Sequence[PromptVersion], by: str = RELEASE) -> int:
    """Store the versions that are not there yet; returns how many were new."""
    if not versions:
        return 0
    rows = [
        {"id": version.id, "name": version.name, "task": version.task, "content": version.content, "added_by": by}
        for version in versions
    ]
    statement = insert(prompt_versions).values(rows).on_conflict_do_nothing(index_elements=[_P.id])
    return len(connection.execute(statement.returning(_P.id)).all())


def standing(connection: sa.Connection) -> list[Standing]:
    """What is in production, by name; a name that was never moved is not there."""
    rows = connection.execute(
        sa.select(_P.id, _P.name, _P.task, _A.moved_by)
        .join(prompt_versions, _P.id == _A.version_id)
        .where(_A.kind == KIND, _A.alias == _P.name + f"@{PRODUCTION}")
        .order_by(_A.alias, _A.id.desc())
        .ext(distinct_on(_A.alias))
    )
    return [Standing(*row) for row in rows]


def find(connection: sa.Connection, version_id: str) -> StoredPrompt | None:
    """One version."""
    row = connection.execute(_stored().where(_P.id == version_id)).one_or_none()
    return StoredPrompt(*row) if row else None


def listed(connection: sa.Connection, name: str | None = None) -> list[StoredPrompt]:
    """All versions, or those of one prompt: by name, newest first."""
    query = _stored().order_by(_P.name, _P.created_at.desc(), _P.id)
    return [StoredPrompt(*row) for row in connection.execute(query if name is None else query.where(_P.name == name))]


def _stored() -> sa.Select[Any]:
    return sa.select(_P.id, _P.name, _P.task, _P.content, _P.added_by, _P.created_at)
