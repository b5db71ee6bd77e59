"""A shop that sells training jobs, a small data set to train on, and the death of a process at a chosen moment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openai
import orjson
import pytest
import sqlalchemy as sa

from fakes.openai_endpoints import StandIn
from mhc_core.artifacts import store
from mhc_core.db import engine as engines
from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import training as queries
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.tables import dataset_versions
from mhc_core.protocols import JobState, SaveProgress, TrainingFiles
from mhc_core.providers.openai.fine_tuner import OpenAIFineTuner
from mhc_core.vocabulary import JobStatus

BASE = "gpt-4.1-mini-2025-04-14"


class Killed(BaseException):
    """Stands for the death of the process: nothing catches it."""


@dataclass
class Shop:
    """A provider that buys a job for every key it has not seen, and remembers what was bought when a client dies."""

    bought: list[str] = field(default_factory=list)
    states: dict[str, JobState] = field(default_factory=dict)


@dataclass
class RecordingTuner:
    """A fine-tuner of the shop that dies at the chosen save, before or after it took hold."""

    shop: Shop
    dies_at: int = 0
    dies: str = "before"
    epochs: int = 3
    provider: str = "shop"
    base_model: str = "base"
    known: list[JobState] = field(default_factory=list)

    @property
    def hyperparameters(self) -> Mapping[str, Any]:
        return {"n_epochs": self.epochs}

    def estimate_usd(self, files: TrainingFiles) -> Decimal:
        return Decimal("1.50")

    def submit(self, files: TrainingFiles, key: str, known: JobState, save: SaveProgress) -> JobState:
        self.known.append(known)
        saves = 0

        def careful(state: JobState) -> None:
            nonlocal saves
            saves += 1
            if saves == self.dies_at and self.dies == "before":
                raise Killed
            save(state)
            if saves == self.dies_at:
                raise Killed

        careful(replace(known, progress={**known.progress, "next": "buy"}))
        if key not in self.shop.states:
            self.shop.bought.append(key)
            self.shop.states[key] = JobState(JobStatus.SUBMITTED, provider_job_id=f"job-{len(self.shop.bought)}")
        state = self.shop.states[key]
        careful(state)
        return state

    def poll(self, known: JobState) -> JobState:
        (state,) = [found for found in self.shop.states.values() if found.provider_job_id == known.provider_job_id]
        return state


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    found = engines.create(fresh_database_url)
    yield found
    found.dispose()


@pytest.fixture
def dataset(engine: sa.Engine, tmp_path: Path) -> DatasetVersion:
    def write(name: str, count: int) -> str:
        topics = ["deposit refund", "tofu menu", "travel miles", "chairs tables"]
        lines = []
        for number in range(count):
            topic = topics[number % 4]
            turns = [("system", "Be kind."), ("user", f"{topic} word{number}"), ("assistant", f"About {topic}.")]
            messages = [{"role": role, "content": content} for role, content in turns]
            metadata = {"example_id": str(number), "intent": ["policy", "menu", "travel", "policy"][number % 4]}
            lines.append(orjson.dumps({"messages": messages, "metadata": metadata}) + b"\n")
        store.write_bytes((tmp_path / name).as_uri(), b"".join(lines))
        return (tmp_path / name).as_uri()

    with engine.begin() as connection:
        connection.execute(
            sa.insert(dataset_versions).values(
                id="ds-1", train_uri=write("train.jsonl", 48), validation_uri=write("validation.jsonl", 8),
                train_count=48, validation_count=8, last_sequence=56,
            )
        )  # fmt: skip
        found = datasets.get(connection, "ds-1")
    assert found is not None
    return found


def jobs(engine: sa.Engine) -> list[queries.TrainingJob]:
    with engine.connect() as connection:
        return queries.jobs(connection)


def hosted(standin: StandIn, budget: str = "50") -> OpenAIFineTuner:
    sdk = openai.OpenAI(api_key=standin.key, base_url=standin.base_url, max_retries=0)
    return OpenAIFineTuner(sdk, BASE, epochs=3, budget_usd=Decimal(budget), today=date(2026, 11, 21))


def kill_at(monkeypatch: pytest.MonkeyPatch, number: int, dies: str) -> None:
    """The process dies at the given save of a job's state, before or after it is committed."""
    real, saves = queries.save_state, 0

    def save_state(connection: sa.Connection, *rest: Any) -> None:
        nonlocal saves
        saves += 1
        if saves == number and dies == "before":
            raise Killed
        real(connection, *rest)
        if saves == number:
            connection.commit()
            raise Killed

    monkeypatch.setattr(queries, "save_state", save_state)
