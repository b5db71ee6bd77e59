"""``mhc alerts`` and ``mhc status``: people see what is wrong, take it over, silence it, and try the channels."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from fakes.receivers import hook
from typer.testing import CliRunner

from mhc_core.db import engine as engines
from mhc_core.db.queries import alerts, incidents
from mhc_core.db.rows.alerts import Condition
from mhc_core.errors import ConfigurationError, ProviderUnavailable
from mhc_core.monitoring.alerts.summary import of
from mhc_core.monitoring.alerts.watching import ALERTS
from mhc_core.monitoring.status import status
from mhc_core.settings import Settings
from mhc_core.vocabulary import AlertKind, Severity
from mhc_jobs.cli.main import app
from mhc_jobs.cli.summary import _alerts

Run = Callable[..., Any]


@pytest.fixture
def database(fresh_database_url: str) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def run(fresh_database_url: str, tmp_path: Path) -> Run:
    def call(*arguments: str, **settings: str) -> Any:
        environment = {"MHC_DATABASE_URL": fresh_database_url, "MHC_STATE_DIR": str(tmp_path), **settings}
        done = CliRunner().invoke(app, ["alerts", *arguments, "--json"], env=environment)
        if done.exception is not None:
            raise done.exception
        return orjson.loads(done.stdout)

    return call


def wrong(database: sa.Engine) -> None:
    with database.begin() as connection:
        found = [
            Condition(AlertKind.SILENCE, "channel:sms", Severity.WARNING, "Conversations by sms: hardly any", "none"),
            Condition(AlertKind.RUN_FAILED, "train", Severity.CRITICAL, "Job train failed", "see its steps"),
        ]
        alerts.see(connection, "test", found, datetime.now(UTC))


def test_alerts_are_listed_acknowledged_and_silenced(database: sa.Engine, run: Run) -> None:
    assert run() == {"alerts": [], "undelivered": 0}
    wrong(database)
    [first, second] = run()["alerts"]
    assert (first["title"], second["key"]) == ("Job train failed", "silence:channel:sms")
    assert run("ack", str(first["id"])) == {"acknowledged": 1}
    run("silence", "silence:", "--hours", "2")
    [first, second] = run()["alerts"]
    assert first["acknowledged_by"].startswith("cli:")
    assert second["silenced_until"] is not None
    run("silence", "silence:", "--end")
    assert run()["alerts"][1]["silenced_until"] is None


def test_people_read_one_alert_below_the_other(database: sa.Engine, fresh_database_url: str, tmp_path: Path) -> None:
    wrong(database)
    environment = {"MHC_DATABASE_URL": fresh_database_url, "MHC_STATE_DIR": str(tmp_path)}
    done = CliRunner().invoke(app, ["alerts"], env=environment)
    lines = done.stdout.splitlines()
    assert lines[:2] == ["2  critical  Job train failed", "    see its steps"]
    assert "silence:channel:sms, from" in done.stdout, "the key is what a silence takes"


def test_channels_are_tried_and_a_failure_is_an_exit_code(run: Run) -> None:
    with hook() as receiver:
        assert run("test", MHC_ALERT_URLS__HOOK=receiver.url) == {"hook": "sent"}
        assert receiver.titles() == ["Test: alerts reach you here"]
        receiver.statuses = [500]
        with pytest.raises(ProviderUnavailable, match="hook did not take"):
            run("test", MHC_ALERT_URLS__HOOK=receiver.url)
    assert [one["attempts"] for one in run("messages")["messages"]] == [1, 1]
    with pytest.raises(ConfigurationError, match="no channel"):
        run("test")


def test_rules_are_checked_against_the_addresses(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('[[rule]]\nkinds = ["budget"]\nchannels = ["pager"]\n')
    with pytest.raises(ConfigurationError, match="MHC_ALERT_URLS__PAGER"):
        run("rules", MHC_ALERT_RULES=str(file))
    shown = run("rules", MHC_ALERT_RULES=str(file), MHC_ALERT_URLS__PAGER="json://127.0.0.1/x")
    assert shown["channels"]["budget"] == ["pager"]
    assert shown["channels"]["anomaly"] == []


def test_the_status_shows_what_is_open_silent_and_whether_anybody_watches(database: sa.Engine) -> None:
    now = datetime.now(UTC)
    with database.begin() as connection:
        assert of(connection, now)["watched"] is None
        incidents.alive(connection, ALERTS, now - timedelta(minutes=5))
    wrong(database)
    with database.connect() as connection:
        found = of(connection, now)
        whole = status(connection, Settings(), now)
    assert whole["alerts"] == found
    assert whole["cost_today"] == {"usd": 0.0, "budget_usd": 50.0}
    assert found["silent"] == ["channel:sms"]
    assert found["watched"] is False
    said = "\n".join(_alerts(found))
    assert "alert 2 (critical): Job train failed: see its steps; nobody looks after it" in said
    assert "silent: channel:sms" in said
    assert "nobody watches" in said
