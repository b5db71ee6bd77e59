"""The evidence of each detector over time, what it expects, and what rules of thumb say beside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import anomalies as queries
from mhc_core.db.queries.anomalies import Evidence
from mhc_core.monitoring.anomalies.detectors import FALSE_ALARMS_A_YEAR, FAMILY
from mhc_core.monitoring.anomalies.looking import STALE_AFTER
from mhc_core.monitoring.anomalies.seed_rules import RULES
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Chart, Table, box, empty, lines, moment, text

SHOWN = timedelta(days=28)
_EVERY_HOURS = 6
"""Of the chart: finer ones say no more at four weeks."""


@dataclass
class _State:
    detector: str = "escalations"


async def build(visit: Visit) -> None:
    """The page."""
    zone, state = visit.console.zone, _State()
    with box("div", "head"):
        text("h1", "Anomalies")
        box("span", "space")
        chosen = ui.select({}, label="Detector", on_change=lambda event: choose(event.value)).props("outlined dense")
    text(
        "p",
        "A detector alarms when the evidence for a change reaches its threshold. The chance that any of all detectors "
        f"raises a false alarm within a year is {FALSE_ALARMS_A_YEAR:.0%} at most. Rules of thumb are shown beside; "
        "they alarm nobody.",
        "dim",
    )
    beside = text("p", "")
    place = box("div")
    with box("div", "charts"):
        evidence = Chart("Evidence for a change", ("Hour", ">Evidence", ">Threshold", "Alarm"), wide=True,
                         note="Natural logarithm, in the last four weeks.")  # fmt: skip
        counts = Chart("Observed and expected", ("Hour", ">Observed", ">Expected", "Rule of thumb"), wide=True,
                       note="Sums of the three days up to the hour.")  # fmt: skip
    with box("section", "card gap-top"):
        text("h2", "All detectors now")
        heads = ("Detector", "State", ">Observed", ">Expected", ">Evidence", ">Threshold", "Rule of thumb", "As of")
        table = Table("All detectors now", heads)

    def newest(connection: sa.Connection, person: Person, now: datetime) -> list[Evidence]:
        return queries.newest(connection, FAMILY, now - STALE_AFTER)

    def over_time(connection: sa.Connection, person: Person, now: datetime) -> list[Evidence]:
        return queries.over_time(connection, state.detector, now - SHOWN)

    async def choose(name: str | None) -> None:
        if name is None:
            return
        state.detector = name
        if found := await visit.act(over_time):
            _draw(found.value)

    def _draw(found: Sequence[Evidence]) -> None:
        kept = [one for number, one in enumerate(reversed(found)) if number % _EVERY_HOURS == 0][::-1]
        local = [one.hour.astimezone(zone) for one in kept]
        times = [f"{at:%b} {at.day}, {at:%H:%M}" for at in local]
        beside.text = _beside(state.detector, found, zone)
        evidence.show(
            lines(
                times,
                {
                    "Evidence": [round(max(one.log_evidence, 0.0), 2) for one in kept],
                    "Threshold": [round(one.log_threshold, 2) for one in kept],
                },
            ),
            [
                (at, f"{one.log_evidence:.1f}", f"{one.log_threshold:.1f}", "yes" if one.alarm else "")
                for at, one in zip(times, kept, strict=True)
            ],
        )
        counts.show(
            lines(
                times,
                {
                    "Observed": [round(one.observed, 2) for one in kept],
                    "Expected": [round(one.expected, 2) for one in kept],
                },
            ),
            [
                (at, f"{one.observed:,.1f}", f"{one.expected:,.1f}", "fires" if one.seed_rule else "")
                for at, one in zip(times, kept, strict=True)
            ],
        )

    found = await visit.act(newest)
    known = {one.detector: one for one in found.value} if found else {}
    table.show([_row(one, moment(one.hour, zone)) for one in sorted(known.values(), key=lambda one: not one.alarm)])
    with place:
        if not known:
            empty(
                "Nothing can be said yet.",
                "Detectors compare with the five weeks before at least, and look once an hour; `mhc up` runs them.",
            )
    chosen.set_visibility(bool(known))
    if known:
        worst = max(known.values(), key=lambda one: (one.alarm, one.log_evidence - one.log_threshold))
        chosen.set_options({name: FAMILY[name].title for name in FAMILY if name in known}, value=worst.detector)


def _beside(detector: str, found: Sequence[Evidence], zone: ZoneInfo) -> str:
    """What the detector and its rule of thumb said in the time that is shown."""
    alarms = sum(one.alarm and not before.alarm for before, one in pairwise(found))
    said = f"{alarms} alarm{'' if alarms == 1 else 's'} began in these four weeks."
    if detector not in RULES:
        return said
    fired = len({one.hour.astimezone(zone).date() for one in found if one.seed_rule})
    return f"{said} The rule of thumb “{RULES[detector][0]}” would have called on {fired} days."


def _row(one: Evidence, at: str) -> tuple[str, ...]:
    rule = RULES[one.detector][0] if one.detector in RULES else "–"
    return (
        FAMILY[one.detector].title,
        "alarm" if one.alarm else "as usual",
        f"{one.observed:,.1f}",
        f"{one.expected:,.1f}",
        f"{max(one.log_evidence, 0.0):.1f}",
        f"{one.log_threshold:.1f}",
        f"{rule}{': fires' if one.seed_rule else ''}",
        at,
    )
