"""Training jobs and the model versions they make."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries import retired
from mhc_core.db.tables import dataset_versions, model_versions, training_jobs
from mhc_core.errors import NotFound
from mhc_core.protocols import JobState
from mhc_core.vocabulary import JobStatus

_J, _V = training_jobs.c, model_versions.c
_STATE = [field.name for field in fields(JobState)]
_ENDED = "-ended-"
BASELINE_ID = "knowledge-only"
TRAINED_IN_A_RUN = ("local", "lora")
"""Providers whose jobs end with the run that trains; the others' go on elsewhere."""


class TrainingJob(NamedTuple):
    """One job with what is known of it."""

    id: int
    key: str
    dataset_id: str
    provider: str
    base_model: str
    hyperparameters: Mapping[str, Any]
    estimated_cost_usd: Decimal | None
    created_at: datetime
    finished_at: datetime | None
    state: JobState
    code_version: str | None = None
    base_licence: str | None = None
    started_at: datetime | None = None


class ModelVersion(NamedTuple):
    """An immutable model."""

    id: str
    provider: str
    base_model: str
    dataset_id: str | None
    training_job_id: int | None
    provider_model_id: str | None
    artifact_uri: str | None
    artifact_sha256: str | None
    cost_usd: Decimal
    metrics: Mapping[str, Any]
    created_at: datetime


def intend(connection: sa.Connection, *, key: str, estimated_cost_usd: Decimal, **columns: Any) -> TrainingJob:
    """The job with this key, written down as an intent when it is new."""
    connection.execute(
        insert(training_jobs)
        .values(key=key, estimated_cost_usd=estimated_cost_usd, **columns)
        .on_conflict_do_nothing(index_elements=[_J.key])
    )
    return _job(connection.execute(sa.select(training_jobs).where(_J.key == key)).one())


def save_state(connection: sa.Connection, job_id: int, state: JobState, now: datetime) -> None:
    """Store what is known of a job now.

    An adapter that finds its base's licence in the weights says so by ``base_licence`` among the metrics.
    """
    connection.execute(
        sa.update(training_jobs)
        .values(
            **{name: getattr(state, name) for name in _STATE},
            finished_at=now if state.status.final else None,
            base_licence=sa.func.coalesce(state.metrics.get("base_licence"), _J.base_licence),
        )
        .where(_J.id == job_id)
    )


def begin(connection: sa.Connection, job_id: int, now: datetime, code_version: str, base_licence: str | None) -> None:
    """Note that a job is being started now, and by which code; the first start counts, the last code does."""
    connection.execute(
        sa.update(training_jobs)
        .values(started_at=sa.func.coalesce(_J.started_at, now), code_version=code_version, base_licence=base_licence)
        .where(_J.id == job_id)
    )


def find(connection: sa.Connection, job_id: int) -> TrainingJob | None:
    """One job, if it exists."""
    row = connection.execute(sa.select(training_jobs).where(_J.id == job_id)).one_or_none()
    return _job(row) if row else None


def get(connection: sa.Connection, job_id: int) -> TrainingJob:
    """One job.

    Raises:
        NotFound: no such job.
    """
    job = find(connection, job_id)
    if job is None:
        raise NotFound(f"there is no training job {job_id}; `mhc models jobs` lists them")
    return job


def jobs(connection: sa.Connection, open_only: bool = False, limit: int = 50) -> list[TrainingJob]:
    """Jobs, newest first."""
    query = sa.select(training_jobs).order_by(_J.id.desc()).limit(limit)
    if open_only:
        query = query.where(_J.status.in_(["intended", "submitted", "running"]))
    return [_job(row) for row in connection.execute(query)]


