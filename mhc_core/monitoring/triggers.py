"""What is due, by what was done: an example in no data set, a data set without a model, a model without a verdict.

A key names the state it was computed from, so overlapping ticks, a restarted daemon and the nightly schedule all ask
for the same run. Whether a run for it has been made, and how often, is the pipeline's to know.
"""

from typing import NamedTuple

import sqlalchemy as sa

from mhc_core.db.queries import (
    audit,
    dataset,
    evaluation,
    review,
    rollout,
    training,
    understanding,
    understanding_versions,
)
from mhc_core.settings import Settings
from mhc_core.vocabulary import RETRAINING, RolloutStatus, Verdict


class Due(NamedTuple):
    """``key`` is empty when nothing is due; ``reason`` says how far it is. ``job`` is a training job to go on with."""

    key: str
    reason: str
    job: int | None = None


def training_due(connection: sa.Connection, settings: Settings) -> Due:
    """Whether enough verified examples wait that the newest data set does not hold, or nothing was trained on that.

    The second is so when the run that built the data set was interrupted, or an erasure built it.
    """
    latest = dataset.latest(connection)
    waiting = dataset.new_verified(connection, latest.id if latest else None)
    if latest is not None:
        left_out = latest.manifest.get("available", 0) - latest.train_count - latest.validation_count
        waiting -= max(0, left_out)  # known to that data set, and over its size limit
    reason = f"{waiting} new verified examples, {settings.retraining_threshold} start a training run"
    if waiting >= settings.retraining_threshold:
        crossing = waiting // settings.retraining_threshold
        return Due(f"train:{latest.id if latest else 'first'}:{settings.retraining_threshold}:{crossing}", reason)
    if latest is not None and training.unfinished(connection, latest.id):
        wanted = audit.latest(connection, RETRAINING)
        if wanted and wanted["dataset"] == latest.id:
            return Due(f"train:erasure:{latest.id}", "an erasure asks for a model without the customer")
        return Due(f"train:unfinished:{latest.id}", f"no training on {latest.id} has come to its end")
    return Due("", reason)


def evaluation_due(connection: sa.Connection, settings: Settings) -> Due:
    """Whether the newest trained model has no verdict yet, or one that was to be approved without a person."""
    model = training.latest_trained(connection)
    if model is None or model.training_job_id is None:
        return Due("", "no model was trained")
    found = rollout.of_model(connection, model.id)
    if found is None or found.evaluation_id is None:
        return Due(f"evaluate:{model.id}", f"{model.id} was trained and not evaluated", model.training_job_id)
    waits = settings.auto_approve and found.status is RolloutStatus.PENDING
    if waits and evaluation.get(connection, found.evaluation_id).verdict is Verdict.PROMOTE:
        return Due(f"approve:{model.id}", f"{model.id} waits for MHC_AUTO_APPROVE", model.training_job_id)
    return Due("", f"{model.id} is evaluated")


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
