"""The evaluation set in Dagster: what was taught stops the training, and what was asked is shown."""

import dagster as dg
import pytest
import sqlalchemy as sa
from fakes.pipeline import QUIET, made, metadata

from mhc_core import settings as configuration
from mhc_core.business import pricing
from mhc_core.dataset import build
from mhc_core.db.queries import dataset as datasets
from mhc_core.evaluation import sets
from mhc_core.providers import select
from mhc_core.providers.local import training
from mhc_jobs.definitions import defs

PLANT = """
    with frozen as (
        select m.set_id, e.* from ai.evaluation_set_members m join ai.training_examples e on e.id = m.example_id
        order by m.position limit 1
    ), messages as (
        insert into ai.messages (id, conversation_id, position, role, content, sent_at)
        select gen_random_uuid(), conversation_id, 900, 'assistant', 'x', now() from frozen returning id
    ), planted as (
        insert into ai.training_examples (id, conversation_id, question_message_id, answer_message_id, customer_hash,
            day, channel, intent, origin, question, answer, quality, risk, embedder, embedding, content_sha256, active)
        select gen_random_uuid(), conversation_id, question_message_id, m.id, 'somebody else', day, channel, intent,
            origin, question, answer, quality, risk, embedder, embedding, 'planted', false
        from frozen, messages m returning id
    )
    insert into ai.dataset_members (dataset_id, example_id, split, position)
    select :dataset, id, 'train', 9999 from planted
"""


def run(instance: dg.DagsterInstance, *assets: str) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def("train").execute_in_process(
        instance=instance,
        asset_selection=[dg.AssetKey(name) for name in assets],
        run_config=QUIET,
        raise_on_error=False,
    )


def test_a_question_that_is_taught_stops_the_training(reviewed_engine: sa.Engine, instance: dg.DagsterInstance) -> None:
    settings = configuration.load()
    with reviewed_engine.connect() as connection:
        verified = datasets.verified(connection, select.embedder(settings).id)
    version = build.store(reviewed_engine, verified, pricing.load(), settings)
    clean = run(instance, "evaluation_set")
    shown = metadata(clean, "evaluation_set")
    assert shown["dataset"] == shown["frozen_from"] == version.id
    assert shown["dagster/row_count"] == version.validation_count
    [found] = clean.get_asset_check_evaluations()
    assert found.passed, found.metadata
    with reviewed_engine.begin() as connection:
        frozen = sets.ensure(connection, version)
        connection.execute(sa.text(PLANT), {"dataset": version.id})
    assert shown["version"] == frozen.id
    stopped = run(instance, "evaluation_set", "fine_tuned_model")
    [found] = stopped.get_asset_check_evaluations()
    assert not found.passed
    assert found.metadata["given_away"].value >= 1
    assert "question" in str(found.metadata["first"].value)
    assert made(stopped) == {"evaluation_set"}


def test_a_training_that_fails_fails_its_run(
    reviewed_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It used to end as a success that made no model, and only the next run said why."""
    monkeypatch.setattr(training, "MIN_EXAMPLES", 10_000)
    failed = run(instance, "training_dataset", "evaluation_set", "fine_tuned_model")
    [failure] = [event for event in failed.all_events if event.is_step_failure]
    assert failure.step_key == "fine_tuned_model"
    assert "too few to train on" in str(failure.step_failure_data.error)
