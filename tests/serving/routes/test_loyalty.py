"""A customer asks where they stand: told to them, not to the next who asks the same, not to a visitor."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.understanding import Labelled
from fastapi.testclient import TestClient

from mhc_core.business import pricing
from mhc_core.collection.importing.bookings import booking_id
from mhc_core.customers import profiles
from mhc_core.db.queries import imported_bookings
from mhc_core.db.queries.imported_bookings import BookingRow
from mhc_core.knowledge import articles, index
from mhc_core.providers.minilm import embedder
from mhc_core.settings import Settings
from mhc_jobs import sample
from mhc_serving.access import keys
from mhc_serving.access.keys import Role
from mhc_serving.app import create_app, utc_now

SITE = "https://party.example"
RULES = pricing.load()
ARTICLES = ("KB-009", "KB-011", "KB-020", "KB-037", "KB-042", "KB-070", "KB-075")
ASKED = "how many bookings until i get silver"
OTHERWISE = "ask/booking_info: any clue how many times we gotta book before we make it to silver?"
"""No question of the article, word for word."""


@pytest.fixture
def engine(empty_engine: sa.Engine, tmp_path: Path) -> sa.Engine:
    """Knowledge from a part of the sample, and bookings of two customers."""
    for name in ARTICLES:
        shutil.copy(sample.knowledge_dir() / f"{name}.md", tmp_path)
    now, minilm = utc_now(), embedder.load()
    with empty_engine.begin() as connection:
        articles.import_articles(connection, sorted(tmp_path.glob("KB-*.md")), now)
        index.publish(connection, index.build(connection, minilm, now).id, minilm, now, "test")
        rows = [
            BookingRow(
                booking_id("till", f"{who}{number}"), "till", f"{who}{number}", who, "completed",
                now - timedelta(days=90 + number), None, 10, None, None, None,
            )
            for who, count in (("ann", 2), ("+15105550177", 5)) for number in range(count)
        ]  # fmt: skip
        imported_bookings.upsert(connection, rows, {}, now)
        profiles.refresh(connection, RULES, now)
    return empty_engine


@pytest.fixture
def client(engine: sa.Engine, settings: Settings) -> Iterator[TestClient]:
    update = {"serve_host": "0.0.0.0", "public_url": "https://chat.example", "widget_origins": SITE}
    with TestClient(create_app(settings.model_copy(update=update), engine)) as client:
        yield client


def test_everybody_is_told_what_is_theirs(client: TestClient, engine: sa.Engine, reader: Labelled) -> None:
    with engine.begin() as connection:
        key = keys.create(connection, "shop", Role.APP, utc_now())

    def ask(who: str | None, text: str = ASKED) -> str:
        body = {"message": text, "channel": "web"}
        if who is not None:
            headers = {"Authorization": f"Bearer {key}"}
            body["customer_id"] = who
        else:
            token = client.post("/api/v1/widget/tokens", json={}, headers={"Origin": SITE}).json()["token"]
            headers = {"Authorization": f"Bearer {token}", "Origin": SITE}
        response = client.post("/api/v1/chat", json=body, headers=headers)
        assert response.status_code == 200, response.text
        return str(response.json()["answer"])

    reader.learn(f"ask/booking_info: {ASKED}")
    otherwise = reader.learn(OTHERWISE)
    for text in (ASKED, otherwise):
        assert "You have two completed bookings, so you are Bronze" in ask("ann", text)
        assert "You have five completed bookings, so you are Silver" in ask("+1 (510) 555-0177", text)
        for nobody in (ask("ben", text), ask(None, text)):
            assert "You have" not in nobody
            assert "Silver from 4 completed bookings on" in nobody
        assert "Two more bookings until Silver" in ask("ann", text)
    with engine.connect() as connection:
        kept = connection.scalars(sa.text("select answer from ai.response_cache")).all()
    assert kept == []
