"""The card of a model version tells what it was made of, by which code, how it was measured and who approved it."""

import re
from datetime import timedelta
from pathlib import Path

import frontmatter
import pytest
import sqlalchemy as sa
from fakes.openai_endpoints import StandIn
from fakes.stored import NOW, WordEmbedder
from fakes.training_shop import dataset, engine, hosted

from mhc_core.db.queries import training as queries
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.queries.training import ensure_baseline
from mhc_core.db.tables import dataset_versions, evaluations, rollout_decisions, rollouts
from mhc_core.errors import NotFound
from mhc_core.evaluation import model_card
from mhc_core.protocols import JobState
from mhc_core.providers.local.fine_tuner import LocalFineTuner
from mhc_core.training import code_version, jobs
from mhc_core.vocabulary import JobStatus

__all__ = ["dataset", "engine"]

SECTIONS = [
    "# Model Card for", "## Model Details", "### Model Description", "## Uses", "### Direct Use",
    "### Out-of-Scope Use", "## Bias, Risks, and Limitations", "### Recommendations",
    "## How to Get Started with the Model", "## Training Details", "### Training Data", "### Training Procedure",
    "#### Training Hyperparameters", "#### Speeds, Sizes, Times", "## Evaluation",
    "### Testing Data, Factors & Metrics", "### Results",
]  # fmt: skip
MENU = {
    "by": "intent", "value": "menu", "questions": 40, "difference": {"mean": 0.1, "low": 0.02, "high": 0.18},
    "worse": False, "better": True,
}  # fmt: skip
MEASURED = {"similarity": 0.71, "right": 0.6, "ece": 0.04}


@pytest.fixture
def trained(engine: sa.Engine, dataset: DatasetVersion, openai_standin: StandIn) -> str:
    """A model trained at the stand-in, evaluated and approved."""
    with engine.begin() as connection:
        manifest = {
            "sha256": {"train": "a" * 64, "validation": "b" * 64},
            "days": ["2026-01-01", "2026-02-28"],
            "intents": {"train": {"policy": 24, "menu": 12}},
            "origins": {"score": 30, "human_edit": 6},
            "mean_quality": 0.91,
        }
        connection.execute(sa.update(dataset_versions).values(manifest=manifest))
    tuner = hosted(openai_standin)
    job = jobs.submit(engine, tuner, dataset, NOW)
    while not job.state.status.final:
        job = jobs.poll(engine, tuner, job, NOW + timedelta(minutes=7))
    with engine.begin() as connection:
        model_id = jobs.record(connection, job)
        baseline = ensure_baseline(connection)
        connection.execute(
            sa.insert(evaluations).values(
                key="k", candidate_id=model_id, baseline_id=baseline, dataset_id=dataset.id, questions=120,
                candidate_metrics=MEASURED, baseline_metrics=MEASURED | {"similarity": 0.5}, difference=0.21,
                interval_low=0.15, interval_high=0.27, verdict="promote", reasons=["Better beyond chance."],
                differences=[0.2, 0.22],
                details={"slices": [MENU]},
            )
        )  # fmt: skip
        rollout = connection.scalar(
            sa.insert(rollouts).values(model_version_id=model_id, status="promoted").returning(rollouts.c.id)
        )
        connection.execute(
            sa.insert(rollout_decisions).values(
                rollout_id=rollout, action="approve", decided_by="Ada", decided_at=NOW,
                evidence={"reason": "asked by jane@example.com"},
            )
        )  # fmt: skip
    return model_id


def test_a_job_records_code_times_and_the_licence_of_its_base(engine: sa.Engine, trained: str) -> None:
    with engine.connect() as connection:
        (job,) = queries.jobs(connection)
    assert job.code_version == code_version.current()
    assert (job.started_at, job.finished_at) == (NOW, NOW + timedelta(minutes=7))
    assert job.base_licence == "proprietary, OpenAI services agreement"


def test_the_card_holds_everything_that_is_recorded(engine: sa.Engine, trained: str, openai_standin: StandIn) -> None:
    with engine.connect() as connection:
        card = model_card.card(connection, trained)
    (job,) = openai_standin.state.jobs.values()
    assert card["model"]["base_model"] == "gpt-4.1-mini-2025-04-14"
    assert card["model"]["ends"] == "2027-01-14"
    assert card["dataset"]["train"] == 48
    assert card["dataset"]["approvals"] == {"one_by_one": 0, "in_bulk": 0}
    assert card["dataset"]["intents"] == {"policy": 24, "menu": 12}
    made = card["training"]
    assert made["hyperparameters"] == {"n_epochs": 3}
    assert made["cost_usd"] == pytest.approx(job["trained_tokens"] * 5 / 1e6)
    assert made["seconds"] == job["finished_at"] - job["created_at"]
    assert [point["train_loss"] for point in made["curve"]] == [1.25, 1.0, 0.75]
    assert card["evaluations"][0]["verdict"] == "promote"
    assert card["decisions"] == [{"action": "approve", "by": "Ada", "at": "2026-03-05T00:00:00+00:00"}]


