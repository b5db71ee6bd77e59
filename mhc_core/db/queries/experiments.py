"""SQL of experiments on prompts: what runs, who was answered within one, and how that went for them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from mhc_core.db.queries.outcomes import CustomerOutcome, by_customer
from mhc_core.db.tables import experiment_variants, experiments, prompt_versions
from mhc_core.vocabulary import ExperimentMetric, ExperimentStatus

_E, _V, _P = experiments.c, experiment_variants.c, prompt_versions.c


class StoredExperiment(NamedTuple):
    """One experiment."""

    id: int
    name: str
    prompt: str
    salt: str
    primary_metric: ExperimentMetric
    window_hours: int
    status: ExperimentStatus
    started_by: str
    started_at: datetime
    changed_by: str
    changed_at: datetime

    @property
    def running(self) -> bool:
        return self.status is ExperimentStatus.RUNNING


class StoredVariant(NamedTuple):
    """One variant; position 0 is the control."""

    position: int
    version_id: str
    weight: int
    stopped_at: datetime | None
    stopped_by: str | None
    stopped_because: str | None


class RunningVariant(NamedTuple):
    """One variant of a running experiment, with the task of its wording."""

    experiment_id: int
    salt: str
    prompt: str
    position: int
    task: str
    weight: int
    stopped: bool


def create(
    connection: sa.Connection,
    name: str,
    prompt: str,
    salt: str,
    variants: Sequence[tuple[str, int]],
    metric: ExperimentMetric,
    window: timedelta,
    by: str,
    now: datetime,
) -> StoredExperiment:
    """Start an experiment; ``variants`` are version ids with weights, the control first."""
    statement = sa.insert(experiments).values(
        name=name,
        prompt=prompt,
        salt=salt,
        primary_metric=metric,
        window_hours=window // timedelta(hours=1),
        started_by=by,
        started_at=now,
        changed_by=by,
        changed_at=now,
    )
    made = _stored(connection.execute(statement.returning(experiments)).one())
    rows = [
        {"experiment_id": made.id, "position": position, "version_id": version_id, "weight": weight}
        for position, (version_id, weight) in enumerate(variants)
    ]
    connection.execute(sa.insert(experiment_variants), rows)
    return made


def find(connection: sa.Connection, name: str, *, lock: bool = False) -> StoredExperiment | None:
    """An experiment by name; with ``lock`` others who want to change it wait until the transaction ends."""
    query = sa.select(experiments).where(_E.name == name)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return _stored(row) if row else None


def listed(connection: sa.Connection) -> list[StoredExperiment]:
    """All experiments, newest first."""
    return [_stored(row) for row in connection.execute(sa.select(experiments).order_by(_E.id.desc()))]


def variants(connection: sa.Connection, experiment_id: int) -> list[StoredVariant]:
    """The variants of an experiment, the control first."""
    rows = connection.execute(
        sa.select(_V.position, _V.version_id, _V.weight, _V.stopped_at, _V.stopped_by, _V.stopped_because)
        .where(_V.experiment_id == experiment_id)
        .order_by(_V.position)
    )
    return [StoredVariant(*row) for row in rows]


def running(connection: sa.Connection) -> list[RunningVariant]:
    """The variants of the experiments that run, those of one experiment together, the control first."""
    rows = connection.execute(
        sa.select(_E.id, _E.salt, _E.prompt, _V.position, _P.task, _V.weight, _V.stopped_at.is_not(None))
        .join(experiment_variants, _V.experiment_id == _E.id)
        .join(prompt_versions, _P.id == _V.version_id)
        .where(_E.status == ExperimentStatus.RUNNING)
        .order_by(_E.id, _V.position)
    )
    return [RunningVariant(*row) for row in rows]


def set_status(connection: sa.Connection, experiment_id: int, status: ExperimentStatus, by: str, now: datetime) -> None:
    """Pause, resume or end an experiment."""
    connection.execute(
        sa.update(experiments).where(_E.id == experiment_id).values(status=status, changed_by=by, changed_at=now)
    )


def stop(connection: sa.Connection, experiment_id: int, position: int, by: str, because: str, now: datetime) -> bool:
    """Stop one variant; whether it was not stopped before."""
    statement = (
        sa.update(experiment_variants)
        .where(_V.experiment_id == experiment_id, _V.position == position, _V.stopped_at.is_(None))
        .values(stopped_at=now, stopped_by=by, stopped_because=because)
    )
    return connection.execute(statement).rowcount > 0


_EXPOSED = """
    select x.position, x.customer_hash, x.exposed_at, x.exposed_at + :window as until,
           c.id as conversation_id, c.customer_id
      from ai.experiment_exposures x
      join ai.messages m on m.id = x.message_id
      join ai.conversations c on c.id = m.conversation_id
     where x.experiment_id = :experiment
"""


def outcomes(connection: sa.Connection, experiment_id: int, window: timedelta) -> list[CustomerOutcome]:
    """How it went for every customer of an experiment, in the order in which they came into it."""
    return by_customer(connection, _EXPOSED, {"experiment": experiment_id, "window": window})


def _stored(row: sa.Row[tuple[object, ...]]) -> StoredExperiment:
    values = row._mapping
    return StoredExperiment(
        **{
            **values,
            "primary_metric": ExperimentMetric(values["primary_metric"]),
            "status": ExperimentStatus(values["status"]),
        }
    )
