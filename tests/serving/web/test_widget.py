"""The widget on a page of another site, in a real browser."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from fakes.browsing import QUESTION, Chat, Clock, rated, wait
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from mhc_core.db.tables import messages
from mhc_serving.access.tokens import LIFETIME


def test_one_tag_puts_the_widget_on_another_site(widget: Chat, serving_engine: sa.Engine) -> None:
    item = widget.ask(QUESTION)
    assert "cover" in item.text
    item.find_element(By.CSS_SELECTOR, ".sources button").click()
    wait(lambda: "Rain and bad weather" in widget.one("dialog[open]").text)
    widget.one("dialog[open] button").click()
    widget.rate(item, "up", 5, "widget: all clear")
    row = rated(serving_engine, "widget: all clear")
    assert row is not None
    assert (row.vote, row.stars) == ("up", 5)


def test_the_widget_keeps_its_look_and_the_page_its_own(widget: Chat, browser: webdriver.Chrome) -> None:
    assert widget.one(".ask .send").value_of_css_property("font-size") == "16px"
    paragraph = browser.find_element(By.TAG_NAME, "p")
    assert paragraph.value_of_css_property("color") == "rgba(0, 0, 128, 1)"
    ActionChains(browser).send_keys(Keys.ESCAPE).perform()
    wait(lambda: not widget.all(".panel"))
    assert widget.focused() == widget.one(".open")


def test_a_widget_goes_on_after_a_reload(widget: Chat, browser: webdriver.Chrome) -> None:
    widget.ask(QUESTION)
    browser.refresh()
    host = wait(lambda: browser.find_elements(By.TAG_NAME, "mhc-chat"))[0]
    wait(lambda: host.shadow_root.find_elements(By.CSS_SELECTOR, ".open"))[0].click()
    again = Chat(browser)
    wait(lambda: QUESTION in [item.text for item in again.all(".asked .text")])
    assert "cover" in again.one(".answer").text


def test_a_token_is_renewed_and_the_conversation_goes_on(widget: Chat, clock: Clock, serving_engine: sa.Engine) -> None:
    widget.ask(QUESTION)
    conversation, tokens = widget.stored("conversation"), [widget.stored("token")]
    clock.ahead = LIFETIME  # the concierge refuses the token, which the browser takes for good
    assert "8 by 6" in widget.ask("How much space does the chef need?").text
    tokens.append(widget.stored("token"))
    clock.ahead = 2 * LIFETIME - timedelta(seconds=30)  # good for half a minute, which the browser sees now
    ahead_ms = clock.ahead / timedelta(milliseconds=1)
    widget.browser.execute_script("const [ms] = arguments, real = Date.now; Date.now = () => real() + ms", ahead_ms)
    assert "cover" in widget.ask(QUESTION).text
    tokens.append(widget.stored("token"))
    assert len({token["token"] for token in tokens}) == 3
    assert widget.stored("conversation") == conversation
    with serving_engine.connect() as connection:
        query = sa.select(sa.func.count()).where(messages.c.conversation_id == UUID(conversation))
        assert connection.scalar(query) == 6
