"""From figures to alarms: a change is seen, ends, and begins anew; what is new, late or silent is judged rightly."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import sqlalchemy as sa

from mhc_core.db.queries import anomalies as queries
from mhc_core.db.queries.anomalies import Evidence, Hour
from mhc_core.db.tables import figures_costs, figures_flow, figures_latencies, figures_totals
from mhc_core.monitoring.anomalies import looking
from mhc_core.monitoring.anomalies.detectors import FALSE_ALARMS_A_YEAR, FAMILY
from mhc_core.monitoring.anomalies.judging import judge
from mhc_core.monitoring.anomalies.seed_rules import fired
from mhc_core.monitoring.anomalies.series import dense
from mhc_core.statistics.e_detectors import log_threshold
from mhc_core.vocabulary import AlertKind, Channel

ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 10, 5, 10, 5, tzinfo=UTC)
WEEKS = 16
HOUR = timedelta(hours=1)


def history(connection: sa.Connection, *, silent_days: int = 0, worse_days: int = 0, seed: int = 1) -> None:
    """Weeks of figures by the hour: two channels, a tenth escalated; the last days silent by SMS, or twice as bad."""
    random = np.random.default_rng(seed)
    flow, totals, calls, times = [], [], [], []
    for back in range(WEEKS * 7 * 24, 0, -1):
        at = (NOW - back * HOUR).replace(minute=0)
        rate = 0.2 if back <= worse_days * 24 else 0.1
        both = 0
        for channel in (Channel.WEB, Channel.SMS):
            talks = int(random.poisson(2.0)) if channel is Channel.WEB or back > silent_days * 24 else 0
            escalated = int(random.binomial(talks, rate))
            both += talks
            flow.append(
                {"span": "hour", "start": at, "channel": channel, "intent": "menu", "agent": "a", "outcome": "booked",
                 "conversations": talks, "escalated": escalated, "booked": 0}
            )  # fmt: skip
        totals.append(
            {"span": "hour", "start": at, "messages": both, "handovers": 0, "bookings": 0, "thumbs_up": both,
             "thumbs_down": 0, "stars": 0, "starred": 0, "refreshed_at": at}
        )  # fmt: skip
        calls.append(
            {"hour": at, "kind": "chat", "feature": "answers", "model": "m", "calls": 3 * both, "failed": 0,
             "unpriced": 0, "estimated": 0, "input_tokens": 0, "cached_tokens": 0, "cache_write_tokens": 0,
             "output_tokens": 0, "reasoning_tokens": 0, "audio_tokens": 0, "trained_tokens": 0, "cost_usd": 0.01 * both}
        )  # fmt: skip
        times += [
            {"span": "hour", "start": at, "bucket": 30, "answers": 3 * both},
            {"span": "hour", "start": at, "bucket": 45, "answers": int(random.poisson(0.3))},
        ]
    for table, rows in (
        (figures_flow, flow), (figures_totals, totals), (figures_costs, calls), (figures_latencies, times),
    ):  # fmt: skip
        connection.execute(sa.insert(table), rows)


def look(connection: sa.Connection, now: datetime = NOW) -> dict[str, list[Evidence]]:
    found: dict[str, list[Evidence]] = {}
    for one in looking.look(connection, ZONE, now):
        found.setdefault(one.detector, []).append(one)
    return found


def alarms(connection: sa.Connection) -> set[str]:
    queries.write(connection, [one for all_of in look(connection).values() for one in all_of])
    return {one.subject for one in looking.conditions(connection, NOW)}


def test_the_shares_of_all_detectors_add_up_to_the_promise() -> None:
    assert sum(one.alpha for one in FAMILY.values()) == pytest.approx(FALSE_ALARMS_A_YEAR)
    assert FAMILY["escalations"].log_threshold == log_threshold(FALSE_ALARMS_A_YEAR / 7)


def test_nothing_is_said_while_nothing_changes(connection: sa.Connection) -> None:
    history(connection)
    found = look(connection)
    assert {"escalations", "volume", "channel:sms", "intent:menu", "cost", "answer_time"} <= set(found)
    assert "channel:phone" not in found, "a channel that nobody used is not missed"
    assert found["volume"][-1].hour == NOW.replace(hour=9, minute=0), "the hour that is not over is not judged"
    assert not any(one.alarm for all_of in found.values() for one in all_of)
    assert alarms(connection) == set()


def test_a_doubled_rate_of_escalations_is_an_alarm(connection: sa.Connection) -> None:
    history(connection, worse_days=10)
    assert alarms(connection) == {"escalations"}
    [told] = looking.conditions(connection, NOW)
    assert told.kind is AlertKind.ANOMALY
    assert "× the usual" in told.title


def test_a_channel_that_falls_silent_is_an_alarm_of_that_channel(connection: sa.Connection) -> None:
    history(connection, silent_days=2)
    found = {one.subject: one for one in looking.conditions(connection, NOW)} if alarms(connection) else {}
    assert found["channel:sms"].kind is AlertKind.SILENCE
    assert "hardly any" in found["channel:sms"].title
    assert "channel:web" not in found


def test_what_was_known_of_an_hour_stays_as_it_decided(connection: sa.Connection) -> None:
    history(connection)
    first = [one for all_of in look(connection).values() for one in all_of]
    assert queries.write(connection, first) == len(first)
    assert queries.write(connection, [one._replace(alarm=True) for one in first]) == 0
    assert not any(one.alarm for one in queries.over_time(connection, "volume", NOW - timedelta(days=60)))


def test_conversations_that_come_late_are_waited_for(connection: sa.Connection) -> None:
    history(connection)
    connection.execute(
        sa.text("""
            insert into ai.conversations (id, source, source_id, channel, started_at, last_message_at, created_at)
            select gen_random_uuid(), 'import', n::text, 'sms', cast(:at as timestamptz), cast(:at as timestamptz),
                   cast(:at as timestamptz) + interval '20 hours' from generate_series(1, 20) n
        """),
        {"at": NOW - timedelta(days=2)},
    )
    found = look(connection)
    assert found["channel:sms"][-1].hour == NOW.replace(minute=0) - 21 * HOUR
    assert found["channel:web"][-1].hour == NOW.replace(minute=0) - HOUR


def test_an_alarm_ends_when_things_are_as_usual_again_and_may_come_back() -> None:
    random, detector = np.random.default_rng(2), FAMILY["volume"]
    mean = np.ones((20 * 7, 24))
    mean[90:95] = mean[120:125] = 3.0
    counts = random.poisson(mean).astype(float)
    judged = judge(detector, counts, np.ones_like(counts), 80, counts.size)
    on = judged.alarm.reshape(counts.shape).any(axis=1)
    assert not on[:90].any()
    assert on[92:95].all()
    assert not on[98:120].any()
    assert on[123:125].all()
    assert not on[128:].any()


def test_weeks_before_something_was_first_counted_are_no_baseline() -> None:
    counts = np.random.default_rng(2).poisson(np.ones((20 * 7, 24))).astype(float)
    counts[:70] = 0
    judged = judge(FAMILY["volume"], counts, np.ones_like(counts), 0, counts.size)
    assert not judged.alarm.any()
    assert np.isfinite(judged.log_evidence[-24:]).all()


def test_days_on_which_clocks_change_have_the_hours_they_have() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    series = dense([Hour(date(2026, 3, 8), 3, "conversations", 2.0)], date(2026, 3, 2), 14, zone)
    assert series.length[6].sum() == 23
    assert series.length[6, 2] == 0
    assert series.counts["conversations"][6, 3] == 2
    assert series.at(6 * 24 + 3) == datetime(2026, 3, 8, 10, tzinfo=UTC)
    autumn = dense([], date(2026, 10, 26), 14, zone)
    assert autumn.length[6, 1] == 2


def test_rules_of_thumb_fire_on_the_days_they_name() -> None:
    shares = np.array([[10.0, 11, 9, 10, 12, 10, 8, 10, 16]])
    assert list(fired("cost", shares, np.ones_like(shares))[0]) == [False] * 8 + [True]
    assert not fired("intent:menu", shares, np.ones_like(shares)).any()
