"""What the scores have learned before they meet a customer: three small models in one file of plain arrays.

``mhc bench train-scores --data DIR`` makes the file again. No text of the data it was trained on is in it.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from mhc_core.artifacts import arrays
from mhc_core.scoring.sentiment import Reactions
from mhc_core.statistics.monotone import MonotoneLogit

FILE = "trained.npz"
DOCUMENT = "scores.json"


@dataclass(frozen=True, slots=True)
class Trained:
    """The three models. ``embedder`` is the one whose vectors they know; ``about`` says what they were trained on."""

    embedder: str
    reactions: Reactions
    coherence: MonotoneLogit
    satisfaction: MonotoneLogit
    about: Mapping[str, Any]

    def dump(self) -> bytes:
        """The file's bytes: the same for the same models."""
        document: dict[str, Any] = {"embedder": self.embedder, "about": dict(self.about)}
        kept = {"reactions_weights": self.reactions.weights, "reactions_bias": self.reactions.bias}
        for name, model in (("coherence", self.coherence), ("satisfaction", self.satisfaction)):
            kept |= {f"{name}_{part}": getattr(model, part) for part in ("mean", "scale", "weights")}
            document[f"{name}_bias"] = model.bias
        return arrays.dump(DOCUMENT, document, kept)


def parse(data: bytes) -> Trained:
    """The models of a file made by :meth:`Trained.dump`."""
    document, kept = arrays.document(DOCUMENT, data), arrays.arrays(DOCUMENT, data)

    def logit(name: str) -> MonotoneLogit:
        mean, scale, weights = (kept[f"{name}_{part}"] for part in ("mean", "scale", "weights"))
        return MonotoneLogit(mean, scale, weights, float(document[f"{name}_bias"]))

    return Trained(
        document["embedder"],
        Reactions(kept["reactions_weights"], kept["reactions_bias"]),
        logit("coherence"),
        logit("satisfaction"),
        document["about"],
    )


@functools.cache
def shipped() -> Trained:
    """The models that come with the platform."""
    return parse(resources.files("mhc_core.scoring").joinpath(FILE).read_bytes())
