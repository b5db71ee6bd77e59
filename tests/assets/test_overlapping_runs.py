"""Two training runs at once do not mix: each goes on with what it made itself, wherever the other one slips in."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from fakes.pipeline import QUIET, execute, made, metadata, train_job

from mhc_assets.resources import Platform
from mhc_core.errors import ConfigurationError
from mhc_core.protocols import FineTuner
from mhc_core.review import decisions
from mhc_core.vocabulary import Decision
from mhc_jobs.definitions import defs

STEPS = ("training_dataset", "evaluation_set", "fine_tuned_model", "shadow_evaluation")


def approve_more(engine: sa.Engine) -> None:
    """Makes the next data set another one."""
    with engine.begin() as connection:
        later = datetime.now(UTC) + timedelta(seconds=1)
        decisions.decide_bulk(connection, decisions.BulkFilter(limit=20), Decision.APPROVE, "ana", later)


def chain(run: dg.ExecuteInProcessResult, engine: sa.Engine) -> Mapping[str, Any]:
    """The data set of a run, after every id that was passed on inside it was compared."""
    dataset, frozen, model, evaluated, promoted = (metadata(run, name) for name in (*STEPS, "promoted_model"))
    assert frozen["dataset"] == model["dataset"] == evaluated["dataset"] == dataset["version"]
    assert evaluated["evaluation_set"] == frozen["version"]
    assert promoted["candidate"] == evaluated["candidate"] == model["model"]
    assert promoted["evaluation"] == evaluated["evaluation"]
    with engine.connect() as connection:
        stored = connection.execute(
            sa.text("""
                select m.dataset_id, e.candidate_id, e.dataset_id as evaluated_on, e.evaluation_set_id
                from ai.evaluations e join ai.model_versions m on m.id = e.candidate_id where e.id = :id
            """),
            {"id": evaluated["evaluation"]},
        ).one()
    assert stored == (dataset["version"], model["model"], dataset["version"], frozen["version"])
    for check in run.get_asset_check_evaluations():
        assert check.metadata.get("dataset", dg.TextMetadataValue(dataset["version"])).value == dataset["version"]
    return dataset


@pytest.fixture
def learning(reviewed_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> sa.Engine:
    """Something was trained before, and more was approved since: a set is frozen whose questions no run is taught.

    Without one, a run that another overtakes may have been taught what the other one freezes, and rightly stops.
    """
    monkeypatch.setenv("MHC_VALIDATION_FRACTION", "0.3")
    approve_more(reviewed_engine)
    execute("train", instance)
    approve_more(reviewed_engine)
    return reviewed_engine


@pytest.mark.parametrize("place", STEPS)
def test_a_run_that_another_overtakes_goes_on_with_its_own(
    place: str, learning: sa.Engine, instance: dg.DagsterInstance
) -> None:
    overtaking: list[dg.ExecuteInProcessResult] = []

    @dg.success_hook
    def another_run(context: dg.HookContext) -> None:
        if context.step_key == place and not overtaking:
            approve_more(learning)
            overtaking.append(execute("train", instance))

    overtaken = defs.resolve_job_def("train").with_hooks({another_run})
    first = overtaken.execute_in_process(instance=instance, run_config=QUIET)
    [second] = overtaking
    assert chain(first, learning)["version"] != chain(second, learning)["version"]


def test_a_run_that_goes_on_after_a_failure_takes_what_it_made_before(
    learning: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(self: Platform) -> FineTuner:
        raise ConfigurationError("not now")

    with monkeypatch.context() as patch:
        patch.setattr(Platform, "fine_tuner", down)
        failed = execute("train", instance, raise_on_error=False)
    assert made(failed) == {"training_dataset", "evaluation_set"}
    approve_more(learning)
    execute("train", instance)
    train = dg.reconstructable(train_job)
    again = dg.ReexecutionOptions.from_failure(failed.run_id, instance)
    with dg.execute_job(train, instance, run_config=QUIET, reexecution_options=again) as result:
        models = [event.materialization for event in result.all_events if event.is_step_materialization]
    assert [model.asset_key.to_user_string() for model in models] == [
        "fine_tuned_model",
        "shadow_evaluation",
        "promoted_model",
    ]
    dataset = metadata(failed, "training_dataset")["version"]
    assert models[0].metadata["dataset"].value == dataset
    assert models[1].metadata["dataset"].value == dataset
    assert models[1].metadata["evaluation_set"].value == metadata(failed, "evaluation_set")["version"]
