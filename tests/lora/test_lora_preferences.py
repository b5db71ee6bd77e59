"""Preference pairs on a tiny base: the loss, what is learned, going on after a kill, and when nothing is learned."""

import math
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
import torch
from lora.paraphrases import asked, jsonl, preferences

from mhc_core.artifacts import store
from mhc_core.protocols import JobState, TrainingFiles
from mhc_core.providers.lora import artifact
from mhc_core.providers.lora import pairs as lora_pairs
from mhc_core.providers.lora import preferences as lora_preferences
from mhc_core.providers.lora.fine_tuner import LoraFineTuner
from mhc_core.providers.lora.preferences import loss, rewards
from mhc_core.vocabulary import JobStatus

pytestmark = pytest.mark.timeout(1_200)
EPOCHS, PREFERENCE_EPOCHS = 3, 8
INTENDED = JobState(JobStatus.INTENDED)
PAIRS = torch.tensor([[-12.0, -9.0], [-30.0, -41.0], [-5.0, -5.0]])


def test_a_model_that_is_its_reference_loses_log_two_whatever_beta() -> None:
    for beta in (0.01, 0.1, 5.0):
        assert loss(rewards(PAIRS, PAIRS, beta)).tolist() == pytest.approx([math.log(2)] * 3)


def test_the_loss_is_that_of_the_paper_and_its_gradient_pulls_the_answers_apart() -> None:
    beta, gains = 0.1, torch.tensor([[3.0, -2.0], [-4.0, 1.0], [0.0, 0.0]])
    answers = (PAIRS + gains).requires_grad_()
    found = loss(rewards(answers, PAIRS, beta))
    margins = [beta * (chosen - rejected) for chosen, rejected in gains.tolist()]
    assert found.tolist() == pytest.approx([math.log1p(math.exp(-margin)) for margin in margins])
    found.sum().backward()
    assert answers.grad is not None
    # Rafailov et al., section 4: weighted by how wrong the implicit reward is, chosen up and rejected down alike.
    weights = [beta / (1 + math.exp(margin)) for margin in margins]
    assert answers.grad[:, 0].tolist() == pytest.approx([-weight for weight in weights])
    assert answers.grad[:, 1].tolist() == pytest.approx(weights)
    assert weights[1] > weights[2] > weights[0]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    learned, held_out = asked(held_out=False), asked(held_out=True)
    (folder / "train.jsonl").write_bytes(jsonl(learned))
    (folder / "validation.jsonl").write_bytes(jsonl(held_out))
    (folder / "preferences.jsonl").write_bytes(preferences(learned, "train") + preferences(held_out, "validation"))
    return folder


@pytest.fixture(scope="module")
def files(data: Path) -> TrainingFiles:
    train, validation, pairs = ((data / f"{name}.jsonl").as_uri() for name in ("train", "validation", "preferences"))
    return TrainingFiles("ds-tiny", train, validation, 48, 16, pairs)


def tuner(tiny: Path, folder: Path, preference_epochs: int = PREFERENCE_EPOCHS) -> LoraFineTuner:
    return LoraFineTuner(str(tiny), folder.as_uri(), EPOCHS, seed=3, preference_epochs=preference_epochs)


@pytest.fixture(scope="module")
def trained(tiny: Path, files: TrainingFiles, tmp_path_factory: pytest.TempPathFactory) -> JobState:
    saved: list[JobState] = []
    state = tuner(tiny, tmp_path_factory.mktemp("artifacts")).submit(files, "key", INTENDED, saved.append)
    steps = [item.progress["step"] for item in saved[:-1]]
    assert steps == sorted(steps)
    assert steps[-1] == saved[-2].progress["steps"] == EPOCHS * 6 + PREFERENCE_EPOCHS * 12
    return state


