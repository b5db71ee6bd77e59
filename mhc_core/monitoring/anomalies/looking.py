"""Looking at an installation: from its figures to evidence, and from evidence to what people are told."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db.queries import anomalies as queries
from mhc_core.db.queries.anomalies import Evidence
from mhc_core.db.rows.alerts import Condition
from mhc_core.monitoring import dashboard
from mhc_core.monitoring.anomalies.detectors import FAMILY, Detector
from mhc_core.monitoring.anomalies.judging import Judged, judge
from mhc_core.monitoring.anomalies.seed_rules import fired
from mhc_core.monitoring.anomalies.series import HOUR, Series, dense
from mhc_core.statistics.e_detectors import LIVE_DAYS, REFERENCE_WEEKS
from mhc_core.vocabulary import AlertKind, Severity

Floats = NDArray[np.float64]
SHOWN_DAYS = 56
"""Days that a look judges; evidence of older ones is kept as it was."""
SUMMED_HOURS = 72
_USUAL_SHARE = 0.9
"""A slow answer is slower than so many of the reference."""
_WEEKS = REFERENCE_WEEKS + 1 + SHOWN_DAYS // 7 + -(-LIVE_DAYS // 7)
STALE_AFTER = timedelta(days=8)
"""Evidence that ends longer ago says nothing of now; the latest channels are a week late."""


def count_figures(engine: sa.Engine, now: datetime) -> None:
    """Bring the figures that are read up to date, whether or not a console runs that does."""
    from mhc_core.concierge.agents.router import AGENTS

    dashboard.refresh(engine, [agent.name for agent in AGENTS], now)


def look(connection: sa.Connection, zone: ZoneInfo, now: datetime) -> list[Evidence]:
    """What all detectors know of the hours that are over. Series that were never seen are left out."""
    today = now.astimezone(zone).date()
    days = 7 * (_WEEKS + 1)
    first = today - timedelta(days=days - 7 + today.weekday())
    since = datetime(first.year, first.month, first.day, tzinfo=zone)
    judged_from = days - 7 - SHOWN_DAYS
    before = since + timedelta(days=judged_from - LIVE_DAYS)
    slow = queries.usual_bucket(connection, since, before, _USUAL_SHARE)
    series = dense(queries.hours(connection, since, slow), first, days, zone)
    late = queries.lateness(connection, now)
    found: list[Evidence] = []
    for detector in FAMILY.values():
        channel = detector.name.removeprefix("channel:") if detector.name.startswith("channel:") else ""
        over = series.until(now - late.get(channel, timedelta()))
        counts, exposure = series.of(detector)
        if counts.any():
            judged = judge(detector, counts, exposure, judged_from - LIVE_DAYS, over)
            found += _evidence(detector, series, counts, exposure, judged, judged_from * 24, over)
    return found


def _evidence(
    detector: Detector, series: Series, counts: Floats, exposure: Floats, judged: Judged, first: int, over: int
) -> Iterable[Evidence]:
    observed, expected = (_last_days(part) for part in (counts.ravel(), judged.expected))
    per_day = exposure.sum(axis=1)
    of_days = np.ones_like(per_day) if detector.name == "cost" else per_day
    rule = fired(detector.name, counts.sum(axis=1)[None], of_days[None])[0]
    for position in range(first, over):
        if np.isfinite(judged.log_evidence[position]) and series.length.flat[position]:
            yield Evidence(
                detector.name,
                series.at(position),
                float(observed[position]),
                float(expected[position]),
                float(judged.log_evidence[position]),
                detector.log_threshold,
                bool(judged.alarm[position]),
                bool(rule[position // 24 - 1]),
            )


def _last_days(hours: Floats) -> Floats:
    """Sums of the last three days up to each hour."""
    summed = np.cumsum(np.nan_to_num(hours))
    return np.asarray(summed - np.concatenate([np.zeros(SUMMED_HOURS), summed[:-SUMMED_HOURS]]))


def conditions(connection: sa.Connection, now: datetime) -> Iterable[Condition]:
    """The alarms that are on, as alerts."""
    for one in queries.newest(connection, FAMILY, now - STALE_AFTER):
        if not one.alarm:
            continue
        detector = FAMILY[one.detector]
        times = f"{one.observed / one.expected:.1f} × the usual" if one.expected > 0 else "none is usual"
        silent = detector.name.startswith("channel:")
        yield Condition(
            AlertKind.SILENCE if silent else AlertKind.ANOMALY,
            detector.name,
            Severity.WARNING,
            f"{detector.title}: {'hardly any' if silent else times}",
            f"{times} in the three days up to {one.hour + HOUR:%Y-%m-%d %H:%M} UTC, given hour and weekday; the chance "
            f"of a false alarm of this kind is {detector.alpha:.1%} a year at most",
            "/anomalies",
        )
