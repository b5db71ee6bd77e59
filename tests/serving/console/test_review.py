"""Reviewing by keyboard in a real browser."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.consoles import Staff, chromium
from fakes.stored import example
from fakes.waiting import until
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

Decisions = Callable[[], list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def items(console_engine: sa.Engine) -> Iterator[list[int]]:
    """Three items, most valuable first; they and what was marked in them go afterwards."""
    with console_engine.begin() as connection:
        made = []
        for number, intent in enumerate(("policy", "menu", "policy")):
            stored = example(connection, f"Question {number} about rain?", f"Answer {number}.", intent=intent)
            made.append(
                connection.execute(
                    sa.text("""
                        insert into ai.review_items (example_id, priority, reasons)
                        values (:id, :priority, '{low_confidence}') returning id
                    """),
                    {"id": stored, "priority": 100 - number},
                ).scalar_one()
            )
    yield made
    with console_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.review_items"))
        connection.execute(sa.text("delete from ai.scrub_marks"))


@pytest.fixture
def decisions(console_engine: sa.Engine) -> Decisions:
    """What was decided and not undone: item, decision, new answer, reason, by whom."""

    def call() -> list[tuple[Any, ...]]:
        query = """
            select item_id, decision, edited_answer, reason, decided_by from ai.review_decisions
             where undone_at is null order by id
        """
        with console_engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]

    return call


@pytest.fixture
def reviewer(staff: Staff) -> Staff:
    staff.sign_in("reviewer")
    staff.open("/review")
    staff.see(".turn.customer", "Question 0")
    return staff


def test_a_queue_is_worked_off_by_keyboard(reviewer: Staff, items: list[int], decisions: Decisions) -> None:
    reviewer.press("a")
    reviewer.see(".turn.customer", "Question 1")
    reviewer.press("e")
    field = reviewer.see(".write textarea")
    assert field.get_attribute("value") == "Answer 1."
    until(lambda: reviewer.browser.switch_to.active_element == field, 5)
    reviewer.press(" Bring a canopy.")
    webdriver.ActionChains(reviewer.browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()
    reviewer.see(".turn.customer", "Question 2")
    reviewer.press("r")
    until(lambda: reviewer.browser.switch_to.active_element.tag_name == "input", 5)
    reviewer.press("because", Keys.ENTER)
    reviewer.see(".empty", "Nothing waits")
    assert decisions() == [
        (items[0], "approve", None, None, "reviewer"),
        (items[1], "edit", "Answer 1. Bring a canopy.", None, "reviewer"),
        (items[2], "reject", None, "because", "reviewer"),
    ]


def test_nothing_fires_while_typing_or_with_the_keys_off(reviewer: Staff, decisions: Decisions) -> None:
    reviewer.press("r")
    until(lambda: reviewer.browser.switch_to.active_element.tag_name == "input", 5)
    reviewer.press("asu")
    reviewer.press(Keys.ESCAPE)
    until(lambda: not reviewer.browser.find_elements(By.CSS_SELECTOR, ".write input"), 5)
    reviewer.see(".q-toggle").click()
    reviewer.see(".q-toggle[aria-checked=false]")
    reviewer.press("a")
    reviewer.see(".q-toggle").click()
    reviewer.see(".q-toggle[aria-checked=true]")
    reviewer.see(".turn.customer", "Question 0")
    assert decisions() == []
    reviewer.press("a")
    reviewer.see(".turn.customer", "Question 1")


def test_decisions_are_taken_back_and_skipped_items_come_again(
    reviewer: Staff, items: list[int], decisions: Decisions
) -> None:
    reviewer.press("s")
    reviewer.see(".turn.customer", "Question 1")
    reviewer.press("a")
    reviewer.see(".turn.customer", "Question 2")
    reviewer.press("u")
    reviewer.see(".turn.customer", "Question 1")
    assert [row[:2] for row in decisions()] == [(items[0], "skip")]
    reviewer.press("a")
    reviewer.see(".turn.customer", "Question 2")
    reviewer.press("a")
    reviewer.see(".empty", "what you skipped")
    reviewer.see("button", "Show the skipped ones").click()
    reviewer.see(".turn.customer", "Question 0")


def test_two_people_never_see_the_same_item_and_a_stale_decision_is_refused(
    reviewer: Staff, console: str, console_engine: sa.Engine, items: list[int], decisions: Decisions
) -> None:
    with chromium() as second:
        other = Staff(second, console)
        other.sign_in("admin")
        other.open("/review")
        other.see(".turn.customer", "Question 1")
        with console_engine.begin() as connection:  # the lease of the first runs out
            connection.execute(sa.text("update ai.review_leases set until = now() - interval '1 hour'"))
        other.press("a")
        other.see(".turn.customer", "Question 0")
        other.press("r")
        until(lambda: other.browser.switch_to.active_element.tag_name == "input", 5)
        other.press("no", Keys.ENTER)
        other.see(".turn.customer", "Question 2")
        reviewer.press("a")
        reviewer.see(".q-notification", "Admin rejected this item meanwhile")
        reviewer.see(".note", "admin rejected this")
        assert [row[:2] + row[4:] for row in decisions()] == [
            (items[1], "approve", "admin"),
            (items[0], "reject", "admin"),
        ]


def test_many_are_decided_at_once_by_filter(reviewer: Staff, decisions: Decisions) -> None:
    reviewer.see("button", "Many at once").click()
    reviewer.see(".q-dialog h2", "Decide many at once")
    assert reviewer.faults() == []
    reviewer.see(".q-dialog button", "Count").click()
    reviewer.see(".q-dialog [role=status]", "3 match")
    reviewer.see(".q-dialog button", "Decide").click()
    reviewer.see(".empty", "Nothing waits")
    assert [row[1] for row in decisions()] == ["approve"] * 3


def test_what_the_scrubber_missed_is_marked_by_selecting_it(reviewer: Staff, console_engine: sa.Engine) -> None:
    with console_engine.begin() as connection:
        connection.execute(sa.text("update ai.messages set content = 'Question 0 about rain?' where position = 0"))
    reviewer.browser.execute_script(
        """
        const words = document.querySelector("[data-part=question]").firstChild;
        const range = document.createRange();
        range.setStart(words, words.data.indexOf("about"));
        range.setEnd(words, words.data.indexOf("about") + 10);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        """
    )
    reviewer.see("button", "Mark selected text").click()
    reviewer.see(".q-dialog p", "“about rain” in the question")
    reviewer.see(".q-dialog button", "Mark it").click()
    reviewer.see(".q-notification", "Marked")
    with console_engine.connect() as connection:
        marked = connection.execute(sa.text('select kind, start, "end", marked_by from ai.scrub_marks')).one()
    assert tuple(marked) == ("missed", 11, 21, "reviewer")


def test_a_placeholder_that_hides_nothing_personal_is_marked(reviewer: Staff, console_engine: sa.Engine) -> None:
    with console_engine.begin() as connection:
        connection.execute(sa.text("update ai.messages set content = 'Is 555-201-4455 your code?' where position = 0"))
    reviewer.browser.execute_script(
        """
        const words = document.querySelector("[data-part=question]").firstChild;
        words.data = "Is [PHONE_1] your code?";
        const range = document.createRange();
        range.setStart(words, 3);
        range.setEnd(words, 12);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        """
    )
    reviewer.see("button", "Mark selected text").click()
    reviewer.see(".q-dialog p", "[PHONE_1] in the question")
    reviewer.see(".q-dialog button", "Mark it").click()
    reviewer.see(".q-notification", "Marked")
    with console_engine.connect() as connection:
        marked = connection.execute(sa.text('select kind, type, start, "end" from ai.scrub_marks')).one()
    assert tuple(marked) == ("wrong", "PHONE", 3, 15)
