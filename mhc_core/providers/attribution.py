"""What a call of a provider is made for: said where it is known, read where the call is paid for.

A context variable and no argument: between the turn that knows the conversation and the adapter that calls lie the
agents and the models, which need not know of costs. A thread that is started within does not see it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Purpose:
    """``feature`` is what the platform does with the answer; ``priced_as`` the model by whose price the call is billed
    where it is asked by another name."""

    feature: str = "other"
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    priced_as: str | None = None


@dataclass
class Spending:
    """What the calls within a block came to. Cost is in USD and leaves out calls without a known price."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)


_NONE = Purpose()
_purpose: ContextVar[Purpose] = ContextVar("purpose", default=_NONE)
_spending: ContextVar[tuple[Spending, ...]] = ContextVar("spending", default=())


@contextmanager
def calls_for(**parts: Any) -> Iterator[None]:
    """Calls within are for this: fields of ``Purpose``; what is left out stays as it is around."""
    token = _purpose.set(replace(_purpose.get(), **parts))
    try:
        yield
    finally:
        _purpose.reset(token)


def purpose() -> Purpose:
    """What a call made now is for."""
    return _purpose.get()


@contextmanager
def spending() -> Iterator[Spending]:
    """Counts what the calls within cost."""
    counted = Spending()
    token = _spending.set((*_spending.get(), counted))
    try:
        yield counted
    finally:
        _spending.reset(token)


def add(input_tokens: int, output_tokens: int, cost_usd: Decimal | None) -> None:
    """Count a call in every block around it."""
    for counted in _spending.get():
        counted.input_tokens += input_tokens
        counted.output_tokens += output_tokens
        counted.cost_usd += cost_usd or Decimal(0)
