"""Old runs go, what their assets show stays, and days follow the business when it moves."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from fakes.pipeline import execute, made
from fakes.stored import example

from mhc_assets.requests import TRIGGER
from mhc_core.settings import Settings
from mhc_jobs import dagster_home
from mhc_jobs.run_retention import remove_leftovers, remove_runs

DAILY = ("conversations", "feedback", "scored_conversations", "scrubbed_training_data")


@pytest.fixture
def stored(sampled_engine: sa.Engine, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """Dagster's storage in the database, as the platform has it."""
    url = sampled_engine.url.render_as_string(hide_password=False)
    with dagster_home.instance(Settings(state_dir=tmp_path), url) as instance:
        yield instance


def events(engine: sa.Engine, run: str) -> int:
    with engine.connect() as connection:
        query = sa.text("select count(*) from dagster.event_logs where run_id = :run")
        return int(connection.execute(query, {"run": run}).scalar_one())


def test_runs_past_their_time_go_and_the_newest_materialisation_of_each_day_stays(
    sampled_engine: sa.Engine, stored: dg.DagsterInstance
) -> None:
    replaced = execute("collect", stored, partition_key="2026-10-06").run_id
    shown = execute("collect", stored, partition_key="2026-10-06").run_id
    cause = execute("stats", stored, {TRIGGER: "train:first:1"}).run_id
    execute("stats", stored)
    before = [stored.get_latest_materialization_event(dg.AssetKey(name)) for name in DAILY]
    full = events(sampled_engine, shown)
    now = datetime.now(UTC)

    assert remove_runs(stored, now - timedelta(hours=1)) == (0, 0), "nothing is old enough"
    fresh = execute("review", stored).run_id
    assert remove_runs(stored, now) == (1, 3)

    assert stored.get_run_by_id(replaced) is None
    assert events(sampled_engine, replaced) == 0
    assert stored.get_run_by_id(cause) is not None, "or its cause would start another one"
    assert events(sampled_engine, shown) == len(DAILY) < full
    assert events(sampled_engine, fresh) > 10
    assert [stored.get_latest_materialization_event(dg.AssetKey(name)) for name in DAILY] == before
    for name in DAILY:
        assert stored.get_materialized_partitions(dg.AssetKey(name)) == {"2026-10-06"}
    assert remove_runs(stored, now) == (0, 3), "a second time changes nothing"


def test_the_job_counts_anew_and_moves_what_is_on_the_day_of_another_zone(
    sampled_engine: sa.Engine, stored: dg.DagsterInstance
) -> None:
    with sampled_engine.begin() as connection:
        learned = example(connection, "a", "b", day=datetime(2020, 5, 5, tzinfo=UTC).date())
    result = execute("housekeeping", stored)
    assert result.success
    assert made(result) == set()
    with sampled_engine.connect() as connection:
        day = connection.scalar(sa.text("select day from ai.training_examples where id = :id"), {"id": learned})
        counted = connection.scalar(sa.text("select sum(conversations) from ai.conversation_stats"))
        there = connection.scalar(sa.text("select count(*) from ai.conversations"))
    assert f"{day}" == "2026-03-02"
    assert counted == there > 60


def test_the_sensor_brings_figures_up_to_date_without_a_run_and_reports_once_an_hour(
    sampled_engine: sa.Engine, stored: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mhc_assets.resources import Platform
    from mhc_jobs.definitions import defs

    [sensor] = [found for found in defs.sensors or [] if found.name == "conversation_stats"]
    clock = datetime.now(UTC)

    def tick(at: datetime, cursor: str | None) -> tuple[int, str | None]:
        monkeypatch.setattr(Platform, "now", lambda self: at)
        context = dg.build_sensor_context(
            instance=stored,
            cursor=cursor,
            definitions=defs,
            sensor_name=sensor.name,
            resources={"platform": Platform()},
        )
        with context:
            data = sensor.evaluate_tick(context)  # type: ignore[attr-defined]
        return len(data.asset_events), data.cursor

    def rated(at: datetime) -> None:
        with sampled_engine.begin() as connection:
            connection.execute(
                sa.text("""
                    insert into ai.feedback (id, source, source_id, conversation_id, vote, given_at, created_at)
                    select gen_random_uuid(), 't', gen_random_uuid()::text, id, 'down', :at, :at
                    from ai.conversations order by id limit 1
                """),
                {"at": at},
            )

    reports, cursor = tick(clock, None)
    assert reports == 1
    assert tick(clock + timedelta(minutes=5), cursor) == (0, cursor)
    rated(clock + timedelta(minutes=6))
    assert tick(clock + timedelta(minutes=10), cursor) == (0, cursor), "counted, and not reported so soon"
    with sampled_engine.connect() as connection:
        assert (
            connection.scalar(
                sa.text("select count(*) from ai.conversation_stats where refreshed_at > :at"),
                {"at": clock + timedelta(minutes=9)},
            )
            == 1
        )
    rated(clock + timedelta(minutes=70))
    assert tick(clock + timedelta(minutes=75), cursor)[0] == 1
    assert stored.get_run_records() == []


def rows(engine: sa.Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(sa.text(f"select count(*) from dagster.{table}")).scalar_one())


def test_what_is_no_run_s_goes_too_and_the_newest_of_each_stays(
    sampled_engine: sa.Engine, stored: dg.DagsterInstance
) -> None:
    one, two = dg.AssetKey("one"), dg.AssetKey("two")
    for number in range(3):
        for asset in (one, two):
            stored.report_runless_asset_event(dg.AssetMaterialization(asset, metadata={"n": number}))
        checked = dg.AssetCheckEvaluation(asset_key=one, check_name="fits", passed=number < 2, metadata={})
        stored.report_runless_asset_event(checked)
    backfill = partial(PartitionBackfill, from_failure=False, tags={"who": "Ann"}, backfill_timestamp=1_600_000_000.0)
    stored.add_backfill(backfill(backfill_id="over", status=BulkActionStatus.COMPLETED_SUCCESS))
    stored.add_backfill(backfill(backfill_id="goes on", status=BulkActionStatus.REQUESTED))
    now = datetime.now(UTC) + timedelta(days=1)

    assert remove_leftovers(stored, now - timedelta(days=400)) == 1, "only a backfill is so old"
    before = rows(sampled_engine, "event_logs")
    assert remove_leftovers(stored, now) > 0
    assert before - rows(sampled_engine, "event_logs") == 6
    for asset in (one, two):
        newest = stored.get_latest_materialization_event(asset)
        assert newest is not None
        assert newest.asset_materialization is not None
        assert newest.asset_materialization.metadata["n"].value == 2
    assert rows(sampled_engine, "asset_check_executions") == 1
    assert [found.backfill_id for found in stored.get_backfills()] == ["goes on"]
    assert rows(sampled_engine, "backfill_tags") == 1
    assert remove_leftovers(stored, now) == 0
