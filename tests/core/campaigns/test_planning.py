"""Who is due for which step, and who is left out and why."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from fakes.campaigns import MAIL, NOW, PHONE, TODAY, agree, asked, party, pseudonym, risk, touches
from fakes.stored import say, talk

from mhc_core.campaigns import optouts, planning, rules
from mhc_core.campaigns.rules import Campaigns
from mhc_core.db.queries.privacy import REDACTED

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def plan(connection: sa.Connection, campaigns: Campaigns, now: object = NOW) -> planning.Made:
    return planning.plan(connection, campaigns, now)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ago", "steps"),
    [(HOUR, []), (3 * HOUR, ["remembered"]), (25 * HOUR, ["next_day"]), (49 * HOUR, ["offer"]), (80 * HOUR, [])],
)
def test_who_asked_and_did_not_book_is_due_after_hours_and_days(
    connection: sa.Connection, campaigns: Campaigns, ago: timedelta, steps: list[str]
) -> None:
    agree(connection, PHONE)
    asked(connection, PHONE, ago)
    plan(connection, campaigns)
    assert touches(connection) == [("abandoned_booking", step, "planned", None) for step in steps]


@pytest.mark.parametrize(
    ("days", "step"), [(0, None), (1, "how_was_it"), (8, "review"), (15, None), (30, "next_party"), (50, None)]
)
def test_after_a_party_comes_the_question_then_the_review_then_the_next_one(
    connection: sa.Connection, campaigns: Campaigns, days: int, step: str | None
) -> None:
    agree(connection, MAIL)
    party(connection, MAIL, TODAY - days * DAY, channel="email")
    plan(connection, campaigns)
    assert touches(connection) == ([("after_event", step, "planned", None)] if step else [])


@pytest.mark.parametrize(
    ("last", "step"),
    [(date(2025, 12, 5), "three_months"), (date(2025, 9, 1), "six_months"), (date(2025, 3, 1), "twelve_months"),
     (date(2025, 10, 10), None)],
)  # fmt: skip
def test_who_stays_away_is_won_back_by_months(
    connection: sa.Connection, campaigns: Campaigns, last: date, step: str | None
) -> None:
    agree(connection, PHONE)
    party(connection, PHONE, last - 300 * DAY)
    party(connection, PHONE, last)
    plan(connection, campaigns)
    assert touches(connection) == ([("win_back", step, "planned", None)] if step else [])


def test_who_may_be_lost_gets_news_or_a_person_by_their_risk(connection: sa.Connection, campaigns: Campaigns) -> None:
    for number, value in enumerate((0.39, 0.4, 0.69, 0.7, 0.95)):
        guest = f"guest{number}@example.com"
        agree(connection, guest)
        party(connection, guest, TODAY - 70 * DAY, channel="email")
        risk(connection, guest, value)
    made = plan(connection, campaigns)
    assert made.touches == {("may_leave", "news", "planned"): 2}
    assert made.tasks == 2
    assert plan(connection, campaigns, NOW + HOUR).tasks == 0
    offered = connection.scalars(sa.text("select percent from ai.customer_tasks")).all()
    assert offered == [20, 20]


def booked_elsewhere(connection: sa.Connection, at: datetime) -> None:
    """A party that another system took."""
    connection.execute(
        sa.text("""
            insert into ai.bookings (id, source, source_id, customer_id, status, booked_at, event_at)
            values (gen_random_uuid(), 'till', '7', :who, 'confirmed', :booked, :at)
        """),
        {"who": PHONE, "booked": NOW - HOUR, "at": at},
    )


def test_who_booked_by_another_system_is_neither_reminded_nor_won_back(
    connection: sa.Connection, campaigns: Campaigns
) -> None:
    agree(connection, PHONE)
    asked(connection, PHONE, 3 * HOUR)
    party(connection, PHONE, date(2025, 12, 5))
    booked_elsewhere(connection, NOW + 3 * DAY)
    plan(connection, campaigns)
    assert touches(connection) == []


REFUSALS = {
    "no_consent": lambda c: c.execute(sa.text("delete from ai.contact_consents")),
    "opted_out": lambda c: optouts.note(c, PHONE, "keyword", "sms", NOW - HOUR),
    "open_complaint": lambda c: talk(c, say("user", "cold!"), customer_id=PHONE, status="active", intent="complaint"),
    "upcoming_event": lambda c: party(c, PHONE, TODAY + DAY),
    "upcoming_event ": lambda c: booked_elsewhere(c, NOW + 3 * DAY),
    "erased": lambda c: c.execute(
        sa.text("insert into ai.erasures (customer_hash, requested_by, requested_at) values (:who, 'Ann', now())"),
        {"who": pseudonym(c, PHONE)},
    ),
}


@pytest.mark.parametrize("reason", REFUSALS)
def test_who_must_not_be_written_to_is_left_out_with_the_reason(
    connection: sa.Connection, campaigns: Campaigns, reason: str
) -> None:
    agree(connection, PHONE)
    party(connection, PHONE, TODAY - DAY)
    REFUSALS[reason](connection)
    plan(connection, campaigns)
    assert touches(connection)[0] == ("after_event", "how_was_it", "skipped", reason.strip())


def test_an_id_that_is_no_address_cannot_be_written_to(connection: sa.Connection, campaigns: Campaigns) -> None:
    party(connection, "visitor-7", TODAY - DAY, channel="web")
    plan(connection, campaigns)
    assert touches(connection) == [("after_event", "how_was_it", "skipped", "no_address")]


def test_consent_for_e_mail_is_none_for_the_phone(connection: sa.Connection, campaigns: Campaigns) -> None:
    agree(connection, MAIL)
    party(connection, PHONE, TODAY - DAY)
    plan(connection, campaigns)
    assert touches(connection) == [("after_event", "how_was_it", "skipped", "no_consent")]


def test_consent_after_the_wish_to_hear_nothing_counts_again(connection: sa.Connection, campaigns: Campaigns) -> None:
    agree(connection, PHONE)
    optouts.note(connection, PHONE, "keyword", "sms", NOW - 10 * DAY)
    agree(connection, PHONE, at=NOW - 5 * DAY)
    party(connection, PHONE, TODAY - DAY)
    plan(connection, campaigns)
    assert touches(connection) == [("after_event", "how_was_it", "planned", None)]


def test_planning_twice_plans_once_and_words_that_are_gone_plan_nothing(
    connection: sa.Connection, campaigns: Campaigns
) -> None:
    agree(connection, PHONE)
    gone = asked(connection, "+19165550102", 3 * HOUR)
    mark = {"id": gone, "mark": f'{{"{REDACTED}": "retention"}}'}
    connection.execute(
        sa.text("update ai.conversations set channel_metadata = cast(:mark as jsonb) where id = :id"), mark
    )
    asked(connection, PHONE, 3 * HOUR)
    assert plan(connection, campaigns).touches.total() == 1
    assert plan(connection, campaigns).touches.total() == 0
    assert plan(connection, campaigns, NOW + HOUR).touches.total() == 0
    assert len(touches(connection)) == 1


def test_the_chat_s_own_question_is_not_asked_again(connection: sa.Connection, campaigns: Campaigns) -> None:
    agree(connection, PHONE)
    booking = party(connection, PHONE, TODAY - DAY)
    connection.execute(
        sa.text("insert into ai.event_surveys (booking_id, way, asked_at) values (:id, 'chat', :now)"),
        {"id": booking, "now": NOW},
    )
    plan(connection, campaigns)
    assert touches(connection) == [("after_event", "how_was_it", "skipped", "asked_already")]


def test_the_holdout_is_a_fixed_share_that_is_left_alone_by_every_step(connection: sa.Connection) -> None:
    shipped = rules.load()
    campaign = shipped.by_name["after_event"]
    people = [f"{number:032x}" for number in range(4000)]
    held = {who for who in people if planning.in_holdout(campaign, who)}
    assert 0.08 < len(held) / len(people) < 0.12
    other = shipped.by_name["win_back"]
    assert {who for who in people if planning.in_holdout(other, who)} != held
    all_held = shipped.model_copy(update={"campaign": (campaign.model_copy(update={"holdout": 0.5}),)})
    for number in range(40):
        agree(connection, f"guest{number}@example.com")
        party(connection, f"guest{number}@example.com", TODAY - DAY, channel="email")
    plan(connection, all_held)
    rows = connection.execute(sa.text("select customer_hash, arm, state, counted from ai.campaign_touches")).all()
    half = all_held.campaign[0]
    for row in rows:
        left_alone = planning.in_holdout(half, row.customer_hash)
        assert (row.arm, row.state) == (("holdout", "withheld") if left_alone else ("treated", "planned"))
        assert row.counted
    assert {row.arm for row in rows} == {"treated", "holdout"}
