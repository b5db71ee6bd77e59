"""Models after an erasure: local ones lose the person's rows at once, remote ones are marked."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mhc_core.artifacts import store
from mhc_core.db.queries import retired, understanding_versions, versions
from mhc_core.db.queries.retired import TrainedOn
from mhc_core.db.queries.training import ensure_baseline
from mhc_core.db.tables.artifact_address import located
from mhc_core.errors import DataError, NotFound
from mhc_core.privacy.remnants import beyond_reach
from mhc_core.privacy.unlearn import clean
from mhc_core.pseudonyms import Pseudonym
from mhc_core.settings import Settings

ACTOR = "privacy"
CLEANED = "rows removed, weights stay until the next training run"
EMPTIED = "artifact removed, nothing else was in it"
MISSING = "artifact removed, it was missing or damaged"
UNTOUCHED = "held none of the person's answers"
REMOTE = "weights are the provider's; delete the model there once its successor is promoted"
ADAPTER = "weights were fitted on everybody's answers at once; delete the artifact once its successor is promoted"

READER = "weights were fitted on everybody's scrubbed messages at once; delete its file once its successor is live"


def readers(connection: sa.Connection, customer_hash: Pseudonym) -> list[dict[str, Any]]:
    """Versions of understanding that learned from a customer's messages, and what becomes of them."""
    return [
        {"id": version.id, "sha256": version.artifact_sha256, "outcome": READER}
        for version in understanding_versions.trained_on_customer(connection, customer_hash)
    ]


def clean_all(
    engine: sa.Engine,
    datasets: Sequence[str],
    examples: Collection[str],
    erasure_id: int,
    settings: Settings,
    now: datetime,
) -> list[dict[str, Any]]:
    """Take the examples out of every model trained on these data sets, and mark the models; what became of each.

    A model keeps its id, so evaluations and rollouts still name it; serving loads the cleaned artifact within seconds.
    The old file is removed once no model points at it. What a killed training left behind is removed.
    """
    with engine.connect() as connection:
        models = retired.models_on(connection, datasets)
        checkpoints = retired.checkpoints(connection, datasets)
    for uri in checkpoints:
        store.remove(uri)
    return [_clean(engine, model, examples, erasure_id, settings, now) for model in models]


def _clean(
    engine: sa.Engine,
    model: TrainedOn,
    examples: Collection[str],
    erasure_id: int,
    settings: Settings,
    now: datetime,
) -> dict[str, Any]:
    outcome = ADAPTER if model.provider == "lora" else REMOTE
    uri, digest = model.artifact_uri, model.artifact_sha256
    former = dict(model.metrics.get("erased", {}))
    # A run that was killed after it had cleaned this model left the hash from before here.
    before = former.get("sha256_before", {}).get(str(erasure_id), model.artifact_sha256)
    if model.provider == "local":
        uri, digest, outcome = _cleaned_artifact(model, examples, settings)
        if outcome == UNTOUCHED and digest != before:
            outcome = CLEANED
    state_uri = settings.state_uri
    replaced = [located(address, state_uri) for address in former.get("replaced", [])]
    old = {model.artifact_uri, *replaced} - {uri, None}
    mark = {
        "sha256_before": {**former.get("sha256_before", {}), str(erasure_id): before},
        "at": now.isoformat(),
        "beyond_reach": beyond_reach(now, settings.backup_days),
        "replaced": sorted(str(item).removeprefix(f"{state_uri}/") for item in old),
    }
    with engine.begin() as connection:
        if uri is None and model.provider == "local":
            _take_out_of_production(connection, model.id, now)
        retired.replace_artifact(connection, model.id, uri, digest, mark)
        unused = old - retired.artifacts_in_use(connection)
    for artifact in unused:
        store.remove(str(artifact))
    return {
        "id": model.id,
        "provider": model.provider,
        "dataset": model.dataset_id,
        "sha256_before": before,
        "sha256_after": digest,
        "outcome": outcome,
    }


def _cleaned_artifact(
    model: TrainedOn, examples: Collection[str], settings: Settings
) -> tuple[str | None, str | None, str]:
    if not model.artifact_uri or not model.artifact_sha256:
        return None, None, EMPTIED
    try:
        uri, digest, gone = clean(model.artifact_uri, model.artifact_sha256, settings.artifacts, examples)
    except (DataError, NotFound):
        return None, None, MISSING
    if uri is None:
        return None, None, EMPTIED
    return uri, digest, CLEANED if gone else UNTOUCHED


def _take_out_of_production(connection: sa.Connection, model_id: str, now: datetime) -> None:
    """Serve from the knowledge while a live model has no artifact left."""
    versions.lock(connection, "model")
    if versions.live(connection, "model") == model_id:
        baseline = ensure_baseline(connection)
        versions.move(connection, "model", baseline, ACTOR, f"nothing is left of {model_id} after an erasure", now)
