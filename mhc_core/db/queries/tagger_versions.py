"""SQL of the versions of the tagger that finds personal data: what each was trained on, and how it was judged."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.tables import tagger_versions
from mhc_core.vocabulary import Verdict

KIND = "tagger"
"""What the pointer log calls it."""
_V = tagger_versions.c


class TaggerVersion(NamedTuple):
    """A trained tagger beside the one that was live when it was judged (``None``: that of the release).

    ``key`` names all that made it; ``marks`` counts the reviewers' marks that it learned from.
    """

    id: str
    key: str
    artifact_uri: str
    artifact_sha256: str
    marks: int
    baseline_id: str | None
    candidate_metrics: Mapping[str, Any]
    baseline_metrics: Mapping[str, Any]
    verdict: Verdict
    reasons: Sequence[str]
    created_at: datetime


def add(connection: sa.Connection, **columns: object) -> None:
    """Store a version; one of the same id or key stays."""
    connection.execute(insert(tagger_versions).values(columns).on_conflict_do_nothing())


def version(connection: sa.Connection, version_id: str) -> TaggerVersion | None:
    """One version."""
    return _one(connection, _V.id == version_id)


def with_key(connection: sa.Connection, key: str) -> TaggerVersion | None:
    """The version that was made from the same."""
    return _one(connection, _V.key == key)


def all_versions(connection: sa.Connection) -> list[TaggerVersion]:
    """Every version, newest first."""
    rows = connection.execute(sa.select(tagger_versions).order_by(_V.created_at.desc(), _V.id.desc()))
    return [_version(row) for row in rows]


def _one(connection: sa.Connection, where: sa.ColumnElement[bool]) -> TaggerVersion | None:
    row = connection.execute(sa.select(tagger_versions).where(where)).one_or_none()
    return _version(row) if row else None


def _version(row: sa.Row[Any]) -> TaggerVersion:
    return TaggerVersion._make(row)._replace(verdict=Verdict(row.verdict))
