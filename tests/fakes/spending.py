"""Calls of a provider as the ledger has them, for what reads it."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import sqlalchemy as sa

from mhc_core.db.queries import ledger
from mhc_core.db.queries.ledger import Asked
from mhc_core.vocabulary import CallKind, CallOutcome

PRICES_OF = date(2026, 11, 5)


def spend(
    connection: sa.Connection,
    at: datetime,
    cost_usd: str | None,
    *,
    feature: str = "answers",
    model: str = "gpt-6-luna",
    conversation: UUID | None = None,
    message: UUID | None = None,
    settled: bool = True,
) -> None:
    """A call that was made then; without a cost its price is not known."""
    cost = None if cost_usd is None else Decimal(cost_usd)
    call = Asked(uuid4(), at, CallKind.CHAT, feature, "openai", model, conversation, message, 100, 20, cost, PRICES_OF)
    ledger.ask(connection, call)
    if settled:
        tokens = {"input_tokens": 90, "output_tokens": 12}
        ledger.settle(connection, call, CallOutcome.ANSWERED, model, tokens, cost, at, estimated=False)
