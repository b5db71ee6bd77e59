"""What learning from preference pairs does to SmolLM2-135M: held-out pairs and held-out questions, before and after.

The supervised model is the state in which the second phase found it, taken from the checkpoint: both come from one
training. Learned and held out are edits of different customers of the sample.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from lora.edited import Edited, edited, pairs
from lora.paraphrases import SYSTEM, jsonl

from mhc_core.artifacts import store
from mhc_core.evaluation.answer_quality import Answered, score_answers
from mhc_core.protocols import ChatRequest, JobState, TrainingFiles
from mhc_core.providers.lora import base as lora_base
from mhc_core.providers.lora import model as lora_model
from mhc_core.providers.lora.base import Loaded
from mhc_core.providers.lora.examples import encode, read
from mhc_core.providers.lora.fine_tuner import LoraFineTuner
from mhc_core.providers.lora.model import LoraChatModel, merged
from mhc_core.providers.lora.training import held_out_loss
from mhc_core.providers.minilm import embedder
from mhc_core.vocabulary import JobStatus

pytestmark = pytest.mark.timeout(3_600)
SEED = 1
EPOCHS, PREFERENCE_EPOCHS = 4, 1
ASKED = 32
"""So many held-out questions are answered by both models."""


class Trained(NamedTuple):
    """The same training after its first phase and after its second."""

    before: JobState
    after: JobState
    base: Path
    held_out: list[Edited]


@pytest.fixture(scope="module")
def trained(smollm: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("preferences")
    base = folder / "SmolLM2-135M-Instruct"
    loaded = lora_base.load(lora_base.resolve(str(smollm)))
    loaded.model.save_pretrained(base)
    loaded.tokenizer.save_pretrained(base)
    learned, held_out = edited(SEED)
    written = {
        "train": jsonl([("other", row.question, row.answer) for row in learned]),
        "validation": jsonl([("other", row.question, row.answer) for row in held_out]),
        "preferences": pairs([*learned, *held_out]),
    }
    uris = {name: (folder / f"{name}.jsonl").as_uri() for name in written}
    for name, data in written.items():
        store.write_bytes(uris[name], data)
    counts = len(learned), len(held_out)
    files = TrainingFiles("ds-edits", uris["train"], uris["validation"], *counts, uris["preferences"])
    checkpoints, first_phase = folder / "checkpoints", EPOCHS * -(-len(learned) // 8)

    def keep(state: JobState) -> None:
        if state.progress.get("step") == first_phase:
            shutil.copy(checkpoints / "both.safetensors", checkpoints / "first.safetensors")

    intended = JobState(JobStatus.INTENDED)
    both = LoraFineTuner(str(base), folder.as_uri(), EPOCHS, SEED, PREFERENCE_EPOCHS)
    after = both.submit(files, "both", intended, keep)
    before = LoraFineTuner(str(base), folder.as_uri(), EPOCHS, SEED).submit(
        files, "first", intended, lambda state: None
    )
    assert before.metrics["resumed_at"] == [first_phase], "the first phase was trained once"
    return Trained(before, after, base, held_out)


def test_held_out_preferences_are_met_more_often_and_answers_are_not_shown_worse(
    trained: Trained, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lora_model, "ANSWER_TOKENS", 64)
    asked = trained.held_out[:ASKED]
    models = [_loaded(state, trained.base) for state in trained[:2]]
    before, after = (score_answers(_answers(model, asked), embedder.load()) for model in models)
    gained = np.array([b.similarity - a.similarity for a, b in zip(before, after, strict=True)])
    draws = np.random.default_rng(0).choice(gained, (4_000, len(gained))).mean(axis=1)
    measured = trained.after.metrics
    names = "preference_pairs", "preference_held_out_pairs", "preference_accuracy", "preference_margin"
    figures = {
        **{name: round(measured[name], 3) for name in names},
        "likelier": [round(measured[f"likelier_{when}"], 3) for when in ("before", "after")],
        "loss": [round(_loss(model, trained.held_out), 3) for model in models],
        "questions": len(asked),
        "similarity": [round(float(np.mean([item.similarity for item in side])), 3) for side in (before, after)],
        "right": [sum(item.right for item in side) for side in (before, after)],
        "difference_95": [round(float(bound), 3) for bound in np.quantile(draws, [0.025, 0.975])],
        "seconds": [measured["seconds"], measured["preference_seconds"]],
    }
    with capsys.disabled():
        sys.stdout.write(f"\nsupervised, with preferences: {json.dumps(figures)}\n")
    assert measured["likelier_after"] > measured["likelier_before"]
    assert measured["preference_accuracy"] > 0.5
    assert figures["difference_95"][1] > 0, "answers got worse"


def _loaded(state: JobState, base: Path) -> Loaded:
    return merged(state.artifact_uri or "", state.artifact_sha256 or "", str(base), full_precision=False)[0]


def _loss(model: Loaded, held_out: list[Edited]) -> float:
    """Of what people wrote to held-out customers, in nats a token."""
    talks = read(jsonl([("other", row.question, row.answer) for row in held_out]), "held out")
    encoded = [found for talk in talks if (found := encode(talk, model.tokenizer, 1_024))]
    return held_out_loss(model.model, encoded, 8, model.tokenizer.pad_token_id or 0)["loss"]


def _answers(loaded: Loaded, asked: list[Edited]) -> list[Answered]:
    model = LoraChatModel("lora", loaded, 120.0)
    given = [model.answer(ChatRequest(row.question, system_prompt=SYSTEM)) for row in asked]
    return [Answered(row.answer, said.text, said.confidence) for row, said in zip(asked, given, strict=True)]
