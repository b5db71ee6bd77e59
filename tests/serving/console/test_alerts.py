"""The pages of alerts and anomalies: what is wrong is seen, taken over and silenced; evidence has its numbers."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from fakes.consoles import Staff
from fakes.waiting import until
from selenium.webdriver.common.by import By

from mhc_core.db.queries import alerts as queries
from mhc_core.db.queries.anomalies import Evidence, write
from mhc_core.db.rows.alerts import Condition
from mhc_core.db.tables import alert_silences, alerts, anomaly_evidence, audit_log
from mhc_core.vocabulary import AlertKind, Severity


@pytest.fixture
def wrong(console_engine: sa.Engine) -> None:
    """Two alerts, of which nobody knows."""
    now = datetime.now(UTC)
    found = [
        Condition(AlertKind.RUN_FAILED, "train", Severity.WARNING, "Job train failed", "see its steps"),
        Condition(AlertKind.ANOMALY, "volume", Severity.CRITICAL, "Conversations: 3 ×", "as rarely", "/anomalies"),
    ]
    with console_engine.begin() as connection:
        for table in (alerts, alert_silences):
            connection.execute(sa.delete(table))
        queries.see(connection, "test", found, now)


def test_an_operator_takes_an_alert_over_and_silences_another(
    staff: Staff, console_engine: sa.Engine, wrong: None
) -> None:
    staff.sign_in("operator")
    staff.open("/alerts")
    cards = staff.browser.find_elements(By.CSS_SELECTOR, '[aria-label="Open alerts"] h2')
    assert [card.text for card in cards] == ["Conversations: 3 ×", "Job train failed"], "the gravest stands first"
    staff.see('[aria-label="Acknowledge Job train failed"]').click()
    staff.see("p", "operator looks after it")
    staff.see('[aria-label="Silence Conversations: 3 ×"]').click()
    staff.see(".q-dialog button", "Silence it").click()
    staff.see('[aria-label="Silences"] h3', "anomaly:volume")
    staff.see(".chip", "silent until")
    assert staff.faults() == []
    staff.see('[aria-label="Tell anomaly:volume again"]').click()
    until(lambda: not staff.browser.find_elements(By.CSS_SELECTOR, '[aria-label="Tell anomaly:volume again"]'), 30)
    with console_engine.connect() as connection:
        acts = connection.scalars(
            sa.select(audit_log.c.action).where(audit_log.c.action.startswith("alert.")).order_by(audit_log.c.id)
        ).all()
    assert acts == ["alert.acknowledged", "alert.silenced", "alert.silence_ended"]


def test_what_opens_while_the_page_is_open_appears_by_itself(
    staff: Staff, console_engine: sa.Engine, wrong: None
) -> None:
    staff.sign_in("operator")
    staff.open("/alerts")
    new = Condition(AlertKind.DISK_SPACE, "state", Severity.CRITICAL, "3 % of the disk is free", "free some")
    with console_engine.begin() as connection:
        queries.see(connection, "test", [new], datetime.now(UTC))
    staff.see("h2", "3 % of the disk is free")


def test_the_detector_with_most_evidence_is_shown_with_its_numbers(staff: Staff, console_engine: sa.Engine) -> None:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with console_engine.begin() as connection:
        connection.execute(sa.delete(anomaly_evidence))
        for name, alarm in (("volume", False), ("escalations", True)):
            rising = [
                Evidence(name, now - timedelta(hours=back), 20.0 + alarm, 10.0, 30.0 - back if alarm else 1.0, 10.9,
                         alarm and back < 20, alarm)
                for back in range(1, 60)
            ]  # fmt: skip
            write(connection, rising)
    staff.sign_in("operator")
    staff.open("/anomalies")
    staff.see("td", "Conversations handed to a person")
    staff.see("td", "> 2 σ over 30 days: fires")
    staff.see("svg")
    zone = ZoneInfo("America/Los_Angeles")
    days = {(now - timedelta(hours=back)).astimezone(zone).date() for back in range(1, 60)}
    rule = f"The rule of thumb “> 2 σ over 30 days” would have called on {len(days)}"
    staff.see("p", f"1 alarm began in these four weeks. {rule}")
    assert staff.faults() == []
