"""A serving process watches by itself: what goes wrong reaches a channel within a minute, and its end stops it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from fakes.receivers import hook
from fakes.waiting import until
from pydantic import SecretStr

from mhc_core.db import engine as engines
from mhc_core.db.queries import incidents
from mhc_core.errors import ConfigurationError
from mhc_core.monitoring import incidents as noticed
from mhc_core.monitoring.alerts.watching import ALERTS
from mhc_core.settings import Settings
from mhc_serving.workers import alerts


@pytest.fixture
def database(fresh_database_url: str) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


def test_a_failed_run_reaches_a_webhook_while_two_processes_watch(
    database: sa.Engine, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr(alerts, "LOOK_SECONDS", 0.05)
    rules = tmp_path_factory.mktemp("rules") / "rules.toml"
    rules.write_text('group_seconds = 0\n[disk]\nfree_percent = 0.001\n[[rule]]\nchannels = ["*"]\n')
    with hook() as receiver:
        settings = Settings(alert_urls={"hook": SecretStr(receiver.url)}, alert_rules=rules)
        with alerts.watching(database, settings), alerts.watching(database, settings):
            with database.begin() as connection:
                noticed.run_failed(connection, "train", ["fine_tuned_model"], [], datetime.now(UTC))
            until(lambda: receiver.got, 30)
            with database.connect() as connection:
                assert incidents.last_seen(connection, ALERTS) is not None
        assert receiver.titles() == ["[warning] Job train failed"]


def test_a_channel_that_is_none_is_refused_at_the_start(database: sa.Engine) -> None:
    settings = Settings(alert_urls={"mail": SecretStr("nothing://here")})
    with pytest.raises(ConfigurationError, match="MHC_ALERT_URLS__MAIL"), alerts.watching(database, settings):
        pass
