"""What customers wrote stays where it belongs: on the pages of those who answer them, and in no log, browser's storage,
session, audit entry or page for others."""

import logging
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from fakes import leaks
from fakes.consoles import Staff
from fakes.stored import say, talk
from fakes.waiting import until
from selenium.webdriver.common.keys import Keys

from mhc_core.business import pricing
from mhc_core.db.queries import bookings, desk
from mhc_core.support import handover
from mhc_serving.console import server

NAME, PHONE, MAIL, STREET = "Zephyrine Quillfeather", "415-555-0177", "zq.planted@example.org", "77 Planted Lane"
PLANTED = ("zephyrine", "quillfeather", "555-0177", "zq.planted", "planted lane")
SAID = f"I am {NAME} of {STREET}, call {PHONE} or {MAIL} about the lobster"
REFUSED = """
    create function ai.refuse_planted() returns trigger language plpgsql as $$
    begin
        raise exception 'refused: %', new.content;
    end $$;
    create trigger refuse_planted before insert on ai.messages for each row when (new.role = 'agent')
        execute function ai.refuse_planted();
"""


class Written(logging.Handler):
    """Every line that any logger writes, with its traceback, as a log file would have it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.addFilter(server.without_words)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def written() -> Iterator[Written]:
    root, handler = logging.getLogger(), Written()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.fixture
def planted(console_engine: sa.Engine) -> Iterator[UUID]:
    """A customer who waits for a person and has asked for a booking."""
    with console_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.conversations"))
        conversation, ids = talk(
            connection,
            say("user", SAID),
            say("assistant", f"Thank you, {NAME}."),
            status="active",
            customer_id=MAIL,
            channel_metadata={"customer": {"name": NAME, "phone": PHONE}},
        )
        at = datetime.now(UTC)
        assert handover.begin(connection, pricing.load(), conversation, "request for a person", at)
        details = {"address": STREET, "name": NAME}
        bookings.save(connection, conversation, date(2027, 1, 16), time(17), (9, 0, 0), Decimal(550), details, at)
        connection.execute(
            sa.text("""
                insert into ai.feedback (id, source, source_id, conversation_id, message_id, comment, vote, given_at)
                values (gen_random_uuid(), 'serving', 'planted', :conversation, :message, :comment, 'down', now())
            """),
            {"conversation": conversation, "message": ids[1], "comment": f"{NAME} was not pleased"},
        )
    yield conversation
    with console_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.conversations"))


def _holds(text: str) -> list[str]:
    return [word for word in PLANTED if word in text.lower()]


def _of_the_browser(staff: Staff) -> str:
    """What the browser keeps of the console, and what its address says."""
    kept = staff.browser.execute_script(
        "return JSON.stringify([localStorage, sessionStorage, document.cookie, location.href, document.title])"
    )
    return f"{kept} {staff.browser.get_cookies()} {staff.browser.get_log('browser')}"


def test_what_a_customer_wrote_is_on_the_pages_of_agents_and_nowhere_else(
    staff: Staff,
    planted: UUID,
    written: Written,
    console_engine: sa.Engine,
    monkeypatch: pytest.MonkeyPatch,
    console_state: Path,
) -> None:
    staff.sign_in("agent")
    staff.open("/inbox")
    staff.see(".talk", NAME).click()
    staff.see(".message.user", PHONE)  # it is planted: whoever answers the customer sees it
    staff.see("button", "Claim").click()
    staff.see(".reply textarea")
    staff.see("input[aria-label='Add a note']").send_keys(f"call {NAME} back", Keys.ENTER)
    staff.see(".around .turn", NAME)
    with console_engine.begin() as connection:
        connection.execute(sa.text(REFUSED))
    try:
        staff.see(".reply textarea").send_keys(f"Dear {NAME}")
        staff.see(".reply button", "Send").click()
        staff.see(".q-notification", "The database does not answer")
    finally:
        with console_engine.begin() as connection:
            connection.execute(sa.text("drop function ai.refuse_planted cascade"))
    staff.see("input[aria-label='Search all messages']").send_keys(NAME)
    kept = [_of_the_browser(staff)]
    staff.open("/bookings")
    staff.see(".cards .card", STREET)
    kept.append(_of_the_browser(staff))

    def broken(*_: object) -> None:
        raise ValueError(SAID)

    monkeypatch.setattr(desk, "messages", broken)
    staff.open(f"/inbox?conversation={planted}")
    until(lambda: any("ValueError" in line for line in written.lines), 20)
    monkeypatch.undo()
    for role, paths in (
        ("reviewer", ("/", "/review", "/knowledge")),
        ("operator", ("/models", "/audit")),
        ("admin", ("/people",)),
    ):
        staff.sign_in(role)
        for path in paths:
            staff.open(path)
            assert _holds(staff.browser.page_source) == [], f"{path} as {role}"
            kept.append(_of_the_browser(staff))
    assert [found for text in kept if (found := _holds(text))] == []
    assert [line for line in written.lines if _holds(line)] == []
    raw = {found.where for found in leaks.tables(console_engine, ("ai",)) if _holds(found.text)}
    allowed = {found.where for found in leaks.tables(console_engine, ("ai",)) if found.raw}
    assert "ai.messages.content" in raw
    assert raw <= allowed, "only columns of customers' own words hold it"
    for folder in (console_state, Path(os.curdir) / ".nicegui"):
        assert [found.where for found in leaks.files(folder) if _holds(found.text)] == []
