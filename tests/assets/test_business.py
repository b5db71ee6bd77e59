"""Value, churn and demand, run by Dagster on bookings as the platform stores them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
import sqlalchemy as sa
from fakes.pipeline import ZONE, execute, metadata

from mhc_assets.resources import Platform
from mhc_core.db.queries import customers, held, installation, redaction, stats
from mhc_core.db.queries import demand as demand_queries
from mhc_core.pseudonyms import customer_hash
from mhc_jobs.cli.summary import _business

NOW = datetime(2026, 10, 20, 3, 30, tzinfo=ZoneInfo(ZONE))

# 600 customers of two years; every third goes on coming about every two months, the others come once or twice.
_BOOKINGS = """
    with made as (
        select 'guest-' || c as customer, c, k, gen_random_uuid() as talk,
               timestamptz '2024-10-01 18:00Z' + (c * 7919 % 650 + k * (50 + c * 31 % 23)) * interval '1 day' as at
          from generate_series(1, 600) c,
               generate_series(0, case when c % 3 = 0 then 12 else c % 2 end) k
    ), talks as (
        insert into ai.conversations (id, source, source_id, channel, customer_id, started_at, last_message_at)
        select talk, 'test', 'b-' || c || '-' || k, 'web', customer, at, at from made where at < :now
    )
    insert into ai.booking_requests
        (id, conversation_id, status, event_on, starts_at, adults, total_usd, requested_at, updated_at)
    select gen_random_uuid(), talk, 'confirmed', cast(at + (c * 13 % 30) * interval '1 day' as date), '18:00', 10,
           550 + c % 7 * 60, at, at
      from made where at < :now
"""


@pytest.fixture
def booked(sampled_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> sa.Engine:
    monkeypatch.setattr(Platform, "now", lambda self: NOW)
    with sampled_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.booking_requests"))
        connection.execute(sa.text("delete from ai.bookings"))
        connection.execute(sa.text(_BOOKINGS), {"now": NOW})
    return sampled_engine


def test_customers_are_valued_judged_and_forgotten(booked: sa.Engine, instance: dg.DagsterInstance) -> None:
    ran = execute("customers", instance)
    value, risk, profiles = (metadata(ran, name) for name in ("customer_value", "churn_risk", "customer_profiles"))
    assert value["dagster/row_count"] == risk["dagster/row_count"] == profiles["dagster/row_count"] > 500
    assert profiles["tiers"].keys() == {"Bronze", "Silver", "Gold"}
    assert profiles["customers_looked_at"] == profiles["profiles_written"] == profiles["dagster/row_count"]
    assert value["expected_usd"] > 550 * value["expected_bookings"] > 0
    with booked.begin() as connection:
        who = customer_hash(installation.salt(connection), "guest-3")
        loyal, once = (
            connection.execute(
                sa.text(
                    "select avg(v.expected_bookings), avg(r.risk) from ai.customer_value v "
                    "join ai.churn_risk r using (customer_hash) where (v.bookings > 4) = :loyal"
                ),
                {"loyal": loyal},
            ).one()
            for loyal in (True, False)
        )
        assert loyal[0] > 2 * once[0]
        assert loyal[1] < once[1]
        kept = held.everything(connection, ["guest-3"], who)
        assert [len(kept[name]) for name in ("customer_value", "churn_risk", "customer_profiles")] == [1, 1, 1]
        profile = kept["customer_profiles"][0]
        assert (profile["churn_risk"], profile["tier"]) == (kept["churn_risk"][0]["risk"], "Silver")
        assert len(kept["loyalty_events"]) == profile["completed"] >= 4
        assert stats.counts(connection)["customer_value"] == value["dagster/row_count"]
        sums = customers.outlook(connection)
        assert sums.customers == value["dagster/row_count"]
        assert sums.likely_lost == risk["at_70_percent_or_more"]
        told = _business(sums._asdict())
        assert f"{value['dagster/row_count']} customers have booked: " in told[0]
        assert "are expected to book" in told[1]
        counts = redaction.erase(connection, 1, who, ["guest-3"], NOW).counts
        assert counts["customer_value"] == counts["churn_risk"] == counts["customer_profiles"] == 1
    again = execute("customers", instance)
    assert metadata(again, "customer_value")["dagster/row_count"] == value["dagster/row_count"] - 1
    assert metadata(again, "customer_profiles")["dagster/row_count"] == value["dagster/row_count"] - 1


def test_who_was_erased_while_a_run_counted_is_not_written(booked: sa.Engine) -> None:
    with booked.begin() as connection:
        customers.replace_risks(connection, [customers.Risk("0" * 32, 0.5, 90, ["wait is 9"])], NOW)
        assert connection.scalar(sa.text("select count(*) from ai.churn_risk")) == 0


def test_the_next_30_days_are_forecast(booked: sa.Engine, instance: dg.DagsterInstance) -> None:
    with booked.begin() as connection:
        connection.execute(
            sa.text("""
                update ai.booking_requests set details = cast(case cast(extract(day from event_on) as integer) % 3
                    when 0 then '{"zip": "95630"}' when 1 then '{"city": "Oakland"}' else '{}' end as jsonb)
            """)
        )
    told = metadata(execute("demand", instance), "demand_forecast")
    assert told["dagster/row_count"] == 90
    assert told["parties_expected"].keys() == {"all", "Bay Area", "Sacramento"}
    assert told["parties_expected"]["all"] > sum(told["parties_expected"].values()) / 2
    assert set(told["mase"]) == {"calendar and pick-up", "seasonal naive", "ETS", "MSTL"}
    assert told["method"] == min(told["mase"], key=told["mase"].get)
    assert told["forecast"].startswith("![parties a day](data:image/png;base64,")
    with booked.connect() as connection:
        days = [one for one in demand_queries.forecasts(connection) if one.region == "all"]
    assert [one.day.isoformat() for one in days][:2] == ["2026-10-20", "2026-10-21"]
    assert all(one.low_95 <= one.low_80 <= one.high_80 <= one.high_95 for one in days)
    assert sum(one.booked for one in days) > 0
    [looked] = execute("demand_drift", instance).get_asset_check_evaluations()
    assert looked.metadata["method"].value == told["method"]
    assert looked.metadata["origins_that_err_as_much"].value in [place / 25 for place in range(1, 26)]


def test_with_few_bookings_they_say_what_they_wait_for(sampled_engine: sa.Engine, instance: dg.DagsterInstance) -> None:
    with sampled_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.booking_requests"))
    [looked] = execute("demand_drift", instance).get_asset_check_evaluations()
    assert (looked.passed, looked.description) == (True, "there is no forecast yet")
    told = metadata(execute("customers", instance), "customer_value")
    assert "too few to value" in told["waits"]
    assert "too few to forecast" in metadata(execute("demand", instance), "demand_forecast")["waits"]
