"""The chat in a real browser: the page at ``/``, and the widget on a page of another site."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from mhc_core.db.queries import installation
from mhc_core.db.tables import feedback, messages
from mhc_core.feedback_links import FeedbackLinks
from mhc_core.settings import Settings
from mhc_serving.app import create_app, utc_now

_CHROMIUM, _DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))
if not (_CHROMIUM and _DRIVER):
    pytest.skip("no browser: apt-get install chromium chromium-driver", allow_module_level=True)

Serve = Callable[[FastAPI], AbstractContextManager[str]]
QUESTION = "What happens when it rains?"
PATIENCE_SECONDS = 8


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def other_site(folder: Path) -> Iterator[str]:
    """A site of somebody else's on another origin; what lies in ``folder`` it serves."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def home(serving_engine: sa.Engine, other_site: str, folder: Path, serve: Serve) -> Iterator[str]:
    """The concierge, which lets the other site embed the widget."""
    settings = Settings(state_dir=folder / "state", widget_origins=other_site)
    with serve(create_app(settings, serving_engine)) as address:
        (folder / "index.html").write_text(
            "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            "<title>Party tips</title>"
            "<style>button { font-size: 40px; color: lime } p { color: navy }</style><h1>Party tips</h1>"
            f"<p>How to plan a party in the garden.</p><script type=module src='{address}/web/mhc-chat.js'></script>",
            "utf-8",
        )
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(_CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(str(_DRIVER)))
    driver.set_page_load_timeout(30)
    yield driver
    driver.quit()
    driver.command_executor.close()


class Chat:
    """The chat on the page that the browser shows, as its user sees it."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser
        self.root = wait(lambda: browser.find_elements(By.TAG_NAME, "mhc-chat"))[0].shadow_root
        wait(lambda: self.all(".ask"))

    def all(self, selector: str) -> list[WebElement]:
        return [part for part in self.root.find_elements(By.CSS_SELECTOR, selector) if part.is_displayed()]

    def one(self, selector: str) -> WebElement:
        return wait(lambda: self.all(selector))[-1]

    def ask(self, question: str) -> WebElement:
        """Send a question; gives the whole answer's item."""
        before = len(self.all(".answer"))
        self.one(".ask textarea").send_keys(question)
        self.one(".ask .send").click()
        wait(lambda: len(self.all(".answer")) > before and not self.all(".waiting"))
        return self.all(".answer")[-1]

    def focused(self) -> WebElement:
        element: WebElement = self.browser.execute_script(
            "return document.activeElement.shadowRoot?.activeElement || document.activeElement"
        )
        return element


def wait(check: Callable[[], Any]) -> Any:
    """What ``check`` gives as soon as that is something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with suppress(StaleElementReferenceException):  # the page drew it anew while it was read
            if found := check():
                return found
        assert time.monotonic() < deadline, "the page did not come to show it"
        time.sleep(0.05)


@pytest.fixture
def page(browser: webdriver.Chrome, home: str) -> Iterator[Chat]:
    """The page at ``/``, new to this visitor; nothing on it may be refused or crash."""
    yield from _opened(browser, home + "/")


@pytest.fixture
def widget(browser: webdriver.Chrome, home: str, other_site: str) -> Chat:
    """The other site's page with the widget closed."""
    browser.get(other_site)
    browser.execute_script("sessionStorage.clear(); localStorage.clear()")
    browser.get(other_site)
    host = wait(lambda: browser.find_elements(By.TAG_NAME, "mhc-chat"))[0]
    wait(lambda: host.shadow_root.find_elements(By.CSS_SELECTOR, ".open"))[0].click()
    return Chat(browser)


def _opened(browser: webdriver.Chrome, address: str) -> Iterator[Chat]:
    browser.set_window_size(1100, 800)
    browser.get(address)
    browser.execute_script("sessionStorage.clear(); localStorage.clear()")
    browser.get(address)
    browser.get_log("browser")
    yield Chat(browser)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})


def ratings_of(engine: sa.Engine, comment: str) -> sa.Row[Any] | None:
    with engine.connect() as connection:
        return connection.execute(sa.select(feedback).where(feedback.c.comment == comment)).one_or_none()


def rate(chat: Chat, item: WebElement, vote: str, stars: int, comment: str) -> None:
    item.find_element(By.CSS_SELECTOR, f"[data-vote={vote}]").click()
    wait(lambda: item.find_elements(By.CSS_SELECTOR, ".more"))
    assert "Thank you" in item.text
    chat.browser.execute_script(
        "arguments[0].click()", item.find_element(By.CSS_SELECTOR, f".stars input[value='{stars}']")
    )
    item.find_element(By.CSS_SELECTOR, ".more textarea").send_keys(comment)
    item.find_element(By.CSS_SELECTOR, ".more .send").click()
    wait(lambda: "We read every word" in item.text)


def test_a_question_is_answered_cited_and_rated(page: Chat, serving_engine: sa.Engine) -> None:
    item = page.ask(QUESTION)
    assert "cover" in item.text
    assert page.all(".asked")[-1].text == QUESTION
    source = item.find_element(By.CSS_SELECTOR, ".sources button")
    assert source.text.startswith("KB-087")
    source.click()
    article = page.one("dialog[open]")
    wait(lambda: "Rain and bad weather" in article.text)
    ActionChains(page.browser).send_keys(Keys.ESCAPE).perform()
    wait(lambda: not page.all("dialog[open]"))
    rate(page, item, "down", 2, "page: what about snow?")
    row = ratings_of(serving_engine, "page: what about snow?")
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
    row = ratings_of(serving_engine, "keyboard: well said")
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


def test_one_tag_puts_the_widget_on_another_site(widget: Chat, serving_engine: sa.Engine) -> None:
    item = widget.ask(QUESTION)
    assert "cover" in item.text
    item.find_element(By.CSS_SELECTOR, ".sources button").click()
    wait(lambda: "Rain and bad weather" in widget.one("dialog[open]").text)
    widget.one("dialog[open] button").click()
    rate(widget, item, "up", 5, "widget: all clear")
    row = ratings_of(serving_engine, "widget: all clear")
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
    wait(lambda: QUESTION in [item.text for item in again.all(".asked")])
    assert "cover" in again.one(".answer").text


def test_an_email_link_is_answered_with_one_button(
    page: Chat, browser: webdriver.Chrome, home: str, serving_engine: sa.Engine
) -> None:
    page.ask(QUESTION)
    conversation = browser.execute_script("return sessionStorage.getItem('mhc-conversation')")
    with serving_engine.begin() as connection:
        message_id = connection.execute(
            sa.select(messages.c.id).where(
                messages.c.conversation_id == UUID(conversation), messages.c.role == "assistant"
            )
        ).scalar_one()
        links = FeedbackLinks(installation.salt(connection), home, 30)
    browser.get(links.vote(message_id, "up", utc_now()))
    (button,) = browser.find_elements(By.TAG_NAME, "button")
    assert re.match(r"rgba?\(179, 38, 30", button.value_of_css_property("background-color"))
    button.click()
    wait(lambda: "Thank you" in browser.title)
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
