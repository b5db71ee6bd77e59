"""Keys of the telephone: 0 for a person, digits as numbers, star against training, the hash to end a number."""

from dataclasses import dataclass, field
from enum import Enum

QUIET_SECONDS = 1.6
"""After so long without a key a number is complete."""
LONGEST = 16


class Meaning(Enum):
    """What keys can mean beside a number."""

    PERSON = "person"
    NO_TRAINING = "no training"
    LINK = "link"


@dataclass
class Keypad:
    """Collects keys; times are seconds of any clock."""

    _digits: str = ""
    _last: float = field(default=0.0)

    def press(self, key: str, now: float) -> str | Meaning | None:
        """What a key completes: a number, another meaning, or nothing yet."""
        self._last = now
        if key == "#":
            return self.take() or Meaning.LINK
        if key == "*":
            self._digits = ""
            return Meaning.NO_TRAINING
        if key.isdecimal():
            self._digits += key
        return self.take() if len(self._digits) >= LONGEST else None

    def quiet(self, now: float) -> str | Meaning | None:
        """What the keys so far mean once no further one comes."""
        return self.take() if self._digits and now - self._last >= QUIET_SECONDS else None

    def take(self) -> str | Meaning | None:
        """The keys so far; none are left."""
        digits, self._digits = self._digits, ""
        return Meaning.PERSON if digits == "0" else digits or None