def test_the_page_has_the_sections_of_a_model_card_in_order(engine: sa.Engine, trained: str) -> None:
    with engine.connect() as connection:
        page = model_card.markdown(model_card.card(connection, trained))
    places = [page.index(f"\n{section}") for section in SECTIONS]
    assert places == sorted(places)
    front = frontmatter.loads(page)
    assert front["base_model"] == "gpt-4.1-mini-2025-04-14"
    assert front["license"] == "other"
    for said in (
        "| 3 | 0.7500 | 0.9000 |",
        "+0.210",
        "+0.150 to +0.270",
        "approve by Ada",
        "a" * 64,
        "menu 12, policy 24",
        "| intent menu | 40 | +0.100 (+0.020 to +0.180) | better |",
    ):
        assert said in page
    assert not re.search(r"\n{4}", page)


def test_an_evaluation_without_parts_has_a_page_too(engine: sa.Engine, trained: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.update(evaluations).values(details={}))
        page = model_card.markdown(model_card.card(connection, trained))
    assert "Better beyond chance." in page
    assert "beyond chance |" not in page


def test_nothing_that_somebody_typed_beside_a_decision_gets_into_a_card(engine: sa.Engine, trained: str) -> None:
    with engine.connect() as connection:
        card = model_card.card(connection, trained)
    assert "jane@example.com" not in str(card) + model_card.markdown(card)


def test_a_model_trained_here_has_its_duration_and_cost_and_no_curve(
    engine: sa.Engine, dataset: DatasetVersion, tmp_path: Path
) -> None:
    job = jobs.submit(engine, LocalFineTuner(WordEmbedder(), tmp_path.as_uri(), seed=5), dataset, NOW)
    with engine.begin() as connection:
        card = model_card.card(connection, jobs.record(connection, job))
    assert card["model"]["artifact_sha256"] == job.state.artifact_sha256
    assert card["model"]["ends"] is None
    made = card["training"]
    assert (made["cost_usd"], made["curve"]) == (0, [])
    assert 0 < made["seconds"] < 300
    assert made["measured"]["examples"] == 48
    page = model_card.markdown(card)
    assert "There is no training curve" in page
    assert "retrieval over approved answers" in page
    assert str(tmp_path) not in page + str(card), "no path of this machine"


def test_an_untrained_model_has_a_card_too_and_an_unknown_one_is_said_so(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        card = model_card.card(connection, ensure_baseline(connection))
        with pytest.raises(NotFound, match="mhc models list"):
            model_card.card(connection, "nobody")
    page = model_card.markdown(card)
    assert "Nothing was trained." in page
    assert "It was not evaluated yet." in page


def test_an_adapter_names_the_licence_it_found_in_the_weights(
    engine: sa.Engine, trained: str, dataset: DatasetVersion
) -> None:
    with engine.begin() as connection:
        (job,) = queries.jobs(connection)
        queries.save_state(connection, job.id, JobState(JobStatus.RUNNING, metrics={"base_licence": "MIT"}), NOW)
        queries.save_state(connection, job.id, JobState(JobStatus.RUNNING), NOW)
        assert queries.get(connection, job.id).base_licence == "MIT"


def test_a_long_curve_is_thinned_on_the_page_and_keeps_its_ends() -> None:
    curve = [{"step": step, "train_loss": 1 / (step + 1)} for step in range(1000)]
    shown = model_card._thinned(curve)
    assert len(shown) == model_card.CURVE_ROWS
    assert (shown[0], shown[-1]) == (curve[0], curve[-1])


def test_the_code_version_names_the_commit_of_its_own_checkout_only(tmp_path: Path) -> None:
    inside = tmp_path / "site-packages"
    inside.mkdir()
    assert code_version.of_checkout(inside) is None
    for command in (
        ["init", "-q"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "1"],
    ):
        code_version._git(tmp_path, *command)
    found = code_version.of_checkout(tmp_path)
    assert found is not None
    assert re.fullmatch(r"g[0-9a-f]{12}", found)
    assert code_version.of_checkout(inside) is None, "a checkout around the packages is not theirs"
    (tmp_path / "new").write_text("x")
    code_version._git(tmp_path, "add", "new")
    assert code_version.of_checkout(tmp_path) == f"{found}.dirty"


def test_without_git_or_record_it_is_the_version_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_version, "of_checkout", lambda root: None)
    code_version.current.cache_clear()
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", code_version.current())
    code_version.current.cache_clear()
