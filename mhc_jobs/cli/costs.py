"""``mhc costs``: what providers cost today, this week and this month, what for, and where the month is going."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal

from rich.console import RenderableType
from rich.table import Table

from mhc_core import settings as configuration
from mhc_core.business import pricing
from mhc_core.db.engine import database
from mhc_core.monitoring.costs import overview as costs
from mhc_core.monitoring.costs.overview import CostOverview, Sum
from mhc_jobs.cli.console import AsJson, columns, respond


def command(as_json: AsJson = False) -> None:
    """Spending against the budgets, the projection of the month, and what it was spent on. JSON has money as text."""
    settings, now = configuration.load(), datetime.now(UTC)
    zone = pricing.load(settings.business_file).contact.zone
    with database(settings) as engine:
        costs.settle_abandoned(engine, now)
        with engine.connect() as connection:
            seen = costs.overview(connection, settings, zone, now)
    respond(as_json, document(seen), *_shown(seen))


def document(seen: CostOverview) -> dict[str, object]:
    """The overview as JSON; rows by their field names."""
    periods = [asdict(one) | {"trend": one.trend} for one in seen.periods]
    questions = [one._asdict() for one in seen.questions]
    return asdict(seen) | {"periods": periods, "questions": questions, "spent": seen.spent._asdict()}


def _shown(seen: CostOverview) -> Iterator[RenderableType]:
    if not any(share.calls for share in seen.models) and not seen.days[:-1]:
        yield "No provider was called yet: set OPENAI_API_KEY to let one answer; local models cost nothing."
        return
    periods = columns("", ">USD", ">of budget", ">the one before, as far")
    for one in seen.periods:
        change = "" if one.trend is None else f" ({one.trend:+.0%})"
        before = "–" if one.before_usd is None else f"{one.before_usd:,.2f}{change}"
        spent = f"{one.cost_usd / one.budget_usd:.0%} of {one.budget_usd:,.0f}"
        periods.add_row(f"this {one.name}", f"{one.cost_usd:,.2f}", spent, before)
    yield periods
    if seen.projected is None:
        yield "The month is projected from ten whole days of costs on."
    else:
        end = seen.projected
        yield f"At the end of the month: {end.expected:,.2f} USD (80 %: {end.low:,.2f} to {end.high:,.2f})."
    yield _shares("feature", seen.features)
    yield _shares("model", seen.models)
    dear = columns("dearest questions of the month", "about", ">calls", ">USD")
    for question in seen.questions:
        dear.add_row(
            str(question.conversation_id), question.intent or "–", str(question.calls), _usd(question.cost_usd)
        )
    yield dear
    yield f"Saved by the cache this month: {_usd(seen.saved_usd)} USD. Prices of {seen.prices_of}."
    if seen.spent.estimated:
        yield f"{seen.spent.estimated:,} calls are estimated: their answers never arrived as a whole."
    for state in seen.states:
        yield f"{state.severity}: {state.title}. {state.told}."


def _shares(by: str, found: Sequence[Sum]) -> Table:
    table = columns(f"{by} this month", ">calls", ">failed", ">unpriced", ">input tokens", ">output", ">USD")
    for one in found:
        counts = (one.calls, one.failed, one.unpriced, one.input_tokens, one.output_tokens)
        table.add_row(one.name, *(f"{count:,}" for count in counts), _usd(one.cost_usd))
    return table


def _usd(cost: Decimal) -> str:
    return f"{cost:,.2f}" if cost >= 1 else f"{cost:,.4f}"
