"""The dashboard in a real browser: it renews itself, and can be held still."""

from datetime import UTC, datetime

import sqlalchemy as sa
from fakes.consoles import Staff
from fakes.stored import say, talk
from fakes.waiting import until


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
    staff.sign_in("agent")
    staff.open("/")

    def conversations() -> str:
        names = staff.browser.find_elements("css selector", ".figure")
        return next(one.text for one in names if one.text.startswith("Conversations"))

    before = _counted(console_engine)
    _talk(console_engine)
    until(lambda: f"\n{before + 1:,}\n" in conversations(), 30)
    staff.see("button", "Pause").click()
    staff.see("button", "Go on")
    _talk(console_engine)
    until(lambda: _counted(console_engine) == before + 2, 30)
    assert f"\n{before + 1:,}\n" in conversations()
    staff.see("button", "Go on").click()
    until(lambda: f"\n{before + 2:,}\n" in conversations(), 30)


def test_every_chart_has_its_numbers_as_a_table(staff: Staff, console_engine: sa.Engine) -> None:
    _talk(console_engine)
    staff.sign_in("agent")
    staff.open("/")
    staff.see(".chart svg")
    drawn = [one for one in staff.browser.find_elements("css selector", ".chart") if "The numbers" in one.text]
    assert len(drawn) >= 3
    for chart in drawn:
        summary = chart.find_element("css selector", "summary")
        staff.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", summary)
        summary.click()
        until(lambda shown=chart: shown.find_elements("css selector", "td"), 10)
    assert staff.faults() == []
