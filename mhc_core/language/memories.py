"""What a process remembers of texts it has read, so that an erasure can make it forget them all.

A function whose arguments are texts that a customer may have written, or words of them, is remembered by
:func:`remembered` instead of ``functools.lru_cache``. Any other memory of such texts names what empties it by
:func:`forgotten_by`.
"""

import functools
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])
_memories: weakref.WeakSet[Callable[..., Any]] = weakref.WeakSet()


def remembered(maxsize: int) -> Callable[[_Function], _Function]:
    """``functools.lru_cache`` that :func:`forget` empties."""

    def decorate(function: _Function) -> _Function:
        kept = functools.lru_cache(maxsize=maxsize)(function)
        _memories.add(kept)
        return kept  # type: ignore[return-value]

    return decorate


def forgotten_by(memory: _Function) -> _Function:
    """Let :func:`forget` empty this for as long as something else holds it: by its ``cache_clear``, or by a call."""
    _memories.add(memory)
    return memory


def forget() -> None:
    """Forget every text; each is worked out anew when it comes again."""
    for one in list(_memories):
        getattr(one, "cache_clear", one)()
