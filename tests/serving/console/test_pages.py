"""What holds on every page: readable by everybody, on a phone, in the dark, and by who may."""

from collections.abc import Iterator

import pytest
from fakes.consoles import Staff
from selenium import webdriver
from selenium.webdriver.common.by import By

from mhc_serving.console.places import PLACES, SIGN_IN

PATHS = [place.path for place in PLACES]


@pytest.fixture(scope="module")
def admin(browser: webdriver.Chrome, console: str) -> Staff:
    staff = Staff(browser, console)
    staff.sign_in("admin")
    return staff


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest, browser: webdriver.Chrome) -> Iterator[str]:
    chosen = str(request.param)
    features = [{"name": "prefers-color-scheme", "value": chosen}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    yield chosen
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing(admin: Staff, path: str, theme: str) -> None:
    admin.open(path)
    assert admin.browser.execute_script("return document.body.classList.contains('body--dark')") == (theme == "dark")
    assert admin.faults() == []


def test_axe_finds_nothing_at_the_door(browser: webdriver.Chrome, console: str, theme: str) -> None:
    staff = Staff(browser, console)
    browser.get(console + SIGN_IN)
    assert staff.faults() == []


@pytest.mark.parametrize("path", PATHS)
def test_a_phone_shows_all_of_it(admin: Staff, path: str) -> None:
    size = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    admin.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        admin.open(path)
        assert admin.browser.execute_script("return document.documentElement.scrollWidth") <= 390
        assert admin.faults() == []
    finally:
        admin.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("path", PATHS)
def test_nothing_fails_or_is_refused_in_the_browser(admin: Staff, path: str) -> None:
    admin.browser.get_log("browser")
    admin.open(path)
    assert [entry["message"] for entry in admin.browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_navigation_names_what_a_role_may_open(staff: Staff) -> None:
    staff.sign_in("admin")
    names = [link.text for link in staff.browser.find_elements(By.CSS_SELECTOR, "nav a .q-icon + span")]
    assert names == [place.title for place in PLACES]
