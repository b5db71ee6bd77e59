"""People of the console of the tests, and Chromium to look at it with."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import axe_core_python
import httpx2
import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from fakes.waiting import until
from mhc_core.vocabulary import StaffRole

os.environ |= {"SE_OFFLINE": "true", "SE_AVOID_STATS": "true"}
PASSWORD = "seven quiet grills"
THEN = datetime(2026, 11, 1, 12, tzinfo=UTC)
Visitor = Callable[[StaffRole], httpx2.Client]
_AXE = Path(axe_core_python.__file__).with_name("axe.min.js")
_RUN = """
    const done = arguments[arguments.length - 1];
    axe.run(document, {resultTypes: ["violations"]}).then((result) => done(result.violations.map(
        (one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 200)).join(" ; ")}`)));
"""
_STILL = """
    return document.getAnimations().every((one) => one.playState !== "running"
        || one.effect.getComputedTiming().endTime === Infinity);
"""


@contextmanager
def chromium() -> Iterator[webdriver.Chrome]:
    """Chromium without a window; skips the test where there is none."""
    program, driver_file = (shutil.which(name) for name in ("chromium", "chromedriver"))
    if not (program and driver_file):
        pytest.skip("no browser: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(driver_file))
    driver.set_page_load_timeout(30)
    driver.set_window_size(1300, 900)
    try:
        yield driver
    finally:
        driver.quit()
        driver.command_executor.close()


class Staff:
    """Somebody of staff before the console in a browser."""

    def __init__(self, browser: webdriver.Chrome, console: str) -> None:
        self.browser = browser
        self._console = console

    def sign_in(self, name: str) -> None:
        """Sign in anew, by the form."""
        self.browser.get(f"{self._console}/console/sign-in")
        self.browser.delete_all_cookies()
        self.browser.get(f"{self._console}/console/sign-in")
        self.browser.find_element(By.ID, "name").send_keys(name)
        self.browser.find_element(By.ID, "password").send_keys(PASSWORD, Keys.ENTER)
        self.see("h1")

    def open(self, path: str) -> None:
        """Open a page and wait until it has come alive."""
        self.browser.get(f"{self._console}/console{path}")
        self.see("h1")
        until(lambda: self.browser.execute_script("return Boolean(window.socket?.connected)"), 30)

    def see(self, selector: str, words: str = "") -> Any:
        """The first element that is shown and holds these words; waits for it."""

        def found() -> Any:
            with suppress(StaleElementReferenceException):  # the page drew it anew while it was read
                for part in self.browser.find_elements(By.CSS_SELECTOR, selector):
                    if part.is_displayed() and words in part.text:
                        return part
            return None

        return until(found, 30)

    def press(self, *keys: str) -> None:
        """Type into whatever has the focus."""
        webdriver.ActionChains(self.browser).send_keys(*keys).perform()

    def faults(self) -> list[str]:
        """What axe-core finds on the page once nothing fades or moves: half-faded words have little contrast."""
        until(lambda: self.browser.execute_script(_STILL), 30)
        self.browser.execute_script(_AXE.read_text("utf-8"))
        found: list[str] = self.browser.execute_async_script(_RUN)
        return found
