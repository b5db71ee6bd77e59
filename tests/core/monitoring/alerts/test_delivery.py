"""Messages reach a real SMTP server and a real webhook once, also when who sends them is killed on the way."""

import logging
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.receivers import Hook, Mailbox, mailbox
from fakes.stored import NOW

from mhc_core.db.queries import alert_messages
from mhc_core.db.rows.alerts import Condition, Message
from mhc_core.db.tables import alert_messages as table
from mhc_core.errors import ConfigurationError, NotFound
from mhc_core.monitoring.alerts import delivery, planning, testing, watching
from mhc_core.monitoring.alerts.channels import Channels
from mhc_core.monitoring.alerts.rules import load
from mhc_core.settings import Settings
from mhc_core.vocabulary import AlertKind, MessageKind, Severity

CONSOLE = "https://console.example.org/console"


@pytest.fixture
def mail() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


def wrong(database: sa.Engine, now: datetime = NOW, channels: tuple[str, ...] = ("mail", "hook")) -> None:
    """An alert of each kind, and the intent to tell of it on these channels, each in a message of its own."""
    for kind in AlertKind:
        condition = Condition(kind, "it", Severity.CRITICAL, f"{kind} happened", "look at it")
        with database.begin() as connection:
            watching.observe(connection, Settings(), load(None), now, {kind.value: lambda _, one=condition: [one]})
            later = now + timedelta(seconds=20)
            planning.plan(connection, load(None), channels, CONSOLE, later, later)


def message(key: str, channel: str = "hook") -> Message:
    return Message(key, channel, MessageKind.OPENED, Severity.WARNING, f"title {key}", "body", ())


def states(database: sa.Engine) -> list[tuple[int, bool, str | None]]:
    with database.connect() as connection:
        rows = connection.execute(
            sa.select(table.c.attempts, table.c.delivered_at.is_not(None), table.c.last_failure).order_by(table.c.id)
        )
        return [(row[0], row[1], row[2]) for row in rows]


def test_an_alert_of_each_kind_arrives_once_by_mail_and_webhook(database: sa.Engine, mail: Mailbox, web: Hook) -> None:
    wrong(database)
    channels = Channels({"mail": mail.url, "hook": web.url})
    later = NOW + timedelta(minutes=1)
    assert delivery.send_due(database, channels, lambda: later) == 2 * len(AlertKind)
    assert delivery.send_due(database, channels, lambda: later + timedelta(hours=1)) == 0
    titles = [f"[critical] {kind} happened" for kind in AlertKind]
    assert sorted(str(one["subject"]) for one in mail.mails) == sorted(titles)
    assert sorted(web.titles()) == sorted(titles)
    keys = {headers["idempotency-key"] for headers, _ in web.got} | {str(m["Idempotency-Key"]) for m in mail.mails}
    assert len(keys) == 2 * len(AlertKind)
    assert CONSOLE in web.got[0][1]["message"]


_LINES = "one & two\nhttps://example.org/x"


def test_a_mail_has_the_lines_of_its_message(database: sa.Engine, mail: Mailbox) -> None:
    with database.begin() as connection:
        alert_messages.write(connection, [replace(message("a", "mail"), body=_LINES)], NOW)
    delivery.send_due(database, Channels({"mail": mail.url}), lambda: NOW)
    assert mail.mails[0].get_content_type() == "text/plain"
    assert mail.mails[0].get_payload(decode=True).decode().split() == ["one", "&", "two", "https://example.org/x"]
    assert "two\n" in mail.mails[0].get_payload(decode=True).decode().replace("\r", "")


_CHILD = """
import os, signal, sys
from datetime import datetime, timedelta
from mhc_core.db import engine as engines
from mhc_core.db.queries import alert_messages
from mhc_core.monitoring.alerts import delivery
from mhc_core.monitoring.alerts.channels import Channels

url, hook, point, now = sys.argv[1], sys.argv[2], sys.argv[3], datetime.fromisoformat(sys.argv[4])
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
channels = Channels({"hook": hook})
if point == "taken":
    channels.send = die
if point == "sent":
    alert_messages.delivered = die
delivery.send_due(engines.create(url), channels, lambda: now)
"""


