"""People for whom an OpenID Connect provider vouches: their account, role and session. No HTTP here.

A person is known by the provider's own id for them, never by an e-mail address or a name: those change hands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mhc_core.accounts import sessions
from mhc_core.accounts.people import LONGEST_NAME
from mhc_core.db.queries import audit, staff
from mhc_core.db.queries.staff import Account
from mhc_core.errors import AccessDenied
from mhc_core.vocabulary import StaffRole

_MOST_FIRST = (StaffRole.ADMIN, StaffRole.OPERATOR, StaffRole.REVIEWER, StaffRole.AGENT)


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as the provider ``issuer`` knows them."""

    issuer: str
    subject: str
    email: str
    role: StaffRole


def identity(claims: Mapping[str, Any], role_claim: str, roles: Mapping[str, StaffRole]) -> Identity:
    """Who the verified claims of an ID token are about, and the role that ``roles`` gives to what ``role_claim`` holds.
    Of several roles it is the one that may do most.

    Raises:
        AccessDenied: the e-mail address is missing or not verified, or no role belongs to this person.
    """
    email = claims.get("email")
    if not isinstance(email, str) or not 0 < len(email) <= LONGEST_NAME or claims.get("email_verified") is not True:
        raise AccessDenied("your provider has not verified your e-mail address; verify it there, then sign in again")
    held = claims.get(role_claim)
    values: Sequence[Any] = [held] if isinstance(held, str) else held if isinstance(held, list) else ()
    given = {roles[value] for value in values if isinstance(value, str) and value in roles}
    role = next((role for role in _MOST_FIRST if role in given), None)
    if role is None:
        raise AccessDenied("your provider gives you no role here; ask whoever keeps its groups for one")
    return Identity(str(claims["iss"]), str(claims["sub"]), email, role)


def sign_in(connection: sa.Connection, who: Identity, now: datetime) -> str:
    """Begin a session; its token. The first time makes an account named like the e-mail address; each time gives it the
    role that the provider says.

    Raises:
        AccessDenied: the account is switched off, or another account has this name.
    """
    account = staff.by_subject(connection, who.issuer, who.subject) or _made(connection, who, now)
    if account.disabled_at is not None:
        raise AccessDenied("your account is switched off; ask an administrator")
    if account.role != who.role:
        staff.set_role(connection, account.id, who.role)
        about = {"before": account.role, "after": who.role}
        audit.record(connection, "sign-in provider", "account.role", f"account:{account.id}", about, now)
    return sessions.begin(connection, account, "provider", now)


def _made(connection: sa.Connection, who: Identity, now: datetime) -> Account:
    made = staff.insert(connection, who.email, who.role, now, provided_by=who.issuer, subject=who.subject)
    if made is None:
        raise AccessDenied("another account here has the name of your e-mail address; ask an administrator")
    about = {"name": made.name, "role": made.role}
    audit.record(connection, "sign-in provider", "account.created", f"account:{made.id}", about, now)
    return made
