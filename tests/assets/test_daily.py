"""A few days of conversations through collection, scoring and scrubbing, as Dagster runs them."""

import json
from collections.abc import Iterator

import dagster as dg
import pytest
import sqlalchemy as sa
from fakes.pipeline import QUIET, RANGE, execute, fingerprint, made, metadata, small_sample

from mhc_assets import assets, checks
from mhc_assets.resources import Platform
from mhc_core.scrubbing.recognizers.base import Span
from mhc_core.scrubbing.recognizers.phones import PhoneNumberRecognizer
from mhc_jobs import sample

DAILY = {"conversations", "feedback", "scored_conversations", "scrubbed_training_data"}


def count(engine: sa.Engine, what: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(sa.text(f"select count(*) from {what}")).scalar_one())


def test_a_range_of_days_is_one_run_and_the_same_run_again_changes_no_row(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance
) -> None:
    first = execute("collect", instance, RANGE)
    assert made(first) == DAILY
    assert metadata(first, "conversations")["dagster/row_count"] == count(sampled_engine, "ai.conversations") == 60
    assert metadata(first, "feedback")["dagster/row_count"] == count(
        sampled_engine, "ai.feedback where score is not null"
    )
    assert count(sampled_engine, "ai.feedback where score is null and given_at < '2026-10-08Z'") == 0
    scored = metadata(first, "scored_conversations")
    assert scored["dagster/row_count"] == count(sampled_engine, "ai.conversation_scores")
    assert scored["dagster/row_count"] == count(sampled_engine, "ai.conversations where status <> 'active'")
    examples = metadata(first, "scrubbed_training_data")
    assert examples["dagster/row_count"] == count(sampled_engine, "ai.training_examples") > 30
    assert sum(examples["findings"].values()) > 10
    for day in ("2026-10-05", "2026-10-06", "2026-10-07"):
        for name in DAILY:
            assert instance.get_latest_materialization_event(dg.AssetKey(name)) is not None
            assert day in instance.get_materialized_partitions(dg.AssetKey(name))
    assert all(check.passed for check in first.get_asset_check_evaluations())

    before = fingerprint(sampled_engine)
    again = execute("collect", instance, RANGE)
    assert metadata(again, "scored_conversations")["scored_now"] == 0
    assert metadata(again, "scrubbed_training_data")["written_now"] == 0
    assert fingerprint(sampled_engine) == before


def test_one_day_touches_that_day_only(sampled_engine: sa.Engine, instance: dg.DagsterInstance) -> None:
    result = execute("collect", instance, partition_key="2026-10-06")
    local = "(started_at at time zone current_setting('mhc.zone'))::date"
    on_that_day = count(sampled_engine, f"ai.conversations where {local} = '2026-10-06'")
    assert metadata(result, "conversations")["dagster/row_count"] == on_that_day > 0
    scored = "ai.conversation_scores s join ai.conversations c on c.id = s.conversation_id"
    assert count(sampled_engine, f"{scored} where {local} <> '2026-10-06'") == 0
    assert count(sampled_engine, "ai.training_examples where day <> '2026-10-06'") == 0
    assert count(sampled_engine, "ai.training_examples") > 0
    assert instance.get_materialized_partitions(dg.AssetKey("scrubbed_training_data")) == {"2026-10-06"}


def test_each_day_of_a_range_tells_its_own_counts(sampled_engine: sa.Engine, instance: dg.DagsterInstance) -> None:
    result = execute("collect", instance, RANGE)
    told = {
        (event.asset_key.to_user_string(), event.partition): event.metadata
        for event in (event.materialization for event in result.get_asset_materialization_events())
    }
    with sampled_engine.connect() as connection:
        began = connection.execute(
            sa.text("select (started_at at time zone current_setting('mhc.zone'))::date, id from ai.conversations")
        ).all()
    for day in ("2026-10-04", "2026-10-05", "2026-10-06", "2026-10-07"):
        conversations = {row.id for row in began if f"{row[0]}" == day}
        assert told["conversations", day]["dagster/row_count"].value == len(conversations) > 0
        examples = count(sampled_engine, f"ai.training_examples where day = '{day}'")
        scrubbed = told["scrubbed_training_data", day]
        assert scrubbed["dagster/row_count"].value == examples
        assert scrubbed["personal_data_found"].value == sum(scrubbed["findings"].value.values())
        assert not [name for name, value in scrubbed.items() if isinstance(value, dg.MarkdownMetadataValue)]
        assert ("inbox_files" in told["conversations", day]) == (day == "2026-10-07"), "the run's, told once"


def test_the_page_of_an_asset_opens_with_the_last_day_that_has_data(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance
) -> None:
    execute("collect", instance, {**RANGE, "dagster/asset_partition_range_end": "2026-10-20"})
    for name in DAILY:
        shown = instance.get_latest_materialization_event(dg.AssetKey(name))
        found = shown.asset_materialization if shown else None
        assert found is not None
        assert found.partition in ("2026-10-07", "2026-10-08"), "the last feedback came a day later"
        assert found.metadata["dagster/row_count"].value
        assert "dagster/data_version" in (found.tags or {}), "the same event again, so nothing becomes stale"
    assert "2026-10-20" in instance.get_materialized_partitions(dg.AssetKey("conversations"))


