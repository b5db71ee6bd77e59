"""SQL of what was made from erased examples: data sets to retire, models to clean, and where their files are."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.tables import dataset_members, dataset_versions, model_versions, training_examples, training_jobs
from mhc_core.db.tables.artifact_address import ArtifactAddress

_D, _M, _V, _J = dataset_versions.c, dataset_members.c, model_versions.c, training_jobs.c

RETIRED = "retired"
"""Key in a data set's manifest: its files are gone, because people in it were erased."""


def is_retired() -> sa.ColumnElement[bool]:
    """Whether a row of ``dataset_versions`` is retired."""
    retired: sa.ColumnElement[bool] = _D.manifest.has_key(RETIRED)
    return retired


class Holding(NamedTuple):
    """A data set that holds some of the examples in question."""

    id: str
    train_uri: str
    validation_uri: str
    manifest: Mapping[str, Any]
    learned: int
    held_out: int


def datasets_with(connection: sa.Connection, examples: Sequence[UUID]) -> list[Holding]:
    """Data sets that hold any of these examples, retired ones too, oldest first."""
    wanted = _M.example_id == sa.any_(sa.bindparam("examples", list(examples), sa.ARRAY(sa.UUID)))
    rows = connection.execute(
        sa.select(
            _D.id, _D.train_uri, _D.validation_uri, _D.manifest,
            sa.func.count().filter(_M.split == "train"), sa.func.count().filter(_M.split == "validation"),
        )
        .join(dataset_members, _M.dataset_id == _D.id)
        .where(wanted)
        .group_by(_D.id)
        .order_by(_D.created_at, _D.id)
    )  # fmt: skip
    return [Holding(*row) for row in rows]


def retire(connection: sa.Connection, dataset_ids: Sequence[str], mark: Mapping[str, Any]) -> None:
    """Mark data sets as retired; the first mark of each stays."""
    connection.execute(
        sa.update(dataset_versions)
        .where(_D.id.in_(list(dataset_ids)), ~is_retired())
        .values(manifest=_D.manifest.op("||")(sa.cast({RETIRED: dict(mark)}, _D.manifest.type)))
    )


def dataset_ids(connection: sa.Connection) -> set[str]:
    """Ids of all data sets."""
    return set(connection.scalars(sa.select(_D.id)))


class TrainedOn(NamedTuple):
    """A model that was trained on one of the data sets in question."""

    id: str
    provider: str
    dataset_id: str
    artifact_uri: str | None
    artifact_sha256: str | None
    provider_model_id: str | None
    metrics: Mapping[str, Any]


def models_on(connection: sa.Connection, datasets: Sequence[str]) -> list[TrainedOn]:
    """Models trained on these data sets, oldest first."""
    rows = connection.execute(
        sa.select(
            _V.id, _V.provider, _V.dataset_id, _V.artifact_uri, _V.artifact_sha256, _V.provider_model_id, _V.metrics
        )
        .where(_V.dataset_id.in_(list(datasets)))
        .order_by(_V.created_at, _V.id)
    )
    return [TrainedOn(*row) for row in rows]


def replace_artifact(
    connection: sa.Connection, model_id: str, uri: str | None, sha256: str | None, erased: Mapping[str, Any]
) -> None:
    """Point a model and its job at the artifact without the erased examples, and mark the model."""
    connection.execute(
        sa.update(model_versions)
        .where(_V.id == model_id)
        .values(
            artifact_uri=uri,
            artifact_sha256=sha256,
            metrics=_V.metrics.op("||")(sa.cast({"erased": dict(erased)}, _V.metrics.type)),
        )
    )
    connection.execute(
        sa.update(training_jobs)
        .where(_J.id == sa.select(_V.training_job_id).where(_V.id == model_id).scalar_subquery())
        .values(artifact_uri=uri)
    )


def artifacts_in_use(connection: sa.Connection) -> set[str]:
    """URIs of all models' artifacts."""
    return set(connection.scalars(sa.select(_V.artifact_uri).where(_V.artifact_uri.is_not(None))))


def uploads(connection: sa.Connection, datasets: Sequence[str]) -> list[dict[str, str]]:
    """What remote providers were given of these data sets: names of files and models there."""
    rows = connection.execute(
        sa.select(_J.id, _J.provider, _J.progress, _J.provider_model_id, _J.provider_job_id)
        .where(_J.dataset_id.in_(list(datasets)), _J.provider.not_in(["local", "lora"]))
        .order_by(_J.id)
    )
    found: list[dict[str, str]] = []
    for row in rows:
        given = {name: value for name, value in row.progress.items() if name.endswith("_file_id")}
        given |= {"model": row.provider_model_id, "job": row.provider_job_id}
        found.append({"provider": row.provider, **{name: str(value) for name, value in given.items() if value}})
    return found


def checkpoints(connection: sa.Connection, datasets: Sequence[str]) -> list[str]:
    """URIs under which trainings on these data sets kept their state; one that ended has removed its own."""
    kept = sa.type_coerce(_J.progress["checkpoint"].as_string(), ArtifactAddress)
    return list(connection.scalars(sa.select(kept).where(_J.dataset_id.in_(list(datasets)), kept.is_not(None))))


def erased_examples(connection: sa.Connection) -> set[str]:
    """Ids of all examples that were ever erased."""
    erased = sa.select(training_examples.c.id).where(training_examples.c.content_sha256 == "erased")
    return {str(identifier) for identifier in connection.scalars(erased)}


def lock_if_erased(connection: sa.Connection, examples: Sequence[UUID]) -> bool:
    """Whether any of these examples was erased; none of them can be until the caller's transaction ends."""
    rows = connection.execute(
        sa.select(training_examples.c.content_sha256)
        .where(training_examples.c.id == sa.any_(sa.bindparam("examples", list(examples), sa.ARRAY(sa.UUID))))
        .order_by(training_examples.c.id)
        .with_for_update(read=True)
    )
    return any(row[0] == "erased" for row in rows)
