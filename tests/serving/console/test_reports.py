"""The page of weekly reports: the newest is shown with its numbers, and an older one on request."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from fakes.consoles import Staff
from fakes.stored import say, talk
from selenium.webdriver.common.by import By

from mhc_core.business import pricing
from mhc_core.db.queries import weekly
from mhc_core.db.tables import weekly_reports
from mhc_core.monitoring.weekly import gathering, publishing
from mhc_core.settings import Settings


def test_the_newest_report_is_shown_and_an_older_one_on_request(
    staff: Staff, console_engine: sa.Engine, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    week = gathering.Week.before(now, pricing.load().contact.zone)
    staff.sign_in("operator")
    staff.open("/reports")
    staff.see("p", "No week was reported yet")
    with console_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.conversations"))  # of other tests, some of which wait for a person
        talk(connection, say("user", "hi"), outcome="booked", at=week.start + timedelta(hours=20))
    try:
        made = publishing.publish(console_engine, Settings(state_dir=tmp_path), now)
        with console_engine.begin() as connection:
            kept = weekly.kept(connection, made.week)
            assert kept is not None
            older = kept.report | {"week": "2020-W02", "first": "2020-01-06", "last": "2020-01-12"}
            weekly.keep(connection, replace(kept, week="2020-W02", report=older))
        staff.open("/reports")
        staff.see("td", "Resolved with confirmation")
        worth = [one["title"] for one in kept.report["worth_doing"]]  # of other tests, in whatever order they ran
        staff.see("li", worth[0] if worth else "Nothing waits and nothing stands out.")
        assert made.week.replace("-W", " ").split()[0] in staff.see("h2", "week").text
        assert staff.faults() == []
        staff.see(".q-select").click()
        staff.see(".q-item", "2020-W02").click()
        staff.see("h2", "week 2 of 2020, 6 Jan to 12 Jan")
        assert staff.browser.find_elements(By.CSS_SELECTOR, "svg")
    finally:
        with console_engine.begin() as connection:
            connection.execute(sa.delete(weekly_reports))
