"""Experiments on prompts: which customer gets which wording, always the same one, and what that was decided on.

A customer's variant is a hash of the experiment's salt and the customer, so it needs no storage, is the same on every
channel and after every restart, and says nothing about another experiment. A variant that is stopped keeps its
share of the customers: they get the standing wording, and nobody else changes place.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mhc_core.db.rows.prompts import PromptVersion
from mhc_core.pseudonyms import Pseudonym, customer_hash

_SPACE = 1 << 64


@dataclass(frozen=True, slots=True)
class Variant:
    """One wording of an experiment. Customers are split in proportion to the weights; position 0 is the control."""

    position: int
    version: PromptVersion
    weight: int
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Experiment:
    """A running experiment on one prompt, variants in order of position."""

    id: int
    salt: str
    variants: Sequence[Variant]


@dataclass(frozen=True, slots=True)
class Exposure:
    """A customer, as a pseudonym, who is answered under a variant."""

    experiment_id: int
    position: int
    customer_hash: Pseudonym


@dataclass(frozen=True, slots=True)
class Chosen:
    """The wording for one customer. ``standing`` is the one in production, ``exposure`` given within an experiment."""

    version: PromptVersion
    standing: PromptVersion
    exposure: Exposure | None = None


@dataclass(frozen=True, slots=True)
class ActivePrompts:
    """What prompts say right now: the wording in production by name, and the experiments that run, by prompt.

    ``salt`` is the installation's, for the pseudonyms of exposures.
    """

    standing: Mapping[str, PromptVersion]
    experiments: Mapping[str, Experiment] = field(default_factory=dict)
    salt: bytes = b""

    def choose(self, name: str, unit: str) -> Chosen:
        """The wording of prompt ``name`` for ``unit``: a customer, or a conversation where the customer is unknown."""
        standing, experiment = self.standing[name], self.experiments.get(name)
        variant = variant_of(experiment, unit) if experiment else None
        if experiment is None or variant is None or variant.stopped:
            return Chosen(standing, standing)
        pseudonym = customer_hash(self.salt, unit)
        return Chosen(variant.version, standing, Exposure(experiment.id, variant.position, pseudonym))


def variant_of(experiment: Experiment, unit: str) -> Variant:
    """The variant of a unit: its place among 2⁶⁴ is uniform, and variants hold consecutive shares of these places."""
    digest = hashlib.sha256(f"{experiment.salt}\x1f{unit}".encode("utf-8", "surrogatepass")).digest()
    place = int.from_bytes(digest[:8])
    upper, total = 0, sum(variant.weight for variant in experiment.variants)
    for variant in experiment.variants:
        upper += variant.weight
        if place * total < upper * _SPACE:
            return variant
    raise AssertionError("the last variant's share ends where the places do")
