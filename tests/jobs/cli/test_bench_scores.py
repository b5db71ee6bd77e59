"""``mhc bench scores`` as people call it."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import typer
from numpy.typing import NDArray
from typer.testing import CliRunner

from mhc_core.providers import select
from mhc_core.review import vote_predictor
from mhc_jobs.cli import bench_scores
from mhc_jobs.cli.console import respond

runner = CliRunner()
app = typer.Typer()
app.command("scores")(bench_scores.command)
app.callback()(lambda: None)


class Letters:
    """Unit vectors of words by their letters, quick and the same everywhere."""

    id = "letters"
    dimensions = 64

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in text.split() or [""]:
                row += np.random.default_rng(list(word.encode())).standard_normal(self.dimensions)
            row /= np.linalg.norm(row)
        return vectors


def written(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress(b"\n".join(orjson.dumps(row) for row in rows)))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the command says of a few rated answers and enough votes to learn that apologies are disliked."""
    folder = tmp_path_factory.mktemp("ratings")
    written(
        folder, "feedback_answer_ratings_tiny",
        [{"item": f"q{n}", "source": "tiny", "question": f"is place {n} open late",
          "answer": f"place {n} is open late" if n % 2 else "noodles",
          "ratings": {"accuracy": [5, 5] if n % 2 else [1, 2], "appropriateness": [4, 5] if n % 2 else [2, 1]}}
         for n in range(60)],
    )  # fmt: skip
    written(
        folder, "feedback_votes_taskmaster",
        [{"id": f"v{n}", "domain": "tea" if n % 3 else "coffee",
          "context": [{"role": "user", "content": f"order {n * n} for {n}"}],
          "response": {"kind": "text", "content": "here you are" if n % 2 else "sorry, unfortunately not"},
          "vote": "up" if n % 2 else "down"}
         for n in range(300)],
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(select, "embedder", lambda settings: Letters())
        patch.setattr(vote_predictor, "TREES", 20)
        result = runner.invoke(app, ["scores", "--data", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_one_json_object_with_scores_and_predictor(report: dict[str, Any]) -> None:
    assert set(report["conversation_score"]) == {"feedback_answer_ratings_tiny", "feedback_votes_taskmaster"}
    assert report["conversation_score"]["feedback_answer_ratings_tiny"]["scores"]["conversation_score"]["auc"][0] == 1.0
    assert report["feedback_score"]["feedback_answer_ratings_tiny"]["scores"]["feedback_score"]["auc"][0] == 1.0
    predictor = report["predictor"]["feedback_votes_taskmaster"]
    assert predictor["unseen"]["auc"][0] == 1.0
    assert predictor["unseen"]["baseline_auc"]["constant"][0] == 0.5


def test_tables_for_people(report: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    respond(False, None, *bench_scores._shown(report))
    shown = capsys.readouterr().out
    assert "confidence predictor" in shown
    assert "AUC within one task" in shown
    assert "conversation score" in shown


def test_a_folder_without_ratings_is_an_error_that_says_what_is_wanted(tmp_path: Path) -> None:
    result = runner.invoke(app, ["scores", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "feedback_answer_ratings_" in str(result.exception)
    assert runner.invoke(app, ["scores", "--data", str(tmp_path / "missing")]).exit_code == 2
