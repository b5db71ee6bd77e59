"""Accounts of staff: made, given another password, switched off. Each change stands in the audit log."""

from datetime import datetime

import sqlalchemy as sa

from mhc_core.accounts import codes, passwords
from mhc_core.db.queries import audit
from mhc_core.db.queries import staff as queries
from mhc_core.db.queries.staff import Account
from mhc_core.errors import Conflict, DataError, NotFound
from mhc_core.vocabulary import StaffRole

LONGEST_NAME = 60


def create(connection: sa.Connection, name: str, role: StaffRole, password: str, by: str, now: datetime) -> Account:
    """Make an account. What its person decides is recorded under ``name``.

    Raises:
        DataError: the name is blank or too long, or the password too short or too long.
        Conflict: somebody has this name, in whatever case.
    """
    title = " ".join(name.split())
    if not 0 < len(title) <= LONGEST_NAME:
        raise DataError(f"an account needs a name of 1 to {LONGEST_NAME} characters; take the person's own")
    stored = passwords.hashed(password)
    made = queries.insert(connection, title, role, now, password_hash=stored)
    if made is None:
        raise Conflict(f"there is an account {title!r} already; take another name, or give it a new password")
    audit.record(connection, by, "account.created", _subject(made), {"name": title, "role": role}, now)
    return made


def set_password(connection: sa.Connection, name: str, password: str, by: str, now: datetime) -> int:
    """Replace a password and end all sessions of the account; how many ended.

    Raises:
        DataError: the password is too short or too long.
        NotFound: no such account.
    """
    stored = passwords.hashed(password)
    account = named(connection, name)
    queries.set_password(connection, account.id, stored)
    ended = queries.end_sessions(connection, account.id, now)
    audit.record(connection, by, "account.password", _subject(account), {"sessions_ended": ended}, now)
    return ended


def set_role(connection: sa.Connection, name: str, role: StaffRole, by: str, now: datetime) -> Account:
    """Give an account another role, from its next act on.

    Raises:
        NotFound: no such account.
    """
    account = named(connection, name)
    queries.set_role(connection, account.id, role)
    audit.record(connection, by, "account.role", _subject(account), {"before": account.role, "after": role}, now)
    return account._replace(role=role)


def ask_for_codes(connection: sa.Connection, name: str, issuer: str, by: str, now: datetime) -> str:
    """Ask for codes of an authenticator app at each sign-in from now on; the address to give to the app, this once.

    Raises:
        NotFound: no such account.
    """
    account = named(connection, name)
    made = codes.secret()
    queries.set_totp(connection, account.id, made)
    audit.record(connection, by, "account.codes", _subject(account), {"asked": True}, now)
    return codes.address(made, account.name, issuer)


def ask_for_no_codes(connection: sa.Connection, name: str, by: str, now: datetime) -> None:
    """Let a password suffice again.

    Raises:
        NotFound: no such account.
    """
    account = named(connection, name)
    queries.set_totp(connection, account.id, None)
    audit.record(connection, by, "account.codes", _subject(account), {"asked": False}, now)


def disable(connection: sa.Connection, name: str, by: str, now: datetime) -> int:
    """Switch an account off and end its sessions; how many ended. Its name stays taken, as decisions carry it.

    Raises:
        NotFound: no such account.
        Conflict: it is switched off already.
    """
    account = named(connection, name)
    if not queries.set_disabled(connection, account.id, now):
        raise Conflict(f"the account {account.name!r} is switched off already; `mhc users enable` switches it on")
    ended = queries.end_sessions(connection, account.id, now)
    audit.record(connection, by, "account.disabled", _subject(account), {"sessions_ended": ended}, now)
    return ended


def enable(connection: sa.Connection, name: str, by: str, now: datetime) -> None:
    """Switch an account on again.

    Raises:
        NotFound: no such account.
        Conflict: it is switched on.
    """
    account = named(connection, name)
    if account.disabled_at is None:
        raise Conflict(f"the account {account.name!r} is switched on; nothing needs to be done")
    queries.set_disabled(connection, account.id, None)
    audit.record(connection, by, "account.enabled", _subject(account), {}, now)


def end_sessions(connection: sa.Connection, name: str, by: str, now: datetime) -> int:
    """End all sessions of an account; how many ended.

    Raises:
        NotFound: no such account.
    """
    account = named(connection, name)
    ended = queries.end_sessions(connection, account.id, now)
    audit.record(connection, by, "account.sessions_ended", _subject(account), {"sessions": ended}, now)
    return ended


def named(connection: sa.Connection, name: str) -> Account:
    """The account with this name, in whatever case; locked until the transaction ends.

    Raises:
        NotFound: no such account.
    """
    found = queries.by_name(connection, " ".join(name.split()))
    if found is None:
        raise NotFound(f"there is no account {name.strip()!r}; `mhc users list` shows all")
    return found


def _subject(account: Account) -> str:
    return f"account:{account.id}"
