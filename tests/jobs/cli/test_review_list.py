"""``mhc review list --likely-disliked`` as people call it."""

import orjson
import pytest
from fakes.stored import example
from typer.testing import CliRunner

from mhc_core.db import engine as engines
from mhc_core.errors import DataError
from mhc_core.review import decisions, vote_predictor
from mhc_core.settings import Settings
from mhc_jobs.cli.main import app

runner = CliRunner()


@pytest.fixture(autouse=True)
def _own_database(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    monkeypatch.setattr(vote_predictor, "TREES", 20)


def test_pending_items_come_by_how_likely_they_are_disliked(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        for number in range(66):
            answer = "Yes, gladly." if number % 2 else "Sorry, unfortunately I cannot say."
            vote = None if number < 4 else "up" if number % 2 else "down"
            example(connection, f"Do you serve party {number}?", answer, vote=vote)
        decisions.enqueue(connection, Settings())
    engine.dispose()
    result = runner.invoke(app, ["review", "list", "--likely-disliked", "--json", "--limit", "3"])
    assert result.exit_code == 0, result.output
    report = orjson.loads(result.stdout)
    assert (report["votes"], report["auc"]) == (62, 1.0)
    assert [item["answer"][:3] for item in report["items"]] == ["Sor", "Sor", "Yes"]
    liked = [item["predicted_liked"] for item in report["items"]]
    assert liked[1] < 0.3 < 0.7 < liked[2]
    shown = runner.invoke(app, ["review", "list", "--likely-disliked"])
    assert shown.exit_code == 0, shown.output
    assert "learned from 62 votes: AUC 1.00" in shown.stdout


def test_without_votes_it_says_so() -> None:
    result = runner.invoke(app, ["review", "list", "--likely-disliked"])
    assert result.exit_code == 1
    assert isinstance(result.exception, DataError)
    assert "collect feedback first" in str(result.exception)
