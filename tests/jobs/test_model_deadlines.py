"""Whoever looks at the platform hears that a provider's model is about to end, and the card of a model can be kept."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import orjson
import pytest
import sqlalchemy as sa
from fakes.pipeline import execute
from typer.testing import CliRunner, Result

from mhc_assets.resources import Platform
from mhc_core.db import engine as engines
from mhc_core.db.queries.training import ensure_baseline
from mhc_jobs.cli import models, status
from mhc_jobs.cli.main import app


@pytest.fixture
def engine(fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path))
    found = engines.create(fresh_database_url)
    yield found
    found.dispose()


def mhc(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def checked(instance: dg.DagsterInstance) -> Any:
    (evaluation,) = execute("deadlines", instance).get_asset_check_evaluations()
    return evaluation


@pytest.mark.parametrize(
    ("today", "passed", "severity"),
    [
        (datetime(2026, 10, 1, tzinfo=UTC), True, "WARN"),
        (datetime(2026, 12, 1, tzinfo=UTC), False, "WARN"),
        (datetime(2027, 1, 14, tzinfo=UTC), False, "ERROR"),
    ],
)
def test_the_daily_check_warns_while_days_are_left_and_then_fails(
    engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch,
    today: datetime, passed: bool, severity: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("OPENAI_API_KEY", "k-123")
    monkeypatch.setenv("MHC_CHAT_MODEL", "gpt-4.1-mini")
    monkeypatch.setattr(Platform, "now", lambda self: today)
    evaluation = checked(instance)
    assert (evaluation.passed, evaluation.severity.name) == (passed, severity)
    assert passed or "gpt-4.1-mini (MHC_CHAT_MODEL)" in evaluation.description


def test_without_a_provider_there_is_nothing_to_warn_of(engine: sa.Engine, instance: dg.DagsterInstance) -> None:
    assert checked(instance).passed


def test_status_and_the_list_of_models_say_it_too(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    class Frozen(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Frozen":
            return cls(2026, 12, 1, tzinfo=tz)

    monkeypatch.setenv("OPENAI_API_KEY", "k-123")
    monkeypatch.setenv("MHC_CHAT_MODEL", "gpt-4.1-mini")
    for module in (models, status):
        monkeypatch.setattr(module, "datetime", Frozen)
    for command in (["status"], ["models", "list"]):
        (said,) = orjson.loads(mhc(*command, "--json").stdout)["model_deadlines"]
        assert "from 14 January 2027, in 44 days" in said
        assert "in 44 days" in mhc(*command).stdout
    monkeypatch.delenv("OPENAI_API_KEY")
    assert orjson.loads(mhc("status", "--json").stdout)["model_deadlines"] == []


def test_a_card_is_printed_as_a_page_or_as_json_and_written_to_a_file(engine: sa.Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        model_id = ensure_baseline(connection)
    page = mhc("models", "card", model_id)
    assert page.exit_code == 0
    assert f"# Model Card for {model_id}" in page.stdout
    assert orjson.loads(mhc("models", "card", model_id, "--json").stdout)["model"]["id"] == model_id
    file = tmp_path / "card.md"
    assert mhc("models", "card", model_id, "--output", str(file)).exit_code == 0
    assert file.read_text() == page.stdout.rstrip() + "\n"
