"""The ledger of what providers charge, and the hard limit above which none is asked.

One row a request on the wire: what the SDK repeats by itself is another row, as it is another bill. The row is written
before the request with the most it is expected to cost, and settled with what the provider counted. So a process that
is killed in between leaves an estimate behind and no gap.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from mhc_core.db import engine as engines
from mhc_core.db.queries import ledger as queries
from mhc_core.db.queries.ledger import Asked, Spent
from mhc_core.errors import BudgetExceeded, DatabaseUnavailable
from mhc_core.providers import attribution
from mhc_core.providers.openai import prices
from mhc_core.providers.openai.usage import Usage
from mhc_core.settings import Settings
from mhc_core.vocabulary import CallKind, CallOutcome

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
"""How often a process adds up what was spent, for the hard limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets in USD, and the share of any of them, in percent, from which on providers write no answers."""

    day: Decimal
    week: Decimal
    month: Decimal
    hard_percent: int

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        return cls(
            settings.budget_day_usd, settings.budget_week_usd, settings.budget_month_usd, settings.budget_hard_percent
        )

    def reached(self, spent: Spent) -> str | None:
        """The period whose hard limit is reached, if one is."""
        of_period: Mapping[str, tuple[Decimal, Decimal]] = {
            "day": (spent.day, self.day),
            "week": (spent.week, self.week),
            "month": (spent.month, self.month),
        }
        over = [name for name, (cost, budget) in of_period.items() if cost * 100 >= budget * self.hard_percent]
        return over[-1] if over else None


class Ledger:
    """Writes calls into the database that this process has open. Safe to use from several threads.

    A process without an open database (a benchmark on files) writes nothing down, and says so once in its log.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._limits = Limits.of(settings)
        self._clock = clock
        self._prices = prices.load()
        self._lock = threading.Lock()
        self._looked = -LOOK_SECONDS
        self._over: str | None = None
        self._told = False

    def ask(
        self,
        kind: CallKind,
        provider: str,
        model: str,
        input_tokens: int,
        output_tokens: int,
        expected: Usage | None = None,
    ) -> Asked:
        """Write a call down that is about to be made; tokens are the most it is expected to take.

        ``expected`` is what it is charged by where that is not its tokens.

        Raises:
            BudgetExceeded: the hard limit of a period is reached; embeddings are let through, since the local model
                looks questions up by them.
            DatabaseUnavailable: nothing may be bought that cannot be written down.
        """
        if kind is not CallKind.EMBEDDINGS:
            self.require_budget()
        why, now = attribution.purpose(), self._clock()
        priced = why.priced_as or model
        cost = self._prices.call_usd(priced, expected or Usage(input_tokens, output_tokens=output_tokens))
        call = Asked(
            uuid4(), now, kind, why.feature, provider, priced, why.conversation_id, why.message_id, input_tokens,
            output_tokens, cost, self._prices.as_of,
        )  # fmt: skip
        engine = engines.in_use()
        if engine is None:
            if not self._told:
                self._told = True
                log.warning("no database is open: what %s charges is not written down", provider)
            return call
        try:
            with engines.autocommit(engine).connect() as connection:
                queries.ask(connection, call)
        except SQLAlchemyError as error:
            raise _unwritten(error) from None
        return call

    def settle(
        self,
        call: Asked,
        outcome: CallOutcome,
        usage: Usage,
        answered_by: str | None = None,
        *,
        estimated: bool = False,
    ) -> None:
        """What became of a call. ``answered_by`` is the model as the provider names it, which prices a call whose own
        name for it has no price.

        Never raises for the database: the answer was paid for, and the row keeps its estimate.
        """
        model = call.model
        if self._prices.find(model) is None and answered_by and self._prices.find(answered_by) is not None:
            model = answered_by
        cost = Decimal(0) if outcome is CallOutcome.FAILED else self._prices.call_usd(model, usage)
        attribution.add(usage.input_tokens, usage.output_tokens, cost)
        engine = engines.in_use()
        if engine is None:
            return
        try:
            with engines.autocommit(engine).connect() as connection:
                queries.settle(
                    connection, call, outcome, model, usage.columns(), cost, self._clock(), estimated=estimated
                )
        except SQLAlchemyError as error:
            log.error("call %s of %s was not settled (%s): its estimate stands", call.id, model, type(error).__name__)

    def settle_job(self, job_id: str, provider: str, model: str, trained_tokens: int) -> None:
        """A training job whose billed tokens are known; again and again is once.

        Raises:
            DatabaseUnavailable: ask the provider again later.
        """
        engine = engines.in_use()
        if engine is None:
            return
        usage = Usage(trained_tokens=trained_tokens)
        cost, feature = self._prices.call_usd(model, usage), "training"
        try:
            with engines.autocommit(engine).connect() as connection:
                queries.settle_job(
                    connection, uuid4(), job_id, feature, provider, model, trained_tokens, cost, self._prices.as_of,
                    self._clock(),
                )  # fmt: skip
        except SQLAlchemyError as error:
            raise _unwritten(error) from None

    def require_budget(self) -> None:
        """Whether more may be spent.

        Raises:
            BudgetExceeded: the hard limit of a period is reached.
            DatabaseUnavailable: it cannot be told.
        """
        engine = engines.in_use()
        if engine is None:
            return
        with self._lock:
            if time.monotonic() - self._looked >= LOOK_SECONDS:
                try:
                    with engines.autocommit(engine).connect() as connection:
                        self._over = self._limits.reached(queries.spent(connection, self._clock()))
                except SQLAlchemyError as error:
                    raise _unwritten(error) from None
                self._looked = time.monotonic()
            over = self._over
        if over is not None:
            raise BudgetExceeded(
                f"providers cost {self._limits.hard_percent} % of the budget of this {over}: local models answer until "
                f"it ends; raise MHC_BUDGET_{over.upper()}_USD or MHC_BUDGET_HARD_PERCENT to go on, `mhc costs` shows "
                "what was spent"
            )


def _unwritten(error: SQLAlchemyError) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        f"a call of a provider cannot be written down ({type(error).__name__}): start the database or check "
        "MHC_DATABASE_URL"
    )
