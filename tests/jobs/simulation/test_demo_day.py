"""The demo's day: what customers said became requests and hand-overs of the concierge, and staff did their part."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from fakes.understanding import Labelled

from mhc_core.business import pricing
from mhc_core.settings import Settings
from mhc_jobs.cli import demo
from mhc_jobs.simulation import demo_day

NOW = datetime(2026, 11, 30, 20, tzinfo=UTC)
BOOK = (
    "inform/book: I want to book for [adults:10 adults], [children:no kids], on [date:12/19] at [time:5:30], "
    "[dish:chicken] and [dish:shrimp] for [count:everyone], at [address:88 Maple Ave], [city:Davis], [miles:20 miles]. "
    "my name is [name:Ana Ruiz], [email:ana@example.com]"
)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch, reader: Labelled) -> None:
    wish = reader.learn(BOOK)
    people = [reader.learn(f"person !request for a person: a person please, number {number}") for number in range(5)]
    monkeypatch.setattr(demo_day, "CUSTOMERS", 6)
    monkeypatch.setattr(demo_day, "BOOKING", 4)
    monkeypatch.setattr(demo_day, "UNKNOWN", people)
    monkeypatch.setattr(demo_day, "_YES", (reader.learn("@confirm affirm: yes"),))
    monkeypatch.setattr(demo_day, "_wish", lambda *_: wish)


def test_the_day_fills_inbox_and_bookings_and_ends_now(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings
) -> None:
    publish(empty_engine)
    held = demo_day.hold(empty_engine, settings, pricing.load(), NOW, 3)
    with empty_engine.connect() as connection:

        def count(what: str) -> int:
            return int(connection.execute(sa.text(f"select count(*) from ai.{what}")).scalar_one())

        assert (held.conversations, held.bookings, held.handovers) == (11, 4, count("handovers"))
        assert held.handovers >= 5
        begun = connection.execute(sa.text("select min(started_at), max(started_at) from ai.conversations")).one()
        assert {state for (state,) in connection.execute(sa.text("select state from ai.handovers"))} >= {
            "waiting", "claimed", "resolved", "given_back",
        }  # fmt: skip
        assert count("booking_requests where status = 'confirmed'") == 1
        assert count("booking_requests where status = 'requested'") == 3
        assert count("feedback") > 0
        assert count("conversation_notes where kind = 'note'") == 1
    assert NOW - timedelta(hours=demo_day.LAST_HOURS) <= begun[0] < begun[1] < NOW


def test_the_day_is_not_held_where_somebody_talked_before(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(empty_engine)
    days: list[datetime] = []

    def hold(engine: sa.Engine, held: Settings, business: object, now: datetime, seed: int) -> demo_day.Held:
        days.append(now)
        with engine.begin() as connection:
            connection.execute(
                sa.text("""
                    insert into ai.conversations (id, source, source_id, channel, started_at, last_message_at)
                    values (gen_random_uuid(), 'serving', '1', 'web', now(), now())
                """)
            )
        return demo_day.Held(1, 0, 0)

    monkeypatch.setattr(demo_day, "hold", hold)
    for _ in range(2):
        demo.hold_day(empty_engine, settings)
    assert len(days) == 1
