"""``mhc pipeline``: each process becomes Dagster's own, with what it reads in the environment."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from mhc_core.errors import ConfigurationError
from mhc_jobs import dagster_home
from mhc_jobs.cli.main import app


class Became(Exception):
    """Instead of the process that would have taken our place."""


@pytest.fixture
def started(fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command; gives the arguments and the environment it ended with."""

    def execute(program: str, arguments: list[str], environment: dict[str, str]) -> None:
        assert program == sys.executable == arguments[0]
        raise Became(arguments[1:], environment)

    monkeypatch.setattr(os, "execve", execute)
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path / "state"))

    def call(*words: str) -> tuple[list[str], dict[str, str]]:
        with pytest.raises(Became) as became:
            CliRunner().invoke(app, ["pipeline", *words], catch_exceptions=False)
        arguments, environment = became.value.args
        return arguments, environment

    return call


def test_the_daemon_finds_its_code_on_another_machine(started: Any) -> None:
    arguments, environment = started("daemon", "--code-server", "code.internal:4000")
    workspace = Path(arguments[arguments.index("-w") + 1])
    [location] = yaml.safe_load(workspace.read_text("utf-8"))["load_from"]
    assert location == {"grpc_server": {"host": "code.internal", "port": 4000, "location_name": dagster_home.LOCATION}}
    home = Path(environment["DAGSTER_HOME"])
    assert (home / "dagster.yaml").read_bytes() == (dagster_home.PROJECT / "dagster.yaml").read_bytes()
    assert environment["MHC_DAGSTER_DATABASE_URL"].startswith("postgresql+psycopg2://")
    assert sorted(one.name for one in home.iterdir()) == ["dagster.yaml", "workspace.yaml"], "nothing half is left"


def test_another_instance_file_takes_the_place_of_the_project_s(started: Any, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("telemetry: {enabled: false}\n", "utf-8")
    _, environment = started("code", "--port", "4123", "--instance", str(other))
    assert (Path(environment["DAGSTER_HOME"]) / "dagster.yaml").read_text("utf-8") == other.read_text("utf-8")


def test_the_pages_stand_where_the_console_looks_for_them(started: Any) -> None:
    arguments, _ = started("pages")
    assert arguments[arguments.index("--path-prefix") + 1] == "/console/dagster"
    assert arguments[arguments.index("-w") + 1] == str(dagster_home.PROJECT / "workspace.yaml")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["daemon", "--code-server", "code.internal"], "write it like mhc-code:4000"),
        (["code", "--instance", "nowhere.yaml"], "nowhere.yaml is not a file"),
    ],
)
def test_what_does_not_fit_is_told(started: Any, words: list[str], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        CliRunner().invoke(app, ["pipeline", *words], catch_exceptions=False)


def test_a_process_of_its_own_needs_a_database_of_its_own(started: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MHC_DATABASE_URL")
    with pytest.raises(ConfigurationError, match="set MHC_DATABASE_URL, or run all by `mhc up`"):
        CliRunner().invoke(app, ["pipeline", "daemon"], catch_exceptions=False)


def test_the_instance_file_is_printed_for_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "MHC_RUN_LAUNCHER": "k8s",
        "MHC_DATABASE_URL": "postgresql://db/mhc",
        "MHC_ARTIFACT_URI": "s3://shop/artifacts",
        "MHC_INBOX_URI": "s3://shop/inbox",
        "MHC_KUBERNETES__IMAGE": "registry.example.com/mhc:1",
        "MHC_KUBERNETES__ENV_SECRETS": '["mhc-env"]',
    }.items():
        monkeypatch.setenv(name, value)
    printed = yaml.safe_load(CliRunner().invoke(app, ["pipeline", "instance"], catch_exceptions=False).stdout)
    assert printed["run_launcher"]["config"]["job_image"] == "registry.example.com/mhc:1"
    assert printed["run_launcher"]["config"]["env_secrets"] == ["mhc-env"]
    assert printed["storage"] == {"postgres": {"postgres_url": {"env": "MHC_DAGSTER_DATABASE_URL"}}}


def test_a_worker_is_told_where_runs_go(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="runs go to process: set MHC_RUN_LAUNCHER=celery"):
        CliRunner().invoke(app, ["worker"], catch_exceptions=False)
