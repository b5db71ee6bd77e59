"""What wakes the loop up, by ticking: thresholds, schedules and the automation condition."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest
import sqlalchemy as sa
from fakes.pipeline import RANGE, execute

from mhc_assets.resources import Platform
from mhc_core.review import decisions
from mhc_core.vocabulary import Decision
from mhc_jobs.definitions import defs

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
"""01:00 where the business is."""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Storage on disk: a schedule opens it again by reference."""
    with dg.instance_for_test() as opened:
        yield opened


def tick(name: str, instance: dg.DagsterInstance, cursor: str | None = None) -> tuple[list[str], str]:
    """Run keys that one tick of a sensor asks for, or why it asks for none."""
    [sensor] = [found for found in defs.sensors or [] if found.name == name]
    assert isinstance(sensor, dg.SensorDefinition)
    context = dg.build_sensor_context(
        instance=instance, cursor=cursor, definitions=defs, sensor_name=name, resources={"platform": Platform()}
    )
    with context:
        data = sensor.evaluate_tick(context)
    return [request.run_key or "" for request in data.run_requests or []], data.skip_message or ""


def launch(name: str, sensor: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """Start what a sensor asks for, with the tags the daemon puts on it."""
    [definition] = [found for found in defs.sensors or [] if found.name == sensor]
    assert isinstance(definition, dg.SensorDefinition)
    context = dg.build_sensor_context(
        instance=instance, definitions=defs, sensor_name=sensor, resources={"platform": Platform()}
    )
    with context:
        [request] = definition.evaluate_tick(context).run_requests or []
    tags = {**request.tags, "dagster/run_key": request.run_key or "", "dagster/sensor_name": sensor}
    return execute(name, instance, tags)


def schedule(name: str, instance: dg.DagsterInstance, at: datetime) -> Sequence[dg.RunRequest]:
    [found] = [found for found in defs.schedules or [] if found.name == name]
    assert isinstance(found, dg.ScheduleDefinition)
    context = dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=at,
        repository_def=defs.get_repository_def(),
        resources={"platform": Platform()},
    )
    with context:
        return found.evaluate_tick(context).run_requests or []


def days(requests: Sequence[dg.RunRequest]) -> list[str]:
    """First and last day of each run that is asked for."""
    ends = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
    return ["/".join(dict.fromkeys(request.tags[end] for end in ends)) for request in requests]