def test_the_model_learns_to_prefer_and_says_how_far(trained: JobState, data: Path, tmp_path: Path) -> None:
    assert trained.status is JobStatus.SUCCEEDED
    assert trained.artifact_uri
    training = artifact.unpack(store.read_bytes(trained.artifact_uri), tmp_path)
    before, *_, after = training["preferences"]["held_out"]
    assert (before["step"], before["margin"]) == (0, 0.0)
    assert before["loss"] == pytest.approx(math.log(2))
    assert after["loss"] < before["loss"]
    assert after["margin"] > 0
    assert after["accuracy"] > 0.6
    assert training["preferences"]["loss"][0] == pytest.approx(math.log(2), abs=1e-3)
    assert trained.metrics["preference_margin"] == after["margin"]
    assert (trained.metrics["preference_pairs"], trained.metrics["preference_held_out_pairs"]) == (48, 16)
    assert trained.metrics["full_valid_loss_after_preferences"] != trained.metrics["full_valid_loss"]
    card = (tmp_path / "README.md").read_text("utf-8")
    digest = store.sha256((data / "preferences.jsonl").read_bytes())
    for fact in (
        digest,
        "2305.18290",
        "48 pairs to learn from, 16 held out",
        "| beta | 0.1 |",
        f"| {after['accuracy']:.4f} |",
    ):
        assert fact in card


def test_without_pairs_the_supervised_training_is_what_it_was(
    trained: JobState, tiny: Path, files: TrainingFiles, tmp_path: Path
) -> None:
    plain = tuner(tiny, tmp_path, 0)
    assert "beta" not in plain.hyperparameters, "jobs of before keep their names"
    without = plain.submit(files, "a", INTENDED, lambda state: None)
    assert without.metrics["curve"] == trained.metrics["curve"]
    assert without.artifact_sha256 != trained.artifact_sha256
    assert not [name for name in without.metrics if name.startswith("preference")]
    none = tuner(tiny, tmp_path).submit(replace(files, preferences_uri=None), "b", INTENDED, lambda state: None)
    assert none.metrics["preference_pairs"] == 0
    assert "preference_loss" not in none.metrics
    few = store.read_bytes(files.preferences_uri or "").splitlines()[: lora_preferences.MIN_PAIRS - 1]
    store.write_bytes(f"{tmp_path.as_uri()}/few.jsonl", b"\n".join(few))
    files = replace(files, preferences_uri=f"{tmp_path.as_uri()}/few.jsonl")
    state = tuner(tiny, tmp_path).submit(files, "c", INTENDED, lambda state: None)
    assert state.metrics["preference_pairs"] == len(few)
    assert "preference_loss" not in state.metrics
    assert state.artifact_uri
    artifact.unpack(store.read_bytes(state.artifact_uri), tmp_path)
    assert "the pairs are too few" in (tmp_path / "README.md").read_text("utf-8")


def test_killed_twice_among_the_pairs_it_ends_with_the_same_bytes(
    trained: JobState, tiny: Path, data: Path, tmp_path: Path
) -> None:
    script = Path(__file__).with_name("train_tiny.py")
    arguments = (tiny, data, tmp_path, EPOCHS, PREFERENCE_EPOCHS)
    command = [sys.executable, str(script), *map(str, arguments)]
    checkpoint = tmp_path / "checkpoints" / "tiny.safetensors"
    seen = 0
    for _ in range(2):
        process = subprocess.Popen(command)
        deadline = time.monotonic() + 120
        while (now := preference_steps(checkpoint)) <= seen:
            assert process.poll() is None, "it ended before it was killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        seen = max(now, preference_steps(checkpoint))
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=200)
    digest, resumed = done.stdout.split(" ", 1)
    assert len(orjson.loads(resumed)) == 2
    assert digest == trained.artifact_sha256
    assert not checkpoint.exists()


def preference_steps(checkpoint: Path) -> int:
    if not checkpoint.exists():
        return 0
    data = checkpoint.read_bytes()
    header = orjson.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    second = orjson.loads(header["__metadata__"]["courses"])["preferences"]
    return len(second["losses"]) if second else 0


def test_both_answers_stand_behind_the_same_prompt(tiny: Path, data: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny)
    found = lora_pairs.read((data / "preferences.jsonl").read_bytes(), "f", tokenizer, 1_000)
    assert (len(found.train), len(found.held_out), found.too_long) == (48, 16, 0)
    for pair in found.train:
        first = pair.chosen.first_learned
        assert first == pair.rejected.first_learned
        assert pair.chosen.ids[:first] == pair.rejected.ids[:first]
        assert pair.chosen.learned == len(pair.chosen.ids) - first
    assert lora_pairs.read((data / "preferences.jsonl").read_bytes(), "f", tokenizer, 40).too_long == 64
