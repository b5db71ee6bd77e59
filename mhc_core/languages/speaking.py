"""Which language is spoken now: a context variable, so that agents and tools need not hand it on."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ENGLISH = "en"
_CURRENT = ContextVar("language", default=ENGLISH)


def current() -> str:
    """The BCP-47 code of the language that is spoken now; English where nothing else was said."""
    return _CURRENT.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language within a ``with`` block, in this thread and task alone.

    A code without a catalogue is spoken in English: the texts are then those of the code.
    """
    token = _CURRENT.set(language)
    try:
        yield
    finally:
        _CURRENT.reset(token)
