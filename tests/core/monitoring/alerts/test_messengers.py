"""Alerts reach Slack, SMS, WhatsApp and Teams in the form that each of them takes, once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from fakes.messengers import SLACK, SMS, WHATSAPP, messengers
from fakes.stored import NOW

from mhc_core.db.rows.alerts import Condition
from mhc_core.monitoring.alerts import delivery, planning, watching
from mhc_core.monitoring.alerts.channels import Channels
from mhc_core.monitoring.alerts.rules import load
from mhc_core.settings import Settings
from mhc_core.vocabulary import AlertKind, Severity


def test_every_messenger_shows_what_is_wrong_what_to_do_and_where(
    database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    condition = Condition(
        AlertKind.RUN_FAILED, "nightly", Severity.CRITICAL, "The run nightly failed <twice> & again", "read its log"
    )
    with messengers(monkeypatch) as state:
        addresses = {"slack": SLACK, "sms": SMS, "whatsapp": WHATSAPP, "teams": state.teams}
        with database.begin() as connection:
            watching.observe(connection, Settings(), load(None), NOW, {"run_failed": lambda _: [condition]})
            later = NOW + timedelta(seconds=20)
            planning.plan(connection, load(None), tuple(addresses), "https://console.example.org/console", later, later)
        channels = Channels(addresses)
        assert delivery.send_due(database, channels, lambda: later) == len(addresses)
        assert delivery.send_due(database, channels, lambda: later + timedelta(hours=1)) == 0
    assert state.refused == []
    by_service = {service: [text for name, text in state.shown if name == service] for service, _ in state.shown}
    assert sorted(by_service) == ["slack", "teams", "twilio", "whatsapp"]
    for service, texts in by_service.items():
        whole = " ".join(texts).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        for part in ("The run nightly failed <twice> & again", "read its log", "console.example.org/console/alerts"):
            assert part in whole, (service, whole)
