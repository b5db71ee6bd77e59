"""The page on which one holds a button and talks: its files, its socket, and the whole of it in a browser."""

import asyncio
import shutil
import wave
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import orjson
import pytest
import sqlalchemy as sa
import websockets
from fakes.browsing import wait
from fakes.phones import WORDS, tone
from fastapi import FastAPI
from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By

from mhc_core.db.tables import calls, messages
from mhc_serving.voice import talk

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def url(phone_app: FastAPI, serve: Callable[[FastAPI], AbstractContextManager[str]]) -> Iterator[str]:
    with serve(phone_app) as url:
        phone_app.state.services.settings.public_url = None
        phone_app.state.services.access.origins.__init__(frozenset(), None)
        yield url


def token(url: str) -> dict[str, Any]:
    given: dict[str, Any] = httpx2.post(f"{url}/api/v1/widget/tokens", json={}, headers={"Origin": url}).json()
    return given


async def talked(
    url: str, origin: str, first: dict[str, Any], tenths: int
) -> tuple[list[dict[str, Any]], int, int | None]:
    """What comes back to one held button: the messages, how much sound, and the code of the end."""
    told: list[dict[str, Any]] = []
    sound = 0
    async with websockets.connect(f"{url.replace('http', 'ws')}/talk/stream", origin=origin) as socket:
        await socket.send(orjson.dumps(first).decode())
        wide = np.repeat(tone(tenths).sound, 2)
        pcm = (np.concatenate([np.zeros(8_000, dtype=np.float32), wide]) * 32767).astype("<i2").tobytes()
        try:
            await socket.send('{"event":"press"}')
            for at in range(0, len(pcm), 640):
                await socket.send(pcm[at : at + 640])
            await socket.send('{"event":"release"}')
            async with asyncio.timeout(15):
                while not any("refund" in each.get("text", "") for each in told[1:]) or sound <= 1_000:
                    message = await socket.recv()
                    if isinstance(message, bytes):
                        sound += len(message)
                    else:
                        told.append(orjson.loads(message))
        except (websockets.ConnectionClosed, TimeoutError):
            pass
        return told, sound, socket.close_code


def test_what_is_said_while_the_button_is_held_is_answered_and_stored(url: str, serving_engine: sa.Engine) -> None:
    given = token(url)
    told, sound, _ = asyncio.run(talked(url, url, {"event": "start", "token": given["token"]}, 5))
    said = [(each["who"], each["text"]) for each in told if each["event"] == "said"]
    assert said[0] == ("customer", WORDS[5])
    assert said[-1][0] == "concierge"
    assert "refund" in said[-1][1]
    assert sound > 1_000
    with serving_engine.connect() as connection:
        kept = connection.execute(
            sa.select(messages.c.content, calls.c.consent, calls.c.consent_wording)
            .join(calls, calls.c.conversation_id == messages.c.conversation_id)
            .where(messages.c.conversation_id == given["conversation_id"], messages.c.role == "user")
        ).one()
    assert kept.content == WORDS[5]
    assert kept.consent == "given"
    assert "Who holds the button agrees" in kept.consent_wording


@pytest.mark.parametrize("wrong", ["token", "origin", "nothing"])
def test_a_stranger_gets_no_line(url: str, wrong: str) -> None:
    first = {"event": "start", "token": token(url)["token"]}
    if wrong == "token":
        first["token"] += "x"
    elif wrong == "nothing":
        first = {"event": "press"}
    told, sound, code = asyncio.run(talked(url, "https://evil.example" if wrong == "origin" else url, first, 5))
    assert (told, sound, code) == ([], 0, talk.REFUSED)


def test_the_page_loads_nothing_from_elsewhere(url: str) -> None:
    page = httpx2.get(f"{url}/talk")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "style=" not in page.text
    assert "<script>" not in page.text
    for name in ("talk.css", "talk.js", "talk-worklet.js"):
        assert httpx2.get(f"{url}/talk/{name}").status_code == 200
    assert httpx2.get(f"{url}/talk/talk.py").status_code == 404


@pytest.fixture
def microphone(tmp_path: Path) -> Path:
    """Syllables of a hum, four a second, as browsers take steady tones for noise and remove them."""
    file = tmp_path / "microphone.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        at = np.arange(160_000) / 16_000
        samples = 0.6 * np.sin(2 * np.pi * 180 * at) * (0.5 - 0.5 * np.cos(2 * np.pi * 4 * at)) ** 0.5
        sound.writeframes((samples * 32767).astype("<i2").tobytes())
    return file


@pytest.fixture
def browser(microphone: Path) -> Iterator[webdriver.Chrome]:
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    if driver is None or chromium is None:
        pytest.skip("neither chromium nor its driver is installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={microphone}",
        "--window-size=480,800", "--autoplay-policy=no-user-gesture-required",
    ):  # fmt: skip
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SE_OFFLINE", "true")
        patch.setenv("SE_AVOID_STATS", "true")
        opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield opened
    opened.quit()


def test_one_talks_in_a_browser_by_button(url: str, browser: webdriver.Chrome, tmp_path: Path) -> None:
    browser.get(f"{url}/talk")
    button = wait(lambda: browser.find_elements(By.ID, "hold"))[0]
    ActionChains(browser).click_and_hold(button).perform()
    wait(lambda: "listening" in browser.find_element(By.ID, "state").text)
    ActionChains(browser).pause(4.5).release(button).perform()
    wait(lambda: len(browser.find_elements(By.CSS_SELECTOR, "#said li")) >= 2)
    said = [each.text for each in browser.find_elements(By.CSS_SELECTOR, "#said li")]
    browser.save_screenshot(str(tmp_path / "talk.png"))
    assert said[0] == WORDS[17]
    assert "8 by 6 feet" in said[1]
    assert button.get_attribute("aria-pressed") == "false"
    problems = [each["message"] for each in browser.get_log("browser") if each["level"] == "SEVERE"]
    assert problems == []
