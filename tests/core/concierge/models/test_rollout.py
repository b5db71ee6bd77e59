"""A candidate among customers, over HTTP: the same arm on every server and channel, back in seconds, never an error."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from random import Random
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from fakes.rollout_serving import CANARY, SayingProviders, begin, exposures
from fakes.rollout_traffic import Rates, arrive
from fakes.waiting import until
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mhc_core.db.queries import installation
from mhc_core.db.queries import rollout as queries
from mhc_core.db.queries.rollout import Rollout
from mhc_core.pseudonyms import customer_hash
from mhc_core.rollout import assignment, promotion, stages, tick
from mhc_core.settings import Settings
from mhc_core.vocabulary import Arm, RolloutAction
from mhc_serving.app import create_app, utc_now

Serve = Callable[[FastAPI], AbstractContextManager[str]]
CUSTOMERS = [f"customer-{number}" for number in range(12)]


def ask(
    url: str, customer: str, message: str = "What happens to my order when it rains?", channel: str = "web"
) -> dict[str, Any]:
    body = {"message": message, "customer_id": customer, "channel": channel}
    response = httpx2.post(f"{url}/api/v1/chat", json=body, timeout=30)
    assert response.status_code == 200, response.text
    given: dict[str, Any] = response.json()
    return given


def expected(engine: sa.Engine, found: Rollout, customer: str) -> str:
    with engine.begin() as connection:
        hashed = customer_hash(installation.salt(connection), customer)
    return found.model_version_id if assignment.arm(stages.plan(found), hashed) is Arm.CANDIDATE else "old"


def test_from_half_of_the_customers_to_production_over_two_servers_and_a_restart(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, serve: Serve
) -> None:
    publish(empty_engine)
    found = begin(empty_engine)
    arms = {customer: expected(empty_engine, found, customer) for customer in CUSTOMERS}
    assert set(arms.values()) == {"old", "new"}

    def app() -> FastAPI:
        return create_app(settings, empty_engine, providers=SayingProviders())

    with serve(app()) as one, serve(app()) as two:
        for number, (customer, model) in enumerate(arms.items()):
            assert ask((one, two)[number % 2], customer)["model"] == model
            assert ask((two, one)[number % 2], customer, channel="sms")["model"] == model
        assert len(exposures(empty_engine)) == len(CUSTOMERS), "one row for each customer and stage"
        lucky = next(customer for customer, model in arms.items() if model == "new")
        with empty_engine.begin() as connection:
            stages.kill(connection, "kim", "it swears", utc_now())
        until(lambda: {ask(server, lucky)["model"] for server in (one, two)} == {"old"}, 5)
    with serve(app()) as url:
        assert ask(url, lucky)["model"] == "old"
        with empty_engine.begin() as connection:
            stages.start(connection, None, "kim", CANARY, utc_now())
        until(lambda: ask(url, lucky)["model"] == "new", 5)
        assert {customer: ask(url, customer)["model"] for customer in CUSTOMERS[:6]} == dict(list(arms.items())[:6])
        assert len(exposures(empty_engine)) == len(CUSTOMERS)

        good, poor = Rates(escalation=0.02, booking=0.8, down=0.0, up=0.7), Rates(0.6, 0.1, 0.4, 0.1, 0.3, 0.4, 0.4)
        now = utc_now()
        with empty_engine.begin() as connection:
            for day in range(8):
                at, names = now - (9 - day) * tick.SHADOW_TIME, range(day * 60, (day + 1) * 60)
                arrive(connection, found, names, at, Random(day), good, poor)
            done = tick.tick(connection, CANARY, now)
        assert done.action is RolloutAction.PROMOTE, done.said
        until(lambda: {ask(url, customer)["model"] for customer in CUSTOMERS} == {"new"}, 5)
        assert httpx2.get(f"{url}/readyz").json()["model"] == "new"


def test_customers_of_a_promoted_candidate_never_see_the_old_model_again(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, serve: Serve
) -> None:
    publish(empty_engine)
    found = begin(empty_engine)
    lucky = next(customer for customer in CUSTOMERS if expected(empty_engine, found, customer) == "new")
    providers = SayingProviders()
    app = create_app(settings, empty_engine, providers=providers)
    with serve(app) as url:
        assert ask(url, lucky)["model"] == "new"
        providers.loading.clear()
        providers.may_load.clear()
        with empty_engine.begin() as connection:
            promotion.move(connection, found, promotion.evaluation_of(connection, found), "kim", {}, utc_now())
        until(providers.loading.is_set, 8)
        assert ask(url, lucky)["model"] == "new"
        assert app.state.services.concierge.live.now.model_id == "old"
        providers.may_load.set()

        def loaded() -> bool:
            assert ask(url, lucky)["model"] == "new"
            return bool(app.state.services.concierge.live.now.model_id == "new")

        until(loaded, 8)
        assert ask(url, lucky)["model"] == "new"


@pytest.mark.parametrize(("model", "met"), [("broken", 0), ("down", 4), ("odd", 4)])
def test_a_candidate_that_fails_costs_no_customer_an_answer(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, model: str, met: int
) -> None:
    publish(empty_engine)
    begin(empty_engine, model, share=100)
    with TestClient(create_app(settings, empty_engine, providers=SayingProviders())) as client:
        for customer in CUSTOMERS[:4]:
            body = {"message": "What happens to my order when it rains?", "customer_id": customer, "channel": "web"}
            given = client.post("/api/v1/chat", json=body)
            assert (given.status_code, given.json()["model"]) == (200, "old")
        warned = client.get("/readyz").json()["warnings"]
        assert "no version" in warned.pop("understanding")
        assert warned == ({"candidate": "the artifact is damaged; train again"} if model == "broken" else {})
    assert len(exposures(empty_engine)) == met, "who could not be given it is in no arm; who was is counted with it"


def test_only_allowed_intents_meet_it_and_nobody_without_a_model_in_the_turn(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings
) -> None:
    publish(empty_engine)
    begin(empty_engine, share=100, intents=["menu"])
    with TestClient(create_app(settings, empty_engine, providers=SayingProviders())) as client:

        def model(message: str) -> str:
            body = {"message": message, "customer_id": "ann", "channel": "web"}
            return str(client.post("/api/v1/chat", json=body).json()["model"])

        assert model("How much for 12 adults, 10 miles?") == "tool/quote"
        assert model("What is your cancellation policy for my order when it rains?") == "old"
        assert exposures(empty_engine) == []
        assert model("Which meats and proteins on the menu go with my order?") == "new"
        assert len(exposures(empty_engine)) == 1


def test_who_gives_no_name_is_told_apart_by_the_conversation(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings
) -> None:
    publish(empty_engine)
    begin(empty_engine, share=50)
    with TestClient(create_app(settings, empty_engine, providers=SayingProviders())) as client:
        body = {"model": "m", "messages": [{"role": "user", "content": "What happens to my order when it rains?"}]}
        answered = [client.post("/v1/chat/completions", json=body).json()["model"] for _ in range(12)]
    assert set(answered) == {"old", "new"}
    assert len({hashed for _, hashed, _ in exposures(empty_engine)}) == 12


def test_a_server_that_can_not_read_the_plan_goes_back_to_production(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mhc_core.concierge.models import rollout as serving

    publish(empty_engine)
    begin(empty_engine, share=100)
    app = create_app(settings, empty_engine, providers=SayingProviders())
    with TestClient(app) as client:
        body = {"message": "What happens to my order when it rains?", "customer_id": "ann", "channel": "web"}
        assert client.post("/api/v1/chat", json=body).json()["model"] == "new"

        def down(connection: sa.Connection) -> None:
            raise OSError("gone")

        monkeypatch.setattr(queries, "in_flight", down)
        monkeypatch.setattr(serving, "VALID_SECONDS", 0.5)
        until(lambda: client.post("/api/v1/chat", json=body).json()["model"] == "old", 5)
