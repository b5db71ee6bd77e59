"""Customers and follow-ups, in a real browser: tiers, who is worth most, tasks of the team, and what was left out."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from fakes.consoles import Staff
from fakes.stored import say, talk

NOW = datetime.now(UTC)


def _customer(connection: sa.Connection, who: str, tier: str, completed: int, worth: float, risk: float) -> None:
    connection.execute(
        sa.text("""
            insert into ai.customer_profiles (customer_hash, bookings, completed, spend_usd, tier, next_tier,
                bookings_until_next, expected_usd, churn_risk, updated_at)
            values (:who, :completed, :completed, :completed * 600, :tier, 'Gold', 10 - :completed, :worth, :risk, :now)
        """),
        {"who": who, "tier": tier, "completed": completed, "worth": worth, "risk": risk, "now": NOW},
    )
    connection.execute(
        sa.text("""
            insert into ai.churn_risk (customer_hash, risk, within_days, reasons, judged_at)
            values (:who, :risk, 90, '["the last booking is 300 days ago"]', :now)
        """),
        {"who": who, "risk": risk, "now": NOW},
    )


def test_staff_see_tiers_and_do_their_tasks(staff: Staff, console_engine: sa.Engine) -> None:
    staff.sign_in("agent")
    staff.open("/customers")
    assert "mhc import bookings" in staff.see(".empty", "There are no profiles yet").text
    with console_engine.begin() as connection:
        _customer(connection, "a" * 32, "Bronze", 2, 300, 0.2)
        _customer(connection, "b" * 32, "Silver", 6, 2400, 0.8)
        conversation, _ = talk(connection, say("user", "hello"), at=NOW - timedelta(days=200))
        connection.execute(
            sa.text("""
                insert into ai.customer_tasks (customer_hash, anchor, conversation_id, percent, reasons, opened_at)
                values (:who, 'risk', :conversation, 20, '["the last booking is 300 days ago"]', :now)
            """),
            {"who": "b" * 32, "conversation": conversation, "now": NOW},
        )
    staff.open("/customers")
    staff.see(".figure", "at a risk of 70% or more")
    staff.see("td", "bbbbbbbb")
    listed = [row.text for row in staff.browser.find_elements("css selector", "section table tbody tr")]
    rows = [row for row in listed if row[:8] in ("aaaaaaaa", "bbbbbbbb")]
    assert [row[:8] for row in rows] == ["bbbbbbbb", "aaaaaaaa"], "the one who is worth most stands first"
    assert "Gold in 4" in rows[0]
    task = staff.see("li.card", "Up to 20 % off")
    assert "the last booking is 300 days ago" in task.text
    assert staff.faults() == []
    task.find_element("css selector", "button").click()
    staff.see("li", "Nobody just now")
    with console_engine.begin() as connection:
        closed = connection.execute(sa.text("select closed_by from ai.customer_tasks")).scalar_one()
        noted = connection.scalar(sa.text("select count(*) from ai.audit_log where action = 'customer_task.closed'"))
        for table in ("customer_tasks", "customer_profiles", "churn_risk"):
            connection.execute(sa.text(f"delete from ai.{table}"))
    assert (closed, noted) == ("agent", 1)


def test_follow_ups_say_who_is_left_out_and_why(staff: Staff, console_engine: sa.Engine) -> None:
    with console_engine.begin() as connection:
        conversation, _ = talk(connection, say("user", "hello"), at=NOW - timedelta(days=200))
        for who, state, reason in (("a", "sent", None), ("b", "skipped", "no_consent"), ("c", "withheld", None)):
            connection.execute(
                sa.text("""
                    insert into ai.campaign_touches (campaign, step, customer_hash, anchor, conversation_id, arm,
                        counted, state, reason, channel, template, due_at, expires_at, not_before, planned_at)
                    values ('win_back', 'offer', :who, 'x', :conversation, 'treated', false, :state, :reason, 'sms',
                        'win_back_offer.v1', :now, :now, :now, :now)
                """),
                {"who": who, "conversation": conversation, "state": state, "reason": reason, "now": NOW},
            )
    staff.sign_in("operator")
    staff.open("/follow-ups")
    staff.see(".figure", "1 left alone to compare")
    staff.see("tr", "no consent")
    staff.see("td", "cannot tell yet")
    assert staff.faults() == []
    with console_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.campaign_touches"))
