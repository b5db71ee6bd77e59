"""Verified examples become an immutable data set version: chosen, split without leaks, written, named by content."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import numpy as np
import orjson
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core import artifacts
from mhc_core.business import Business
from mhc_core.errors import Conflict, DataError
from mhc_core.prompts import system_prompt
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent

if TYPE_CHECKING:
    from mhc_core.db.queries.dataset import DatasetVersion

Split = Literal["train", "validation"]


@dataclass(frozen=True, slots=True)
class VerifiedExample:
    """A human-verified example with its question's unit vector."""

    id: UUID
    sequence: int
    customer_hash: str
    day: date
    intent: Intent
    origin: str
    channel: str
    quality: float
    context: Sequence[Mapping[str, str]]
    question: str
    answer: str
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BuiltDataset:
    """A data set version before it is stored. ``members`` are (example, split, line number from 0)."""

    id: str
    train: bytes
    validation: bytes
    members: Sequence[tuple[UUID, Split, int]]
    last_sequence: int
    manifest: Mapping[str, Any]


def build(examples: Sequence[VerifiedExample], business: Business, settings: Settings) -> BuiltDataset:
    """Choose, split and serialise. The same examples and settings give the same bytes and so the same id.

    Raises:
        DataError: there are fewer examples than ``dataset_min_examples``, or they come from too few customers to split.
    """
    if len(examples) < settings.dataset_min_examples:
        raise DataError(
            f"{len(examples)} verified examples, {settings.dataset_min_examples} needed: review more with `mhc review`"
        )
    chosen = sample(sorted(examples, key=lambda e: e.sequence), settings.dataset_max_examples, settings.seed)
    groups = group(chosen, settings.near_duplicate_similarity)
    held_out = split(chosen, groups, settings.validation_fraction, settings.seed)
    parts: dict[Split, list[VerifiedExample]] = {"train": [], "validation": []}
    for example, held in zip(chosen, held_out, strict=True):
        parts["validation" if held else "train"].append(example)
    order = np.random.default_rng(settings.seed).permutation(len(parts["train"]))
    parts["train"] = [parts["train"][index] for index in order]
    prompts = {intent: system_prompt(business, intent) for intent in Intent}
    content = {name: b"".join(line(example, prompts) for example in part) for name, part in parts.items()}
    digest = hashlib.sha256(content["train"] + b"\x1e" + content["validation"]).hexdigest()
    return BuiltDataset(
        id=f"ds-{digest[:12]}",
        train=content["train"],
        validation=content["validation"],
        members=[(example.id, name, number) for name, part in parts.items() for number, example in enumerate(part)],
        last_sequence=max(example.sequence for example in chosen),
        manifest={
            "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in content.items()},
            "examples": {name: len(part) for name, part in parts.items()},
            "available": len(examples),
            "groups": len(set(groups)),
            "seed": settings.seed,
            "validation_fraction": settings.validation_fraction,
            "intents": {
                name: dict(sorted(Counter(e.intent.value for e in part).items())) for name, part in parts.items()
            },
            "origins": dict(sorted(Counter(example.origin for example in chosen).items())),
            "channels": dict(sorted(Counter(example.channel for example in chosen).items())),
            "days": [min(e.day for e in chosen).isoformat(), max(e.day for e in chosen).isoformat()],
            "mean_quality": round(float(np.mean([example.quality for example in chosen])), 4),
        },
    )


