"""A question's words as PostgreSQL's configuration ``english`` indexes them: stemmed, without stop words.

The stem of a word never changes, so the database is asked for each word once, and for most questions not at all. How it
cuts a text into words is simple only where letters, digits and plain punctuation are; it reads every other text itself.
"""

import re
from collections.abc import Set
from threading import Lock

import sqlalchemy as sa
from cachetools import LRUCache

from mhc_core.db.queries import retrieval as queries

WORDS_KEPT = 50_000
_WORD = re.compile(r"[a-z]+|[0-9]+")
# Points and colons inside of a word may make it a host, an address or a fraction; letters and digits make one word.
_ODD = re.compile(r"[^a-z0-9 \n,?!;'\"().:]|[.:](?![ \n]|\Z)|[a-z][0-9]|[0-9][a-z]")
_MAX_CHARS = 2_000

_known: LRUCache[str, str | None] = LRUCache(WORDS_KEPT)
_lock = Lock()


def lexemes(connection: sa.Connection, question: str) -> list[str]:
    """The lexemes of a question, each once, sorted."""
    text = question.lower()
    if not question.isascii() or len(text) > _MAX_CHARS or _ODD.search(text):
        return queries.lexemes(connection, question)
    words = set(_WORD.findall(text))
    with _lock:
        found = {word: _known[word] for word in words if word in _known}
    if new := words - found.keys():
        found |= _learn(connection, new)
    return sorted({lexeme for lexeme in found.values() if lexeme is not None})


def _learn(connection: sa.Connection, words: Set[str]) -> dict[str, str | None]:
    stems = queries.stems(connection, sorted(words))
    with _lock:
        _known.update(stems)
    return stems