def test_days_one_by_one_give_what_the_range_gives(
    sampled_engine: sa.Engine, reviewed_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def results(engine: sa.Engine) -> list[tuple[object, ...]]:
        with engine.connect() as connection:
            scores = "select conversation_id, score from ai.conversation_scores order by 1"
            texts = "select id, question, context, findings, content_sha256 from ai.training_examples order by sequence"
            return [*map(tuple, connection.execute(sa.text(scores))), *map(tuple, connection.execute(sa.text(texts)))]

    monkeypatch.setenv("MHC_DATABASE_URL", sampled_engine.url.render_as_string(hide_password=False))
    for day in ("2026-10-04", "2026-10-05", "2026-10-06", "2026-10-07"):
        execute("collect", instance, partition_key=day)
    assert results(sampled_engine) == results(reviewed_engine)


def test_a_day_without_conversations_is_no_error(sampled_engine: sa.Engine, instance: dg.DagsterInstance) -> None:
    result = execute("collect", instance, partition_key="2026-09-01")
    assert made(result) == DAILY
    assert metadata(result, "scrubbed_training_data")["dagster/row_count"] == 0


def test_text_on_which_the_scrubber_fails_is_held_and_stops_what_comes_after(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy = PhoneNumberRecognizer.spans

    def broken(self: PhoneNumberRecognizer, text: str) -> Iterator[Span]:
        if "shrimp" in text.lower():
            raise ValueError(f"cannot read {text}")
        yield from healthy(self, text)

    with monkeypatch.context() as patch:
        patch.setattr(PhoneNumberRecognizer, "spans", broken)
        result = execute("collect", instance, RANGE, raise_on_error=False)
        # In one run with the review, the check keeps the review from running.
        together = dg.materialize(
            [*dg.load_assets_from_package_module(assets), *dg.load_asset_checks_from_package_module(checks)],
            instance=instance,
            resources={"platform": Platform()},
            run_config=QUIET,
            tags=RANGE,
            raise_on_error=False,
            selection=dg.AssetSelection.assets("scrubbed_training_data", "review_decisions"),
        )
    assert not result.success
    failed = {check.check_name for check in result.get_asset_check_evaluations() if not check.passed}
    assert failed == {"nothing_was_held_by_an_error"}
    held = count(sampled_engine, "ai.scrub_holds where kind = 'error'")
    assert held == metadata(result, "scrubbed_training_data")["held"] > 0
    assert count(sampled_engine, "ai.training_examples where question ilike '%shrimp%' or answer ilike '%shrimp%'") == 0
    assert count(sampled_engine, "ai.scrub_holds where reason ilike '%shrimp%'") == 0
    assert count(sampled_engine, "ai.training_examples") > 0
    assert not together.success
    assert made(together) == {"scrubbed_training_data"}
    assert count(sampled_engine, "ai.review_items") == 0

    # Healthy again, the same days are tried again.
    assert execute("collect", instance, RANGE).success
    assert count(sampled_engine, "ai.scrub_holds where kind = 'error'") == 0
    assert count(sampled_engine, "ai.training_examples where question ilike '%shrimp%' or answer ilike '%shrimp%'") > 0


def test_no_event_and_no_log_line_shows_a_customer(sampled_engine: sa.Engine, instance: dg.DagsterInstance) -> None:
    personal = {value.lower() for value in sample.personal_values(small_sample())}
    result = execute("collect", instance, RANGE)
    said = json.dumps([str(entry) for entry in instance.all_logs(result.run_id)]).lower()
    assert len(said) > 10_000
    assert [value for value in personal if value in said] == []


def test_a_scrubber_that_does_not_load_holds_every_answer_and_the_alarm_goes_off(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("MHC_PII_MODEL", "no_such_model_here")
        result = execute("collect", instance, RANGE, raise_on_error=False)
    assert not result.success
    assert made(result) == DAILY, "it went through to the end and wrote down what it held"
    assert "nothing_was_held_by_an_error" in {
        check.check_name for check in result.get_asset_check_evaluations() if not check.passed
    }
    assert count(sampled_engine, "ai.training_examples") == 0
    held = count(sampled_engine, "ai.scrub_holds where kind = 'error' and reason like '%no_such_model_here%'")
    assert held == metadata(result, "scrubbed_training_data")["held"] > 30

    assert execute("collect", instance, RANGE).success
    assert count(sampled_engine, "ai.scrub_holds where kind = 'error'") == 0
    assert count(sampled_engine, "ai.training_examples where language = 'en'") > 30


def test_a_mark_that_is_not_met_fails_its_check_and_stops_nothing(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance
) -> None:
    with sampled_engine.begin() as connection:
        message = connection.execute(
            sa.text("select id, length(content) from ai.messages where content ilike '%hibachi%' order by id limit 1")
        ).one()
        connection.execute(
            sa.text("""
                insert into ai.scrub_marks (message_id, kind, type, start, "end", marked_by, marked_at)
                values (:id, 'missed', 'ADDRESS', 0, :length, 'kim', now())
            """),
            {"id": message.id, "length": message.length},
        )
    result = execute("collect", instance, RANGE)
    assert result.success
    [check] = [one for one in result.get_asset_check_evaluations() if one.check_name == "reviewers_marks_hold"]
    assert (check.passed, check.severity, check.blocking) == (False, dg.AssetCheckSeverity.ERROR, False)
    assert check.metadata["still_missed"].value == check.metadata["marks"].value == 1
