"""The evidence behind a verdict, where people look: the command and the asset's metadata."""

import orjson
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from mhc_assets.assets import evaluation as asset
from mhc_core.db import engine as engines
from mhc_core.db.queries import evaluation as queries
from mhc_core.db.queries.evaluation import Evaluation
from mhc_core.db.tables import dataset_versions, evaluation_sets, model_versions
from mhc_core.evaluation.answer_quality import Judged
from mhc_core.evaluation.compare import compare
from mhc_core.evaluation.judge import Agreement
from mhc_core.language.similarity import RIGHT
from mhc_jobs.bench import offline_gate
from mhc_jobs.cli.console import console
from mhc_jobs.cli.main import app


@pytest.fixture
def stored(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Evaluation:
    """A candidate with an evaluation of 120 questions in two intents, one of them of two customers only."""
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    drawn = offline_gate.draw(3, 40, 0.1)
    rare = sorted(set(drawn.groups), key=str)[:2]
    labels = {"intent": ["account" if group in rare else "pricing" for group in drawn.groups]}
    ours, theirs = (
        [Judged(value, value >= RIGHT, 1.0, 0.5, 5.0, 0.0, figures=0.9) for value in values]
        for values in (drawn.candidate, drawn.baseline)
    )
    comparison = compare(ours, theirs, drawn.groups, 1, labels=labels)
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        connection.execute(
            sa.insert(dataset_versions).values(
                id="ds-1", train_uri="t", validation_uri="v", train_count=9, validation_count=9, last_sequence=9
            )
        )
        for name in ("candidate-1", "baseline-1"):
            connection.execute(sa.insert(model_versions).values(id=name, provider="local", base_model="b"))
        connection.execute(sa.insert(evaluation_sets).values(id="es-77", dataset_id="ds-1", questions=120))
        judge = Agreement("gpt-judge", 80, 0.71, (0.55, 0.84))
        found = queries.save(
            connection,
            comparison.row(
                "key",
                "candidate-1",
                "baseline-1",
                "ds-1",
                evaluation_set_id="es-77",
                differences=[0.1, 0.2],
                more={"left_out_as_taught": 2, "judge": judge.details()},
            ),
            [],
        )
    engine.dispose()
    return found


def test_the_command_shows_what_the_verdict_rests_on(stored: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "width", 200)
    said = CliRunner().invoke(app, ["models", "show", "candidate-1"])
    assert said.exit_code == 0, said.output
    for expected in (
        "asked: evaluation set es-77, without 2 questions that a model was taught",
        f"{stored.details['passes']['gained']} questions gained",
        "gpt-judge: Cohen's κ = 0.71 (0.55 to 0.84) with people on 80 decisions; it decides",
        "groundedness",
        "intent: pricing",
        "not enough data",
    ):
        assert expected in said.output, expected
    document = orjson.loads(CliRunner().invoke(app, ["models", "show", "candidate-1", "--json"]).stdout)
    [evaluation] = document["evaluations"]
    assert evaluation["evaluation_set_id"] == "es-77"
    assert evaluation["details"] == stored.details


def test_the_asset_shows_tables_and_a_plot_of_the_slices(stored: Evaluation) -> None:
    shown = asset._shown(stored)
    assert shown["evaluation_set"] == "es-77"
    assert "| figures |" in shown["guardrails"].value
    assert "intent: account" in shown["slices"].value
    assert "not enough data" in shown["slices"].value
    assert shown["slices_shown"].value.startswith("![difference in similarity by intent, channel and language")
    assert "it decides" in shown["judge"]
    earlier = asset._shown(stored._replace(details={}, evaluation_set_id=None))
    assert "slices" not in earlier, "evaluations from before this release show what they have"
