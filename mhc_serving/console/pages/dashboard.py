"""How it goes: figures of a period that renew themselves, and can be held still."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import figures
from mhc_core.db.queries.figures import DayFigures, Escalation, Flow
from mhc_core.monitoring import dashboard
from mhc_core.monitoring.dashboard import Overview, Period
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import (
    Chart,
    Figure,
    Table,
    ago,
    bars,
    box,
    dollars,
    lines,
    milliseconds,
    moment,
    sankey,
    share,
    text,
)

EVERY_SECONDS = 5.0
_MOST_INTENTS = 11
_FIGURES = (
    "Active conversations", "Messages a minute", "Conversations", "Contained", "Escalated", "Conversion",
    "Satisfaction", "Answer time", "Answers", "Cache hits", "Cost", "Cost today", "Cost per conversation",
    "Saved by cache",
)  # fmt: skip


@dataclass
class _Read:
    overview: Overview
    days: list[DayFigures]
    escalations: list[Escalation]
    now: datetime


@dataclass
class _State:
    period: Period = Period.DAY
    paused: bool = False
    figures: dict[str, Figure] = field(default_factory=dict)


async def build(visit: Visit) -> None:
    """The page."""
    zone, state = visit.console.zone, _State()
    with box("div", "head"):
        text("h1", "Dashboard")
        periods = ui.toggle(
            [period.value for period in Period], value=state.period.value, on_change=lambda e: choose(e.value)
        ).props('no-caps dense unelevated aria-label="Period"')
        pause = ui.button("Pause", icon="pause", on_click=lambda: hold()).props("flat dense no-caps")
        told = text("span", "", "dim")
    with box("dl", "figures"):
        state.figures = {name: Figure(name) for name in _FIGURES}
    with box("div", "charts"):
        intents = Chart("What customers want", ("Intent", ">Conversations"))
        models = Chart("Answers by model", ("Model", ">Answers", ">From cache"))
        way = Chart(
            "The way of conversations", ("Channel", "Intent", "Agent", "Outcome", ">Conversations"), wide=True,
            note="Channel, what it was about, who answered last, how it ended.",
        )  # fmt: skip
        cost = Chart("Cost of 30 days", ("Day", ">Cost", ">Conversations"))
        quality = Chart("Quality of 30 days", ("Day", ">Mean score"))
        with box("section", "card wide"):
            text("h2", "Latest hand-overs to a person")
            feed = Table("Latest hand-overs to a person", ("When", "Reason", "Queue", "Channel", "State"))

    def read(connection: sa.Connection, person: Person, now: datetime) -> _Read:
        return _Read(
            dashboard.overview(connection, state.period, zone, now),
            dashboard.trend(connection, zone, now),
            figures.escalations(connection, 10),
            now,
        )

    async def renew(*, by_person: bool = False) -> None:
        if state.paused and not by_person:
            return
        found = await (visit.act(read) if by_person else visit.look(read))
        if found is None:
            return
        _show_figures(state.figures, found.value.overview)
        seen = found.value.overview
        top = list(seen.intents.items())[:_MOST_INTENTS]
        intents.show(bars([name for name, _ in top], [count for _, count in top]), top)
        models.show(
            bars([row.model for row in seen.models], [row.answers for row in seen.models], colour="#10b981"),
            [(row.model, f"{row.answers:,}", f"{row.cached:,}") for row in seen.models],
        )
        way.show(
            sankey(*_links(seen.flow)),
            [(row.channel, row.intent, row.agent, row.outcome, f"{row.conversations:,}") for row in seen.flow[:200]],
        )
        days = [f"{one.day.astimezone(zone):%b} {one.day.astimezone(zone).day}" for one in found.value.days]
        cost.show(
            lines(days, {"USD": [round(float(one.cost_usd), 4) for one in found.value.days]}, bar=True),
            [
                (day, dollars(one.cost_usd), f"{one.conversations:,}")
                for day, one in zip(days, found.value.days, strict=True)
            ],
        )
        scored = [one for one in found.value.days if one.score is not None]
        quality.show(
            lines(
                days, {"Score": [None if one.score is None else round(one.score, 3) for one in found.value.days]}, top=1
            ),
            [(f"{one.day.astimezone(zone):%b %d}", f"{one.score:.2f}") for one in scored],
        )
        feed.show(
            [
                (
                    f"{ago(one.opened_at, found.value.now)} ago",
                    (one.reason or "–") + (" · urgent" if one.urgent else ""),
                    one.queue,
                    one.channel,
                    one.state.replace("_", " "),
                )
                for one in found.value.escalations
            ]
        )
        told.text = (
            f"as of {found.value.now.astimezone(zone):%H:%M:%S}, since {moment(seen.since, zone, found.value.now)}"
        )

    async def choose(value: str) -> None:
        state.period = Period(value)
        await renew(by_person=True)

    async def hold() -> None:
        state.paused = not state.paused
        pause.text = "Go on" if state.paused else "Pause"
        pause.props(f"icon={'play_arrow' if state.paused else 'pause'}")
        if not state.paused:
            await renew(by_person=True)

    if first := await visit.act(lambda connection, person, now: dashboard.shortest_with_data(connection, zone, now)):
        state.period = first.value
        periods.set_value(first.value.value)  # which renews where it is another one
    await renew(by_person=True)
    ui.timer(EVERY_SECONDS, renew, immediate=False)


def _show_figures(shown: dict[str, Figure], seen: Overview) -> None:
    voted = seen.totals.thumbs_up + seen.totals.thumbs_down
    stars = "" if seen.stars is None else f", {seen.stars:.1f} stars"
    slow = "" if seen.slow_ms is None else f"95 % under {milliseconds(seen.slow_ms)}"
    values = {
        "Active conversations": (f"{seen.now.active:,}", f"{seen.now.waiting:,} wait for a person"),
        "Messages a minute": (f"{seen.now.messages / 10:.1f}", "of the last 10 minutes"),
        "Conversations": (f"{seen.conversations:,}", f"{seen.totals.messages:,} messages"),
        "Contained": (share(seen.contained), "handled without a person"),
        "Escalated": (share(seen.escalated), f"{seen.totals.handovers:,} hand-overs"),
        "Conversion": (share(seen.booked), f"{seen.totals.bookings:,} requests to book"),
        "Satisfaction": (share(seen.satisfied), f"{voted:,} verdicts{stars}"),
        "Answer time": (milliseconds(seen.median_ms), slow),
        "Answers": (f"{seen.answers:,}", f"{seen.answers - seen.cached:,} calls"),
        "Cache hits": (share(seen.cached / seen.answers if seen.answers else None), f"{seen.cached:,} answers"),
        "Cost": (dollars(seen.cost_usd), "of all providers"),
        "Cost today": (dollars(seen.cost_today_usd), ""),
        "Cost per conversation": (dollars(seen.cost_per_conversation_usd), "of answering"),
        "Saved by cache": (dollars(seen.saved_usd), "at the mean price of an answer"),
    }
    for name, (value, note) in values.items():
        shown[name].show(value, note)


def _links(flow: Sequence[Flow]) -> tuple[dict[tuple[str, str], int], dict[str, str]]:
    """Links between the four steps; a step's name stands before its node, since a value may stand in two steps."""
    links: Counter[tuple[str, str]] = Counter()
    names: dict[str, str] = {}
    for row in flow:
        steps = [f"{kind}: {value}" for kind, value in zip(Flow._fields[:4], row[:4], strict=True)]
        names |= dict(zip(steps, row[:4], strict=True))
        for link in pairwise(steps):
            links[link] += row.conversations
    return dict(links), names
