"""Which examples to learn from, and in which order: recipes compared by experiment on the local model.

For each seed whole groups of customers and near-duplicate questions are held out at random; every recipe trains on what
it chooses from the same training side and answers the same held-out questions. Differences in similarity to the
approved answer are paired by question, averaged over the seeds in which the question was held out, and clustered by
group of customers: a 95 % interval from a bootstrap, and a two-sided sign-flip test, corrected for the number of
comparisons by Holm 1979. A recipe that leaves examples out is also compared with as many drawn at random, because
fewer examples are worse by themselves.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from mhc_core.business.pricing import Business
from mhc_core.dataset.build import line
from mhc_core.dataset.split import group
from mhc_core.db.rows.dataset import VerifiedExample
from mhc_core.language.similarity import RIGHT, similarities
from mhc_core.prompts.wordings import system_prompt
from mhc_core.protocols import ChatRequest, Embedder, Turn
from mhc_core.providers.local.examples import parse
from mhc_core.providers.local.model import LocalModel
from mhc_core.providers.remembering import RememberingEmbedder
from mhc_core.settings import Settings
from mhc_core.statistics.cluster_bootstrap import clusters, paired_interval
from mhc_core.statistics.paired_tests import holm, sign_flips
from mhc_core.vocabulary import Intent

ALPHA = 0.05
Examples = Sequence[VerifiedExample]
Choose = Callable[[Examples, np.random.Generator], list[VerifiedExample]]


def everything(examples: Examples, random: np.random.Generator) -> list[VerifiedExample]:
    """All of them, in a random order: what a data set holds today."""
    return [examples[int(row)] for row in random.permutation(len(examples))]


def without_edits(examples: Examples, random: np.random.Generator) -> list[VerifiedExample]:
    """Only answers that were good as they were given: none that a person wrote or corrected."""
    return [example for example in everything(examples, random) if example.origin == "score"]


def best_half(examples: Examples, random: np.random.Generator) -> list[VerifiedExample]:
    """The half whose conversations scored highest."""
    return curriculum(examples, random)[-(len(examples) // 2) :]


def curriculum(examples: Examples, random: np.random.Generator) -> list[VerifiedExample]:
    """All of them, the best last (Bengio et al. 2009); a model that is fitted in one step should not mind the order."""
    return sorted(everything(examples, random), key=lambda example: example.quality)


def as_many_as(choose: Choose) -> Choose:
    """As many as another recipe takes, at random."""

    def at_random(examples: Examples, random: np.random.Generator) -> list[VerifiedExample]:
        return everything(examples, random)[: len(choose(examples, random))]

    return at_random


RECIPES: Mapping[str, Choose] = {
    "everything": everything,
    "without_edits": without_edits,
    "as_many_as_without_edits": as_many_as(without_edits),
    "best_half": best_half,
    "half_at_random": as_many_as(best_half),
    "curriculum": curriculum,
}
COMPARISONS = (
    ("without_edits", "everything"),
    ("without_edits", "as_many_as_without_edits"),
    ("best_half", "everything"),
    ("best_half", "half_at_random"),
    ("curriculum", "everything"),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """Similarities of one recipe's answers, by example, one for each seed in which it was held out."""

    similarity: Mapping[UUID, Sequence[float]]
    trained_on: Sequence[int]

    def means(self, asked: Sequence[UUID]) -> list[float]:
        return [float(np.mean(self.similarity[example])) for example in asked]


def compare(
    examples: Examples, business: Business, settings: Settings, embedder: Embedder, seeds: Sequence[int]
) -> dict[str, Any]:
    """Every recipe's figures and the comparisons between them.

    Raises:
        DataError: a recipe leaves too few examples to train on.
    """
    known = RememberingEmbedder(embedder)
    groups = group(examples, settings.near_duplicate_similarity)
    cluster = {example.id: number for example, number in zip(examples, groups, strict=True)}
    answered = _answer(examples, groups, business, settings, known, seeds)
    asked = list(answered["everything"].similarity)
    of = [cluster[example] for example in asked]
    means = {name: found.means(asked) for name, found in answered.items()}
    compared = []
    for ours, theirs in COMPARISONS:
        interval = paired_interval(means[ours], means[theirs], of, settings.seed)
        sums, _ = clusters(means[ours], means[theirs], of)
        compared.append((ours, theirs, interval, min(1.0, 2 * min(sign_flips(sums, settings.seed)))))
    corrected = holm([p for *_, p in compared])
    return {
        "examples": len(examples),
        "questions": len(asked),
        "groups": len(set(of)),
        "seeds": list(seeds),
        "recipes": {
            name: {
                "trained_on": round(float(np.mean(found.trained_on)), 1),
                "similarity": round(float(np.mean(means[name])), 4),
                "right": round(float(np.mean([value >= RIGHT for value in _all(found)])), 4),
            }
            for name, found in answered.items()
        },
        "comparisons": [
            {
                "recipe": ours,
                "against": theirs,
                "difference": round(interval.mean, 4),
                "interval": [round(interval.low, 4), round(interval.high, 4)],
                "p": round(p, 4),
                "p_corrected": round(adjusted, 4),
                "verdict": "no difference shown" if adjusted >= ALPHA else "better" if interval.mean > 0 else "worse",
            }
            for (ours, theirs, interval, p), adjusted in zip(compared, corrected, strict=True)
        ],
    }


def _answer(
    examples: Examples,
    groups: Sequence[int],
    business: Business,
    settings: Settings,
    embedder: Embedder,
    seeds: Sequence[int],
) -> dict[str, Answered]:
    from sklearn.model_selection import GroupShuffleSplit

    prompts = {intent: system_prompt(business, intent) for intent in Intent}
    similarity: dict[str, dict[UUID, list[float]]] = {name: defaultdict(list) for name in RECIPES}
    trained_on: dict[str, list[int]] = {name: [] for name in RECIPES}
    for seed in seeds:
        drawn = GroupShuffleSplit(1, test_size=settings.validation_fraction, random_state=seed)
        [(train_rows, held_rows)] = drawn.split(examples, groups=groups)
        inside, outside = [examples[row] for row in train_rows], [examples[row] for row in held_rows]
        for name, choose in RECIPES.items():
            chosen = choose(inside, np.random.default_rng(seed))
            model = _train(name, chosen, prompts, embedder, seed)
            replies = [model.answer(ChatRequest(each.question, list(_history(each)))).text for each in outside]
            alike = similarities(replies, [each.answer for each in outside], embedder)
            for example, value in zip(outside, alike, strict=True):
                similarity[name][example.id].append(float(value))
            trained_on[name].append(len(chosen))
    return {name: Answered(similarity[name], trained_on[name]) for name in RECIPES}


def _train(name: str, chosen: Examples, prompts: Mapping[Intent, str], embedder: Embedder, seed: int) -> LocalModel:
    from mhc_core.providers.local.training import train  # scikit-learn

    content = b"".join(line(example, prompts) for example in chosen)
    # It always answers: what it would quote from the knowledge base instead does not depend on the recipe.
    trained, _ = train(parse(content), embedder, seed, 0.0, {"abstain_below": 0.0})
    return LocalModel(name, trained, embedder)


def _history(example: VerifiedExample) -> Iterator[Turn]:
    for turn in example.context:
        yield Turn(turn["role"], turn["content"])


def _all(found: Answered) -> Iterator[float]:
    for values in found.similarity.values():
        yield from values
