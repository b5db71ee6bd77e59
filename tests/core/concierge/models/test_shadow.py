"""A candidate in the shadow is heard by nobody, slows nobody down, and leaves scores behind."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fakes.rollout_serving import SayingProviders, begin, exposures
from fakes.waiting import until
from fastapi.testclient import TestClient

from mhc_core.concierge.agents.reply import Reply
from mhc_core.concierge.models.shadow import WAITING, ShadowWorker, Turn
from mhc_core.db.queries import rollout_shadow as queries
from mhc_core.providers.minilm import embedder
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent
from mhc_serving.app import create_app, utc_now


def broken() -> Reply:
    raise RuntimeError("the candidate broke")


def turn(answer: Callable[[], Reply]) -> Turn:
    """A turn whose candidate answers so."""
    return Turn(1, Intent.MENU, Reply("words", "knowledge", Intent.MENU, 0.5, "old"), embedder.load(), answer)


def test_turns_are_compared_unseen_and_nobody_waits(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings
) -> None:
    publish(empty_engine)
    found = begin(empty_engine, "waiting", share=0, status="shadow")
    settings = settings.model_copy(update={"rollout_shadow_share": 1.0})
    providers = SayingProviders()
    app = create_app(settings, empty_engine, providers=providers)
    with TestClient(app) as client:
        for number in range(3):
            body = {
                "message": f"What happens to my order when it rains on day {number}?",
                "customer_id": "ann",
                "channel": "web",
            }
            assert client.post("/api/v1/chat", json=body).json()["model"] == "old"
        assert app.state.services.concierge.rollout.shadow.counts["compared"] == 0, (
            "customers have their answers before it has any"
        )
        providers.gate.set()

        def compared() -> list[queries.Compared]:
            with empty_engine.connect() as connection:
                return queries.compared(connection, found.id)

        until(lambda: sum(item.pairs for item in compared()) == 3, 15)
        [seen] = compared()
    assert seen.intent is Intent.POLICY
    assert (seen.candidate_confidence, seen.shown_confidence) == pytest.approx((0.9, 0.9))
    assert 0.2 < seen.similarity < 0.8, "it says its own name, and else the same"
    assert exposures(empty_engine) == []


def test_what_customers_are_not_given_yet_is_still_compared_in_the_canary(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings
) -> None:
    publish(empty_engine)
    found = begin(empty_engine, share=100, intents=["menu"])
    settings = settings.model_copy(update={"rollout_shadow_share": 1.0})
    app = create_app(settings, empty_engine, providers=SayingProviders())
    with TestClient(app) as client:
        for message, model in (
            ("What happens to my order when it rains?", "old"),
            ("Which meats and proteins on the menu go with my order?", "new"),
        ):
            body = {"message": message, "customer_id": "ann", "channel": "web"}
            assert client.post("/api/v1/chat", json=body).json()["model"] == model
        until(lambda: app.state.services.concierge.rollout.shadow.counts["compared"] == 1, 10)
    with empty_engine.connect() as connection:
        assert [item.intent for item in queries.compared(connection, found.id)] == [Intent.POLICY]


def test_without_a_sample_nothing_is_compared(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings
) -> None:
    publish(empty_engine)
    begin(empty_engine, share=0, status="shadow")
    app = create_app(
        settings.model_copy(update={"rollout_shadow_share": 0.0}), empty_engine, providers=SayingProviders()
    )
    with TestClient(app) as client:
        body = {"message": "What happens to my order when it rains?", "customer_id": "ann", "channel": "web"}
        assert client.post("/api/v1/chat", json=body).json()["model"] == "old"
        shadow = app.state.services.concierge.rollout.shadow
        shadow.offer(turn(broken))
        until(lambda: shadow.counts["failed"] == 1)
        assert shadow.counts == {"compared": 0, "dropped": 0, "failed": 1}, "nothing stood before it in the queue"


def test_a_full_queue_drops_and_counts_and_a_failure_is_no_end(empty_engine: sa.Engine) -> None:
    worker = ShadowWorker(empty_engine, utc_now)
    gate, begun = threading.Event(), threading.Event()

    def wait() -> Reply:
        begun.set()
        gate.wait(10)
        return broken()

    worker.start()
    worker.offer(turn(wait))
    assert begun.wait(5)
    for _ in range(WAITING + 3):
        worker.offer(turn(wait))
    assert worker.counts["dropped"] == 3
    gate.set()
    until(lambda: worker.counts["failed"] == WAITING + 1, 5)
    worker.stop()
