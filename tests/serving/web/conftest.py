"""The concierge on a real port, a site of somebody else's that embeds it, and a browser that looks at both."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.browsing import Chat, Clock, wait
from fastapi import FastAPI
from selenium import webdriver
from selenium.webdriver.common.by import By

from mhc_core.settings import Settings
from mhc_serving.app import create_app

Serve = Callable[[FastAPI], AbstractContextManager[str]]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="package")
def other_site(folder: Path) -> Iterator[str]:
    """A site of somebody else's on another origin; what lies in ``folder`` it serves."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="package")
def _clock() -> Clock:
    return Clock()


@pytest.fixture
def clock(_clock: Clock) -> Iterator[Clock]:
    """The time of ``home``."""
    yield _clock
    _clock.ahead = timedelta()


@pytest.fixture(scope="package")
def home(serving_engine: sa.Engine, other_site: str, folder: Path, serve: Serve, _clock: Clock) -> Iterator[str]:
    """The concierge, which lets the other site embed the widget."""
    settings = Settings(state_dir=folder / "state", widget_origins=other_site, rate_limit_address="10000/minute")
    with serve(create_app(settings, serving_engine, clock=_clock)) as address:
        (folder / "index.html").write_text(
            "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            "<title>Party tips</title>"
            "<style>button { font-size: 40px; color: lime } p { color: navy }</style><h1>Party tips</h1>"
            f"<p>How to plan a party in the garden.</p><script type=module src='{address}/web/mhc-chat.js'></script>",
            "utf-8",
        )
        yield address


@pytest.fixture(scope="package")
def browser() -> Iterator[webdriver.Chrome]:
    """Chromium without a window."""
    chromium, driver_file = (shutil.which(name) for name in ("chromium", "chromedriver"))
    if not (chromium and driver_file):
        pytest.skip("no browser: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(driver_file))
    driver.set_page_load_timeout(30)
    yield driver
    driver.quit()
    driver.command_executor.close()


@pytest.fixture
def page(browser: webdriver.Chrome, home: str) -> Iterator[Chat]:
    """The page at ``/``, new to this visitor; nothing on it may be refused or crash."""
    browser.set_window_size(1100, 800)
    browser.get(home)
    browser.execute_script("sessionStorage.clear(); localStorage.clear()")
    browser.get(home)
    browser.get_log("browser")
    yield Chat(browser)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})


@pytest.fixture
def widget(browser: webdriver.Chrome, home: str, other_site: str) -> Chat:
    """The other site's page with the widget closed."""
    browser.get(other_site)
    browser.execute_script("sessionStorage.clear(); localStorage.clear()")
    browser.get(other_site)
    host = wait(lambda: browser.find_elements(By.TAG_NAME, "mhc-chat"))[0]
    wait(lambda: host.shadow_root.find_elements(By.CSS_SELECTOR, ".open"))[0].click()
    return Chat(browser)
