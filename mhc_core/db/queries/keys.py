"""SQL of API keys."""

from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from mhc_core.db.tables import api_keys

_K = api_keys.c
_NOTE_EVERY = timedelta(minutes=1)


def insert(
    connection: sa.Connection, name: str, role: str, key_sha256: str, now: datetime, expires_at: datetime | None = None
) -> int:
    """Store a key by its hash; returns its id."""
    statement = sa.insert(api_keys).values(
        name=name, role=role, key_sha256=key_sha256, created_at=now, expires_at=expires_at
    )
    return int(connection.execute(statement.returning(_K.id)).scalar_one())


class StoredKey(NamedTuple):
    """A key as stored, without its hash."""

    id: int
    name: str
    role: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    expires_at: datetime | None


_COLUMNS = (_K.id, _K.name, _K.role, _K.created_at, _K.last_used_at, _K.revoked_at, _K.expires_at)


def find(connection: sa.Connection, key_sha256: str) -> StoredKey | None:
    """The key with this hash."""
    row = connection.execute(sa.select(*_COLUMNS).where(_K.key_sha256 == key_sha256)).one_or_none()
    return StoredKey(*row) if row else None


def touch(connection: sa.Connection, key_id: int, now: datetime) -> None:
    """Note the use of a key, unless that was done within the last minute."""
    connection.execute(
        sa.update(api_keys)
        .where(_K.id == key_id, sa.or_(_K.last_used_at.is_(None), _K.last_used_at < now - _NOTE_EVERY))
        .values(last_used_at=now)
    )


def revoke(connection: sa.Connection, key_id: int, now: datetime) -> bool:
    """Revoke a key; False when there is none that is still valid."""
    return bool(
        connection.execute(
            sa.update(api_keys).where(_K.id == key_id, _K.revoked_at.is_(None)).values(revoked_at=now)
        ).rowcount
    )


def by_id(connection: sa.Connection, key_id: int) -> StoredKey | None:
    """The key with this id, locked until the transaction ends."""
    row = connection.execute(sa.select(*_COLUMNS).where(_K.id == key_id).with_for_update()).one_or_none()
    return StoredKey(*row) if row else None


def expire(connection: sa.Connection, key_id: int, at: datetime) -> None:
    """End a key at this time, or earlier where it already ended earlier."""
    connection.execute(sa.update(api_keys).where(_K.id == key_id).values(expires_at=sa.func.least(_K.expires_at, at)))


def listed(connection: sa.Connection) -> list[StoredKey]:
    """All keys, oldest first."""
    return [StoredKey(*row) for row in connection.execute(sa.select(*_COLUMNS).order_by(_K.id))]
