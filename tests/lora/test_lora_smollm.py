"""The whole way on SmolLM2-135M: trained by the command, killed and gone on, compared with its base, exported, served.

Held out are the last two ways to ask for each of eight answers; the answers themselves are learned. So this measures
whether a new customer's words find the approved answer, not whether the model knows what it was never taught.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from lora.paraphrases import SYSTEM, asked, jsonl
from pydantic import SecretStr

from mhc_core.artifacts import store
from mhc_core.db.engine import database
from mhc_core.db.queries import training as queries
from mhc_core.db.queries import versions
from mhc_core.db.queries.training import ModelVersion
from mhc_core.db.tables import dataset_versions
from mhc_core.evaluation.answer_quality import Answered, score_answers
from mhc_core.protocols import ChatAnswer, ChatModel, ChatRequest
from mhc_core.providers import select
from mhc_core.providers.lora import base as lora_base
from mhc_core.providers.lora import model as lora_model
from mhc_core.providers.lora.model import LoraChatModel
from mhc_core.providers.minilm import embedder
from mhc_core.settings import Settings
from mhc_serving.app import create_app, utc_now

pytestmark = pytest.mark.timeout(2_400)
EPOCHS = 4
MHC = Path(sys.executable).with_name("mhc")


@dataclass(frozen=True)
class Trained:
    """What the command said at the end, with the model it made."""

    said: Mapping[str, Any]
    model: ModelVersion
    settings: Settings
    engine: sa.Engine

    @property
    def environment(self) -> dict[str, str]:
        assert self.settings.lora_base
        return environment(self.settings.state_dir, self.settings.lora_base)


def environment(state: Path, base: str) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("MHC_", "OPENAI_"))},
        "MHC_STATE_DIR": str(state),
        "MHC_FINE_TUNER": "lora",
        "MHC_LORA_BASE": base,
        "MHC_LORA_EPOCHS": str(EPOCHS),
        "OMP_NUM_THREADS": "1",
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture(scope="module")
def base_folder(smollm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The GGUF file, de-quantised once into Hugging Face's layout: reading GGUF takes half a minute each time."""
    folder = tmp_path_factory.mktemp("base") / "SmolLM2-135M-Instruct"
    loaded = lora_base.load(lora_base.resolve(str(smollm)))
    loaded.model.save_pretrained(folder)
    loaded.tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def _short_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The approved answers have at most 40 tokens; the untrained base would go on and on."""
    monkeypatch.setattr(lora_model, "ANSWER_TOKENS", 64)


@pytest.fixture(scope="module")
def trained(base_folder: Path, module_state_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    """Trained by ``mhc models train``, which is killed after its first epoch and started again."""
    data = tmp_path_factory.mktemp("data")
    files = {name: (data / f"{name}.jsonl").as_uri() for name in ("train", "validation")}
    store.write_bytes(files["train"], jsonl(asked(held_out=False)))
    store.write_bytes(files["validation"], jsonl(asked(held_out=True)))
    settings = Settings(state_dir=module_state_dir, lora_base=str(base_folder), answer_timeout_seconds=60.0)
    with database(settings) as engine:
        with engine.begin() as connection:
            connection.execute(
                sa.insert(dataset_versions).values(
                    id="ds-paraphrases", train_uri=files["train"], validation_uri=files["validation"],
                    train_count=48, validation_count=16, last_sequence=64,
                )
            )  # fmt: skip
        command = [str(MHC), "models", "train", "--json"]
        chosen = environment(module_state_dir, str(base_folder))
        process = subprocess.Popen(command, env=chosen, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        _wait(lambda: _epochs_done(engine) >= 1, 1_200, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = subprocess.run(command, env=chosen, capture_output=True, text=True, check=False, timeout=2_000)
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        with engine.connect() as connection:
            model = queries.model(connection, said["model"])
        assert model is not None
        yield Trained(said, model, settings, engine)


def _epochs_done(engine: sa.Engine) -> float:
    with engine.connect() as connection:
        progress = [job.state.progress for job in queries.jobs(connection)]
    return EPOCHS * progress[0]["step"] / progress[0]["steps"] if progress and "step" in progress[0] else 0.0


def _wait(happened: Any, seconds: float, process: "subprocess.Popen[Any]") -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert process.poll() is None, "the process ended too early"
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.fixture(scope="module")
def in_process(trained: Trained) -> ChatModel:
    return chat_model(trained, trained.settings)


def chat_model(trained: Trained, settings: Settings) -> ChatModel:
    model = trained.model
    return select.chat_model(
        settings, model.provider, model.id, model.artifact_uri, model.artifact_sha256, model.provider_model_id
    )


def answers(model: ChatModel) -> list[ChatAnswer]:
    return [model.answer(ChatRequest(question, system_prompt=SYSTEM)) for _, question, _ in asked(held_out=True)]


def test_a_killed_training_goes_on_and_its_model_is_recorded(trained: Trained) -> None:
    metrics = trained.said["metrics"]
    assert metrics["steps"] == EPOCHS * 6
    assert metrics["resumed_at"][0] >= 6
    assert trained.model.provider == "lora"
    assert trained.model.base_model.startswith("SmolLM2-135M-Instruct")
    with trained.engine.connect() as connection:
        assert len(queries.jobs(connection)) == 1, "the second start went on with the first one's job"


def test_it_beats_its_base_on_ways_to_ask_it_has_not_seen(
    trained: Trained, in_process: ChatModel, capsys: pytest.CaptureFixture[str]
) -> None:
    base = LoraChatModel("base", lora_base.load(lora_base.resolve(trained.settings.lora_base)), 60.0)
    references = [answer for _, _, answer in asked(held_out=True)]
    before, after = (
        score_answers(
            [
                Answered(reference, said.text, said.confidence)
                for reference, said in zip(references, given, strict=True)
            ],
            embedder.load(),
        )
        for given in (answers(base), answers(in_process))
    )
    gained = np.array([a.similarity - b.similarity for a, b in zip(after, before, strict=True)])
    draws = np.random.default_rng(0).choice(gained, (4_000, len(gained))).mean(axis=1)
    curve = trained.said["metrics"]["curve"]
    figures = {
        "held_out_questions": len(references),
        "loss": [curve[0]["full_valid_loss"], curve[-1]["full_valid_loss"]],
        "similarity": [round(float(np.mean([item.similarity for item in side])), 3) for side in (before, after)],
        "right": [round(float(np.mean([item.right for item in side])), 3) for side in (before, after)],
        "gain_95": [round(float(bound), 3) for bound in np.quantile(draws, [0.025, 0.975])],
        "train_seconds": trained.said["metrics"]["seconds"],
        "tokens_per_second": trained.said["metrics"]["tokens_per_second"],
        "artifact_mb": round(trained.said["metrics"]["bytes"] / 1e6, 1),
    }
    with capsys.disabled():
        sys.stdout.write(f"\nbase, trained: {json.dumps(figures)}\n")
    assert figures["loss"][1] < 0.5 * figures["loss"][0]
    assert figures["gain_95"][0] > 0


def test_the_promoted_model_answers_customers_behind_the_guards(trained: Trained) -> None:
    with trained.engine.begin() as connection:
        versions.move(connection, "model", trained.model.id, "test", "test", utc_now())
    with TestClient(create_app(trained.settings, trained.engine)) as client:
        body = {"message": "whats the rate for grown ups", "customer_id": "c-1", "channel": "web"}
        given = client.post("/api/v1/chat", json=body).json()
    assert given["model"] == trained.model.id
    assert given["answer"]


def test_the_merged_export_answers_as_the_adapter_does(
    trained: Trained, in_process: ChatModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert trained.model.provider_model_id
    folder = tmp_path / trained.model.provider_model_id
    done = subprocess.run(
        [str(MHC), "models", "export", trained.model.id, str(folder), "--json"],
        env=trained.environment, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["served_as"] == trained.model.provider_model_id
    assert {"config.json", "model.safetensors", "tokenizer.json", "README.md"} <= {p.name for p in folder.iterdir()}
    assert "library_name: transformers" in (folder / "README.md").read_text("utf-8")
    merged = LoraChatModel("merged", lora_base.load(lora_base.resolve(str(folder))), 60.0)
    questions = [ChatRequest(question, system_prompt=SYSTEM) for _, question, _ in asked(held_out=True)[::4]]
    same = [merged.answer(question).text == in_process.answer(question).text for question in questions]
    assert sum(same) >= len(same) - 1, "bfloat16 rounds; one answer may part ways"
    with _serving(folder) as url:
        settings = trained.settings.model_copy(
            update={"openai_base_url": f"{url}/v1", "openai_api_key": SecretStr("none")}
        )
        served = chat_model(trained, settings)
        assert served.version_id == trained.model.id
        answer = served.answer(questions[0])
    assert answer.text == merged.answer(questions[0]).text


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """The merged model behind the OpenAI-compatible server that ships with transformers, under its folder's name."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("transformers")
    command = [str(program), "serve", folder.name, "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, cwd=folder.parent, env=os.environ | {"OMP_NUM_THREADS": "1"})
    url = f"http://127.0.0.1:{port}"

    def answers_health() -> bool:
        try:
            return httpx2.get(f"{url}/health", timeout=2).status_code == 200
        except httpx2.HTTPError:
            return False

    try:
        _wait(answers_health, 300, process)
        yield url
    finally:
        process.terminate()
        process.wait(30)
