"""Prompts and experiments over HTTP: the model is sent the customer's variant, and what is stored says so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fakes.openai_endpoints import StandIn
from fakes.openai_server import running
from fakes.waiting import until
from fastapi.testclient import TestClient

from mhc_core.business import pricing
from mhc_core.db.queries import experiments as queries
from mhc_core.db.queries import installation
from mhc_core.db.queries import prompts as prompt_queries
from mhc_core.db.rows.prompts import PromptVersion
from mhc_core.db.tables import experiment_exposures, messages
from mhc_core.prompts import experiment_control as control
from mhc_core.prompts import registry, wordings
from mhc_core.prompts.experiments import variant_of
from mhc_core.pseudonyms import customer_hash
from mhc_core.settings import Settings
from mhc_core.vocabulary import ExperimentMetric, Intent
from mhc_serving.app import create_app

BUSINESS = pricing.load()
RAIN = "Do you cook when it rains?"
PROMPT = wordings.knowledge(Intent.POLICY)


@dataclass
class Shop:
    """The API over a database of its own, with OpenAI's stand-in behind it."""

    client: TestClient
    engine: sa.Engine
    openai: StandIn

    def ask(self, customer: str, channel: str = "web", message: str = RAIN, **more: Any) -> dict[str, Any]:
        body = {"message": message, "customer_id": customer, "channel": channel, **more}
        response = self.client.post("/api/v1/chat", json=body)
        assert response.status_code == 200, response.text
        given: dict[str, Any] = response.json()
        return given

    def sent(self) -> str:
        """The system prompt that OpenAI was sent last."""
        return str(self.openai.bodies[-1]["messages"][0]["content"])

    def stored_prompt(self, given: dict[str, Any]) -> str | None:
        with self.engine.connect() as connection:
            query = sa.select(messages.c.prompt_version_id).where(messages.c.id == UUID(given["message_id"]))
            return connection.scalar(query)

    def exposures(self) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(sa.select(experiment_exposures)))

    def add(self, task: str, prompt: str = PROMPT) -> PromptVersion:
        version = wordings.version(BUSINESS, prompt, task)
        with self.engine.begin() as connection:
            prompt_queries.record(connection, [version], "ann")
        return version

    def start(self, version: PromptVersion, name: str = "trial") -> queries.StoredExperiment:
        with self.engine.begin() as connection:
            window = timedelta(hours=24)
            made = control.start(
                connection, name, version.name, [(version.id, 1)], 1, ExperimentMetric.CONTAINED, window, "salt", "ann",
                datetime.now(UTC),
            )  # fmt: skip
        self.client.app.state.services.concierge.live.refresh()  # type: ignore[attr-defined]
        return made

    def of(self, position: int) -> Iterator[str]:
        """Customers of this variant."""
        with self.engine.connect() as connection:
            [found] = registry.running(connection, BUSINESS).values()
        return (name for at in range(10_000) if variant_of(found, name := f"guest-{at}").position == position)


@pytest.fixture
def shop(empty_engine: sa.Engine, publish: Any, tmp_path: Path) -> Iterator[Shop]:
    publish(empty_engine)
    with running() as standin:
        standin.reply = lambda asked: "The host provides cover when it rains."
        settings = Settings(
            state_dir=tmp_path, refresh_seconds=0.2, openai_api_key=standin.key, openai_base_url=standin.base_url
        )
        with TestClient(create_app(settings, empty_engine)) as client:
            yield Shop(client, empty_engine, standin)


def test_a_promoted_wording_is_sent_within_seconds_and_rolled_back_too(shop: Shop) -> None:
    first = shop.ask("ann")
    assert wordings.system_prompt(BUSINESS, Intent.POLICY) in shop.sent()
    version = shop.add("Answer like a sailor.")
    with shop.engine.begin() as connection:
        registry.promote(connection, version.id, "ann", "test", datetime.now(UTC))
    until(lambda: shop.stored_prompt(shop.ask("ann")) == version.id, 5)
    assert version.content in shop.sent()
    with shop.engine.begin() as connection:
        registry.roll_back(connection, PROMPT, "ann", "test", datetime.now(UTC))
    until(lambda: shop.stored_prompt(shop.ask("ann")) == shop.stored_prompt(first), 5)


