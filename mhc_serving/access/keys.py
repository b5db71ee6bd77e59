"""API keys: who may use what staff may use. A key is shown once; only its SHA-256 is stored."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from mhc_core.db.queries import audit
from mhc_core.db.queries import keys as queries
from mhc_core.errors import AccessDenied, Conflict, DataError, NotFound

PREFIX = "mhc_"
_SECRET_BYTES = 32


class Role(StrEnum):
    """What the holder of a key may do: ``app`` talks for customers, ``agent`` is a person who answers, ``reviewer``
    decides what is learned, ``admin`` may do everything."""

    APP = "app"
    AGENT = "agent"
    REVIEWER = "reviewer"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Holder:
    """The owner of a valid key."""

    id: int
    name: str
    role: Role


class KeyRefused(AccessDenied):
    """A key is not valid. ``reason`` is unknown, revoked or expired; ``key_id`` names a key that once was."""

    def __init__(self, reason: str, key_id: int | None, message: str) -> None:
        super().__init__(message)
        self.reason, self.key_id = reason, key_id


def create(connection: sa.Connection, name: str, role: Role, now: datetime, lifetime: timedelta | None = None) -> str:
    """Make a key and return it: the only time it can be read. Without a lifetime it never expires.

    Raises:
        DataError: the name is blank or longer than 100 characters.
    """
    title = name.strip()
    if not 0 < len(title) <= 100:
        raise DataError("a key needs a name of 1 to 100 characters; say who or what will use it")
    key = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    key_id = queries.insert(connection, title, role, digest(key), now, now + lifetime if lifetime else None)
    audit.record(connection, "cli", "key.created", f"api_key:{key_id}", {"name": title, "role": role}, now)
    return key


def authenticate(connection: sa.Connection, key: str, now: datetime) -> Holder:
    """The holder of this key; notes when it was last used, at most once a minute.

    Raises:
        KeyRefused: no such key, or it was revoked or has expired.
    """
    row = queries.find(connection, digest(key))
    if row is None:
        raise KeyRefused("unknown", None, "this API key is not known; make one with `mhc keys create`")
    if row.revoked_at is not None:
        raise KeyRefused("revoked", row.id, "this API key was revoked; make another with `mhc keys create`")
    if row.expires_at is not None and row.expires_at <= now:
        raise KeyRefused("expired", row.id, "this API key has expired; make another with `mhc keys create`")
    queries.touch(connection, row.id, now)
    return Holder(row.id, row.name, Role(row.role))


def revoke(connection: sa.Connection, key_id: int, now: datetime) -> None:
    """Make a key useless at once.

    Raises:
        NotFound: no such key.
        Conflict: it is revoked already.
    """
    if queries.revoke(connection, key_id, now):
        audit.record(connection, "cli", "key.revoked", f"api_key:{key_id}", {}, now)
        return
    if any(row.id == key_id for row in queries.listed(connection)):
        raise Conflict(f"API key {key_id} is revoked already; `mhc keys list` shows all keys")
    raise NotFound(f"there is no API key {key_id}; `mhc keys list` shows all keys")


def rotate(connection: sa.Connection, key_id: int, now: datetime, overlap: timedelta) -> str:
    """Replace a key: the new one is valid at once and lives as long as the old one was made for; the old one ends when
    the overlap does. Returns the new key.

    Raises:
        NotFound: no such key.
        Conflict: it is revoked or has expired.
    """
    old = queries.by_id(connection, key_id)
    if old is None:
        raise NotFound(f"there is no API key {key_id}; `mhc keys list` shows all keys")
    if old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= now):
        raise Conflict(f"API key {key_id} is no longer valid; make another with `mhc keys create`")
    key = create(connection, old.name, Role(old.role), now, old.expires_at - old.created_at if old.expires_at else None)
    queries.expire(connection, key_id, now + overlap)
    audit.record(connection, "cli", "key.rotated", f"api_key:{key_id}", {"old_until": str(now + overlap)}, now)
    return key


def digest(key: str) -> str:
    """What is stored of a key: its SHA-256 in hex. A key is 256 random bits, so no salt or slow hash is needed."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
