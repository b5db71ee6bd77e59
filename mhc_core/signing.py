"""Keys that sign what customers carry: each purpose has its own, and each changes by itself.

A key is made from the installation's salt for a period of time, so every process has the same one and nothing is
stored. What was signed stays good for as long as it should, since the keys of former periods are accepted until then.
Who wants to hold keys outside the database names secrets in the settings, which take their place.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The keys of one purpose.

    Args:
        given: secrets of the settings, oldest first; with any of them the others are not used.
        salt: the installation's.
        period: how long a key signs.
        lasting: how long what it signed is accepted at least.
        former: a key from before keys had periods; accepted, never used to sign.
    """

    given: Sequence[bytes] = ()
    salt: bytes = b""
    purpose: str = ""
    period: timedelta = timedelta(days=1)
    lasting: timedelta = timedelta(days=1)
    former: Sequence[bytes] = ()

    def at(self, now: datetime) -> list[bytes]:
        """The keys that are accepted at a moment; the last one signs. The next period's is known to a slow clock."""
        if self.given:
            return [*self.given]
        period = int(now.timestamp() // self.period.total_seconds())
        oldest = period - ceil(self.lasting / self.period)
        return [*self.former, *(self._key(number) for number in (period + 1, *range(oldest, period + 1)))]

    def _key(self, period: int) -> bytes:
        return hashlib.blake2b(f"{self.purpose}/{period}".encode(), key=self.salt, digest_size=32).digest()


def given(secrets: str | None) -> list[bytes]:
    """Secrets as settings hold them: with commas between them, oldest first."""
    return [part.strip().encode() for part in (secrets or "").split(",") if part.strip()]