def test_a_customer_is_answered_under_one_variant_on_every_channel_and_after_a_restart(
    shop: Shop, tmp_path: Path
) -> None:
    version = shop.add("Answer like a sailor.")
    made = shop.start(version)
    sailor, plain = next(shop.of(1)), next(shop.of(0))
    for channel in ("web", "sms"):
        given = shop.ask(sailor, channel)
        assert version.content in shop.sent()
        assert shop.stored_prompt(given) == version.id
        assert not given["cached"]
    given = shop.ask(plain)
    assert wordings.system_prompt(BUSINESS, Intent.POLICY) in shop.sent()
    assert shop.stored_prompt(given) == wordings.seed(BUSINESS, PROMPT).id
    with shop.engine.connect() as connection:
        salt = installation.salt(connection)
    found = {row.customer_hash: row.position for row in shop.exposures()}
    assert found == {customer_hash(salt, sailor): 1, customer_hash(salt, plain): 0}
    assert {row.experiment_id for row in shop.exposures()} == {made.id}
    settings = Settings(state_dir=tmp_path, openai_api_key=shop.openai.key, openai_base_url=shop.openai.base_url)
    with TestClient(create_app(settings, shop.engine)) as client:
        again = Shop(client, shop.engine, shop.openai)
        assert again.stored_prompt(again.ask(sailor)) == version.id
    assert len(shop.exposures()) == 2


def test_who_gives_no_name_is_exposed_by_conversation(shop: Shop) -> None:
    shop.start(shop.add("Answer like a sailor."))
    for _ in range(3):
        body = {"model": "mhc-concierge", "messages": [{"role": "user", "content": RAIN}]}
        assert shop.client.post("/v1/chat/completions", json=body).status_code == 200
    assert len({row.customer_hash for row in shop.exposures()}) == 3


def test_answers_that_no_prompt_made_are_not_counted(shop: Shop) -> None:
    shop.start(shop.add("Answer like a sailor."))
    sailor = next(shop.of(1))
    shop.openai.fail("POST", "/chat/completions", "500", times=10)
    given = shop.ask(sailor)
    assert given["model"] == "knowledge-only"
    assert shop.stored_prompt(given) == wordings.seed(BUSINESS, PROMPT).id
    shop.ask(sailor, message="I want to talk to a person")
    assert shop.exposures() == []


def test_an_agent_that_calls_tools_writes_under_the_variant_too(shop: Shop) -> None:
    version = shop.add("Collect what a booking needs, like a sailor.", "agent/booking")
    shop.start(version)
    given = shop.ask(next(shop.of(1)), message="I would like to book a party for 12 adults please")
    assert version.content in shop.sent()
    assert shop.stored_prompt(given) == version.id
    assert [row.position for row in shop.exposures()] == [1]


def test_another_prompt_is_not_touched(shop: Shop) -> None:
    shop.start(shop.add("Answer like a sailor."))
    shop.ask(next(shop.of(1)), message="Which sauces are on the menu?")
    assert "sailor" not in shop.sent()
    assert shop.exposures() == []


def test_what_is_paused_ended_or_stopped_is_sent_to_nobody_within_seconds(shop: Shop) -> None:
    version = shop.add("Answer like a sailor.")
    now = datetime.now(UTC)
    for how in ("pause", "end", "stop"):
        shop.start(version, how)
        sailors = shop.of(1)
        assert shop.stored_prompt(shop.ask(next(sailors))) == version.id
        with shop.engine.begin() as connection:
            if how == "pause":
                control.pause(connection, how, "ann", "test", now)
            elif how == "end":
                control.end(connection, how, "ann", "test", now)
            else:
                control.stop_variant(connection, how, version.id, "ann", "test", now)
        until(lambda: shop.stored_prompt(shop.ask(next(sailors))) != version.id, 5)  # noqa: B023
        before = len(shop.exposures())
        assert shop.stored_prompt(shop.ask(next(sailors))) == wordings.seed(BUSINESS, PROMPT).id
        assert len(shop.exposures()) == before
