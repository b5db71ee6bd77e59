"""``mhc campaigns`` and ``mhc consents`` as staff use them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from click.testing import Result
from fakes.campaigns import PHONE, agree, party, risk
from fakes.carriers import ACCOUNT, TOKEN, carriers
from typer.testing import CliRunner

from mhc_core.db import engine as engines

NOW = datetime.now(UTC)


@pytest.fixture
def database(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


def mhc(*arguments: str) -> Result:
    from mhc_jobs.cli.main import app

    return CliRunner().invoke(app, list(arguments))


def told(*arguments: str) -> Any:
    done = mhc(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return orjson.loads(done.stdout)


def due(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        agree(connection, PHONE, at=NOW - timedelta(days=100))
        party(connection, PHONE, (NOW - timedelta(days=2)).date())
        party(connection, "visitor-9", (NOW - timedelta(days=2)).date(), channel="web")


def test_a_dry_run_shows_who_is_due_and_who_is_not_and_writes_nothing(database: sa.Engine) -> None:
    due(database)
    shown = told("campaigns", "plan", "--dry-run")
    assert {row["fate"] for row in shown["touches"]} <= {"planned", "withheld", "no_address"}
    assert sum(row["people"] for row in shown["touches"]) == 2
    with database.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from ai.campaign_touches")) == 0
    assert "no address" in mhc("campaigns", "plan").stdout
    with database.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from ai.campaign_touches")) == 2


def test_nothing_is_sent_until_somebody_switches_it_on(database: sa.Engine) -> None:
    due(database)
    done = mhc("campaigns", "send")
    assert done.exit_code == 1
    assert "MHC_CAMPAIGNS=true" in str(done.exception)
    assert "Nothing is sent" in mhc("campaigns", "list").stdout


def test_switched_on_without_a_service_says_what_to_set(database: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHC_CAMPAIGNS", "true")
    assert "no channel is set up" in str(mhc("campaigns", "send").exception)
    monkeypatch.setenv("MHC_TWILIO__ACCOUNT_SID", ACCOUNT)
    assert "MHC_TWILIO__AUTH_TOKEN" in str(mhc("campaigns", "send").exception)


def test_what_is_planned_goes_out_through_the_carrier(
    database: sa.Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from mhc_core.campaigns import rules

    everybody = tmp_path / "campaigns.toml"
    text = rules.SHIPPED.read_text("utf-8").replace("holdout = 0.1", "holdout = 0.0")
    everybody.write_text(text, "utf-8")
    with carriers() as state:
        for name, value in (
            ("CAMPAIGNS", "true"), ("CAMPAIGNS_FILE", str(everybody)), ("TWILIO__ACCOUNT_SID", ACCOUNT),
            ("TWILIO__AUTH_TOKEN", TOKEN), ("TWILIO__SMS_FROM", "+15550100001"), ("TWILIO__URL", state.url),
        ):  # fmt: skip
            monkeypatch.setenv(f"MHC_{name}", value)
        due(database)
        mhc("campaigns", "plan")
        done = told("campaigns", "send")
        assert done in ({"sent": 1}, {"put_off": 1}), "by the hour at which this test runs"
        assert [to for to, _ in state.accepted] == [PHONE] * done.get("sent", 0)
    report = told("campaigns", "report")
    assert {one["campaign"] for one in report} == {"abandoned_booking", "after_event", "win_back", "may_leave"}
    assert {one["lift"]["verdict"] for one in report} == {"cannot tell yet"}
    assert "cannot tell yet" in mhc("campaigns", "report").stdout


def test_a_task_for_a_person_is_shown_and_done_once(database: sa.Engine) -> None:
    due(database)
    with database.begin() as connection:
        risk(connection, PHONE, 0.9, NOW)
    mhc("campaigns", "plan")
    (task,) = told("campaigns", "tasks")
    assert (task["percent"], task["reasons"]) == (20, ["the wait is long"])
    assert mhc("campaigns", "done", "--task", str(task["id"]), "--by", "Ann").exit_code == 0
    again = mhc("campaigns", "done", "--task", str(task["id"]), "--by", "Ann")
    assert "no open task" in str(again.exception)
    assert told("campaigns", "tasks") == []


def test_consents_are_imported_listed_and_revoked(database: sa.Engine, tmp_path: Path) -> None:
    file = tmp_path / "given.csv"
    file.write_text(
        "customer,channel,given_at,how,wording\n"
        '916-555-0101,sms,2026-01-05T10:00:00Z,form,"Yes, send me offers"\n916-555-0102,fax,x,y,z\n',
        "utf-8",
    )
    done = mhc("consents", "import", str(file), "--by", "Ann")
    assert done.exit_code == 0
    assert "1 consents are new" in done.stdout
    assert "line 3" in done.stderr
    assert len(told("consents", "list", "--customer", PHONE)) == 1
    assert told("consents", "revoke", "--customer", PHONE, "--by", "Ann") == {"consents_ended": 1}
    assert "until" in mhc("consents", "list").stdout


def test_a_code_that_does_not_exist_is_refused(database: sa.Engine) -> None:
    assert "no such code" in str(mhc("campaigns", "redeem", "NOTACODE", "--by", "Ann").exception)
