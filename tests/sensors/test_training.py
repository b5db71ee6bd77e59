"""A job at a provider, from submission to promotion, as the job `train`, the poller and `finish_training` see it."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
import sqlalchemy as sa
from fakes.openai_endpoints import StandIn
from fakes.pipeline import execute, made, metadata

from mhc_assets.assets import training
from mhc_assets.resources import Platform
from mhc_core.review import decisions
from mhc_core.vocabulary import Decision
from sensors.training import fine_tune_poller


def tick(instance: dg.DagsterInstance) -> tuple[list[dg.RunRequest], str]:
    context = dg.build_sensor_context(instance=instance, resources={"platform": Platform()})
    with context:
        data = fine_tune_poller.evaluate_tick(context)
    return list(data.run_requests or []), data.skip_message or ""


def keys(requests: list[dg.RunRequest]) -> list[str]:
    return [request.run_key or "" for request in requests]


def jobs(engine: sa.Engine) -> list[tuple[str, str | None]]:
    with engine.connect() as connection:
        rows = connection.execute(sa.text("select status, error from ai.training_jobs order by id"))
        return [(row.status, row.error) for row in rows]


@pytest.fixture
def submitted(reviewed_engine: sa.Engine, standin: StandIn, instance: dg.DagsterInstance) -> sa.Engine:
    """The job `train` has run once: the job is at the provider."""
    result = execute("train", instance)
    assert result.success
    assert made(result) == {"training_dataset", "evaluation_set"}, "nothing that needs a model is made while it trains"
    assert [job["status"] for job in standin.state.jobs.values()] == ["validating_files"]
    return reviewed_engine


def test_submitted_running_succeeded_leads_to_one_run_that_records_and_evaluates(
    submitted: sa.Engine, standin: StandIn, instance: dg.DagsterInstance
) -> None:
    for provider_status in ("queued", "running"):
        requests, why = tick(instance)
        assert (requests, why) == ([], "1 jobs are running at providers")
        assert [job["status"] for job in standin.state.jobs.values()] == [provider_status]
    [request], _ = tick(instance)
    again, _ = tick(instance)
    assert keys(again) == [request.run_key], "the same key: Dagster starts it once"
    assert jobs(submitted) == [("succeeded", None)]

    result = execute("finish_training", instance, dict(request.tags))
    assert made(result) == {"fine_tuned_model", "shadow_evaluation", "promoted_model"}
    model = metadata(result, "fine_tuned_model")
    assert model["provider"] == "openai"
    assert model["cost_usd"] > 0
    evaluated = metadata(result, "shadow_evaluation")
    assert evaluated["candidate"] == model["model"]
    assert evaluated["baseline"] == "knowledge-only"
    assert standin.sent("POST", "/chat/completions") == evaluated["questions"] > 0
    asked = {body["model"] for body in standin.bodies if "messages" in body}
    assert asked == {job["fine_tuned_model"] for job in standin.state.jobs.values()}
    assert tick(instance) == ([], "0 jobs are running at providers")
    assert standin.sent("POST", "/fine_tuning/jobs") == 1


def test_training_again_while_the_job_runs_buys_nothing(
    submitted: sa.Engine, standin: StandIn, instance: dg.DagsterInstance
) -> None:
    again = execute("train", instance)
    assert again.success
    assert made(again) == {"training_dataset", "evaluation_set"}
    assert standin.sent("POST", "/fine_tuning/jobs") == 1
    assert len(jobs(submitted)) == 1


def test_a_provider_that_is_busy_is_asked_again_within_the_run_and_paid_once(
    reviewed_engine: sa.Engine, standin: StandIn, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "RETRY_SECONDS", 0.0)
    standin.fail("POST", "/fine_tuning/jobs", "500", after=True)
    assert execute("train", instance).success
    assert standin.sent("POST", "/fine_tuning/jobs") == 1
    assert [status for status, _ in jobs(reviewed_engine)] == ["submitted"]


def test_a_failed_job_leads_to_one_run_that_fails_with_the_reason(
    submitted: sa.Engine, standin: StandIn, instance: dg.DagsterInstance
) -> None:
    [job] = standin.state.jobs
    standin.state.fail(job, "invalid_training_file", "The training file has too few examples")
    [request], _ = tick(instance)
    assert keys(tick(instance)[0]) == [request.run_key], (
        "asked again should the daemon have died; Dagster starts it once"
    )
    result = execute("finish_training", instance, dict(request.tags), raise_on_error=False)
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    error = failure.step_failure_data.error
    assert failure.step_key == "fine_tuned_model"
    assert error is not None
    reason = (error.cause or error).message
    assert "invalid_training_file" in reason
    assert "too few examples" in reason
    assert "mhc models retry" in reason
    assert standin.sent("POST", "/fine_tuning/jobs") == 1


def test_a_provider_that_is_down_is_a_warning_and_asked_again_later(
    submitted: sa.Engine, standin: StandIn, instance: dg.DagsterInstance, capfd: pytest.CaptureFixture[str]
) -> None:
    [job] = standin.state.jobs
    standin.fail("GET", f"/fine_tuning/jobs/{job}", "500", times=3)
    requests, why = tick(instance)
    assert (requests, why) == ([], "1 jobs are running at providers")
    said = capfd.readouterr().err
    assert "WARNING - job 1" in said
    assert "try again later" in said
    assert jobs(submitted)[0][1] is None
    standin.state.jobs[job]["status"] = "running"
    assert len(tick(instance)[0]) == 1


def test_a_job_the_provider_forgot_does_not_stop_the_others(
    submitted: sa.Engine, standin: StandIn, instance: dg.DagsterInstance, capfd: pytest.CaptureFixture[str]
) -> None:
    with submitted.begin() as connection:
        connection.execute(
            sa.text("""
                insert into ai.training_jobs
                    (key, dataset_id, provider, base_model, hyperparameters, status, provider_job_id)
                select key || '-other', dataset_id, provider, base_model, hyperparameters, 'running', 'ftjob-gone'
                from ai.training_jobs
            """)
        )
    for _ in range(3):
        requests, _ = tick(instance)
    assert len(requests) == 1
    assert "does not know this job" in capfd.readouterr().err


def test_the_model_of_an_older_job_is_recorded_when_a_newer_data_set_is_there(
    submitted: sa.Engine, standin: StandIn, instance: dg.DagsterInstance
) -> None:
    with submitted.begin() as connection:
        decisions.decide_bulk(
            connection,
            decisions.BulkFilter(limit=20),
            Decision.APPROVE,
            "ana",
            datetime.now(UTC) + timedelta(seconds=1),
        )
    newer = execute("train", instance)
    assert made(newer) == {"training_dataset", "evaluation_set"}
    assert len(standin.state.jobs) == 2
    first = min(standin.state.jobs)
    standin.advance_on_poll = False
    while standin.state.jobs[first]["status"] != "succeeded":
        standin.state.advance(first)
    [request], _ = tick(instance)
    result = execute("finish_training", instance, dict(request.tags))
    trained_on = metadata(result, "fine_tuned_model")["dataset"]
    assert trained_on != metadata(newer, "training_dataset")["version"]
    assert metadata(result, "shadow_evaluation")["dataset"] == trained_on
    assert metadata(result, "shadow_evaluation")["candidate"] == metadata(result, "fine_tuned_model")["model"]
    assert jobs(submitted)[0][0] == "succeeded"
    assert standin.sent("POST", "/fine_tuning/jobs") == 2
