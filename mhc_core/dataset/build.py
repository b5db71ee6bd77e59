"""Verified examples become an immutable data set version: chosen, split, written, named by content."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

import numpy as np
import orjson
import sqlalchemy as sa

from mhc_core.artifacts import store as artifacts
from mhc_core.business.pricing import Business
from mhc_core.dataset import preferences
from mhc_core.dataset.split import sides
from mhc_core.db.queries import dataset as queries
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.rows.dataset import NOTHING_BEFORE, PREFERENCES, NewDataset, Past, Side, VerifiedExample
from mhc_core.errors import Conflict, DataError
from mhc_core.prompts import registry
from mhc_core.prompts.experiments import ActivePrompts
from mhc_core.prompts.wordings import knowledge, on_channel
from mhc_core.settings import Settings
from mhc_core.vocabulary import Channel, Intent

ENGLISH = "en"
UNKNOWN = "unknown"
SIDES: tuple[Side, Side] = ("train", "validation")


@dataclass(frozen=True, slots=True)
class BuiltDataset:
    """A data set version before it is stored. ``members`` are (example, split, line number from 0).

    ``preferences`` are the pairs of both sides, each with its side; empty where nobody replaced an answer.
    """

    id: str
    train: bytes
    validation: bytes
    preferences: bytes
    members: Sequence[tuple[UUID, Side, int]]
    last_sequence: int
    manifest: Mapping[str, Any]


def build(
    examples: Sequence[VerifiedExample],
    business: Business,
    settings: Settings,
    past: Past = NOTHING_BEFORE,
    wordings: ActivePrompts | None = None,
    only: str | None = None,
    available: int | None = None,
) -> BuiltDataset:
    """Choose, split and serialise. The same examples, settings, past and wordings give the same bytes and the same id.

    In which order the examples were stored does not count.

    ``wordings`` are the prompts that the examples open with; those of the release where none are given. ``only`` is the
    one language whose examples are taken, a BCP-47 code: "zh" stands for both of its scripts. ``available`` is how many
    there were, where ``examples`` are :func:`sample`'s choice of them already.

    Raises:
        DataError: there are fewer examples than ``dataset_min_examples``, or they come from too few customers to split.
    """
    if only is not None:
        examples = [example for example in examples if speaks(only, example.language)]
    if len(examples) < settings.dataset_min_examples:
        of = f" in {only}" if only else ""
        raise DataError(
            f"{len(examples)} verified examples{of}, {settings.dataset_min_examples} needed: review more with "
            "`mhc review`"
        )
    chosen = sample(sorted(examples, key=lambda e: (e.day, e.id)), settings.dataset_max_examples, settings.seed)
    split = sides(chosen, past, settings)
    parts: dict[Side, list[VerifiedExample]] = {
        side: [example for example, found in zip(chosen, split, strict=True) if found == side] for side in SIDES
    }
    order = np.random.default_rng(settings.seed).permutation(len(parts["train"]))
    parts["train"] = [parts["train"][index] for index in order]
    standing = (wordings or registry.release_prompts(business)).standing
    prompts = {intent: standing[knowledge(intent)].content for intent in Intent}
    content: dict[str, bytes] = {
        name: b"".join(line(example, prompts) for example in part) for name, part in parts.items()
    }
    pairs = [(name, example) for name, part in parts.items() for example in part if preferences.is_pair(example)]
    if pairs:
        content[PREFERENCES] = b"".join(preferences.line(example, prompts, name) for name, example in pairs)
    named = [*content.values(), *([only.encode()] if only else [])]  # a part is another version than a whole like it
    digest = hashlib.sha256(b"\x1e".join(named)).hexdigest()
    return BuiltDataset(
        id=f"ds-{digest[:12]}",
        train=content["train"],
        validation=content["validation"],
        preferences=content.get(PREFERENCES, b""),
        members=[(example.id, name, number) for name, part in parts.items() for number, example in enumerate(part)],
        last_sequence=max(example.sequence for example in chosen),
        manifest={
            "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in content.items()},
            "examples": {name: len(part) for name, part in parts.items()},
            **({PREFERENCES: dict(Counter(name for name, _ in pairs))} if pairs else {}),
            "available": len(examples) if available is None else available,
            "asks_a_frozen_question": split.count(None),
            "seed": settings.seed,
            "validation_fraction": settings.validation_fraction,
            "intents": {
                name: dict(sorted(Counter(e.intent.value for e in part).items())) for name, part in parts.items()
            },
            "origins": dict(sorted(Counter(example.origin for example in chosen).items())),
            "channels": dict(sorted(Counter(example.channel for example in chosen).items())),
            "languages": _languages(chosen),
            **({queries.ONE_LANGUAGE: only} if only else {}),
            "days": [min(e.day for e in chosen).isoformat(), max(e.day for e in chosen).isoformat()],
            "mean_quality": round(float(np.mean([example.quality for example in chosen])), 4),
        },
    )


def line(example: VerifiedExample, prompts: Mapping[Intent, str]) -> bytes:
    """One example in OpenAI's chat format. ``metadata`` is ours: adapters that upload the file leave it out.

    Only the last answer was approved: what an assistant said before it has the weight 0 and is not learned.
    """
    return orjson.dumps(
        {
            "messages": [
                {"role": "system", "content": on_channel(prompts[example.intent], example.channel)},
                *(_read_only(turn) for turn in example.context),
                {"role": "user", "content": example.question},
                {"role": "assistant", "content": example.answer},
            ],
            "metadata": {
                "example_id": str(example.id),
                "intent": example.intent.value,
                **({"channel": example.channel} if example.channel == Channel.PHONE else {}),
                **({"language": example.language} if example.language not in (None, ENGLISH) else {}),
            },
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def speaks(wanted: str, language: str | None) -> bool:
    """Whether a text of ``language`` is one of ``wanted``: the same code, or one of its scripts ("zh": "zh-Hant")."""
    return language is not None and (language == wanted or language.startswith(wanted + "-"))


def _languages(examples: Sequence[VerifiedExample]) -> dict[str, int]:
    return dict(sorted(Counter(example.language or UNKNOWN for example in examples).items()))


def _read_only(turn: Mapping[str, str]) -> dict[str, Any]:
    weight = {"weight": 0} if turn["role"] == "assistant" else {}
    return {"role": turn["role"], "content": turn["content"], **weight}


class Sampled(Protocol):
    """What an example is chosen by."""

    @property
    def intent(self) -> str: ...

    @property
    def language(self) -> str | None: ...

    @property
    def quality(self) -> float: ...


Example = TypeVar("Example", bound=Sampled)


def sample(examples: Sequence[Example], limit: int, seed: int) -> list[Example]:
    """At most ``limit`` examples, each intent in proportion (at least one), best quality first, ties by seed.

    Languages count as intents do, so that none is crowded out by another one.
    """
    if len(examples) <= limit:
        return list(examples)
    ties = np.random.default_rng(seed).random(len(examples))
    by_intent: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, example in enumerate(examples):
        language = example.language or ENGLISH  # a text of too few words to tell is one of the many
        by_intent[example.intent, language].append(index)
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


def store(
    engine: sa.Engine,
    examples: Sequence[VerifiedExample],
    business: Business,
    settings: Settings,
    only: str | None = None,
    available: int | None = None,
) -> DatasetVersion:
    """Build a version, write its files, then make it known; a killed run leaves files nobody refers to, and no row.

    ``only`` is the one language whose examples are taken, and ``available`` how many there were, see :func:`build`.

    Raises:
        DataError: see :func:`build`.
        Conflict: an example was erased meanwhile; the files are removed again.
    """
    with engine.connect() as connection:
        past = queries.past(connection, examples[0].id if examples else None)
        wordings = registry.active(connection, business)
    built = build(examples, business, settings, past, wordings, only, available)
    folder = f"{settings.artifacts}/datasets/{built.id}"
    artifacts.write_bytes(f"{folder}/train.jsonl", built.train)
    artifacts.write_bytes(f"{folder}/validation.jsonl", built.validation)
    if built.preferences:
        artifacts.write_bytes(f"{folder}/{PREFERENCES}.jsonl", built.preferences)
    artifacts.write_bytes(f"{folder}/manifest.json", orjson.dumps(built.manifest, option=orjson.OPT_INDENT_2))
    train_uri, validation_uri = f"{folder}/train.jsonl", f"{folder}/validation.jsonl"
    row = NewDataset(built.id, train_uri, validation_uri, built.last_sequence, built.manifest, built.members)
    try:
        with engine.begin() as connection:
            queries.save(connection, row)
            version = queries.get(connection, built.id)
    except Conflict:
        for name in ("train.jsonl", "validation.jsonl", f"{PREFERENCES}.jsonl", "manifest.json"):
            artifacts.remove(f"{folder}/{name}")
        raise
    assert version is not None
    return version
