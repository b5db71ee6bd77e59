"""What the console's pages and ``mhc status`` read, and how long each read takes: shared by the benches of both."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from mhc_core.campaigns import report as campaign_report
from mhc_core.campaigns import rules
from mhc_core.db.queries import (
    alert_messages,
    alerts,
    anomalies,
    audit,
    bookings,
    campaigns,
    customer_list,
    dataset,
    demand,
    desk,
    figures,
    gauges,
    offers,
    pages,
    review_desk,
    silence,
    training,
    weekly,
)
from mhc_core.db.queries.customers import LIKELY
from mhc_core.db.queries.review_desk import Chosen
from mhc_core.monitoring import articles, dashboard, unanswered
from mhc_core.monitoring.anomalies.detectors import FAMILY
from mhc_core.monitoring.costs import overview as costs
from mhc_core.monitoring.dashboard import Period
from mhc_core.monitoring.status import status
from mhc_core.offers import report as offer_report
from mhc_core.review import desk as review
from mhc_core.settings import Settings

Read = Callable[[sa.Connection], Any]
_ROWS = 50


@dataclass(frozen=True, slots=True)
class Measured:
    """One read: how often, and its times in milliseconds. ``cpu_ms`` is processor time, where it was watched: on a
    machine that does other work too, the clock on the wall measures that.
    """

    name: str
    times: int
    median_ms: float
    p95_ms: float
    worst_ms: float
    cpu_ms: float | None = None


def of_pages(zone: ZoneInfo, now: datetime) -> dict[str, Read]:
    """The reads of dashboard, inbox and review that grow with the history, by name."""
    passed: list[int] = []

    def next_item(connection: sa.Connection) -> None:
        found = review.next_item(connection, "ana", Chosen(), passed[-20:], now)
        if found is not None:
            passed.append(found.id)

    def page(period: Period) -> Read:
        def read(connection: sa.Connection) -> None:
            dashboard.overview(connection, period, zone, now)
            dashboard.trend(connection, zone, now)
            figures.escalations(connection, 10)

        return read

    return {
        **{f"dashboard, {period.value}": page(period) for period in Period},
        "inbox, waiting": lambda connection: desk.listed(connection, "waiting", "ana"),
        "inbox, all": lambda connection: desk.listed(connection, "all", "ana"),
        "inbox, search, frequent": lambda connection: desk.listed(connection, "all", "ana", search="party 17"),
        "inbox, search, rare": lambda connection: desk.listed(connection, "all", "ana", search="costs 899"),
        "review, next item": next_item,
        "review, counting the queue": lambda connection: review_desk.waiting(
            connection, "ana", Chosen(), now, review.COUNTED + 1
        ),
    }


def of_everything(settings: Settings, zone: ZoneInfo, now: datetime) -> dict[str, Read]:
    """Those of all pages, of ``mhc status``, of ``/metrics`` and of the lists that the API gives page by page."""
    planned = rules.load(settings.campaigns_file)

    def follow_ups(connection: sa.Connection) -> None:
        campaign_report.of(connection, planned, now)
        offer_report.report(offers.cells(connection, offer_report.CAP_USD))

    def customers(order: customer_list.Order) -> Read:
        def read(connection: sa.Connection) -> None:
            customer_list.tiers(connection, LIKELY)
            customer_list.first(connection, order, _ROWS)
            campaigns.tasks(connection, _ROWS)

        return read

    def alert_page(connection: sa.Connection) -> None:
        alerts.unresolved(connection, now)
        alerts.history(connection, now, _ROWS)
        alerts.silences(connection, now)
        alert_messages.newest(connection, _ROWS)

    def a_year_back(connection: sa.Connection) -> None:
        after = pages.ConversationKey(now - timedelta(days=365), UUID(int=0))
        pages.conversations(connection, None, None, after, _ROWS)

    def models(connection: sa.Connection) -> None:
        training.models(connection, _ROWS)
        dataset.versions(connection, _ROWS)

    return {
        "mhc status": lambda connection: status(connection, settings, now),
        **of_pages(zone, now),
        "knowledge, articles": lambda connection: articles.worth(
            connection, articles.DAYS, settings.knowledge_stale_days, now
        ),
        "knowledge, unanswered": lambda connection: unanswered.groups(connection, 10),
        "costs": lambda connection: costs.overview(connection, settings, zone, now),
        "customers, by value": customers("value"),
        "customers, by risk": customers("risk"),
        "customers, by bookings": customers("bookings"),
        "days to come": demand.forecasts,
        "follow-ups": follow_ups,
        "bookings, first page": lambda connection: bookings.page(connection, None, None, None, _ROWS, 0),
        "bookings, to confirm": lambda connection: bookings.page(connection, "requested", None, None, _ROWS, 0),
        "models": models,
        "alerts": alert_page,
        "anomalies": lambda connection: anomalies.newest(connection, FAMILY, now - timedelta(hours=3)),
        "reports": lambda connection: weekly.weeks(connection, _ROWS),
        "audit, newest": lambda connection: audit.page(connection, before=None, limit=_ROWS),
        "audit, of an actor": lambda connection: audit.page(connection, actor="nobody", before=None, limit=_ROWS),
        "API, conversations a year back": a_year_back,
        "API, ratings": lambda connection: pages.ratings(connection, None, None, _ROWS),
        "API, customers": lambda connection: pages.customers(connection, None, "8", _ROWS),
        "/metrics": gauges.read,
        "what is silent": lambda connection: silence.gaps(connection, now),
    }


def measure(
    engine: sa.Engine, reads: Mapping[str, Read], times: int, cpu: Callable[[], float] | None = None
) -> list[Measured]:
    """Every read so many times, in a transaction of its own each. ``cpu`` tells processor seconds so far."""

    def once(read: Read) -> Callable[[int], None]:
        def act(_: int) -> None:
            with engine.begin() as connection:
                read(connection)

        return act

    found = []
    for name, read in reads.items():
        before = cpu() if cpu else 0.0
        one = summed(name, taken(once(read), times))
        found.append(replace(one, cpu_ms=1000 * (cpu() - before) / (times + 1)) if cpu else one)
    return found


def taken(act: Callable[[int], Any], times: int) -> list[float]:
    """Milliseconds of an act that is done so many times, sorted; the first time is not counted: plans and pages of the
    first are not what a page that renews itself meets."""
    act(0)
    found = []
    for number in range(times):
        started = time.perf_counter()
        act(number + 1)
        found.append((time.perf_counter() - started) * 1000)
    return sorted(found)


def summed(name: str, found: Sequence[float]) -> Measured:
    """What a report says of sorted times."""
    count = len(found)
    return Measured(name, count, found[count // 2], found[min(count - 1, int(count * 0.95))], found[-1])
