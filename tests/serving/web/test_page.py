"""The page at ``/`` in a real browser."""

import re
from uuid import UUID

import sqlalchemy as sa
from fakes.browsing import QUESTION, Chat, rated, wait
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from mhc_core.db.queries import installation
from mhc_core.db.tables import handovers, messages
from mhc_core.feedback.links import FeedbackLinks, keys
from mhc_core.support import handover
from mhc_serving.app import utc_now


def test_a_question_is_answered_cited_and_rated(page: Chat, serving_engine: sa.Engine) -> None:
    item = page.ask(QUESTION)
    assert "cover" in item.text
    assert page.all(".asked .text")[-1].text == QUESTION
    source = item.find_element(By.CSS_SELECTOR, ".sources button")
    assert source.text == "Rain and bad weather"
    source.click()
    article = page.one("dialog[open]")
    wait(lambda: "Rain and bad weather" in article.text)
    ActionChains(page.browser).send_keys(Keys.ESCAPE).perform()
    wait(lambda: not page.all("dialog[open]"))
    page.rate(item, "down", 2, "page: what about snow?")
    row = rated(serving_engine, "page: what about snow?")
    assert row is not None
    assert (row.vote, row.stars) == ("down", 2)
    assert [entry for entry in page.browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_text_appears_while_it_comes(page: Chat) -> None:
    page.browser.execute_script(
        """
        const text = arguments[0].getRootNode();
        window.lengths = [];
        new MutationObserver(() => {
          const shown = [...text.querySelectorAll(".answer .text")].at(-1)?.textContent.length;
          if (shown) window.lengths.push(shown);
        }).observe(text, { subtree: true, childList: true, characterData: true });
        """,
        page.one(".ask"),
    )
    page.ask(QUESTION)
    lengths = page.browser.execute_script("return window.lengths")
    assert len(set(lengths)) > 3
    assert lengths == sorted(lengths)


def test_all_of_it_works_by_keyboard(page: Chat, serving_engine: sa.Engine) -> None:
    def press(*keys: str) -> None:
        ActionChains(page.browser).send_keys(*keys).perform()

    def tab_to(selector: str) -> None:
        wanted = page.one(selector)
        for _ in range(15):
            if page.focused() == wanted:
                return
            ActionChains(page.browser).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
        raise AssertionError(f"{selector} is not reached by the keyboard")

    wait(lambda: page.focused().tag_name == "textarea")
    press(QUESTION, Keys.ENTER)
    wait(lambda: page.all(".rate"))
    wait(lambda: page.focused().tag_name == "textarea")
    tab_to(".sources button")
    press(Keys.ENTER)
    page.one("dialog[open]")
    press(Keys.ESCAPE)
    wait(lambda: not page.all("dialog[open]"))
    page.one(".ask textarea").click()
    tab_to("[data-vote=up]")
    press(Keys.SPACE)
    page.one(".more")
    press(Keys.TAB, Keys.TAB, Keys.ARROW_DOWN)
    press(Keys.TAB, "keyboard: well said", Keys.TAB, Keys.ENTER)
    wait(lambda: not page.all(".more"))
    row = rated(serving_engine, "keyboard: well said")
    assert row is not None
    assert row.vote == "up"
    assert row.stars in (1, 2, 3, 4, 5)


def test_what_comes_is_announced_to_a_screen_reader(page: Chat) -> None:
    item = page.ask(QUESTION)
    (live,) = page.root.find_elements(By.CSS_SELECTOR, "[aria-live=polite]")
    spoken = live.get_attribute("textContent") or ""
    assert spoken
    assert spoken.split()[0] in item.text
    unnamed = page.browser.execute_script(
        "return [...arguments[0].getRootNode().querySelectorAll('button, textarea, input')]"
        ".filter((part) => !(part.textContent.trim() || part.getAttribute('aria-label'))).length",
        page.one(".ask"),
    )
    assert unnamed == 0


def test_a_narrow_phone_shows_all_of_it(page: Chat) -> None:
    page.browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 320, "height": 568, "deviceScaleFactor": 2, "mobile": True}
    )
    item = page.ask(QUESTION)
    item.find_element(By.CSS_SELECTOR, "[data-vote=up]").click()
    page.one(".more")
    assert page.browser.execute_script("return document.documentElement.scrollWidth") <= 320
    for part in (*page.all("button"), *page.all("textarea")):
        assert part.rect["x"] >= 0, part.text
        assert part.rect["x"] + part.rect["width"] <= 320, part.text
    send = page.one(".ask .send").rect
    assert send["y"] + send["height"] <= 568
    assert send["height"] >= 40


def test_without_a_connection_it_says_so_and_tries_again(page: Chat) -> None:
    page.browser.execute_cdp_cmd("Network.enable", {})
    page.browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/v1/*"]})
    item = page.ask(QUESTION)
    assert "no connection" in item.text
    page.browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    item.find_element(By.CSS_SELECTOR, ".retry").click()
    wait(lambda: page.all(".rate"))
    assert len(page.all(".asked")) == 1
    assert not page.all(".problem")


def test_a_persons_reply_appears_until_the_conversation_is_given_back(page: Chat, serving_engine: sa.Engine) -> None:
    page.browser.execute_script("const real = setTimeout; window.setTimeout = (call, ms) => real(call, ms / 20)")
    page.ask("I want to talk to a person")
    wait(lambda: page.one("header p").text == "Our team answers here")
    with serving_engine.begin() as connection:
        conversation = UUID(page.stored("conversation"))
        query = sa.select(handovers.c.id).where(handovers.c.conversation_id == conversation)
        handover_id = connection.execute(query).scalar_one()
        handover.claim(connection, handover_id, "Ann", utc_now())
        handover.reply(connection, handover_id, "I call you at five.", "Ann", utc_now())
    wait(lambda: "I call you at five." in page.all(".answer")[-1].text)
    assert page.one(".answer.person .from").text.startswith("From our team")
    with serving_engine.begin() as connection:
        handover.give_back(connection, handover_id, "Ann", utc_now())
    wait(lambda: page.one("header p").text != "Our team answers here")
    assert [item.text for item in page.all(".answer .text")].count("I call you at five.") == 1


def test_an_email_link_is_answered_with_one_button(
    page: Chat, browser: webdriver.Chrome, home: str, serving_engine: sa.Engine
) -> None:
    page.ask(QUESTION)
    conversation = page.stored("conversation")
    with serving_engine.begin() as connection:
        message_id = connection.execute(
            sa.select(messages.c.id).where(
                messages.c.conversation_id == UUID(conversation), messages.c.role == "assistant"
            )
        ).scalar_one()
        links = FeedbackLinks(keys(installation.salt(connection), None, 30), home, 30)
    browser.get(links.vote(message_id, "up", utc_now()))
    (button,) = browser.find_elements(By.TAG_NAME, "button")
    assert re.match(r"rgba?\(179, 38, 30", button.value_of_css_property("background-color"))
    button.click()
    wait(lambda: "Thank you" in browser.title)
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
