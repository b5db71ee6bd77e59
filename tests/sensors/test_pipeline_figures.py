"""What Dagster knows of its runs reaches `/metrics` without a login to Dagster's tables."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, TickData, TickStatus
from dagster._core.test_utils import create_run_for_test
from dagster_shared.error import SerializableErrorInfo
from fakes.pipeline import execute

from mhc_assets.resources import Platform
from mhc_core.db.tables import pipeline_figures
from mhc_core.monitoring import gauges
from mhc_jobs.definitions import defs
from sensors import pipeline_figures as sensors


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as opened:
        yield opened


REPOSITORY = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("mhc"), "__repository__")


def tick(instance: dg.DagsterInstance, cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    context = dg.build_sensor_context(
        instance=instance,
        definitions=defs,
        sensor_name="pipeline_figures",
        resources={"platform": Platform()},
        cursor=cursor,
    )
    with context:
        given: dg.SensorResult | dg.SkipReason = sensors.pipeline_figures(context)
        return given


def told(engine: sa.Engine, now: datetime | None = None) -> dict[tuple[str, ...], float]:
    with engine.connect() as connection:
        found = gauges.read(connection, Decimal(50), now or datetime.now(UTC))
    return {(one.name, *one.labels): one.value for one in found}


def test_runs_assets_and_what_waits_are_told(sampled_engine: sa.Engine, instance: dg.DagsterInstance) -> None:
    began = datetime.now(UTC).timestamp()
    assert execute("stats", instance).success
    create_run_for_test(instance, job_name="collect", status=dg.DagsterRunStatus.FAILURE)
    for _ in range(2):
        create_run_for_test(
            instance,
            job_name="collect",
            status=dg.DagsterRunStatus.QUEUED,
            remote_job_origin=REPOSITORY.get_job_origin("collect"),
        )
    tick(instance)
    found = told(sampled_engine)
    runs = {labels[1]: value for labels, value in found.items() if labels[0] == "mhc_pipeline_runs"}
    assert (runs["success"], runs["failure"], runs["queued"], runs["started"]) == (1, 1, 2, 0)
    assert found["mhc_asset_made_timestamp_seconds", "conversation_stats"] >= began
    assert ("mhc_asset_made_timestamp_seconds", "fine_tuned_model") not in found
    assert began <= found["mhc_pipeline_oldest_queued_timestamp_seconds",] <= datetime.now(UTC).timestamp()


def test_ticks_that_failed_within_the_hour_are_counted_by_their_name(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance
) -> None:
    origin = RemoteInstigatorOrigin(REPOSITORY, "retraining")
    now = datetime.now(UTC)
    state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.DECLARED_IN_CODE)
    instance.add_instigator_state(state)
    for hours, status in ((0.1, TickStatus.FAILURE), (0.2, TickStatus.SKIPPED), (30, TickStatus.FAILURE)):
        instance.create_tick(
            TickData(
                origin.get_id(),
                "retraining",
                InstigatorType.SENSOR,
                status,
                (now - timedelta(hours=hours)).timestamp(),
                selector_id=state.selector_id,
                error=SerializableErrorInfo("it failed", [], None) if status is TickStatus.FAILURE else None,
            )
        )
    tick(instance)
    failed = {name: value for name, value in told(sampled_engine).items() if name[0] == "mhc_pipeline_ticks_failed"}
    assert failed == {("mhc_pipeline_ticks_failed", "retraining"): 1}


def test_figures_of_a_daemon_that_stopped_are_left_out_and_its_last_word_is_not(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance
) -> None:
    tick(instance)
    with sampled_engine.begin() as connection:
        old = datetime.now(UTC) - timedelta(minutes=11)
        connection.execute(sa.update(pipeline_figures).values(read_at=old))
    found = told(sampled_engine)
    assert found["mhc_pipeline_read_timestamp_seconds",] == pytest.approx(old.timestamp())
    assert not [name for name in found if name[0] == "mhc_pipeline_runs"]


def test_the_asset_is_told_now_and_then_and_not_every_minute(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance
) -> None:
    first = tick(instance)
    assert isinstance(first, dg.SensorResult)
    assert [event.asset_key.to_user_string() for event in first.asset_events] == ["pipeline_figures"]
    assert isinstance(tick(instance, first.cursor), dg.SkipReason)
    before = (datetime.now(UTC) - sensors.REPORT_EVERY).isoformat()
    assert isinstance(tick(instance, before), dg.SensorResult)
