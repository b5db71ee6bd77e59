"""Sends hostile queries to the API in process, over a database with conversations, and times each."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.db.queries import bookings
from mhc_core.db.tables import conversations, feedback, messages
from mhc_core.settings import Settings
from mhc_jobs.bench.graphql.hostile import Maker
from mhc_serving.access import keys
from mhc_serving.access.keys import Role
from mhc_serving.app import create_app
from mhc_serving.graphql.schema import core

LIMIT_MS = 100.0
TURNS = 30
_START = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass
class Figures:
    """Times in milliseconds, by shape and together; ``statuses`` counts what was answered.

    ``busy`` is the time of the processor in this process alone, which other programs of the machine do not lengthen.
    """

    busy: list[float] = field(default_factory=list)
    times: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    refused: int = 0
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def document(self) -> dict[str, object]:
        """As JSON."""
        every = np.array([one for found in self.times.values() for one in found])
        return {
            "queries": len(every),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "with_errors": self.refused,
            "median_ms": round(float(np.median(every)), 2),
            "p99_ms": round(float(np.quantile(every, 0.99)), 2),
            "worst_ms": round(float(every.max()), 2),
            "worst_busy_ms": round(max(self.busy), 2),
            "busy_over_limit": sum(one > LIMIT_MS for one in self.busy),
            "over_limit": int((every > LIMIT_MS).sum()),
            "limit_ms": LIMIT_MS,
            "shapes": {
                shape: {"queries": len(found), "median_ms": round(float(np.median(found)), 2),
                        "worst_ms": round(max(found), 2)}
                for shape, found in sorted(self.times.items())
            },
        }  # fmt: skip


def fill(engine: sa.Engine, count: int) -> None:
    """Conversations with turns, a booking and a rating each, so that a query that asks much gets much."""
    with engine.begin() as connection:
        for place in range(count):
            one, at = UUID(int=place + 1), _START - timedelta(minutes=place)
            values = {
                "id": one,
                "source": "bench",
                "source_id": str(place),
                "channel": "web",
                "customer_id": f"c{place}",
            }
            connection.execute(sa.insert(conversations).values(**values, started_at=at, last_message_at=at))
            said = [
                {"id": UUID(int=(place + 1) * 1000 + turn), "conversation_id": one, "position": turn,
                 "role": ("user", "assistant")[turn % 2], "content": f"turn {turn} " * 20, "sent_at": at}
                for turn in range(TURNS)
            ]  # fmt: skip
            connection.execute(sa.insert(messages), said)
            day = date(2026, 12, 1) + timedelta(days=place % 300)
            bookings.save(connection, one, day, clock(17), (10, 2, 1), Decimal(610), {"city": "Fremont"}, at)
            rated = {"id": UUID(int=place + 10**9), "source": "bench", "source_id": str(place), "conversation_id": one}
            connection.execute(sa.insert(feedback).values(**rated, vote="up", given_at=at))


@contextmanager
def calling(engine: sa.Engine, settings: Settings) -> Iterator[TestClient]:
    """A client with an admin's key, who may ask everything; rate limits as high as they go."""
    open_settings = settings.model_copy(
        update={"rate_limit_key": "1000000/second", "rate_limit_customer": "1000000/second"}
    )
    with engine.begin() as connection:
        key = keys.create(connection, "bench", Role.ADMIN, datetime.now(UTC))
    with TestClient(create_app(open_settings, engine), raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        yield client


def measure(client: TestClient, queries: int, seed: int) -> Figures:
    """Send so many hostile queries, one after the other."""
    maker, figures = Maker(core(), seed), Figures()
    for _ in range(20):
        client.post("/graphql", json={"query": "{ menu { adult } conversations { edges { cursor } } }"})
    for _ in range(queries):
        one = maker.make()
        body = {"query": one.query, "variables": one.variables, "operationName": one.operation}
        begin, used = time.perf_counter(), time.process_time()
        answer = client.post("/graphql", json=body)
        ms = (time.perf_counter() - begin) * 1000
        figures.busy.append((time.process_time() - used) * 1000)
        figures.times.setdefault(one.shape, []).append(ms)
        figures.statuses[answer.status_code] += 1
        figures.refused += answer.status_code == 200 and "errors" in answer.json()
        figures.slowest = sorted([*figures.slowest, (ms, f"{one.shape}: {one.query[:300]}")], reverse=True)[:5]
    return figures
