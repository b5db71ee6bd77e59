"""Passwords are kept as Argon2id hashes with the parameters of RFC 9106 for little memory (argon2-cffi's defaults)."""

from functools import cache
from typing import TYPE_CHECKING

from mhc_core.errors import DataError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 200
"""Characters of a password. Length is what makes one hard to guess, so nothing else is asked of it."""


def hashed(password: str) -> str:
    """What is stored of a password.

    Raises:
        DataError: it is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise DataError(f"a password has {SHORTEST} to {LONGEST} characters; take a longer one, such as a few words")
    return _hasher().hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether this is the password that was stored. Without a stored one it takes as long to say no."""
    from argon2.exceptions import VerificationError

    try:
        return _hasher().verify(stored or _nobodys(), password[: LONGEST + 1]) and stored is not None
    except VerificationError:
        return False


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher, profiles

    return PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)


@cache
def _nobodys() -> str:
    return _hasher().hash("")
