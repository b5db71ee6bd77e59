"""What the pipeline writes down of itself: what failed, what puts it right, who is late, and that it lives."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.definitions.freshness import FreshnessState, FreshnessStateChange
from fakes.pipeline import execute

from mhc_assets.resources import Platform
from mhc_core.db.queries.incidents import Incident
from mhc_core.monitoring import incidents
from mhc_jobs.definitions import defs
from sensors import monitoring


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Storage on disk: freshness is not kept in memory."""
    with dg.instance_for_test() as opened:
        yield opened


def tell(instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> None:
    """The tick of the sensor that a run's end wakes."""
    kind = "PIPELINE_SUCCESS" if result.success else "PIPELINE_FAILURE"
    [event] = [event for event in result.all_events if event.event_type_value == kind]
    sensor = monitoring.record_recoveries if result.success else monitoring.record_failures
    context = dg.build_run_status_sensor_context(
        sensor_name=sensor.name, dagster_instance=instance, dagster_run=result.dagster_run, dagster_event=event,
        resources={"platform": Platform()},
    )  # fmt: skip
    with context if result.success else context.for_run_failure() as ready:
        sensor(ready)


def watch(instance: dg.DagsterInstance) -> str:
    context = dg.build_sensor_context(
        instance=instance, definitions=defs, sensor_name="watch", resources={"platform": Platform()}
    )
    with context:
        return monitoring.watch.evaluate_tick(context).skip_message or ""


def wrong(engine: sa.Engine, later: timedelta = timedelta()) -> list[Incident]:
    with engine.connect() as connection:
        return incidents.current(connection, datetime.now(UTC) + later)


def kinds(found: list[Incident]) -> list[tuple[str, str]]:
    return [(one.kind.value, one.subject) for one in found]


def test_a_run_stopped_by_a_check_is_an_incident_that_a_good_run_closes(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = {"dagster/asset_partition_range_start": "2026-10-05", "dagster/asset_partition_range_end": "2026-10-05"}
    with monkeypatch.context() as patch:
        patch.setenv("MHC_PII_MODEL", "no_such_model_here")
        failed = execute("collect", instance, days, raise_on_error=False)
    tell(instance, failed)
    tell(instance, failed)
    check = "scrubbed_training_data:nothing_was_held_by_an_error"
    assert kinds(wrong(sampled_engine)) == [("run_failed", "collect"), ("check_failed", check)]
    assert [one.times for one in wrong(sampled_engine)] == [1, 1]
    mended = execute("collect", instance, days)
    tell(instance, mended)
    assert wrong(sampled_engine) == []
    tell(instance, failed)  # its tick came late
    assert wrong(sampled_engine) == []


def test_who_is_late_is_written_down_and_the_daemon_is_seen(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance
) -> None:
    assert watch(instance) == "nothing is late"
    assert wrong(sampled_engine) == []
    assert kinds(wrong(sampled_engine, timedelta(hours=1))) == [("daemon_stopped", "dagster-daemon")]
    key = dg.AssetKey("conversations")
    for new, said in ((FreshnessState.FAIL, "late: conversations"), (FreshnessState.PASS, "nothing is late")):
        change = FreshnessStateChange(
            key=key, new_state=new, previous_state=FreshnessState.UNKNOWN, state_change_timestamp=1.0
        )
        instance._report_runless_asset_event(asset_event=change)
        assert watch(instance) == said
        late = [("stage_silent", "conversations")] if new is FreshnessState.FAIL else []
        assert kinds(wrong(sampled_engine)) == late


def test_whatever_runs_by_the_clock_has_a_time_in_which_it_is_expected() -> None:
    by_clock = {"collect", "review", "knowledge", "stats", "anomalies", "customers", "demand", "offers", "campaigns"}
    expected = {key for name in by_clock for key in defs.resolve_job_def(name).asset_layer.executable_asset_keys}
    graph = defs.resolve_asset_graph()
    assert {key for key in graph.materializable_asset_keys if graph.get(key).freshness_policy} == expected
