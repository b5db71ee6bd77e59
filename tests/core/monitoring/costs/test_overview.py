"""What providers cost, as people see it, and when they are told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import orjson
import pytest
import sqlalchemy as sa
from fakes.spending import spend
from fakes.stored import say, talk
from typer.testing import CliRunner

from mhc_core.db import engine as engines
from mhc_core.monitoring.alerts import rules
from mhc_core.monitoring.alerts.sources import SOURCES, Watched
from mhc_core.monitoring.costs import overview as costs
from mhc_core.monitoring.costs.budgets import BudgetState, Cause
from mhc_core.monitoring.costs.overview import CostOverview
from mhc_core.settings import Settings
from mhc_core.vocabulary import AlertKind, Severity

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 18, 20, 30, tzinfo=UTC)  # a Wednesday, half past noon for the business
SETTINGS = Settings(_env_file=None)


@pytest.fixture
def connection(fresh_database_url: str) -> Iterator[sa.Connection]:
    engine = engines.create(fresh_database_url, zone=str(ZONE))
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()
    engine.dispose()


def seen(connection: sa.Connection, now: datetime = NOW) -> CostOverview:
    return costs.overview(connection, SETTINGS, ZONE, now)


def told(connection: sa.Connection, cause: Cause, **settings: object) -> list[BudgetState]:
    chosen = SETTINGS.model_copy(update=settings)
    return [one for one in costs.states(connection, chosen, ZONE, NOW) if one.cause is cause]


def test_periods_begin_at_the_business_s_midnight_monday_and_first(connection: sa.Connection) -> None:
    local = NOW.astimezone(ZONE)
    midnight = local.replace(hour=0, minute=0)
    for at, cost in (
        (midnight, "1"),
        (midnight - timedelta(minutes=1), "10"),
        (midnight - timedelta(days=2), "100"),  # Monday
        (midnight - timedelta(days=2, minutes=1), "1000"),
        (midnight.replace(day=1), "10000"),
        (midnight.replace(day=1) - timedelta(minutes=1), "100000"),
    ):
        spend(connection, at, cost)
    day, week, month = seen(connection).periods
    assert (day.cost_usd, week.cost_usd, month.cost_usd) == (1, 111, 11111)


def test_a_trend_compares_with_the_same_part_of_the_period_before(connection: sa.Connection) -> None:
    spend(connection, NOW - timedelta(hours=2), "3")
    spend(connection, NOW - timedelta(hours=26), "2")
    spend(connection, NOW - timedelta(hours=18), "50")  # yesterday evening: later than it is now
    day = seen(connection).periods[0]
    assert (day.before_usd, day.trend) == (2, 0.5)


def test_calls_under_way_count_as_spent(connection: sa.Connection) -> None:
    spend(connection, NOW - timedelta(minutes=1), "45", settled=False)
    assert seen(connection).spent.day == 45


def test_features_and_models_are_those_of_the_month(connection: sa.Connection) -> None:
    spend(connection, NOW - timedelta(days=1), "0.02")
    spend(connection, NOW - timedelta(days=1), "0.03", feature="understanding")
    spend(connection, NOW - timedelta(days=2), "9", feature="training", model="gpt-4.1-mini")
    spend(connection, NOW - timedelta(days=20), "99")  # of October
    found = seen(connection)
    assert [(one.name, one.cost_usd) for one in found.features] == [
        ("training", 9), ("understanding", Decimal("0.03")), ("answers", Decimal("0.02")),
    ]  # fmt: skip
    assert [(one.name, one.calls) for one in found.models] == [("gpt-4.1-mini", 1), ("gpt-6-luna", 2)]


def test_the_dearest_questions_of_the_month_come_first(connection: sa.Connection) -> None:
    for at, cost in (
        (NOW - timedelta(days=20), "99"),
        (NOW.astimezone(ZONE).replace(day=1, hour=1), "0.07"),
        (NOW - timedelta(hours=1), "0.05"),
        (NOW - timedelta(hours=1), "0"),
    ):
        answer = say("assistant", "55", intent="pricing", cost_usd=Decimal(cost))
        conversation, messages = talk(connection, say("user", "how much?"), answer, at=at)
        spend(connection, at, cost, conversation=conversation, message=messages[-1])
    assert [(one.intent, one.calls, one.cost_usd) for one in seen(connection).questions] == [
        ("pricing", 1, Decimal("0.07")), ("pricing", 1, Decimal("0.05")),
    ]  # fmt: skip


def test_nothing_is_told_within_the_budgets(connection: sa.Connection) -> None:
    for back in range(1, 60):
        spend(connection, NOW - timedelta(days=back), "10")
    assert costs.states(connection, SETTINGS, ZONE, NOW) == []


@pytest.mark.parametrize(("spent", "severity"), [("39.99", None), ("40", Severity.WARNING), ("50", Severity.CRITICAL)])
def test_a_budget_is_told_at_80_and_at_100_percent(
    connection: sa.Connection, spent: str, severity: Severity | None
) -> None:
    spend(connection, NOW - timedelta(hours=3), spent)
    assert [one.severity for one in told(connection, Cause.BUDGET) if one.subject == "day"] == (
        [] if severity is None else [severity]
    )


def test_the_hard_limit_is_told_with_what_to_do(connection: sa.Connection) -> None:
    spend(connection, NOW - timedelta(hours=3), "74.99")
    assert told(connection, Cause.HARD_LIMIT) == []
    spend(connection, NOW - timedelta(hours=3), "0.01")
    (state,) = told(connection, Cause.HARD_LIMIT)
    assert "MHC_BUDGET_DAY_USD" in state.told
    assert (state.severity, state.subject) == (Severity.CRITICAL, "day")


def test_a_month_that_is_going_to_cost_more_than_its_budget_is_told(connection: sa.Connection) -> None:
    for back in range(1, 40):
        spend(connection, NOW - timedelta(days=back), "20")
    assert told(connection, Cause.PROJECTION) == []
    (state,) = told(connection, Cause.PROJECTION, budget_month_usd=Decimal(500))
    assert "80 %" in state.told
    assert costs.overview(connection, SETTINGS, ZONE, NOW).projected is not None


@pytest.mark.parametrize(("cost", "expected"), [("3.9", 0), ("4.5", 1)])
def test_an_hour_half_as_dear_again_as_usual_is_told(connection: sa.Connection, cost: str, expected: int) -> None:
    last = NOW.replace(minute=5) - timedelta(hours=1)
    for week in range(1, 5):
        spend(connection, last - timedelta(weeks=week), "2.8")
    spend(connection, last, cost)
    assert len(told(connection, Cause.HOUR)) == expected


def test_cents_of_a_quiet_hour_are_not_told(connection: sa.Connection) -> None:
    last = NOW.replace(minute=5) - timedelta(hours=1)
    spend(connection, last - timedelta(weeks=1), "0.01")
    spend(connection, last, "0.09")
    assert told(connection, Cause.HOUR) == []


def test_calls_without_a_price_are_told(connection: sa.Connection) -> None:
    spend(connection, NOW - timedelta(days=1), None, model="gpt-new")
    (state,) = told(connection, Cause.UNPRICED)
    assert "prices.toml" in state.told
    assert seen(connection).models[0].unpriced == 1


def test_before_any_call_all_is_zero_and_nothing_is_projected(connection: sa.Connection) -> None:
    found = seen(connection)
    assert [one.cost_usd for one in found.periods] == [0, 0, 0]
    assert (found.projected, found.per_answer_usd, found.saved_usd) == (None, None, 0)
    assert (list(found.questions), list(found.states)) == ([], [])


def test_calls_of_a_process_that_died_are_counted_as_lost_after_an_hour(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url, zone=str(ZONE))
    with engine.begin() as connection:
        spend(connection, NOW - timedelta(hours=2), "1", settled=False)
        spend(connection, NOW - timedelta(minutes=2), "1", settled=False)
    assert costs.settle_abandoned(engine, NOW) == 1
    assert costs.settle_abandoned(engine, NOW) == 0
    with engine.connect() as connection:
        assert seen(connection).spent.estimated == 1
    engine.dispose()


def test_what_is_told_of_costs_is_an_alert_that_leads_to_the_page(connection: sa.Connection) -> None:
    spend(connection, NOW - timedelta(hours=3), "80")
    conditions = list(SOURCES["costs"](Watched(connection, SETTINGS, rules.load(None), NOW)))
    assert {(one.kind, one.subject, one.severity) for one in conditions} == {
        (AlertKind.BUDGET, "budget/day", Severity.CRITICAL), (AlertKind.BUDGET, "hard_limit/day", Severity.CRITICAL),
    }  # fmt: skip
    assert {one.link for one in conditions} == {"/costs"}


def test_the_command_tells_what_was_spent(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from mhc_jobs.cli.main import app

    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    assert "OPENAI_API_KEY" in CliRunner().invoke(app, ["costs"]).stdout
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        spend(connection, datetime.now(UTC), "45.5")
    engine.dispose()
    shown = CliRunner().invoke(app, ["costs"])
    assert shown.exit_code == 0, shown.output
    assert "91% of 50" in shown.stdout
    found = orjson.loads(CliRunner().invoke(app, ["costs", "--json"]).stdout)
    assert Decimal(found["spent"]["day"]) == Decimal("45.5")
    assert found["states"][0]["subject"] == "day"