def line(example: VerifiedExample, prompts: Mapping[Intent, str]) -> bytes:
    """One example in OpenAI's chat format. ``metadata`` is ours: adapters that upload the file leave it out."""
    return orjson.dumps(
        {
            "messages": [
                {"role": "system", "content": prompts[example.intent]},
                *({"role": turn["role"], "content": turn["content"]} for turn in example.context),
                {"role": "user", "content": example.question},
                {"role": "assistant", "content": example.answer},
            ],
            "metadata": {"example_id": str(example.id), "intent": example.intent.value},
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def sample(examples: Sequence[VerifiedExample], limit: int, seed: int) -> list[VerifiedExample]:
    """At most ``limit`` examples, each intent in proportion (at least one), best quality first, ties by seed."""
    if len(examples) <= limit:
        return list(examples)
    ties = np.random.default_rng(seed).random(len(examples))
    by_intent: dict[str, list[int]] = defaultdict(list)
    for index, example in enumerate(examples):
        by_intent[example.intent].append(index)
    exact = {intent: limit * len(members) / len(examples) for intent, members in by_intent.items()}
    quota = {intent: max(1, int(share)) for intent, share in exact.items()}
    largest_remainder = sorted(exact, key=lambda intent: (quota[intent] - exact[intent], intent))
    while sum(quota.values()) < limit:
        for intent in largest_remainder:
            if sum(quota.values()) < limit and quota[intent] < len(by_intent[intent]):
                quota[intent] += 1
    while sum(quota.values()) > limit:
        quota[max(quota, key=lambda intent: (quota[intent], intent))] -= 1
    kept: list[int] = []
    for intent, members in by_intent.items():
        kept += sorted(members, key=lambda index: (-examples[index].quality, ties[index]))[: quota[intent]]
    return [examples[index] for index in sorted(kept)]


def group(examples: Sequence[VerifiedExample], similarity: float) -> list[int]:
    """Group numbers such that no customer and no near-duplicate question is in two groups.

    Connected components over "same customer" and "questions at least ``similarity`` alike (cosine)".
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = len(examples)
    vectors = np.stack([example.vector for example in examples]).astype(np.float32)
    rows: list[NDArray[np.intp]] = []
    columns: list[NDArray[np.intp]] = []
    for start in range(0, count, 1024):
        near = np.argwhere(vectors[start : start + 1024] @ vectors.T >= similarity)
        rows.append(near[:, 0] + start)
        columns.append(near[:, 1])
    _, customers = np.unique([example.customer_hash for example in examples], return_inverse=True)
    # A customer is one more node, linked to each of their examples.
    rows.append(np.arange(count))
    columns.append(count + customers)
    size = count + int(customers.max()) + 1
    links = (np.concatenate(rows), np.concatenate(columns))
    graph = coo_matrix((np.ones(len(links[0]), dtype=np.int8), links), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    return [int(label) for label in labels[:count]]


def split(examples: Sequence[VerifiedExample], groups: Sequence[int], fraction: float, seed: int) -> NDArray[np.bool_]:
    """Which examples are held out: whole groups, about ``fraction`` of the rows, intents in proportion.

    Groups are drawn in a seeded order, largest first, each to the side that is further from its share of the group's
    intents.

    Raises:
        DataError: one group holds so much that no split leaves both sides filled.
    """
    members: dict[int, list[int]] = defaultdict(list)
    for index, number in enumerate(groups):
        members[number].append(index)
    shuffled = np.random.default_rng(seed).permutation(sorted(members))
    order = sorted(shuffled, key=lambda number: -len(members[int(number)]))
    total = Counter(example.intent for example in examples)
    taken: Counter[Intent] = Counter()
    held_out = np.zeros(len(examples), dtype=np.bool_)
    room = fraction * len(examples)
    for number in order:
        rows = members[int(number)]
        if held_out.sum() + len(rows) > room + 0.5:
            continue
        wanted = sum(fraction * total[examples[i].intent] - taken[examples[i].intent] for i in rows)
        if wanted > 0:
            held_out[rows] = True
            taken.update(examples[i].intent for i in rows)
    if not held_out.any() or held_out.all():
        raise DataError(f"{len(members)} separate groups of examples can not be split; collect from more customers")
    return held_out


def store(
    engine: sa.Engine, examples: Sequence[VerifiedExample], business: Business, settings: Settings
) -> "DatasetVersion":
    """Build a version, write its files, then make it known; a killed run leaves files nobody refers to, and no row.

    Raises:
        DataError: see :func:`build`.
        Conflict: an example was erased meanwhile; the files are removed again.
    """
    from mhc_core.db.queries import dataset as queries

    built = build(examples, business, settings)
    folder = f"{settings.artifacts}/datasets/{built.id}"
    artifacts.write_bytes(f"{folder}/train.jsonl", built.train)
    artifacts.write_bytes(f"{folder}/validation.jsonl", built.validation)
    artifacts.write_bytes(f"{folder}/manifest.json", orjson.dumps(built.manifest, option=orjson.OPT_INDENT_2))
    try:
        with engine.begin() as connection:
            queries.save(connection, built, f"{folder}/train.jsonl", f"{folder}/validation.jsonl")
            version = queries.get(connection, built.id)
    except Conflict:
        for name in ("train.jsonl", "validation.jsonl", "manifest.json"):
            artifacts.remove(f"{folder}/{name}")
        raise
    assert version is not None
    return version
