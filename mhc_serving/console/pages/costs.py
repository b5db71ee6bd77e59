"""What providers charge: spending against its budgets, where the month is going, and what it is spent on."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.monitoring.costs import overview as costs
from mhc_core.monitoring.costs.overview import CostOverview, Sum
from mhc_core.vocabulary import Severity
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Chart, Figure, Table, bars, box, dollars, empty, lines, moment, share, text

EVERY_SECONDS = 30.0
_PERIODS = {"day": "Today", "week": "This week", "month": "This month"}
_FIGURES = (*_PERIODS.values(), "End of the month", "An answer", "Saved by cache", "Without a price", "Estimated")
_DAYS = 60
_CHIPS = {Severity.INFO: "chip", Severity.WARNING: "chip warn", Severity.CRITICAL: "chip bad"}
_SHARE = (">Calls", ">Failed", ">Without a price", ">Input tokens", ">Cached", ">Output", ">Cost")


async def build(visit: Visit) -> None:
    """The page."""
    zone = visit.console.zone
    with box("div", "head"):
        text("h1", "Costs")
        told = text("span", "", "dim")
    with box("div") as nothing:
        empty(
            "No provider was called yet.",
            "Set OPENAI_API_KEY to let a provider's model answer; what local models do costs nothing.",
        )
    warned = box("ul", "cards")
    with box("dl", "figures gap-top"):
        shown = {name: Figure(name) for name in _FIGURES}
    with box("div", "charts"):
        days = Chart(f"Cost of {_DAYS} days", ("Day", ">Cost"), wide=True)
        features = Chart("What for, this month", ("Feature", *_SHARE))
        models = Chart("By model, this month", ("Model", *_SHARE))
        with box("section", "card wide"):
            text("h2", "Dearest questions of this month")
            text("p", "What was said stands in the inbox under the conversation's id.", "dim")
            questions = Table(
                "Dearest questions of this month", ("When", "About", "Conversation", ">Calls", ">Cost")
            )  # fmt: skip

    def read(connection: sa.Connection, person: Person, now: datetime) -> tuple[CostOverview, datetime]:
        return costs.overview(connection, visit.console.settings, zone, now), now

    async def renew() -> None:
        found = await visit.look(read)
        if found is None:
            return
        seen, now = found.value
        nothing.set_visibility(not any(one.cost_usd or one.before_usd for one in seen.periods) and not seen.models)
        _show_figures(shown, seen)
        warned.clear()
        with warned:
            for state in seen.states:
                with box("li", "card"):
                    text("span", state.severity, _CHIPS[state.severity])
                    text("strong", f"{state.title}.", "inline")
                    text("p", f"{state.told[:1].upper()}{state.told[1:]}.".replace("`", ""))
        recent = seen.days[-_DAYS:]
        names = [f"{one.day:%b} {one.day.day}" for one in recent]
        drawn = [round(float(one.cost_usd), 4) for one in recent]
        cost_rows = [(name, dollars(one.cost_usd)) for name, one in zip(names, recent, strict=True)]
        days.show(lines(names, {"USD": drawn}, bar=True), cost_rows if any(drawn) else [])
        for chart, found_shares in ((features, seen.features), (models, seen.models)):
            chart.show(
                bars([one.name for one in found_shares], [round(float(one.cost_usd), 4) for one in found_shares]),
                _rows(found_shares),
            )
        questions.show(
            [
                (
                    moment(one.asked_at, zone, now),
                    one.intent or "–",
                    one.conversation_id,
                    one.calls,
                    dollars(one.cost_usd),
                )
                for one in seen.questions
            ]
        )
        told.text = f"as of {now.astimezone(zone):%H:%M:%S}, prices of {seen.prices_of}"

    await renew()
    ui.timer(EVERY_SECONDS, renew, immediate=False)


def _rows(found: Sequence[Sum]) -> list[tuple[str, ...]]:
    return [
        (
            one.name,
            *(f"{count:,}" for count in (one.calls, one.failed, one.unpriced)),
            *(f"{count:,}" for count in (one.input_tokens, one.cached_tokens, one.output_tokens)),
            dollars(one.cost_usd),
        )
        for one in found
    ]


def _show_figures(shown: dict[str, Figure], seen: CostOverview) -> None:
    for period in seen.periods:
        of_budget = f"{share(float(period.cost_usd / period.budget_usd))} of {dollars(period.budget_usd)}"
        trend = "" if period.trend is None else f", {period.trend:+.0%} on the one before as far"
        shown[_PERIODS[period.name]].show(dollars(period.cost_usd), of_budget + trend)
    if seen.projected is None:
        shown["End of the month"].show("–", "from ten whole days on")
    else:
        end = seen.projected
        between = f"80 %: {dollars(Decimal(end.low))} to {dollars(Decimal(end.high))}"
        shown["End of the month"].show(dollars(Decimal(end.expected)), between)
    shown["An answer"].show(dollars(seen.per_answer_usd), "on average, not from the cache")
    shown["Saved by cache"].show(dollars(seen.saved_usd), "this month, at that price")
    shown["Without a price"].show(f"{seen.spent.unpriced:,}", "calls of this month, in no sum")
    shown["Estimated"].show(f"{seen.spent.estimated:,}", "calls whose answer did not arrive whole")
