"""SQL of anomalies: hours as the detectors read them, and the evidence that they found."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries.days import ZONE
from mhc_core.db.tables import anomaly_evidence

_E = anomaly_evidence.c
_LATE_WITHIN, _LATEST = timedelta(days=14), timedelta(days=7)
_HOURS = f"""
    with parts(start, name, n) as (
        select start, 'conversations', conversations::float8 from ai.figures_flow
         where span = 'hour' and start >= :since
        union all
        select start, 'escalated', escalated from ai.figures_flow where span = 'hour' and start >= :since
        union all
        select start, 'channel:' || channel, conversations from ai.figures_flow
         where span = 'hour' and start >= :since
        union all
        select start, 'intent:' || intent, conversations from ai.figures_flow where span = 'hour' and start >= :since
        union all
        select start, 'votes', thumbs_up + thumbs_down from ai.figures_totals where span = 'hour' and start >= :since
        union all
        select start, 'disliked', thumbs_down from ai.figures_totals where span = 'hour' and start >= :since
        union all
        select start, 'answers', answers from ai.figures_latencies where span = 'hour' and start >= :since
        union all
        select start, 'slow', answers from ai.figures_latencies
         where span = 'hour' and start >= :since and bucket > :slow
        union all
        select hour, 'calls', calls - failed - unpriced from ai.figures_costs
         where hour >= :since and kind <> 'fine_tuning'
        union all
        select hour, 'cost', cost_usd from ai.figures_costs where hour >= :since and kind <> 'fine_tuning'
    )
    select cast(timezone({ZONE}, start) as date), cast(extract(hour from timezone({ZONE}, start)) as int), name, sum(n)
      from parts group by 1, 2, 3
"""


class Hour(NamedTuple):
    """What was counted under a name in one hour of the business."""

    day: date
    hour: int
    name: str
    n: float


def hours(connection: sa.Connection, since: datetime, slow: int) -> list[Hour]:
    """All counts of hours from ``since`` on that are not 0; answers in a bucket above ``slow`` are slow ones."""
    rows = connection.execute(sa.text(_HOURS), {"since": since, "slow": slow})
    return [Hour(*row) for row in rows]


def usual_bucket(connection: sa.Connection, since: datetime, until: datetime, share: float) -> int:
    """The bucket of answer times up to which this share of a period's answers lies."""
    found = connection.scalar(
        sa.text("""
            select min(bucket) from (
                select bucket, sum(sum(answers)) over (order by bucket) / sum(sum(answers)) over () as share
                  from ai.figures_latencies where span = 'hour' and start >= :since and start < :until group by bucket
            ) t where share >= :share
        """),
        {"since": since, "until": until, "share": share},
    )
    return int(found or 0)


def lateness(connection: sa.Connection, now: datetime) -> dict[str, timedelta]:
    """By channel, and under ``""`` for all, how long after its begin nearly every conversation is here.

    Channels that are imported at night are hours late; that is no silence.
    """
    rows = connection.execute(
        sa.text("""
            select coalesce(channel, ''),
                   least(percentile_disc(0.95) within group (order by created_at - started_at), :latest)
              from ai.conversations where started_at >= :since and created_at >= started_at
             group by grouping sets ((channel), ()) having count(*) > 0
        """),
        {"since": now - _LATE_WITHIN, "latest": _LATEST},
    )
    return {row[0]: row[1] for row in rows}


class Evidence(NamedTuple):
    """What a detector knew after an hour.

    ``observed`` and ``expected`` are sums of the three days up to it. It is an alarm from ``log_threshold`` on, and
    stays one until the change is over. ``seed_rule``: whether the detector's rule of thumb fired on the day before.
    """

    detector: str
    hour: datetime
    observed: float
    expected: float
    log_evidence: float
    log_threshold: float
    alarm: bool
    seed_rule: bool


def write(connection: sa.Connection, found: Collection[Evidence]) -> int:
    """Add what is known of new hours; what was known of others stays, as it decided. How many are new."""
    if not found:
        return 0
    row = insert(anomaly_evidence).on_conflict_do_nothing().returning(_E.hour)
    return len(connection.execute(row, [one._asdict() for one in found]).all())


def newest(connection: sa.Connection, detectors: Collection[str], since: datetime) -> list[Evidence]:
    """What each of these detectors knew last, unless that was before ``since``. Alerts ask every few seconds: one row
    each is read, by the key."""
    rows = connection.execute(
        sa.text("""
            select e.* from unnest(cast(:detectors as text[])) d(name)
             cross join lateral (select * from ai.anomaly_evidence where detector = d.name and hour >= :since
                                  order by hour desc limit 1) e
             order by e.detector
        """),
        {"detectors": list(detectors), "since": since},
    )
    return [Evidence(*row) for row in rows]


def over_time(connection: sa.Connection, detector: str, since: datetime) -> list[Evidence]:
    """What a detector knew hour by hour, oldest first."""
    rows = connection.execute(
        sa.select(anomaly_evidence).where(_E.detector == detector, _E.hour >= since).order_by(_E.hour)
    )
    return [Evidence(*row) for row in rows]
