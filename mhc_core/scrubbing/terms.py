"""Words that reviewers said always, or never, are personal data. Only their keyed hashes are known here."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from mhc_core.errors import DataError
from mhc_core.scrubbing.findings import PiiType

MAX_WORDS = 8
_TOKEN = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*")
_GAP = re.compile(r"[ \t.,&/\-]{1,3}")


class Listed(NamedTuple):
    """Where words of a list stand in a text."""

    start: int
    end: int
    type: PiiType
    deny: bool


@dataclass(frozen=True)
class Terms:
    """The allow and deny lists of an installation: HMAC of normalised words to type, by list."""

    salt: bytes
    deny: Mapping[str, str]
    allow: Mapping[str, str]
    lengths: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.deny or self.allow)

    @cached_property
    def digest(self) -> str:
        """Changes with any change of the lists; empty for empty ones."""
        if not self:
            return ""
        rows = [f"{name}:{key}:{kind}" for name in ("allow", "deny") for key, kind in getattr(self, name).items()]
        return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()[:12]

    def find(self, text: str) -> Iterator[Listed]:
        """Where listed terms stand in ``text``, which must be plain (see ``view``)."""
        if not self:
            return
        tokens = list(_TOKEN.finditer(text))
        words = [_word(token.group()) for token in tokens]
        joined = [bool(_GAP.fullmatch(text, one.end(), other.start())) for one, other in pairwise(tokens)]
        for first in range(len(tokens)):
            for count in self.lengths:
                last = first + count - 1
                if last >= len(tokens) or not all(joined[first:last]):
                    continue
                key = _hash(self.salt, words[first : last + 1])
                for deny, rows in ((True, self.deny), (False, self.allow)):
                    if key in rows:
                        end = tokens[last].end()
                        end -= 2 if tokens[last].group().lower().endswith("'s") else 0
                        yield Listed(tokens[first].start(), end, PiiType(rows[key]), deny)


NO_TERMS = Terms(b"", {}, {})
"""Empty lists."""


def term_hash(salt: bytes, text: str) -> tuple[str, int]:
    """The hash under which a term is listed, and how many words it has.

    Raises:
        DataError: it has no word, or more than ``MAX_WORDS``.
    """
    words = [_word(match.group()) for match in _TOKEN.finditer(text.replace("’", "'"))]
    if not 1 <= len(words) <= MAX_WORDS:
        raise DataError(f"a term of a list has 1 to {MAX_WORDS} words: mark a shorter piece")
    return _hash(salt, words), len(words)


def _word(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold()).removesuffix("'s")
    return "".join(character for character in plain if not unicodedata.combining(character))


def _hash(salt: bytes, words: list[str]) -> str:
    return hmac.digest(salt, ("scrub-term\x1f" + "\x1f".join(words)).encode(), "sha256").hex()


def pattern(text: str) -> str:
    """A regular expression of PostgreSQL that finds the term as it may stand in text, case aside."""
    words = [re.escape(match.group()).replace("'", "['’]") for match in _TOKEN.finditer(text.replace("’", "'"))]
    return r"\m" + r"\W{1,3}".join(words) + r"\M"
