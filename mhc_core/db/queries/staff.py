"""SQL of staff accounts and their sessions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as upsert

from mhc_core.db.tables import staff_accounts, staff_sessions

_A, _S = staff_accounts.c, staff_sessions.c
_NOTE_EVERY = timedelta(minutes=1)


class Account(NamedTuple):
    """An account as stored. ``provided_by`` is the provider that vouches for its person, under ``subject``."""

    id: int
    name: str
    role: str
    password_hash: str | None
    created_at: datetime
    disabled_at: datetime | None
    totp_secret: str | None
    totp_step: int | None
    provided_by: str | None
    subject: str | None


def insert(connection: sa.Connection, name: str, role: str, now: datetime, **known: str) -> Account | None:
    """Store a new account, with ``password_hash``, or ``provided_by`` and ``subject``; None when its name is taken, in
    whatever case."""
    row = connection.execute(
        upsert(staff_accounts)
        .values(name=name, role=role, created_at=now, **known)
        .on_conflict_do_nothing()
        .returning(*staff_accounts.c)
    ).one_or_none()
    return Account(*row) if row else None


def by_name(connection: sa.Connection, name: str) -> Account | None:
    """The account with this name, locked until the transaction ends."""
    statement = sa.select(staff_accounts).where(sa.func.lower(_A.name) == sa.func.lower(name)).with_for_update()
    row = connection.execute(statement).one_or_none()
    return Account(*row) if row else None


def by_subject(connection: sa.Connection, provided_by: str, subject: str) -> Account | None:
    """The account of a provider's person, locked until the transaction ends."""
    statement = sa.select(staff_accounts).where(_A.provided_by == provided_by, _A.subject == subject).with_for_update()
    row = connection.execute(statement).one_or_none()
    return Account(*row) if row else None


def set_password(connection: sa.Connection, account_id: int, password_hash: str) -> None:
    connection.execute(sa.update(staff_accounts).where(_A.id == account_id).values(password_hash=password_hash))


def set_role(connection: sa.Connection, account_id: int, role: str) -> None:
    connection.execute(sa.update(staff_accounts).where(_A.id == account_id).values(role=role))


def set_totp(connection: sa.Connection, account_id: int, secret: str | None) -> None:
    """Ask for codes of this secret from now on, or for none."""
    values = {"totp_secret": secret, "totp_step": None}
    connection.execute(sa.update(staff_accounts).where(_A.id == account_id).values(values))


def use_totp(connection: sa.Connection, account_id: int, step: int) -> None:
    """Note the step whose code was used: it and those before are used up."""
    connection.execute(sa.update(staff_accounts).where(_A.id == account_id).values(totp_step=step))


def set_disabled(connection: sa.Connection, account_id: int, at: datetime | None) -> bool:
    """Switch an account off, or on with ``None``; False when it is so already."""
    now_off = _A.disabled_at.is_(None) if at is not None else _A.disabled_at.is_not(None)
    statement = sa.update(staff_accounts).where(_A.id == account_id, now_off).values(disabled_at=at)
    return bool(connection.execute(statement).rowcount)


def names(connection: sa.Connection, roles: Sequence[str]) -> list[str]:
    """Names of accounts that are switched on and have one of these roles."""
    statement = sa.select(_A.name).where(_A.role.in_(roles), _A.disabled_at.is_(None))
    return list(connection.scalars(statement.order_by(sa.func.lower(_A.name))))


class Listed(NamedTuple):
    """An account as administrators see it: ``sessions`` are open, and ``provided_by`` vouches for its person."""

    id: int
    name: str
    role: str
    created_at: datetime
    disabled_at: datetime | None
    seen_at: datetime | None
    sessions: int
    provided_by: str | None


def listed(connection: sa.Connection, now: datetime, idle_since: datetime) -> list[Listed]:
    """All accounts by name, with when they were last seen."""
    is_open = sa.and_(_S.ends_at > now, _S.seen_at > idle_since)
    statement = (
        sa.select(
            _A.id, _A.name, _A.role, _A.created_at, _A.disabled_at, sa.func.max(_S.seen_at),
            sa.func.count().filter(is_open), _A.provided_by,
        )
        .outerjoin(staff_sessions, _S.account_id == _A.id)
        .group_by(_A.id)
        .order_by(sa.func.lower(_A.name))
    )  # fmt: skip
    return [Listed(*row) for row in connection.execute(statement)]


def begin_session(
    connection: sa.Connection, account_id: int, token_sha256: str, now: datetime, ends_at: datetime
) -> None:
    connection.execute(
        sa.insert(staff_sessions).values(
            account_id=account_id, token_sha256=token_sha256, started_at=now, seen_at=now, ends_at=ends_at
        )
    )


class Session(NamedTuple):
    """An open session with its account."""

    account_id: int
    name: str
    role: str
    seen_at: datetime


def session(connection: sa.Connection, token_sha256: str, now: datetime, idle_since: datetime) -> Session | None:
    """The open session with this token, of an account that is switched on; one last used before ``idle_since`` is
    over."""
    row = connection.execute(
        sa.select(_A.id, _A.name, _A.role, _S.seen_at)
        .join(staff_sessions, _S.account_id == _A.id)
        .where(_S.token_sha256 == token_sha256, _S.ends_at > now, _S.seen_at > idle_since, _A.disabled_at.is_(None))
    ).one_or_none()
    return Session(*row) if row else None


def touch_session(connection: sa.Connection, token_sha256: str, seen_at: datetime, now: datetime) -> None:
    """Note that a session, last seen at ``seen_at``, is used; at most once a minute."""
    if seen_at < now - _NOTE_EVERY:
        connection.execute(sa.update(staff_sessions).where(_S.token_sha256 == token_sha256).values(seen_at=now))


def end_session(connection: sa.Connection, token_sha256: str, now: datetime) -> None:
    """End one session; one that was to end earlier keeps its time."""
    ends = sa.func.least(_S.ends_at, now)
    connection.execute(sa.update(staff_sessions).where(_S.token_sha256 == token_sha256).values(ends_at=ends))


def end_sessions(connection: sa.Connection, account_id: int, now: datetime) -> int:
    """End all open sessions of an account; how many there were."""
    statement = sa.update(staff_sessions).where(_S.account_id == account_id, _S.ends_at > now).values(ends_at=now)
    return connection.execute(statement).rowcount


def forget_sessions(connection: sa.Connection, before: datetime, limit: int) -> int:
    """Remove sessions that ended before then, but the one of each account that says when its person was last seen; how
    many, ``limit`` at most."""
    newer = staff_sessions.alias()
    over = (
        sa.select(_S.id)
        .where(
            _S.ends_at < before,
            sa.exists().where(
                newer.c.account_id == _S.account_id,
                sa.tuple_(newer.c.seen_at, newer.c.id) > sa.tuple_(_S.seen_at, _S.id),
            ),
        )
        .limit(limit)
    )
    return connection.execute(sa.delete(staff_sessions).where(_S.id.in_(over))).rowcount


def exists(connection: sa.Connection) -> bool:
    """Whether there is any account."""
    return bool(connection.scalar(sa.select(sa.exists(sa.select(_A.id)))))
