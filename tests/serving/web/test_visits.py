"""A visit as customers make it: over several tabs, with news that come by themselves, on any page and any screen."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fakes.browsing import QUESTION, Chat, Clock, wait
from fakes.understanding import Labelled
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from mhc_core.business import pricing
from mhc_core.db.queries import bookings as booking_queries
from mhc_core.db.tables import booking_requests, handovers
from mhc_core.support import bookings, handover
from mhc_serving.access.tokens import RENEWABLE
from mhc_serving.app import utc_now

FASTER = "const real = setTimeout; window.setTimeout = (call, ms) => real(call, ms / 20)"


def again(browser: webdriver.Chrome, site: str) -> Chat:
    """The site in a new tab, the old one closed."""
    old = browser.current_window_handle
    browser.switch_to.new_window("tab")
    new = browser.current_window_handle
    browser.switch_to.window(old)
    browser.close()
    browser.switch_to.window(new)
    browser.get(site)
    host = wait(lambda: browser.find_elements(By.TAG_NAME, "mhc-chat"))[0]
    wait(lambda: host.shadow_root.find_elements(By.CSS_SELECTOR, ".open"))[0].click()
    return Chat(browser)


def test_a_conversation_goes_on_in_another_tab(widget: Chat, browser: webdriver.Chrome, other_site: str) -> None:
    widget.ask(QUESTION)
    conversation = widget.stored("conversation")
    chat = again(browser, other_site)
    wait(lambda: QUESTION in [item.text for item in chat.all(".asked .text")])
    chat.ask("How much space does the chef need?")
    assert chat.stored("conversation") == conversation


def test_a_visit_that_is_over_leaves_nothing_behind(
    widget: Chat, browser: webdriver.Chrome, other_site: str, clock: Clock
) -> None:
    widget.ask(QUESTION)
    ahead = f"const real = Date.now; Date.now = () => real() + {RENEWABLE / timedelta(milliseconds=1)}"
    made = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": ahead})
    clock.ahead = RENEWABLE
    browser.get(other_site)
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", made)
    host = wait(lambda: browser.find_elements(By.TAG_NAME, "mhc-chat"))[0]
    wait(lambda: host.shadow_root.find_elements(By.CSS_SELECTOR, ".open"))[0].click()
    chat = Chat(browser)
    assert not chat.all(".asked")
    assert "8 by 6" in chat.ask("How much space does the chef need?").text


def test_the_teams_decision_on_a_booking_appears_by_itself(page: Chat, serving_engine: sa.Engine) -> None:
    page.browser.execute_script(FASTER)
    page.ask(QUESTION)
    now = utc_now()
    with serving_engine.begin() as connection:
        starts = datetime(2027, 6, 12, 18, tzinfo=UTC)
        conversation = UUID(page.stored("conversation"))
        booking_queries.save(connection, conversation, starts.date(), starts.time(), (12, 0, 0), Decimal(660), {}, now)
        query = sa.select(booking_requests.c.id).where(booking_requests.c.conversation_id == conversation)
        booking = connection.execute(query).scalar_one()
        bookings.decide(connection, pricing.load(), booking, "confirmed", now, "Ann", now)
    wait(lambda: "has confirmed your party" in page.all(".answer")[-1].text)
    (live,) = page.root.find_elements(By.CSS_SELECTOR, "[aria-live=polite]")
    assert "has confirmed your party" in (live.get_attribute("textContent") or "")


def test_what_a_person_writes_is_shown_with_links_and_without_markdown_or_html(
    page: Chat, serving_engine: sa.Engine
) -> None:
    page.browser.execute_script(FASTER)
    page.ask("I want to talk to a person")
    words = (
        "**See you\\!** <img src=x onerror=alert(1)>\n- menu: https://example.com/menu.\n- call (916) 740-8768 or "
        "write to cs@myhibachichef.com, [prices](https://example.com/prices) [bad](javascript:alert(1))"
    )
    with serving_engine.begin() as connection:
        query = sa.select(handovers.c.id).where(handovers.c.conversation_id == UUID(page.stored("conversation")))
        handover_id = connection.execute(query).scalar_one()
        handover.claim(connection, handover_id, "Ann", utc_now())
        handover.reply(connection, handover_id, words, "Ann", utc_now())
    wait(lambda: "See you!" in page.all(".answer")[-1].text)
    item = page.all(".answer")[-1]
    assert "**" not in item.text
    assert "<img src=x" in item.text
    assert not item.find_elements(By.TAG_NAME, "img")
    assert [link.get_attribute("href") for link in item.find_elements(By.TAG_NAME, "a")] == [
        "https://example.com/menu",
        "tel:9167408768",
        "mailto:cs@myhibachichef.com",
        "https://example.com/prices",
    ]


def test_a_closed_widget_says_that_somebody_wrote(
    widget: Chat, browser: webdriver.Chrome, serving_engine: sa.Engine
) -> None:
    browser.execute_script(FASTER)
    widget.ask("I want to talk to a person")
    widget.one(".ask textarea").send_keys(Keys.ESCAPE)
    assert not widget.all(".badge")
    with serving_engine.begin() as connection:
        query = sa.select(handovers.c.id).where(handovers.c.conversation_id == UUID(widget.stored("conversation")))
        handover_id = connection.execute(query).scalar_one()
        handover.claim(connection, handover_id, "Ann", utc_now())
        handover.reply(connection, handover_id, "I am here now.", "Ann", utc_now())
    assert widget.one(".badge").text == "1 new message"
    widget.one(".open").click()
    assert not widget.all(".badge")
    assert [item.text for item in widget.all(".answer .text")].count("I am here now.") == 1


def test_a_short_answer_is_tapped(page: Chat) -> None:
    page.ask("Which quantum computer does the warehouse robot run?")
    yes, no = page.all(".choices button")
    assert (yes.text, no.text) == ("Yes, please", "No, thanks")
    before = len(page.all(".answer"))
    no.send_keys(Keys.ENTER)
    wait(lambda: len(page.all(".answer")) > before and not page.all(".waiting"))
    assert page.all(".asked .text")[-1].text == "No, thanks"
    assert page.focused().tag_name == "textarea"


def test_days_times_and_names_stand_with_what_was_said(page: Chat, browser: webdriver.Chrome, home: str) -> None:
    item = page.ask(QUESTION)
    assert [day.text for day in page.all(".day")] == ["Today"]
    assert page.one(".asked .from").text.startswith("You ")
    assert item.find_element(By.CSS_SELECTOR, ".from span").text == pricing.load().chat.title == page.one("h1").text
    assert item.find_element(By.TAG_NAME, "time").get_attribute("datetime").endswith("Z")  # type: ignore[union-attr]
    browser.execute_script(  # a visit ends before a whole day has gone by; this one does not
        "const key = Object.keys(localStorage)[0], kept = JSON.parse(localStorage[key]);"
        "kept.token.renewable_until = '2100-01-01T00:00:00Z'; localStorage[key] = JSON.stringify(kept)"
    )
    later = (
        "const real = Date, at = real.now() + 864e5; Date = class extends real {"
        "constructor(...given) { super(...(given.length ? given : [at])) } static now() { return at } }"
    )
    made = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": later})
    browser.get(home)
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", made)
    chat = Chat(browser)
    wait(lambda: [day.text for day in chat.all(".day")] == ["Yesterday"])


def test_while_an_answer_is_waited_for_the_focus_stays_and_it_is_said(page: Chat) -> None:
    page.browser.execute_script(
        "const real = fetch; window.fetch = async (...given) => {"
        "await new Promise((go) => setTimeout(go, 400)); return real(...given) }"
    )
    page.one(".ask textarea").send_keys(QUESTION)
    page.one(".ask .send").click()
    wait(lambda: page.all(".waiting"))
    (live,) = page.root.find_elements(By.CSS_SELECTOR, "[aria-live=polite]")
    assert "is writing" in (live.get_attribute("textContent") or "")
    assert page.focused().tag_name == "textarea"
    assert page.one(".ask .send").get_attribute("aria-disabled") == "true"
    wait(lambda: page.all(".rate"))
    assert page.focused().tag_name == "textarea"


def test_a_message_sent_again_after_a_lost_answer_is_one_turn(page: Chat) -> None:
    page.browser.execute_script(
        "const real = fetch; window.fetch = async (...given) => { const got = await real(...given);"
        "if (given[0].includes('/v1/') && !window.lost) { window.lost = true; throw new TypeError('lost') }"
        "return got }"
    )
    item = page.ask(QUESTION)
    item.find_element(By.CSS_SELECTOR, ".retry").click()
    wait(lambda: page.all(".rate"))
    page.browser.refresh()
    chat = Chat(page.browser)
    wait(lambda: chat.all(".answer"))
    assert len(chat.all(".asked")) == 1


def test_a_message_that_nobody_could_answer_goes_again_by_itself(page: Chat, serving_engine: sa.Engine) -> None:
    page.browser.execute_script(
        f"{FASTER}; const ask = fetch; window.keys = []; window.fetch = async (...given) => {{"
        "if (!given[0].includes('/v1/chat')) return ask(...given);"
        "window.keys.push(given[1].headers['Idempotency-Key']);"
        "if (window.keys.length > 3) return ask(...given);"
        "return new Response(JSON.stringify({error: {message: 'We cannot answer right now.'}}), {status: 503}) }"
    )
    item = page.ask(QUESTION)
    assert "We cannot answer right now." in item.text
    wait(lambda: page.all(".rate"))
    assert not page.all(".retry")
    assert not page.all(".problem")
    keys = page.browser.execute_script("return window.keys")
    assert len(keys) == 4
    assert len(set(keys)) == 1
    assert len(page.all(".asked")) == 1


@pytest.fixture
def unlisted(folder: Path, home: str) -> Iterator[str]:
    """A site that may not use the widget."""
    from functools import partial
    from http.server import SimpleHTTPRequestHandler

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_site_that_is_not_listed_is_told_so(browser: webdriver.Chrome, unlisted: str) -> None:
    browser.get(unlisted)
    host = wait(lambda: browser.find_elements(By.TAG_NAME, "mhc-chat"))[0]
    wait(lambda: host.shadow_root.find_elements(By.CSS_SELECTOR, ".open"))[0].click()
    answer = wait(lambda: host.shadow_root.find_elements(By.CSS_SELECTOR, ".answer"))[0]
    wait(lambda: "not available on this site" in answer.text)
    assert "(916) 740-8768" in answer.text
    assert not host.shadow_root.find_element(By.CSS_SELECTOR, ".ask").is_displayed()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 256)])
def test_it_can_be_read_and_used_on_a_small_screen_and_in_forced_colours(
    widget: Chat, browser: webdriver.Chrome, width: int, height: int, reader: Labelled
) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    colours = {
        "features": [{"name": "forced-colors", "value": "active"}, {"name": "prefers-color-scheme", "value": "dark"}]
    }
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", colours)
    try:
        item = widget.ask(QUESTION)
        send, log = widget.one(".ask .send").rect, widget.one(".scroll").rect
        assert send["y"] + send["height"] <= height
        assert send["x"] + send["width"] <= width
        assert log["height"] >= height * 0.45
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        bubble = item.find_element(By.CSS_SELECTOR, ".bubble")
        assert bubble.value_of_css_property("border-top-style") == "solid"
        asked = widget.one(".asked")
        assert asked.value_of_css_property("border-top-color") != asked.value_of_css_property("background-color")
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_on_a_page_with_letters_of_its_own_the_widget_keeps_its_own(widget: Chat, browser: webdriver.Chrome) -> None:
    browser.execute_script(
        "document.head.append(Object.assign(document.createElement('style'), { textContent:"
        "'* { font: 30px serif !important; letter-spacing: 9px; text-transform: uppercase } html { font-size: 62.5% }'"
        "}))"
    )
    item = widget.ask(QUESTION)
    text = item.find_element(By.CSS_SELECTOR, ".text")
    assert "serif" not in text.value_of_css_property("font-family").replace("sans-serif", "")
    assert text.value_of_css_property("font-size") == "16px"
    assert text.value_of_css_property("letter-spacing") == "normal"
    assert text.value_of_css_property("text-transform") == "none"
