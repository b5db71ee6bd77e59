"""When is there enough new to act on? One deterministic key for each crossing of a threshold.

A key names the state it was computed from, so overlapping ticks, a restarted daemon and the nightly schedule all ask
for the same run.
"""

from typing import NamedTuple

import sqlalchemy as sa

from mhc_core.db.queries import audit, dataset, review, training, understanding, understanding_versions
from mhc_core.settings import Settings
from mhc_core.vocabulary import RETRAINING


class Due(NamedTuple):
    """``key`` is empty when nothing is due; ``reason`` says how far it is."""

    key: str
    reason: str


def training_due(connection: sa.Connection, settings: Settings) -> Due:
    """Whether enough verified examples wait that the newest data set does not hold, or an erasure asks for a model."""
    latest = dataset.latest(connection)
    waiting = dataset.new_verified(connection, latest.id if latest else None)
    if latest is not None:
        left_out = latest.manifest.get("available", 0) - latest.train_count - latest.validation_count
        waiting -= max(0, left_out)  # known to that data set, and over its size limit
    reason = f"{waiting} new verified examples, {settings.retraining_threshold} start a training run"
    if waiting < settings.retraining_threshold:
        wanted = audit.latest(connection, RETRAINING)
        if (
            wanted
            and latest is not None
            and wanted["dataset"] == latest.id
            and not training.started(connection, latest.id)
        ):
            return Due(f"train:erasure:{latest.id}", "an erasure asks for a model without the customer")
        return Due("", reason)
    crossing = waiting // settings.retraining_threshold
    return Due(f"train:{latest.id if latest else 'first'}:{settings.retraining_threshold}:{crossing}", reason)


def knowledge_due(connection: sa.Connection, settings: Settings) -> Due:
    """Whether another ``knowledge_threshold`` of answers was approved since the installation began."""
    approved = review.approvals(connection)
    crossing, rest = divmod(approved, settings.knowledge_threshold)
    reason = f"{settings.knowledge_threshold - rest} more approvals start the next knowledge update"
    return Due(f"knowledge:{settings.knowledge_threshold}:{crossing}" if crossing else "", reason)


def understanding_due(connection: sa.Connection, settings: Settings, recipe: str) -> Due:
    """Whether a version of understanding is to be trained.

    That is the case when none was trained by this ``recipe``, when the live one holds a message of an erased customer
    that the newest does not, or when enough labelled messages of customers are new.
    """
    newest = understanding_versions.newest(connection)
    if newest is None or newest.recipe != recipe:
        return Due(f"understanding:recipe:{recipe}", "no version of understanding was trained by this release")
    if newest.id in understanding_versions.holding_erased(connection):
        return Due(f"understanding:erasure:{newest.id}", "an erasure asks for a version without the customer")
    waiting = understanding.new_since(connection, newest.examples_until)
    crossing = waiting // settings.understanding_threshold
    reason = f"{waiting} new labelled messages, {settings.understanding_threshold} start a training run"
    return Due(f"understanding:{newest.id}:{settings.understanding_threshold}:{crossing}" if crossing else "", reason)
