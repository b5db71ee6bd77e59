"""Training on a tiny base: what is learned, going on after a kill, what is written, and what is refused."""

import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from lora.paraphrases import asked, jsonl

from mhc_core.artifacts import store
from mhc_core.errors import ConfigurationError, DataError
from mhc_core.protocols import ChatRequest, JobState, TrainingFiles
from mhc_core.providers.lora import artifact
from mhc_core.providers.lora import base as lora_base
from mhc_core.providers.lora.examples import IGNORED, encode, read
from mhc_core.providers.lora.fine_tuner import LoraFineTuner
from mhc_core.providers.lora.model import load_model
from mhc_core.vocabulary import JobStatus

pytestmark = pytest.mark.timeout(1_200)
EPOCHS = 20
INTENDED = JobState(JobStatus.INTENDED)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "train.jsonl").write_bytes(jsonl(asked(held_out=False)))
    (folder / "validation.jsonl").write_bytes(jsonl(asked(held_out=True)))
    return folder


@pytest.fixture(scope="module")
def files(data: Path) -> TrainingFiles:
    return TrainingFiles(
        "ds-tiny",
        (data / "train.jsonl").as_uri(),
        (data / "validation.jsonl").as_uri(),
        len(asked(held_out=False)),
        len(asked(held_out=True)),
    )


@pytest.fixture(scope="module")
def trained(tiny: Path, files: TrainingFiles, tmp_path_factory: pytest.TempPathFactory) -> JobState:
    tuner = LoraFineTuner(str(tiny), tmp_path_factory.mktemp("artifacts").as_uri(), EPOCHS, seed=3)
    saved: list[JobState] = []
    state = tuner.submit(files, "key", INTENDED, saved.append)
    steps = [item.progress["step"] for item in saved[:-1]]
    assert len(steps) >= EPOCHS
    assert steps == sorted(steps)
    assert {item.status for item in saved[:-1]} == {JobStatus.INTENDED}, "a killed training can be submitted again"
    assert saved[-1] == state
    return state


def unpacked(state: JobState, folder: Path) -> Path:
    assert state.artifact_uri
    assert state.artifact_sha256
    artifact.unpack(store.read_verified(state.artifact_uri, state.artifact_sha256), folder)
    return folder


def command(tiny: Path, data: Path, artifacts_folder: Path) -> list[str]:
    script = Path(__file__).with_name("train_tiny.py")
    return [sys.executable, str(script), str(tiny), str(data), str(artifacts_folder), str(EPOCHS), "0"]


def test_the_labels_of_a_real_chat_template_are_the_answer_and_its_end(tiny: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny)
    (talk,) = read(jsonl(asked(held_out=False)[:1]), "f")
    encoded = encode(talk, tokenizer, 1_000)
    assert encoded is not None
    learned = tokenizer.decode([label for label in encoded.labels if label != IGNORED])
    assert learned == f"{talk[-1]['content']}<|im_end|>"
    assert tokenizer.decode(encoded.ids).endswith(f"<|im_start|>assistant\n{learned}")


def test_the_model_learns_and_says_what_it_was_made_of(trained: JobState, data: Path, tmp_path: Path) -> None:
    assert trained.status is JobStatus.SUCCEEDED
    curve = trained.metrics["curve"]
    assert curve[-1]["train_loss"] < curve[1]["train_loss"] - 0.1
    assert trained.metrics["full_valid_loss"] < curve[0]["full_valid_loss"] - 0.1
    assert trained.metrics["base_licence"] == "mit"
    assert trained.metrics["device"] in ("cpu", "cuda", "mps")
    folder = unpacked(trained, tmp_path)
    card = (folder / "README.md").read_text("utf-8")
    digest = store.sha256((data / "train.jsonl").read_bytes())
    for fact in (digest, "license: mit", "ds-tiny", "| rank | 16 |", f"| {curve[-1]['step']} | "):
        assert fact in card
    assert str(tmp_path.parents[2]) not in card + (folder / "adapter_config.json").read_text("utf-8")
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md", "adapter_config.json", "adapter_model.safetensors", "training.json",
    ]  # fmt: skip


def test_killed_twice_and_started_again_it_ends_with_the_same_bytes(
    trained: JobState, tiny: Path, data: Path, tmp_path: Path
) -> None:
    checkpoint = tmp_path / "checkpoints" / "tiny.safetensors"
    last = b""
    for _ in range(2):
        process = subprocess.Popen(command(tiny, data, tmp_path))
        deadline = time.monotonic() + 120
        while (now := checkpoint.read_bytes() if checkpoint.exists() else b"") == last:
            assert process.poll() is None, "it ended before it was killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        last = checkpoint.read_bytes() if checkpoint.exists() else now
    done = subprocess.run(command(tiny, data, tmp_path), capture_output=True, text=True, check=True, timeout=200)
    digest, resumed = done.stdout.split(" ", 1)
    assert len(orjson.loads(resumed)) == 2
    assert digest == trained.artifact_sha256
    assert not checkpoint.exists()


def test_a_damaged_checkpoint_is_named_not_trained_on(tiny: Path, files: TrainingFiles, tmp_path: Path) -> None:
    store.write_bytes(f"{tmp_path.as_uri()}/checkpoints/key.safetensors", b"\x08\0\0\0\0\0\0\0{}nothing")
    state = LoraFineTuner(str(tiny), tmp_path.as_uri(), 1, seed=3).submit(files, "key", INTENDED, lambda state: None)
    assert state.status is JobStatus.FAILED
    assert "key.safetensors is damaged; remove it" in (state.error or "")


def test_an_adapter_answers_on_its_own_base_only(trained: JobState, tiny: Path, smollm: Path) -> None:
    assert trained.artifact_uri
    assert trained.artifact_sha256
    model = load_model("lora-1", trained.artifact_uri, trained.artifact_sha256, str(tiny), 20.0)
    request = ChatRequest(asked(held_out=False)[0][1], system_prompt="You answer for a catering business.")
    first = model.answer(request)
    assert first.text
    assert 0 < first.confidence <= 1
    assert first == model.answer(replace(request, temperature=1.5))
    with pytest.raises(ConfigurationError, match="MHC_LORA_BASE"):
        load_model("lora-1", trained.artifact_uri, trained.artifact_sha256, str(smollm), 20.0)
    with pytest.raises(DataError):
        load_model("lora-1", trained.artifact_uri, "0" * 64, str(tiny), 20.0)


@pytest.mark.parametrize("base", [None, "/nowhere", "nothing", "./missing"])
def test_a_base_that_is_not_there_is_refused_before_anything_is_loaded(base: str | None) -> None:
    with pytest.raises(ConfigurationError, match="MHC_LORA_BASE"):
        lora_base.resolve(base)


def test_a_base_is_named_by_its_content(tiny: Path, smollm: Path, tmp_path: Path) -> None:
    assert lora_base.resolve(str(smollm)).id == lora_base.resolve(str(next(smollm.glob("*.gguf")))).id
    assert lora_base.licence(lora_base.resolve(str(smollm))) == "apache-2.0"
    assert lora_base.resolve("owner/name@v1").revision == "v1"
    with zipfile.ZipFile(tmp_path / "x.zip", "w"):
        pass
    with pytest.raises(ConfigurationError, match="0 GGUF files"):
        lora_base.resolve(str(tmp_path))
