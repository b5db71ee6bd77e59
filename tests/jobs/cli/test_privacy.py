"""`mhc privacy`, the daily job, and what they print."""

import json
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from fakes.pipeline import QUIET
from typer.testing import CliRunner

from mhc_core.errors import ConfigurationError, NotFound
from mhc_jobs.cli.main import app
from mhc_jobs.definitions import defs


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["privacy", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def a_customer(engine: sa.Engine) -> str:
    with engine.connect() as connection:
        return str(
            connection.execute(
                sa.text("""
                    select c.customer_id from ai.conversations c
                    join ai.training_examples e on e.conversation_id = c.id and e.verified and e.active
                    order by c.id limit 1
                """)
            ).scalar_one()
        )


def test_erase_prints_a_certificate_without_the_customer(reviewed_engine: sa.Engine) -> None:
    customer = a_customer(reviewed_engine)
    with pytest.raises(NotFound, match="check its spelling"):
        run("erase", "--customer", f"{customer}x", "--yes")
    asked = CliRunner().invoke(app, ["privacy", "erase", "--customer", customer], input="n\n")
    assert asked.exit_code == 1
    assert "conversations 1" in asked.output
    printed = run("erase", "--customer", customer, "--by", "Ann", "--yes", "--json")
    made = json.loads(printed)
    assert made["counts"]["conversations"] >= 1
    assert made["requested_by"] == "Ann"
    assert customer not in printed
    assert json.loads(run("erase", "--customer", customer, "--yes", "--json")) == made
    table = run("erase", "--customer", customer, "--yes")
    assert made["sha256"] in "".join(table.split())
    with reviewed_engine.connect() as connection:
        left = sa.text("select count(*) from ai.conversations where customer_id = :id")
        assert connection.scalar(left, {"id": customer}) == 0


def test_export_writes_two_files_for_the_owner_only(reviewed_engine: sa.Engine, tmp_path: Path) -> None:
    customer = a_customer(reviewed_engine)
    told = json.loads(run("export", "--customer", customer, "--out", str(tmp_path / "out"), "--json"))
    files = sorted((tmp_path / "out").iterdir())
    assert sorted(told["files"]) == [str(path) for path in files]
    assert [path.suffix for path in files] == [".html", ".json"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    document = json.loads(files[1].read_text("utf-8"))
    assert document["customer_id"] == customer
    assert document["held"]["messages"]
    assert customer in files[0].read_text("utf-8")


def test_retention_needs_a_limit_counts_and_empties(sampled_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="MHC_RETENTION_DAYS"):
        run("retention")
    monkeypatch.setenv("MHC_RETENTION_DAYS", "1")
    with sampled_engine.begin() as connection:
        connection.execute(sa.text("update ai.conversations set last_message_at = '2020-01-01'"))
    assert json.loads(run("retention", "--dry-run", "--json"))["conversations"] == 60
    assert json.loads(run("retention", "--json"))["conversations"] == 60
    assert json.loads(run("retention", "--dry-run", "--json"))["conversations"] == 0


def test_lineage_commands(reviewed_engine: sa.Engine) -> None:
    customer = a_customer(reviewed_engine)
    assert json.loads(run("models", "--customer", customer, "--json")) == {"models": []}
    assert "no data set" in run("models", "--customer", customer)
    with pytest.raises(NotFound, match="mhc models list"):
        run("customers", "--model", "none")


def test_the_daily_job_applies_retention(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MHC_RETENTION_DAYS", "1")
    with sampled_engine.begin() as connection:
        connection.execute(sa.text("update ai.conversations set last_message_at = '2020-01-01'"))
    job = defs.resolve_job_def("privacy")
    assert job.execute_in_process(instance=instance, run_config=QUIET).success
    with sampled_engine.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from ai.messages where content <> ''")) == 0
