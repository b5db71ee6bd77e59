"""A customer who writes without a pause, whatever becomes of the server."""

import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from mhc_core.settings import Settings

QUESTION = "How much space does the chef need?"


def unlimited(state_dir: Path) -> Settings:
    """A server's settings under which one customer may write as fast as they can."""
    settings = Settings(state_dir=state_dir, open_loopback=True, refresh_seconds=0.2)
    return settings.model_copy(update={"rate_limit_customer": "100000/minute", "rate_limit_address": "100000/minute"})


class Writer(threading.Thread):
    """A customer who sends each message again, under the same key, until it is answered."""

    def __init__(self, address: str, name: str, end: threading.Event) -> None:
        super().__init__(name=name)
        self.address, self.end = address, end
        self.answered: dict[str, tuple[str, str]] = {}
        self.refused: list[tuple[float, str, str]] = []
        self.others: list[tuple[int, str]] = []
        self.attempts = 0

    def run(self) -> None:
        with httpx2.Client(base_url=self.address, timeout=30, trust_env=False) as client:
            while not self.end.is_set():
                self._send(client, uuid4().hex)

    def _send(self, client: httpx2.Client, key: str) -> None:
        body = {"message": QUESTION, "customer_id": self.name, "channel": "web"}
        for _ in range(200):
            self.attempts += 1
            begun = time.monotonic()
            answer = client.post("/api/v1/chat", json=body, headers={"Idempotency-Key": key})
            took = time.monotonic() - begun
            given: dict[str, Any] = answer.json()
            if answer.status_code == 200:
                self.answered[key] = (given["conversation_id"], given["message_id"])
                return
            if answer.status_code != 503:
                self.others.append((answer.status_code, str(given)))
                return
            self.refused.append((took, given["detail"], answer.headers.get("retry-after", "")))
            time.sleep(0.05)