def unfinished(connection: sa.Connection, dataset_id: str) -> bool:
    """Whether nobody trains on this data set, or has: there is no job, or one whose run ended before it did.

    A job at a provider goes on by itself. One that failed or was cancelled is finished until it is set aside.
    """
    done = sa.exists().where(
        _J.dataset_id == dataset_id,
        ~_J.key.contains(_ENDED, autoescape=True),
        sa.or_(
            _J.status.in_(["succeeded", "failed", "cancelled"]),
            sa.and_(_J.status != "intended", _J.provider.not_in(TRAINED_IN_A_RUN)),
        ),
    )
    return not connection.scalar(sa.select(done))


def set_aside(connection: sa.Connection, job: TrainingJob) -> None:
    """Free the key of a job that ended badly."""
    connection.execute(sa.update(training_jobs).values(key=f"{job.key}{_ENDED}{job.id}").where(_J.id == job.id))


def set_aside_count(connection: sa.Connection, key: str) -> int:
    """How many jobs with this key were set aside."""
    query = sa.select(sa.func.count()).select_from(training_jobs)
    return connection.execute(query.where(_J.key.startswith(f"{key}{_ENDED}", autoescape=True))).scalar_one()


def save_model(connection: sa.Connection, model_id: str, job: TrainingJob) -> None:
    """Record the model of a succeeded job once."""
    connection.execute(
        insert(model_versions)
        .values(
            id=model_id,
            provider=job.provider,
            base_model=job.base_model,
            dataset_id=job.dataset_id,
            training_job_id=job.id,
            provider_model_id=job.state.provider_model_id,
            artifact_uri=job.state.artifact_uri,
            artifact_sha256=job.state.artifact_sha256,
            cost_usd=job.state.cost_usd or 0,
            metrics=dict(job.state.metrics),
        )
        .on_conflict_do_nothing()
    )


def ensure_baseline(connection: sa.Connection) -> str:
    """The untrained model that quotes the knowledge base: what answers before anything was promoted."""
    connection.execute(
        insert(model_versions)
        .values(id=BASELINE_ID, provider="knowledge", base_model="retrieval over the live knowledge")
        .on_conflict_do_nothing()
    )
    return BASELINE_ID


def model(connection: sa.Connection, model_id: str) -> ModelVersion | None:
    """One model version."""
    row = connection.execute(sa.select(model_versions).where(_V.id == model_id)).one_or_none()
    return ModelVersion(*row) if row else None


def models(connection: sa.Connection, limit: int = 50) -> list[ModelVersion]:
    """Model versions, newest first."""
    rows = connection.execute(sa.select(model_versions).order_by(_V.created_at.desc(), _V.id).limit(limit))
    return [ModelVersion(*row) for row in rows]


def latest_trained(connection: sa.Connection) -> ModelVersion | None:
    """The newest model that was trained on a data set that is not retired."""
    row = connection.execute(
        sa.select(model_versions)
        .join(dataset_versions, dataset_versions.c.id == _V.dataset_id)
        .where(~retired.is_retired())
        .order_by(_V.created_at.desc(), _V.training_job_id.desc())
        .limit(1)
    ).one_or_none()
    return ModelVersion(*row) if row else None


def _job(row: Any) -> TrainingJob:
    state = JobState(**{name: getattr(row, name) for name in _STATE})
    known = {name: getattr(row, name) for name in TrainingJob._fields if name != "state"}
    return TrainingJob(state=replace(state, status=JobStatus(state.status)), **known)


def ended(connection: sa.Connection, since: datetime) -> list[TrainingJob]:
    """Jobs that succeeded and whose model nobody recorded, or of remote providers and ended badly after ``since``."""
    recorded = sa.select(_V.id).where(_V.training_job_id == _J.id)
    rows = connection.execute(
        sa.select(training_jobs)
        .where(
            sa.or_(
                sa.and_(_J.status == "succeeded", ~sa.exists(recorded)),
                sa.and_(
                    _J.status.in_(["failed", "cancelled"]), _J.finished_at > since, _J.provider.not_in(TRAINED_IN_A_RUN)
                ),
            ),
        )
        .order_by(_J.id)
    )
    return [_job(row) for row in rows]
