"""``mhc serve`` with several processes on one port: all answer, and one that dies is replaced unnoticed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import psutil
import sqlalchemy as sa

COMMAND = "from mhc_jobs.cli.main import main; main()"


def until(done: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_two_processes_answer_and_a_killed_one_is_replaced(serving_engine: sa.Engine, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = serving_engine.url.render_as_string(hide_password=False)
    environment = os.environ | {"MHC_DATABASE_URL": url, "MHC_STATE_DIR": str(tmp_path), "MHC_SERVE_WORKERS": "2"}
    command = [sys.executable, "-c", COMMAND, "serve", "--port", str(port)]
    log = tmp_path / "serve.log"
    with log.open("wb") as file:
        process = psutil.Popen(command, env=environment, stdout=file, stderr=file)

    def started() -> int:
        return log.read_text().count("Application startup complete")

    def ask() -> int:
        body = {"message": "Does the chef cook in the rain?", "customer_id": "visitor", "channel": "web"}
        return httpx2.post(f"http://127.0.0.1:{port}/api/v1/chat", json=body, timeout=20).status_code

    def answers() -> int:
        page = httpx2.get(f"http://127.0.0.1:{port}/metrics", timeout=20).text
        lines = [line for line in page.splitlines() if line.startswith("mhc_answers_total{")]
        return sum(int(float(line.rsplit(" ", 1)[1])) for line in lines)

    try:
        until(lambda: started() == 2)
        assert [ask() for _ in range(10)] == [200] * 10
        victim = max(child.pid for child in process.children() if child.num_threads() > 5)
        os.kill(victim, signal.SIGKILL)
        until(lambda: started() == 3)
        assert [ask() for _ in range(10)] == [200] * 10
        assert {answers() for _ in range(6)} == {20}, "both processes, and the one that is gone, count together"
        family = process.children(recursive=True)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert not psutil.wait_procs(family, 10)[1]
    finally:
        if process.is_running():
            for child in [*process.children(recursive=True), process]:
                child.kill()
            process.wait(10)


def test_a_taken_port_is_one_plain_sentence(serving_engine: sa.Engine, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        url = serving_engine.url.render_as_string(hide_password=False)
        environment = os.environ | {"MHC_DATABASE_URL": url, "MHC_STATE_DIR": str(tmp_path)}
        for workers in ("1", "2"):
            command = [sys.executable, "-c", COMMAND, "serve", "--port", str(port), "--workers", workers]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
            assert done.returncode == 1
            assert f"the API did not start on 127.0.0.1:{port}" in done.stderr
            assert "Traceback" not in done.stderr