@pytest.mark.parametrize(("point", "copies"), [("taken", 1), ("sent", 2)])
def test_a_sender_killed_on_the_way_loses_nothing_and_doubles_only_what_had_gone(
    database: sa.Engine, fresh_database_url: str, web: Hook, tmp_path: Path, point: str, copies: int
) -> None:
    with database.begin() as connection:
        alert_messages.write(connection, [message("one")], NOW)
    script = tmp_path / "sender.py"
    script.write_text(_CHILD)
    ran = subprocess.run([sys.executable, script, fresh_database_url, web.url, point, NOW.isoformat()], timeout=60)
    assert ran.returncode == -signal.SIGKILL
    channels = Channels({"hook": web.url})
    assert delivery.send_due(database, channels, lambda: NOW + timedelta(seconds=5)) == 0, "the lease is not over"
    within_a_minute = NOW + timedelta(seconds=30)
    assert delivery.send_due(database, channels, lambda: within_a_minute) == 1
    assert delivery.send_due(database, channels, lambda: within_a_minute + timedelta(hours=1)) == 0
    assert [headers["idempotency-key"] for headers, _ in web.got] == ["one"] * copies
    assert states(database) == [(2, True, None)]


def test_a_pass_killed_before_its_end_leaves_nothing_and_the_next_writes_it_once(database: sa.Engine) -> None:
    connection = database.connect()
    alert_messages.write(connection, [message("one")], NOW)
    connection.close()  # as when its process dies
    for _ in range(2):
        with database.begin() as connection:
            alert_messages.write(connection, [message("one")], NOW)
    assert len(states(database)) == 1


def test_what_is_refused_is_sent_again_later_and_given_up_after_a_day(database: sa.Engine, web: Hook) -> None:
    with database.begin() as connection:
        alert_messages.write(connection, [message("one")], NOW)
    web.statuses = [500, 503, 500]
    channels = Channels({"hook": web.url})
    for seconds in (0, 15, 60):
        delivery.send_due(database, channels, lambda at=NOW + timedelta(seconds=seconds): at)
    assert states(database) == [(3, False, "not accepted, or not reached")]
    delivery.send_due(database, channels, lambda: NOW + timedelta(minutes=30))
    assert states(database) == [(4, True, None)]
    with database.begin() as connection:
        alert_messages.write(connection, [message("two", "gone")], NOW)
    delivery.send_due(database, channels, lambda: NOW + timedelta(hours=25))
    assert states(database)[1] == (1, False, "no address: set MHC_ALERT_URLS__GONE")
    assert delivery.send_due(database, channels, lambda: NOW + timedelta(days=9)) == 0


def test_secrets_of_channels_are_in_no_log_and_no_row(
    database: sa.Engine, web: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    web.statuses = [500]
    with database.begin() as connection:
        alert_messages.write(connection, [message("one")], NOW)
    delivery.send_due(database, Channels({"hook": web.url}), lambda: NOW)
    with database.connect() as connection:
        rows = str(connection.execute(sa.select(table)).all())
    assert "s3cret-token" not in caplog.text + rows
    with pytest.raises(ConfigurationError, match="MHC_ALERT_URLS__HOOK") as refused:
        Channels({"hook": "nothing://s3cret-token@example.org"}).check()
    assert "s3cret" not in str(refused.value)


def test_channels_are_tried_the_way_alerts_go(database: sa.Engine, mail: Mailbox, web: Hook) -> None:
    settings = Settings(alert_urls={"Mail": mail.url, "hook": web.url})  # type: ignore[dict-item]
    web.statuses = [403]
    found = testing.try_channels(database, settings, None, lambda: NOW)
    assert found == {"hook": "not accepted, or not reached", "mail": None}
    assert str(mail.mails[0]["subject"]).startswith("Test: ")
    assert delivery.send_due(database, Channels({"hook": web.url}), lambda: NOW + timedelta(days=1)) == 0
    with pytest.raises(NotFound, match="hook, mail"):
        testing.try_channels(database, settings, "pager", lambda: NOW)
    with pytest.raises(ConfigurationError, match="no channel has an address"):
        testing.try_channels(database, Settings(), None, lambda: NOW)
