"""Whoever is written to is written to once, whatever happens, and nothing forbidden goes out."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.campaigns import (
    ACCEPTED,
    MAIL,
    NOW,
    PHONE,
    SETTINGS,
    TODAY,
    Service,
    agree,
    asked,
    party,
    pseudonym,
    sender,
    touches,
)
from fakes.stored import say, talk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mhc_core.campaigns import consents, links, offers, optouts, planning
from mhc_core.campaigns.rules import Campaigns
from mhc_core.campaigns.sending import AGAIN_AFTER, LEASE, TROUBLE
from mhc_core.db.queries import campaign_outbox, surveys
from mhc_core.db.queries import campaigns as known
from mhc_core.errors import Conflict, NotFound
from mhc_core.providers.messaging.result import Message, Result

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def planned(database: sa.Engine, campaigns: Campaigns, *guests: str, ago: timedelta = 49 * HOUR) -> None:
    """Each of them is due for the offer, or for another step when they stopped answering at another time."""
    with database.begin() as connection:
        for guest in guests:
            agree(connection, guest)
            asked(connection, guest, ago, channel="email" if "@" in guest else "sms")
        planning.plan(connection, campaigns, NOW)


def states(database: sa.Engine) -> list[tuple[str, str | None]]:
    with database.begin() as connection:
        return [(state, reason) for _, _, state, reason in touches(connection)]


def test_a_message_goes_out_once_with_its_code_and_the_way_out(database: sa.Engine, campaigns: Campaigns) -> None:
    planned(database, campaigns, PHONE)
    service = Service()
    assert sender(database, campaigns, service).send_due(10) == {"sent": 1}
    assert sender(database, campaigns, service, NOW + HOUR).send_due(10) == {}
    (message,) = service.got
    assert message.to == PHONE
    with database.connect() as connection:
        code, percent, ends = connection.execute(sa.text("select code, percent, expires_at from ai.offer_codes")).one()
        row = connection.execute(sa.text("select * from ai.campaign_touches")).one()
    assert percent == 5
    assert ends == datetime(2026, 3, 6, 8, tzinfo=UTC), "with the day of the business"
    assert f"code {code}" in message.text
    assert "Saturday, April 4" in message.text
    assert "March 5" in message.text
    assert message.text.endswith("Reply STOP to get no more of these.")
    assert (row.provider_message_id, row.channel, row.taken_at, row.template) == (
        "SM1", "sms", NOW, "abandoned_offer.v1",
    )  # fmt: skip
    assert PHONE not in str(row), "no address is kept"


def test_an_e_mail_says_who_writes_why_and_how_to_end_it(database: sa.Engine, campaigns: Campaigns) -> None:
    planned(database, campaigns, MAIL)
    service = Service()
    sender(database, campaigns, service).send_due(10)
    (message,) = service.got
    assert message.subject == "5 % off if you book today"
    for part in (message.text, message.html):
        assert "1 Example Street, Sacramento" in part
        assert "https://chat.example.com/api/v1/ai/unsubscribe?token=" in part
    assert "<style" not in message.html, "mail programs read styles in the elements only"
    with database.begin() as connection:
        token = message.unsubscribe.partition("token=")[2]
        named = links.of_installation(connection, SETTINGS).read(token, NOW + 700 * DAY)
        assert named == pseudonym(connection, MAIL)


@pytest.mark.parametrize("moment", ["before the call", "in the call"])
def test_killed_around_the_call_nobody_is_written_to_twice(
    database: sa.Engine, campaigns: Campaigns, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    planned(database, campaigns, PHONE, MAIL)

    def dies(message: Message) -> Result:
        raise KeyboardInterrupt

    dying = Service(dies if moment == "in the call" else lambda message: ACCEPTED)
    if moment == "before the call":
        monkeypatch.setattr(campaign_outbox, "intend", lambda *_: dies(None))  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        sender(database, campaigns, dying).send_due(10)
    monkeypatch.undo()
    service = Service()
    sender(database, campaigns, service).send_due(10)
    sender(database, campaigns, service, NOW + LEASE + timedelta(seconds=1)).send_due(10)
    everybody = [message.to for message in (*dying.got, *service.got)]
    assert sorted(everybody) == sorted({PHONE, MAIL})
    lost = [reason for state, reason in states(database) if state == "unknown"]
    assert lost == (["interrupted"] if moment == "in the call" else [])


def test_killed_between_call_and_note_it_is_not_sent_again(
    database: sa.Engine, campaigns: Campaigns, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(database, campaigns, PHONE)
    service = Service()

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(campaign_outbox, "note", dies)
    with pytest.raises(KeyboardInterrupt):
        sender(database, campaigns, service).send_due(10)
    monkeypatch.undo()
    for later in (0, 1, 2):
        sender(database, campaigns, service, NOW + later * (LEASE + timedelta(seconds=1))).send_due(10)
    assert len(service.got) == 1
    assert states(database) == [("unknown", "interrupted")]


def test_an_answer_that_was_lost_is_not_asked_for_again_and_counts_under_the_cap(
    database: sa.Engine, campaigns: Campaigns
) -> None:
    planned(database, campaigns, PHONE)
    service = Service(lambda message: Result("unknown", failure="ReadTimeout"))
    assert sender(database, campaigns, service).send_due(10) == {"unknown": 1}
    assert sender(database, campaigns, service, NOW + HOUR).send_due(10) == {}
    with database.begin() as connection:
        party(connection, PHONE, TODAY - DAY)
        planning.plan(connection, campaigns, NOW)
    assert sender(database, campaigns, service, NOW + HOUR, campaigns_weekly=1).send_due(10) == {"left_out": 1}
    assert states(database)[0] in (("skipped", "frequency_cap"), ("unknown", "ReadTimeout"))
    assert len(service.got) == 1


def test_what_a_service_did_not_take_is_sent_later_with_the_same_code(
    database: sa.Engine, campaigns: Campaigns
) -> None:
    planned(database, campaigns, PHONE)
    service = Service(lambda message: Result("not_taken", failure="HTTP 429"))
    assert sender(database, campaigns, service).send_due(10) == {"put_off": 1}
    service.does = lambda message: ACCEPTED
    assert sender(database, campaigns, service).send_due(10) == {}
    assert sender(database, campaigns, service, NOW + AGAIN_AFTER).send_due(10) == {"sent": 1}
    first, second = service.got
    assert first.text == second.text


def test_a_service_in_trouble_is_not_asked_for_each_of_thousands(database: sa.Engine, campaigns: Campaigns) -> None:
    planned(database, campaigns, *(f"guest{number}@example.com" for number in range(TROUBLE + 3)))
    service = Service(lambda message: Result("not_taken", failure="ConnectError"))
    assert sender(database, campaigns, service).send_due(100) == {"put_off": TROUBLE}
    assert len(service.got) == TROUBLE


def test_what_a_service_refuses_is_not_tried_again(database: sa.Engine, campaigns: Campaigns) -> None:
    planned(database, campaigns, PHONE)
    service = Service(lambda message: Result("refused", failure="HTTP 400 (21610)"))
    assert sender(database, campaigns, service).send_due(10) == {"refused": 1}
    assert sender(database, campaigns, service, NOW + DAY).send_due(10) == {}
    assert states(database) == [("refused", "HTTP 400 (21610)")]


def test_many_senders_at_once_send_each_once_and_keep_the_cap(
    database: sa.Engine, campaigns: Campaigns, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = known.standing

    def slowly(*given: Any) -> Any:
        found = asks(*given)
        time.sleep(0.02)  # what others write meanwhile was not seen
        return found

    monkeypatch.setattr(known, "standing", slowly)
    guests = [f"guest{number}@example.com" for number in range(12)]
    planned(database, campaigns, *guests)
    with database.begin() as connection:
        for guest in guests:
            party(connection, guest, TODAY - DAY, channel="email")
            party(connection, guest, TODAY - 8 * DAY, channel="email")
        connection.execute(sa.text("update ai.booking_requests set requested_at = requested_at - interval '9 days'"))
        planning.plan(connection, campaigns, NOW)
        # Those of one person stand side by side, so that several senders come upon them at once.
        connection.execute(
            sa.text("""
                update ai.campaign_touches t set not_before = cast(:from as timestamptz) + p.place * interval '1 second'
                  from (select customer_hash, dense_rank() over (order by customer_hash) as place
                          from ai.campaign_touches) p
                 where p.customer_hash = t.customer_hash
            """),
            {"from": NOW - DAY},
        )
    service, ready = Service(), threading.Barrier(4)

    def run(_: int) -> None:
        ready.wait()
        sender(database, campaigns, service).send_due(100)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(run, range(4)))
    assert len(service.got) == len({message.key for message in service.got}) == 24
    assert {[message.to for message in service.got].count(guest) for guest in guests} == {2}
    assert [reason for state, reason in states(database) if state == "skipped"].count("frequency_cap") == 12


def test_who_opts_out_after_the_plan_gets_nothing(database: sa.Engine, campaigns: Campaigns) -> None:
    planned(database, campaigns, PHONE, MAIL)
    with database.begin() as connection:
        optouts.note(connection, "(916) 555-0101", "keyword", "sms", NOW)
    service = Service()
    sender(database, campaigns, service).send_due(10)
    assert [message.to for message in service.got] == [MAIL]
    assert ("skipped", "opted_out") in states(database)


def test_stop_that_comes_by_an_import_is_heard_before_anything_is_sent(
    database: sa.Engine, campaigns: Campaigns
) -> None:
    planned(database, campaigns, PHONE, MAIL)
    with database.begin() as connection:
        talk(connection, say("user", "please quit texting me"), at=NOW - HOUR / 2, channel="sms", customer_id=PHONE)
    service = Service()
    sender(database, campaigns, service).send_due(10)
    assert [message.to for message in service.got] == [MAIL]


def test_at_night_it_waits_for_the_morning_and_is_left_out_when_that_is_too_late(
    database: sa.Engine, campaigns: Campaigns
) -> None:
    planned(database, campaigns, PHONE)
    night = datetime(2026, 3, 6, 6, tzinfo=UTC)
    service = Service()
    assert sender(database, campaigns, service, night).send_due(10) == {"put_off": 1}
    assert states(database) == [("planned", "quiet_hours")]
    assert sender(database, campaigns, service, datetime(2026, 3, 6, 15, 59, tzinfo=UTC)).send_due(10) == {}
    assert sender(database, campaigns, service, datetime(2026, 3, 6, 16, tzinfo=UTC)).send_due(10) == {"sent": 1}


def test_who_answers_is_in_a_conversation(database: sa.Engine, campaigns: Campaigns) -> None:
    planned(database, campaigns, PHONE, ago=25 * HOUR)
    service = Service()
    sender(database, campaigns, service).send_due(10)
    with database.begin() as connection:
        talk(connection, say("user", "how much is it?"), at=NOW + HOUR, channel="sms", customer_id=PHONE)
        planning.plan(connection, campaigns, NOW + DAY)
    assert states(database) == [("sent", None), ("skipped", "replied")]
    assert len(service.got) == 1


def test_the_question_after_a_party_is_asked_by_one_way_only(database: sa.Engine, campaigns: Campaigns) -> None:
    with database.begin() as connection:
        agree(connection, PHONE)
        booking = party(connection, PHONE, TODAY - DAY)
        connection.execute(
            sa.text("insert into ai.event_surveys (booking_id, way, asked_at) values (:id, 'staff', :now)"),
            {"id": booking, "now": NOW},
        )
        planning.plan(connection, campaigns, NOW)
    service = Service()
    assert sender(database, campaigns, service).send_due(10) == {"sent": 1}
    assert "/api/v1/ai/feedback/survey?id=" in service.got[0].text
    with database.connect() as connection:
        assert surveys.for_staff(connection) == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["accepted", "refused", "not_taken", "unknown"]), min_size=1, max_size=6))
def test_whatever_services_say_accepted_or_unknown_is_the_last_word(
    database: sa.Engine, campaigns: Campaigns, outcomes: list[str]
) -> None:
    with database.begin() as connection:
        connection.execute(sa.text("truncate ai.conversations, ai.contact_consents cascade"))
    planned(database, campaigns, PHONE)
    said = iter(outcomes)
    service = Service(lambda message: Result(next(said, "accepted")))  # type: ignore[arg-type]
    for minutes in range(0, 120, 5):
        sender(database, campaigns, service, NOW + timedelta(minutes=minutes)).send_due(10)
    last = next((place for place, one in enumerate(outcomes) if one != "not_taken"), len(outcomes))
    assert len(service.got) == last + 1


def test_of_many_who_redeem_a_code_at_once_one_gets_it(database: sa.Engine, campaigns: Campaigns) -> None:
    planned(database, campaigns, PHONE)
    sender(database, campaigns, Service()).send_due(10)
    with database.connect() as connection:
        code = connection.execute(sa.text("select code from ai.offer_codes")).scalar_one()

    def redeem(_: int) -> int | str:
        try:
            with database.begin() as connection:
                return offers.redeem(connection, f" {code.lower()} ", "Ann", NOW)
        except Conflict as error:
            return str(error)

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(redeem, range(8)))
    assert found.count(5) == 1
    assert all("was used before" in str(one) for one in found if one != 5)
    with database.begin() as connection, pytest.raises(NotFound):
        offers.redeem(connection, "AAAAAAAAAA", "Ann", NOW)


def test_a_code_that_ended_is_worth_nothing(database: sa.Engine, campaigns: Campaigns) -> None:
    planned(database, campaigns, PHONE)
    sender(database, campaigns, Service()).send_due(10)
    with database.begin() as connection:
        code = connection.execute(sa.text("select code from ai.offer_codes")).scalar_one()
        with pytest.raises(Conflict, match="ended on 06 March 2026"):
            offers.redeem(connection, code, "Ann", NOW + DAY)


def test_staff_end_everything_for_a_person(database: sa.Engine, campaigns: Campaigns) -> None:
    planned(database, campaigns, PHONE)
    with database.begin() as connection:
        assert consents.revoke(connection, "916-555-0101", "Ann", NOW) == 1
    service = Service()
    sender(database, campaigns, service).send_due(10)
    assert service.got == []
    assert states(database) == [("skipped", "opted_out")]
