"""Candidates that must never pass.

A model is trained as any other, with its answers shuffled afterwards. Its questions, its intents and its confidence are
those of the honest model, so it is sure of the wrong answers. A model trained on shuffled answers would notice out of
fold that it knows nothing, and say so. A version of understanding is taught the wrong labels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import PurePosixPath
from random import Random
from typing import Any

from mhc_core.artifacts import store
from mhc_core.protocols import JobState, SaveProgress, TrainingFiles
from mhc_core.providers.local import artifact
from mhc_core.providers.local.fine_tuner import LocalFineTuner
from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.recipe import Recipe, Trained
from mhc_core.understanding.result import Act, SlotName, Topic
from mhc_core.vocabulary import JobStatus


class Saboteur:
    """A ``FineTuner`` that spoils what another one trained."""

    def __init__(self, honest: LocalFineTuner, seed: int) -> None:
        self._honest = honest
        self._seed = seed
        self.provider = honest.provider
        self.base_model = honest.base_model

    @property
    def hyperparameters(self) -> Mapping[str, Any]:
        return {**self._honest.hyperparameters, "answers": "shuffled"}

    def estimate_usd(self, files: TrainingFiles) -> Decimal:
        return self._honest.estimate_usd(files)

    def submit(self, files: TrainingFiles, key: str, known: JobState, save: SaveProgress) -> JobState:
        """Train honestly, then write the model again with no answer at its own question."""
        state = self._honest.submit(files, key, known, save)
        if state.status is not JobStatus.SUCCEEDED or known.status.final:
            return state
        uri = str(state.artifact_uri)
        model = artifact.parse(store.read_verified(uri, str(state.artifact_sha256)))
        data = artifact.dump(replace(model, answers=_deranged(model.answers, Random(self._seed))))
        digest = store.sha256(data)
        name = f"local-{digest[:16]}"
        spoiled = f"{uri.removesuffix(PurePosixPath(uri).name)}{name}.zip"
        store.write_bytes(spoiled, data)
        return replace(state, provider_model_id=name, artifact_uri=spoiled, artifact_sha256=digest)

    def poll(self, known: JobState) -> JobState:
        return self._honest.poll(known)


def mislabelling(honest: Recipe) -> Recipe:
    """A recipe whose models are taught another act, topic and slot in place of each, always the same one, and to call a
    person for everybody who needs none."""
    acts, topics, slots = (dict(zip(kind, [*kind][1:] + [*kind][:1], strict=True)) for kind in (Act, Topic, SlotName))

    def spoiled(message: LabelledMessage) -> LabelledMessage:
        return replace(
            message,
            segments=tuple(
                replace(
                    part,
                    act=acts[part.act],
                    topic=topics[part.topic],
                    reason=None if part.reason else "request for a person",
                )
                for part in message.segments
            ),
            slots=tuple(replace(slot, name=slots[slot.name]) for slot in message.slots),
        )

    def train(examples: Sequence[LabelledMessage], seed: int) -> Trained:
        return honest.train([spoiled(message) for message in examples], seed)

    return Recipe(f"{honest.name}-mislabelled", train, honest.load)


def _deranged(answers: Sequence[str], rng: Random) -> list[str]:
    """Every answer at another place than its own: one cycle through all of them."""
    order = rng.sample(range(len(answers)), len(answers))
    moved = list(answers)
    for place, source in zip(order, order[1:] + order[:1], strict=True):
        moved[place] = answers[source]
    return moved
