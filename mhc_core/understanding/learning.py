"""Versions of understanding: trained on labelled messages, judged on held-out ones, promoted by moving a pointer.

Every step can be repeated: the same examples, recipe and seed are trained once, and the same pair of versions is judged
once on the same messages.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mhc_core.artifacts import store
from mhc_core.db.queries import understanding as examples
from mhc_core.db.queries import understanding_versions as queries
from mhc_core.db.queries import versions
from mhc_core.db.queries.understanding import Stored
from mhc_core.db.queries.understanding_versions import KIND, UnderstandingEvaluation, UnderstandingVersion
from mhc_core.errors import Conflict, DataError, NotFound
from mhc_core.understanding import compare
from mhc_core.understanding.labelled import LabelledMessage, parse_line
from mhc_core.understanding.masking import StandIns
from mhc_core.understanding.measures import Marks, mark
from mhc_core.understanding.multilingual import corrections, release
from mhc_core.understanding.reader import Reader
from mhc_core.understanding.recipe import Recipe
from mhc_core.vocabulary import Verdict


def train(
    engine: sa.Engine,
    recipe: Recipe,
    artifacts: str,
    seed: int,
    now: datetime,
    report: Callable[[str], object] = lambda line: None,
) -> UnderstandingVersion:
    """The version that the labelled messages of now make; trained only if it is not there yet. ``report`` hears what
    takes time.

    Raises:
        DataError: there is no labelled message.
    """
    with engine.connect() as connection:
        found = examples.to_train(connection)
        key = _digest(recipe.name, str(seed), *(f"{one.origin} {one.line}" for one in found))
        taught, corrected = _taught(found)
        if corrected and recipe.train_languages is not None:
            key = _digest(key, release.load().model_id)  # they are learned beside the gold of the release
        known = queries.with_key(connection, key)
    if known is not None:
        return known
    if not found:
        raise DataError("there is no labelled message to train on; materialise understanding_examples first")
    report(f"training on {len(found):,} labelled messages")
    started = time.perf_counter()
    data = recipe.train(taught, seed).to_bytes()
    languages = None
    if corrected and recipe.train_languages is not None:
        languages = recipe.train_languages(corrected, seed, report)
    if languages is not None:
        data = corrections.packed(data, languages)
    version_id = f"understanding-{store.sha256(data)[:16]}"
    uri = f"{artifacts}/understanding/{version_id}.zip"
    digest = store.write_bytes(uri, data)
    with engine.begin() as connection:
        queries.add(
            connection,
            [one.id for one in found if one.origin != "gold"],
            id=version_id,
            key=key,
            recipe=recipe.name,
            seed=seed,
            artifact_uri=uri,
            artifact_sha256=digest,
            examples=dict(Counter(one.origin for one in found)),
            examples_until=now,
            metrics={
                "train_seconds": round(time.perf_counter() - started, 1),
                "bytes": len(data),
                "languages": {one: len(said) for one, said in corrected.items()} if languages is not None else {},
            },
        )
        made = queries.version(connection, version_id)
    assert made is not None
    return made


def load(recipe: Recipe, version: UnderstandingVersion) -> Reader:
    """The model of a version, its file verified.

    Raises:
        NotFound, DataError: the file is gone, or is not what was recorded.
    """
    english, languages = corrections.unpacked(store.read_verified(version.artifact_uri, version.artifact_sha256))
    reader = recipe.load(english, version.id)
    return reader if languages is None else corrections.loaded(reader, languages)


def evaluate(engine: sa.Engine, recipe: Recipe, candidate_id: str | None, seed: int) -> UnderstandingEvaluation:
    """Judge a version, or the newest, beside the one that is live; both read the same held-out messages.

    Of the version that is live itself, it is the evaluation that brought it there.

    Raises:
        Conflict: no version was trained yet.
        NotFound: there is no such version.
    """
    with engine.connect() as connection:
        candidate = queries.version(connection, candidate_id) if candidate_id else queries.newest(connection)
        if candidate is None:
            raise Conflict("no version of understanding was trained yet; run `mhc loop`")
        live_id = versions.live(connection, KIND)
        baseline = None
        if live_id is not None and live_id != candidate.id:
            baseline = required(connection, live_id)
        former = queries.latest_evaluation(connection, candidate.id)
        judged_on = examples.held_out(connection)
    if former is not None and live_id == candidate.id:
        return former
    set_sha256 = _digest(*(one.line for one in judged_on))
    key = _digest(candidate.id, baseline.id if baseline else "", set_sha256)
    with engine.connect() as connection:
        known = queries.evaluation_with_key(connection, key)
    if known is not None:
        return known
    messages = _messages(judged_on)
    ours = _read(load(recipe, candidate), messages)
    found = compare.first(ours)
    if baseline is not None:
        try:
            theirs = _read(load(recipe, baseline), messages)
            found = compare.compare(ours, theirs, [one.group for one in judged_on], seed)
        except DataError as error:  # an older release wrote it, or it is damaged: nobody is read by it either
            found = replace(found, reasons=(f"The live version cannot be read: {error}.", *found.reasons))
    columns: dict[str, Any] = asdict(found)
    with engine.begin() as connection:
        return queries.add_evaluation(
            connection,
            key=key,
            candidate_id=candidate.id,
            baseline_id=baseline.id if baseline else None,
            set_sha256=set_sha256,
            messages=len(messages),
            candidate_metrics=columns["candidate"],
            baseline_metrics=columns["baseline"],
            differences=columns["differences"],
            verdict=found.verdict,
            reasons=list(found.reasons),
        )


def promote(connection: sa.Connection, evaluation: UnderstandingEvaluation, by: str, now: datetime) -> bool:
    """Move the pointer to a candidate whose verdict is *promote*; whether it moved.

    It does not move to a version that was live before (it was rolled back, and nothing is new about it), nor when
    another version than the one it was compared with is live by now. Customers follow within seconds.
    """
    versions.lock(connection, KIND)
    if evaluation.verdict is not Verdict.PROMOTE or versions.live(connection, KIND) != evaluation.baseline_id:
        return False
    if any(move.version_id == evaluation.candidate_id for move in versions.history(connection, KIND)):
        return False
    return versions.move(
        connection, KIND, evaluation.candidate_id, by, f"evaluation {evaluation.id}: {evaluation.verdict}", now
    )


def roll_back(connection: sa.Connection, by: str, reason: str, now: datetime) -> str:
    """Point to the version that was live before, at once; returns its id.

    Raises:
        Conflict: there is no earlier version.
    """
    return versions.roll_back(connection, KIND, by, reason, now)


def required(connection: sa.Connection, version_id: str) -> UnderstandingVersion:
    """A version that must be there.

    Raises:
        NotFound: it is not.
    """
    found = queries.version(connection, version_id)
    if found is None:
        raise NotFound(f"understanding {version_id} is not recorded; `mhc understanding list` shows the versions")
    return found


def _taught(stored: Sequence[Stored]) -> tuple[list[LabelledMessage], dict[str, list[LabelledMessage]]]:
    """What the model of English is taught, and by language what was corrected in others."""
    english: list[LabelledMessage] = []
    corrected: dict[str, list[LabelledMessage]] = {}
    for message, language in _messages(stored):
        if language is None:
            english.append(message)
        else:
            corrected.setdefault(language, []).append(message)
    return english, corrected


def _messages(stored: Sequence[Stored]) -> list[tuple[LabelledMessage, str | None]]:
    """The messages, each with the language whose models read it; None for what the model of English reads.

    The gold in English has sentences of other languages on purpose, as customers mix them.
    """
    parsed = [(one.origin, replace(parse_line(one.line), writer=one.writer)) for one in stored]
    spoken = [None if origin == "gold" else corrections.language(message) for origin, message in parsed]
    stand_ins = StandIns(message for origin, message in parsed if origin == "gold")
    return [
        (stand_ins.fill(message) if language is None else corrections.filled(message, language), language)
        for (_, message), language in zip(parsed, spoken, strict=True)
    ]


def _read(reader: Reader, messages: Sequence[tuple[LabelledMessage, str | None]]) -> list[Marks]:
    return [
        mark(
            message,
            reader.read(message.text, message.context)
            if language is None
            else corrections.beside(reader).read(message.text, message.context, language),
        )
        for message, language in messages
    ]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
