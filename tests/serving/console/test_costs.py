"""What providers cost, in a real browser: figures, what is told, and what stands there before any call."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from fakes.consoles import Staff
from fakes.spending import spend
from fakes.stored import say, talk
from fakes.waiting import until


def _clear(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for table in ("provider_calls", "figures_costs", "figures_cost_hours"):
            connection.execute(sa.text(f"delete from ai.{table}"))


def test_before_any_call_the_page_says_what_to_do(staff: Staff, console_engine: sa.Engine) -> None:
    _clear(console_engine)
    staff.sign_in("operator")
    staff.open("/costs")
    assert "OPENAI_API_KEY" in staff.see(".empty", "No provider was called yet").text


def test_costs_are_shown_with_what_people_should_know(staff: Staff, console_engine: sa.Engine) -> None:
    _clear(console_engine)
    now = datetime.now(UTC)
    with console_engine.begin() as connection:
        for back in range(1, 40):
            spend(connection, now - timedelta(days=back), "12.5", feature="answers" if back % 3 else "understanding")
        spend(connection, now, "45")
        spend(connection, now, None, model="gpt-new")
        answer = say("assistant", "55", intent="pricing", cost_usd=0.42)
        conversation, _ = talk(connection, say("user", "how much?"), answer, at=now - timedelta(minutes=1))
    staff.sign_in("operator")
    staff.open("/costs")
    assert "90% of $50.00" in staff.see(".figure", "Today").text
    assert "80 %" in staff.see(".figure", "End of the month").text
    staff.see("li", "90% of this day's budget is spent")
    staff.see("li", "Calls of this month without a known price: 1")
    staff.see("td", str(conversation))
    assert not any(one.is_displayed() for one in staff.browser.find_elements("css selector", ".empty"))
    charts = [one for one in staff.browser.find_elements("css selector", ".chart") if "The numbers" in one.text]
    assert len(charts) == 3
    for chart in charts:
        chart.find_element("css selector", "summary").click()
        until(lambda chart=chart: chart.find_element("css selector", "table").is_displayed())
    assert staff.faults() == []
    _clear(console_engine)
