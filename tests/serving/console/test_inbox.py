"""The inbox in a real browser: taking, answering and ending conversations, and the bell."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fakes.consoles import THEN, Staff
from fakes.stored import say, talk
from fakes.waiting import until
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from mhc_core.business import pricing
from mhc_core.db.queries import bookings
from mhc_core.settings import Settings
from mhc_core.support import handover, surveys

Wait = Callable[[str], UUID]
MONTH = timedelta(days=30)


@pytest.fixture(autouse=True)
def _nothing_from_others(console_engine: sa.Engine) -> None:
    with console_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.conversations"))


@pytest.fixture
def wait(console_engine: sa.Engine) -> Wait:
    """A customer of this name who waits for a person."""
    business = pricing.load()

    def call(name: str) -> UUID:
        with console_engine.begin() as connection:
            conversation, _ = talk(
                connection,
                say("user", f"I am {name}, is somebody there about the lobster?"),
                say("assistant", "A person will answer."),
                status="active",
                channel_metadata={"customer": {"name": name}},
            )
            assert handover.begin(connection, business, conversation, "request for a person", datetime.now(UTC))
        return conversation

    return call


@pytest.fixture
def agent(staff: Staff) -> Staff:
    staff.sign_in("agent")
    return staff


def said(engine: sa.Engine, conversation: UUID) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text("select role, content from ai.messages where conversation_id = :id order by position"),
            {"id": conversation},
        )
        return [tuple(row) for row in rows]


def test_a_hand_over_comes_by_itself_is_claimed_answered_and_resolved(
    agent: Staff, wait: Wait, console_engine: sa.Engine
) -> None:
    agent.open("/inbox")
    agent.see(".empty", "Nothing found")
    agent.see("[aria-label='Which conversations'] button", "Waiting").click()
    agent.see(".empty", "Nobody waits")
    conversation = wait("Maria")
    agent.see(".talk", "Maria").click()
    agent.see(".message.user", "lobster")
    agent.see("button", "Claim").click()
    field = agent.see(".reply textarea")
    field.send_keys("Yes, Maria: 15 dollars more.")
    webdriver.ActionChains(agent.browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()
    agent.see(".message.agent", "15 dollars more")
    assert agent.faults() == []
    agent.see("button", "Resolve").click()
    until(lambda: not agent.browser.find_elements(By.CSS_SELECTOR, ".reply"), 10)
    assert said(console_engine, conversation)[-1] == ("agent", "Yes, Maria: 15 dollars more.")
    with console_engine.connect() as connection:
        acts = connection.scalars(sa.text("select action from ai.audit_log where actor = 'agent' order by id")).all()
    assert acts[-4:] == ["conversation.read", "handover.claimed", "handover.answered", "handover.resolved"]


def test_of_two_who_claim_the_second_is_told(agent: Staff, wait: Wait, console_engine: sa.Engine) -> None:
    conversation = wait("Dan")
    agent.open("/inbox")
    agent.see(".talk", "Dan").click()
    agent.see("button", "Claim")
    with console_engine.begin() as connection:
        number = connection.scalar(
            sa.text("select id from ai.handovers where conversation_id = :id"), {"id": conversation}
        )
        assert number is not None
        handover.claim(connection, number, "bo", datetime.now(UTC))
    agent.see(".reply .note", "bo has this conversation")


def test_all_messages_are_searched_and_a_link_opens_its_conversation(agent: Staff, wait: Wait) -> None:
    conversation = wait("Priya")
    wait("Tom")
    agent.open("/inbox")
    agent.see(".talk", "Tom")
    agent.see("input[aria-label='Search all messages']").send_keys("priya lobster")
    until(lambda: len(agent.browser.find_elements(By.CSS_SELECTOR, ".talk")) == 1, 10)
    agent.open(f"/inbox?conversation={conversation}")
    agent.see(".message.user", "I am Priya")


def test_notes_and_tags_stay_with_the_conversation(agent: Staff, wait: Wait, console_engine: sa.Engine) -> None:
    conversation = wait("Aisha")
    agent.open(f"/inbox?conversation={conversation}")
    agent.see("input[aria-label='Add a tag']").send_keys("VIP  Guest", Keys.ENTER)
    agent.see(".talk .chip", "#vip guest")
    agent.see("input[aria-label='Add a note']").send_keys("calls on Monday", Keys.ENTER)
    agent.see(".around .turn", "calls on Monday")
    agent.see("button[aria-label='Take off vip guest']").click()
    until(lambda: "#vip guest" not in agent.see(".around").text, 10)
    with console_engine.connect() as connection:
        stored = connection.execute(sa.text("select kind, text, written_by from ai.conversation_notes")).all()
    assert [tuple(row) for row in stored] == [("note", "calls on Monday", "agent")]


def test_a_booking_is_decided_beside_its_conversation(agent: Staff, wait: Wait, console_engine: sa.Engine) -> None:
    conversation = wait("Jo")
    with console_engine.begin() as connection:
        details = {"address": "1 Oak St", "booking": True, "sources": {"address": {"message": 2, "at": f"{THEN}"}}}
        bookings.save(
            connection, conversation, date(2027, 1, 16), time(17), (10, 2, 0), Decimal(610), details, datetime.now(UTC)
        )
    agent.open("/bookings")
    card = agent.see(".cards .card", "10 adults, 2 children")
    assert "where\n1 Oak St" in card.text
    assert "booking\n" not in card.text, "what the concierge keeps for itself is not for staff"
    card.find_element(By.LINK_TEXT, "Conversation").click()
    agent.see("button[aria-label='Confirm January 16']").click()
    agent.see(".message.system", "has confirmed your party")
    assert said(console_engine, conversation)[-1][0] == "system"


def test_another_date_is_proposed_to_the_customer(agent: Staff, wait: Wait, console_engine: sa.Engine) -> None:
    conversation = wait("Kim")
    with console_engine.begin() as connection:
        bookings.save(
            connection, conversation, date(2027, 1, 16), time(17), (10, 2, 0), None, {}, datetime.now(UTC)
        )  # fmt: skip
    agent.open("/bookings")
    agent.see("button", "Propose another date").click()
    agent.see(".q-dialog button", "Tell the customer").click()
    agent.see(".q-notification", "Proposed")
    assert "we could on Saturday, January 16 at 17:00" in said(console_engine, conversation)[-1][1]


def test_the_survey_after_a_party_is_sent_by_staff_once(agent: Staff, wait: Wait, console_engine: sa.Engine) -> None:
    conversation, now = wait("Lee"), datetime.now(UTC)
    with console_engine.begin() as connection:
        connection.execute(sa.text("update ai.conversations set channel = 'sms'"))
        bookings.save(
            connection, conversation, now.date() - timedelta(days=2), time(17), (10, 2, 0), None, {}, now - MONTH
        )
        connection.execute(sa.text("update ai.booking_requests set status = 'confirmed'"))
        surveys.ask_due(connection, pricing.load(), Settings(_env_file=None), now)
    agent.open("/inbox?conversation=" + str(conversation))
    agent.see("button", "Survey link").click()
    assert "/feedback/" in agent.see(".q-dialog code").text
    agent.see(".q-dialog button", "I sent it").click()
    agent.see(".q-notification", "Noted")
    agent.see("button", "Survey link").click()
    agent.see(".q-notification", "Nothing to send")


def test_each_hand_over_rings_once_whatever_page_is_open(agent: Staff, wait: Wait) -> None:
    script = "addEventListener('mhc-ring', (e) => { localStorage.rung = (localStorage.rung ?? '') + e.detail.length; })"
    added = agent.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
    try:
        agent.open("/")
        agent.browser.execute_script("localStorage.removeItem('mhc-heard'); localStorage.removeItem('rung')")
        agent.open("/")
        wait("One")
        until(lambda: agent.browser.execute_script("return localStorage.rung") == "1", 10)
        agent.see("nav .chip", "1")
        agent.open("/inbox")
        wait("Two")
        until(lambda: agent.browser.execute_script("return localStorage.rung") == "11", 10)
        assert agent.browser.title.startswith("(2) Inbox")
        agent.open("/bookings")
        agent.see("nav .chip", "2")
        assert agent.browser.execute_script("return localStorage.rung") == "11"
    finally:
        agent.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
