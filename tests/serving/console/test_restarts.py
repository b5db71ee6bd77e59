"""The inbox while the console's process is killed: nothing is lost, and nothing rings twice."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa
from fakes.consoles import PASSWORD, Staff, chromium
from fakes.stored import say, talk
from fakes.waiting import until

from mhc_core.accounts import people
from mhc_core.business import pricing
from mhc_core.db import engine as engines
from mhc_core.support import handover
from mhc_core.vocabulary import StaffRole

COMMAND = "from mhc_jobs.cli.main import main; main()"
ESCALATIONS = 200
SAID = "I want a person"
RUNG = """
    addEventListener("mhc-ring", (e) => {
        localStorage.rung = JSON.stringify([...JSON.parse(localStorage.rung ?? "[]"), ...e.detail]);
    });
"""


@contextmanager
def running(url: str, port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``mhc console`` on this port."""
    environment = os.environ | {
        "MHC_DATABASE_URL": url, "MHC_STATE_DIR": str(folder), "MHC_CONSOLE_PORT": str(port),
    }  # fmt: skip
    with (folder / "console.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-c", COMMAND, "console"], env=environment, stdout=log, stderr=log)

    def answers() -> bool:
        with suppress(httpx2.TransportError):
            return httpx2.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        return False

    try:
        until(answers, 60)
        yield process
    finally:
        process.kill()
        process.wait(10)


def escalate(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        conversation, _ = talk(connection, say("user", SAID), status="active")
        assert handover.begin(connection, pricing.load(), conversation, "request for a person", datetime.now(UTC))


@pytest.mark.long
def test_every_hand_over_is_shown_and_rings_once_though_the_console_is_killed(
    fresh_database_url: str, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        people.create(connection, "Ana", StaffRole.AGENT, PASSWORD, "test", datetime.now(UTC))
    with chromium() as browser:
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": RUNG})
        agent = Staff(browser, f"http://127.0.0.1:{port}")
        with running(fresh_database_url, port, tmp_path) as first:
            agent.sign_in("Ana")
            agent.open("/inbox")
            for _ in range(ESCALATIONS // 2):
                escalate(engine)
                time.sleep(0.01)
            agent.see("nav .chip")
            first.send_signal(signal.SIGKILL)
            first.wait(10)
        for _ in range(ESCALATIONS // 4):
            escalate(engine)
        with running(fresh_database_url, port, tmp_path):
            for _ in range(ESCALATIONS // 4):
                escalate(engine)
            agent.see("nav .chip", str(ESCALATIONS))  # the page has come back by itself
            rung = browser.execute_script("return JSON.parse(localStorage.rung)")
            agent.see("button", "Waiting").click()
            until(lambda: len(browser.find_elements("css selector", ".talk")) == ESCALATIONS, 20)
    with engine.connect() as connection:
        waiting = sorted(connection.scalars(sa.text("select id from ai.handovers where state = 'waiting'")))
    engine.dispose()
    assert SAID not in (tmp_path / "console.log").read_text()
    assert len(waiting) == ESCALATIONS
    assert sorted(rung) == waiting