def verified(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        query = "select count(*) from ai.training_examples where verified and active"
        return int(connection.execute(sa.text(query)).scalar_one())


def approve(engine: sa.Engine, count: int) -> None:
    with engine.begin() as connection:
        done = decisions.decide_bulk(connection, decisions.BulkFilter(limit=count), Decision.APPROVE, "ana", NOW)
    assert done == count


def test_below_the_threshold_nothing_starts_and_the_tick_says_how_far_it_is(
    reviewed_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = verified(reviewed_engine)
    monkeypatch.setenv("MHC_RETRAINING_THRESHOLD", str(waiting + 1))
    keys, why = tick("retraining", instance)
    assert keys == []
    assert why == f"{waiting} new verified examples, {waiting + 1} start a training run"
    approve(reviewed_engine, 1)
    assert len(tick("retraining", instance)[0]) == 1


def test_one_crossing_starts_one_run_whoever_asks_and_however_often(
    reviewed_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MHC_VALIDATION_FRACTION", "0.3")  # leaves enough to train on
    monkeypatch.setenv("MHC_RETRAINING_THRESHOLD", str(verified(reviewed_engine) - 2))
    [key], _ = tick("retraining", instance)
    # A tick that overlaps, a daemon that starts again without its cursor, and examples that come in meanwhile.
    assert tick("retraining", instance)[0] == [key]
    assert tick("retraining", instance, cursor=None)[0] == [key]
    approve(reviewed_engine, 1)
    assert tick("retraining", instance, cursor="lost")[0] == [key]
    # The nightly schedule asks for the same run, and for none while the sensor's run is on.
    [nightly] = schedule("train_daily", instance, NOW.replace(hour=2))
    assert nightly.run_key == key

    assert launch("train", "retraining", instance).success
    keys, why = tick("retraining", instance)
    assert keys == []
    assert why.startswith("0 new verified examples")
    assert not schedule("train_daily", instance, NOW.replace(hour=2))


def test_while_the_run_that_was_started_has_not_ended_no_second_one_starts(
    reviewed_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MHC_RETRAINING_THRESHOLD", str(verified(reviewed_engine)))
    [key], _ = tick("retraining", instance)
    job = defs.resolve_job_def("train")
    instance.create_run_for_job(job, tags={"mhc/trigger": key, "dagster/sensor_name": "retraining"})
    for keys, why in (tick("retraining", instance), tick("retraining", instance)):
        assert keys == []
        assert "started before" in why
    assert not schedule("train_daily", instance, NOW.replace(hour=2))


def test_the_next_crossing_is_another_run(
    reviewed_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MHC_RETRAINING_THRESHOLD", "5")
    first, _ = tick("retraining", instance)
    approve(reviewed_engine, 5)
    second, _ = tick("retraining", instance)
    assert len(first) == len(second) == 1
    assert first != second


def test_knowledge_after_every_so_many_approvals(
    reviewed_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with reviewed_engine.connect() as connection:
        query = "select count(*) from ai.review_decisions where decision in ('approve', 'edit')"
        approvals = int(connection.execute(sa.text(query)).scalar_one())
    monkeypatch.setenv("MHC_KNOWLEDGE_THRESHOLD", str(approvals + 3))
    assert tick("knowledge_update", instance) == ([], "3 more approvals start the next knowledge update")
    approve(reviewed_engine, 3)
    [key], _ = tick("knowledge_update", instance)
    assert tick("knowledge_update", instance)[0] == [key]
    assert launch("knowledge", "knowledge_update", instance).success
    keys, why = tick("knowledge_update", instance)
    assert keys == []
    assert "started before" in why


def test_a_failed_run_is_written_down_once_and_without_the_errors_text(
    reviewed_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MHC_DATASET_MIN_EXAMPLES", "9999")
    result = execute("train", instance, raise_on_error=False)
    assert not result.success
    [failure] = [event for event in result.all_events if event.event_type_value == "PIPELINE_FAILURE"]
    [sensor] = [found for found in defs.sensors or [] if found.name == "record_failures"]
    assert isinstance(sensor, dg.SensorDefinition)
    for _ in range(2):
        context = dg.build_run_status_sensor_context(
            sensor_name="record_failures", dagster_instance=instance, dagster_run=result.dagster_run,
            dagster_event=failure, resources={"platform": Platform()},
        ).for_run_failure()  # fmt: skip
        with context:
            sensor(context)
    with reviewed_engine.connect() as connection:
        rows = connection.execute(
            sa.text("select actor, subject, details from ai.audit_log where action = 'run.failed'")
        ).all()
    assert [tuple(row) for row in rows] == [
        ("dagster", f"run:{result.run_id}", {"job": "train", "steps": ["training_dataset"]})
    ]


def test_the_daily_collection_takes_yesterday_and_days_that_changed(
    reviewed_engine: sa.Engine, instance: dg.DagsterInstance
) -> None:
    with reviewed_engine.begin() as connection:
        connection.execute(sa.text("update ai.feedback set score = 0 where score is null"))
    assert days(schedule("collect_daily", instance, NOW)) == ["2026-11-01"]
    with reviewed_engine.begin() as connection:
        connection.execute(
            sa.text("""
                insert into ai.feedback (id, source, source_id, conversation_id, vote, given_at)
                select gen_random_uuid(), 'test', 'late', id, 'down', '2026-11-01T20:00Z' from ai.conversations
                where (started_at at time zone current_setting('mhc.zone'))::date = '2026-10-06'
                and status <> 'active' order by id limit 1
            """)
        )
    late = schedule("collect_daily", instance, NOW)
    assert days(late) == ["2026-10-06", "2026-11-01"]
    assert len({request.run_key for request in late}) == 2
    again = schedule("collect_daily", instance, NOW)
    assert [request.run_key for request in again] == [request.run_key for request in late]
    for request in late:
        assert execute("collect", instance, dict(request.tags)).success
    assert days(schedule("collect_daily", instance, NOW)) == ["2026-11-01"]


def test_a_day_outside_the_partitions_starts_no_run_and_stops_none(
    reviewed_engine: sa.Engine, instance: dg.DagsterInstance
) -> None:
    closed(reviewed_engine, "2013-05-05", "2036-05-05")
    asked = days(schedule("collect_daily", instance, NOW))
    assert "2026-11-01" in asked
    assert not [day for day in asked if day.startswith(("2013", "2036"))]


def test_a_night_with_many_changed_days_is_a_few_runs_of_limited_length(
    reviewed_engine: sa.Engine, instance: dg.DagsterInstance
) -> None:
    changed = [date(2026, 7, 1) + timedelta(days=number) for number in range(52)]
    closed(reviewed_engine, *(day.isoformat() for day in changed))
    asked = schedule("collect_daily", instance, NOW)
    assert days(asked)[:2] == ["2026-07-01/2026-07-31", "2026-08-01/2026-08-21"]
    assert len(asked) < 6
    assert execute("collect", instance, dict(asked[0].tags)).success
    assert days(schedule("collect_daily", instance, NOW))[0] == "2026-08-01/2026-08-21"


def closed(engine: sa.Engine, *on: str) -> None:
    """One conversation that is over on each of these days."""
    with engine.begin() as connection:
        connection.execute(
            sa.text("""
                insert into ai.conversations
                    (id, source, source_id, channel, status, started_at, last_message_at)
                select gen_random_uuid(), 'test', t, 'web', 'closed', (t || 'T20:00Z')::timestamptz,
                       (t || 'T20:00Z')::timestamptz
                from unnest(cast(:days as text[])) t
            """),
            {"days": [*on]},
        )


def test_a_backfilled_range_leaves_no_day_of_conversations_open(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance
) -> None:
    assert "2026-10-04/2026-10-08" in days(schedule("collect_daily", instance, NOW))
    execute("collect", instance, RANGE)
    left = days(schedule("collect_daily", instance, NOW))
    assert left == ["2026-10-08", "2026-11-01"], "feedback of the day after was not in the range"
