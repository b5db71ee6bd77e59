"""The dashboard in a real browser: it renews itself, and can be held still."""

from datetime import UTC, datetime

import sqlalchemy as sa
from fakes.consoles import Staff
from fakes.stored import say, talk
from fakes.waiting import until

from mhc_core.db import tables


def _talk(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        now = datetime.now(UTC)
        talk(connection, say("user", "how much?"), say("assistant", "55"), at=now, updated_at=now, intent="pricing")


def _counted(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        query = "select coalesce(sum(conversations), 0) from ai.figures_flow where span = 'hour'"
        return int(connection.scalar(sa.text(query)) or 0)


def test_figures_renew_themselves_until_they_are_held(staff: Staff, console_engine: sa.Engine) -> None:
    with console_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.conversations"))
        for table in tables.metadata.sorted_tables:
            if table.name.startswith("figures_"):  # what is deleted is not counted anew by itself
                connection.execute(table.delete())
    staff.sign_in("agent")
    staff.open("/")

    def conversations() -> str:
        names = staff.browser.find_elements("css selector", ".figure")
        return next(one.text for one in names if one.text.startswith("Conversations"))

    until(lambda: _counted(console_engine) == 0, 30)
    _talk(console_engine)
    until(lambda: "\n1\n" in conversations(), 30)
    staff.see("button", "Pause").click()
    staff.see("button", "Go on")
    _talk(console_engine)
    until(lambda: _counted(console_engine) == 2, 30)
    assert "\n1\n" in conversations()
    staff.see("button", "Go on").click()
    until(lambda: "\n2\n" in conversations(), 30)


def test_every_chart_has_its_numbers_as_a_table(staff: Staff, console_engine: sa.Engine) -> None:
    _talk(console_engine)
    staff.sign_in("agent")
    staff.open("/")
    staff.see(".chart svg")
    staff.see("button", "Pause").click()  # what renews itself meanwhile cannot be clicked
    staff.see("button", "Go on")
    drawn = [one for one in staff.browser.find_elements("css selector", ".chart") if "The numbers" in one.text]
    assert len(drawn) >= 3
    for chart in drawn:
        summary = chart.find_element("css selector", "summary")
        staff.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", summary)
        until(summary.is_displayed, 10)
        staff.browser.execute_script("arguments[0].click()", summary)
        until(lambda shown=chart: shown.find_elements("css selector", "td"), 10)
    assert staff.faults() == []
