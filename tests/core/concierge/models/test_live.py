"""New models and knowledge go live within seconds, without a restart and without a gap."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
import sqlalchemy as sa
from fakes.waiting import until
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mhc_core.artifacts import store
from mhc_core.business.pricing import Business
from mhc_core.db.queries import retired, versions
from mhc_core.db.queries.training import BASELINE_ID, ModelVersion
from mhc_core.db.tables import knowledge_versions, model_versions
from mhc_core.errors import DataError, ProviderUnavailable
from mhc_core.privacy import unlearn
from mhc_core.protocols import ChatAnswer, ChatModel, ChatRequest, Embedder, JobState, TrainingFiles
from mhc_core.providers.local.fine_tuner import LocalFineTuner
from mhc_core.providers.local.knowledge import KnowledgeOnlyModel
from mhc_core.providers.minilm import embedder as minilm
from mhc_core.settings import Settings
from mhc_core.understanding.reader import Reader
from mhc_core.vocabulary import Intent, JobStatus
from mhc_serving.app import create_app, utc_now

Serve = Callable[[FastAPI], AbstractContextManager[str]]


@dataclass(frozen=True)
class Saying:
    """A model that says one thing."""

    version_id: str
    text: str = "words"

    def answer(self, request: ChatRequest) -> ChatAnswer:
        if self.text == "down":
            raise ProviderUnavailable("the provider does not answer; try again later")
        return ChatAnswer(f"{self.version_id} says {self.text}", 0.9, Intent.OTHER)


class SayingProviders:
    """Loads a model that says its own id; when it is let, or not at all, by what its id says."""

    def __init__(self) -> None:
        self.loading, self.may_load = threading.Event(), threading.Event()

    def reader(self, local: Reader, business: Business) -> Reader:
        return local

    def embedder(self) -> Embedder:
        return minilm.load()

    def chain(self, engine: sa.Engine, promoted: ModelVersion | None) -> tuple[ChatModel, ...]:
        baseline = KnowledgeOnlyModel(BASELINE_ID)
        if promoted is None:
            return (baseline,)
        if promoted.id.startswith("slow"):
            self.loading.set()
            assert self.may_load.wait(30)
        if promoted.id.startswith("broken"):
            raise DataError("the artifact is damaged; train again")
        return (Saying(promoted.id, "down" if promoted.id.startswith("down") else "words"), baseline)


def promote(engine: sa.Engine, model_id: str, **columns: Any) -> None:
    with engine.begin() as connection:
        values = {"id": model_id, "provider": "local", "base_model": "test"} | columns
        connection.execute(sa.insert(model_versions).values(values))
        versions.move(connection, "model", model_id, "test", "test", utc_now())


def ask(url: str, message: str = "What happens when it rains?") -> dict[str, Any]:
    response = httpx2.post(
        f"{url}/api/v1/chat", json={"message": message, "customer_id": "c", "channel": "web"}, timeout=30
    )
    assert response.status_code == 200, response.text
    given: dict[str, Any] = response.json()
    return given


def test_a_promotion_and_its_rollback_are_picked_up_within_five_seconds(
    empty_engine: sa.Engine, publish: Callable[..., str], tmp_path: Path, serve: Serve
) -> None:
    publish(empty_engine)
    with serve(create_app(Settings(state_dir=tmp_path), empty_engine, providers=SayingProviders())) as url:
        assert ask(url)["model"] == BASELINE_ID
        promote(empty_engine, "first")
        until(lambda: ask(url)["model"] == "first", 5)
        promote(empty_engine, "second")
        until(lambda: ask(url)["model"] == "second", 5)
        with empty_engine.begin() as connection:
            versions.roll_back(connection, "model", "test", "test", utc_now())
        until(lambda: ask(url)["model"] == "first", 5)
        ready = httpx2.get(f"{url}/readyz").json()
        assert ready["ready"]
        assert ready["model"] == "first"


def test_requests_go_on_while_a_slow_model_loads(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, serve: Serve
) -> None:
    publish(empty_engine)
    promote(empty_engine, "first")
    providers = SayingProviders()
    with serve(create_app(settings, empty_engine, providers=providers)) as url:
        promote(empty_engine, "slow-second")
        until(providers.loading.is_set, 5)
        assert [ask(url)["model"] for _ in range(5)] == ["first"] * 5
        providers.may_load.set()
        until(lambda: ask(url)["model"] == "slow-second", 5)


def test_the_old_model_goes_on_when_the_new_one_can_not_be_loaded(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, serve: Serve
) -> None:
    publish(empty_engine)
    promote(empty_engine, "first")
    with serve(create_app(settings, empty_engine, providers=SayingProviders())) as url:
        promote(empty_engine, "broken")
        until(lambda: "model" in httpx2.get(f"{url}/readyz").json()["warnings"], 5)
        ready = httpx2.get(f"{url}/readyz")
        assert ready.status_code == 200
        assert ready.json()["model"] == "first"
        assert ready.json()["warnings"]["model"] == "the artifact is damaged; train again"
        assert ask(url)["model"] == "first"
        promote(empty_engine, "third")
        until(lambda: ask(url)["model"] == "third", 5)
        assert "model" not in httpx2.get(f"{url}/readyz").json()["warnings"]


def test_new_knowledge_is_searched_and_cited(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, serve: Serve
) -> None:
    old = publish(empty_engine)
    with serve(create_app(settings, empty_engine)) as url:
        assert ask(url)["knowledge_version"] == old
        new = publish(
            empty_engine, {"KB-100": ("Fireworks", "policy", "Fireworks are not allowed near the propane grill.")}
        )
        until(lambda: ask(url)["knowledge_version"] == new, 5)
        assert ask(url, "are fireworks allowed?")["citations"][0]["id"] == "KB-100"


def test_without_a_working_promoted_model_the_baseline_answers_but_is_not_ready(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings
) -> None:
    publish(empty_engine)
    promote(empty_engine, "broken")
    with TestClient(create_app(settings, empty_engine, providers=SayingProviders())) as client:
        body = {"message": "What happens when it rains?", "customer_id": "c", "channel": "web"}
        assert client.post("/api/v1/chat", json=body).json()["model"] == BASELINE_ID
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["reasons"]["model"] == "the artifact is damaged; train again"


def test_an_empty_database_is_answered_honestly_and_not_ready(empty_engine: sa.Engine, settings: Settings) -> None:
    with TestClient(create_app(settings, empty_engine)) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert set(ready.json()["reasons"]) == {"knowledge"}
        body = {"message": "What happens when it rains?", "customer_id": "c", "channel": "web"}
        given = client.post("/api/v1/chat", json=body)
        assert given.status_code == 200
        assert "do not know" in given.json()["answer"]
        body["message"] = "How much for 6 adults, 10 miles?"
        assert "$550" in client.post("/api/v1/chat", json=body).json()["answer"]


def test_knowledge_of_another_embedder_is_not_searched(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings
) -> None:
    publish(empty_engine)
    with empty_engine.begin() as connection:
        connection.execute(sa.update(knowledge_versions).values(embedder="another/1"))
    with TestClient(create_app(settings, empty_engine)) as client:
        reasons = client.get("/readyz").json()["reasons"]
    assert "another/1" in reasons["knowledge"]


def test_a_failing_provider_never_fails_the_customer(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings
) -> None:
    publish(empty_engine)
    promote(empty_engine, "down")
    with TestClient(create_app(settings, empty_engine, providers=SayingProviders())) as client:
        body = {"message": "What happens when it rains?", "customer_id": "c", "channel": "web"}
        given = client.post("/api/v1/chat", json=body)
        assert given.status_code == 200
        assert given.json()["model"] == BASELINE_ID
        assert given.json()["citations"][0]["id"] == "KB-087"


def test_a_model_trained_here_answers_after_its_promotion(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, tmp_path: Path
) -> None:
    publish(empty_engine)
    job = _train(settings, tmp_path)
    promote(empty_engine, "local-real", artifact_uri=job.artifact_uri, artifact_sha256=job.artifact_sha256)
    with TestClient(create_app(settings, empty_engine)) as client:
        assert client.get("/readyz").json()["model"] == "local-real"
        body = {"message": "Do you bring topic 7 lanterns?", "customer_id": "c", "channel": "web"}
        given = client.post("/api/v1/chat", json=body).json()
    assert given["model"] == "local-real"


def test_a_model_that_an_erasure_cleaned_is_loaded_anew_while_it_answers(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, tmp_path: Path, serve: Serve
) -> None:
    publish(empty_engine)
    job = _train(settings, tmp_path)
    assert job.artifact_uri
    assert job.artifact_sha256
    promote(empty_engine, "same-id", artifact_uri=job.artifact_uri, artifact_sha256=job.artifact_sha256)
    erased = {f"00000000-0000-4000-8000-{number:012d}" for number in range(120) if number % 10 == 7}
    app = create_app(settings, empty_engine)
    with serve(app) as url:
        before = ask(url, "Do you bring topic 7 lanterns?")
        assert (before["model"], "topic 7" in before["answer"]) == ("same-id", True)
        uri, digest, gone = unlearn.clean(job.artifact_uri, job.artifact_sha256, settings.artifacts, erased)
        assert gone == len(erased)
        with empty_engine.begin() as connection:
            retired.replace_artifact(connection, "same-id", uri, digest, {})
        store.remove(job.artifact_uri)
        until(lambda: "topic 7" not in ask(url, "Do you bring topic 7 lanterns?")["answer"], 5)
        assert app.state.services.concierge.live.now.artifact_sha256 == digest
        assert ask(url, "Do you bring topic 3 lanterns?")["model"] == "same-id"
        assert "model" not in httpx2.get(f"{url}/readyz").json()["warnings"]


def _train(settings: Settings, folder: Path) -> JobState:
    import orjson

    rng = np.random.default_rng(7)
    lines = []
    kinds = [Intent.MENU, Intent.POLICY, Intent.TRAVEL, Intent.BOOKING]
    things = ["lanterns", "umbrellas", "cushions", "speakers", "candles", "balloons"]
    for number in range(120):
        kind, thing = kinds[number % 4], things[int(rng.integers(6))]
        question = f"{['Do you bring', 'Can we rent', 'Is it ok to use'][number % 3]} topic {number % 10} {thing}?"
        lines.append(
            orjson.dumps(
                {
                    "messages": [
                        {"role": "system", "content": f"intent {kind}"},
                        {"role": "user", "content": question},
                        {"role": "assistant", "content": f"About topic {number % 10}: the {thing} are yours to bring."},
                    ],
                    "metadata": {"intent": kind, "example_id": f"00000000-0000-4000-8000-{number:012d}"},
                }
            )
        )
    file = folder / "train.jsonl"
    file.write_bytes(b"\n".join(lines) + b"\n")
    tuner = LocalFineTuner(minilm.load(), settings.artifacts, seed=1)
    files = TrainingFiles("ds", file.as_uri(), file.as_uri(), len(lines), len(lines))
    job = tuner.submit(files, "key", JobState(JobStatus.INTENDED), lambda state: None)
    assert job.status is JobStatus.SUCCEEDED, job.error
    return job


def test_the_background_threads_end_with_the_app(serving_engine: sa.Engine, settings: Settings) -> None:
    before = set(threading.enumerate())  # other apps of the session may be running
    with TestClient(create_app(settings, serving_engine)):
        own = {thread.name for thread in set(threading.enumerate()) - before}
        assert own >= {"live-versions", "response-cache", "rollout-shadow"}
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert left.isdisjoint({"live-versions", "response-cache", "rollout-shadow"})


@pytest.mark.parametrize("minutes", [5])
def test_a_stopped_clock_does_not_stop_answers(serving_engine: sa.Engine, settings: Settings, minutes: int) -> None:
    times = iter([utc_now(), utc_now() - timedelta(minutes=minutes)] * 50)
    with TestClient(create_app(settings, serving_engine, clock=lambda: next(times))) as client:
        body = {"message": "How much space does the chef need?", "customer_id": "c", "channel": "web"}
        assert client.post("/api/v1/chat", json=body).status_code == 200
