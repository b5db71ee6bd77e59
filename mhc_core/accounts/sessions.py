"""Sessions: a person signs in and is known by a random token until the session ends.

A session ends when its person signs out or is idle too long, when its time is over, or when an administrator ends it.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from mhc_core.accounts import codes, passwords
from mhc_core.db.queries import audit
from mhc_core.db.queries import staff as queries
from mhc_core.db.queries.staff import Account
from mhc_core.errors import AccessDenied
from mhc_core.vocabulary import StaffRole

LONGEST = timedelta(hours=12)
"""A session ends after a working day, however busy it was."""
IDLE = timedelta(hours=2)
"""Without a sign of its person a session ends after so long."""
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in."""

    account_id: int
    name: str
    role: StaffRole


def sign_in(connection: sa.Connection, name: str, password: str, now: datetime, code: str = "") -> str | None:
    """Begin a session; its token, which is given out this once. None for a wrong name, password or code: which of them
    is not told, nor does the time it takes tell whether there is such a name.

    ``code`` is asked of accounts that use an authenticator app; each counts once.
    """
    account = queries.by_name(connection, " ".join(name.split()))
    if not passwords.matches(account.password_hash if account else None, password) or account is None:
        if account is None:  # the name is not kept: people type their password there
            audit.record(connection, "nobody", "session.refused", "account:unknown", {}, now)
        else:
            audit.record(connection, account.name, "session.refused", f"account:{account.id}", {}, now)
        return None
    if account.disabled_at is not None:
        audit.record(connection, account.name, "session.refused", f"account:{account.id}", {"disabled": True}, now)
        return None
    if account.totp_secret is not None:
        step = codes.step(account.totp_secret, code, account.totp_step, now)
        if step is None:
            audit.record(connection, account.name, "session.refused", f"account:{account.id}", {"code": True}, now)
            return None
        queries.use_totp(connection, account.id, step)
    return begin(connection, account, "password", now)


def begin(connection: sa.Connection, account: Account, how: str, now: datetime) -> str:
    """Begin a session of somebody who has proved who they are; its token. ``how`` is kept in the audit log."""
    token = secrets.token_urlsafe(_SECRET_BYTES)
    queries.begin_session(connection, account.id, _digest(token), now, now + LONGEST)
    audit.record(connection, account.name, "session.started", f"account:{account.id}", {"by": how}, now)
    return token


def person(connection: sa.Connection, token: str, now: datetime, *, present: bool = True) -> Person:
    """Whose session this is. ``present`` notes that they were there; a page that reads by itself says False.

    Raises:
        AccessDenied: no session has this token, or it has ended.
    """
    found = queries.session(connection, _digest(token), now, now - IDLE)
    if found is not None and present:
        queries.touch_session(connection, _digest(token), found.seen_at, now)
    if found is None:
        raise AccessDenied("your session has ended; sign in again")
    return Person(found.account_id, found.name, StaffRole(found.role))


def sign_out(connection: sa.Connection, token: str, now: datetime) -> None:
    """End one session; one that has ended already stays so."""
    found = queries.session(connection, _digest(token), now, now - IDLE)
    if found is not None:
        queries.end_session(connection, _digest(token), now)
        audit.record(connection, found.name, "session.ended", f"account:{found.account_id}", {}, now)


def _digest(token: str) -> str:
    """What is stored of a token: 256 random bits need neither salt nor a slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
