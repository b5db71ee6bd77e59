"""``mhc pipeline``: the processes of Dagster one by one, for containers and machines of their own."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.errors import ConfigurationError
from mhc_core.settings import Settings
from mhc_jobs.cli.console import echo
from mhc_serving.console import places

app = typer.Typer(
    help="Run one process of Dagster, for containers and machines of their own. On one machine `mhc up` runs them all.",
    no_args_is_help=True,
)
CODE_PORT = 4000
CodeServer = Annotated[
    str | None,
    typer.Option("--code-server", metavar="HOST:PORT", help="Where `mhc pipeline code` runs. Left out: in here."),
]
Instance = Annotated[
    Path | None,
    typer.Option(
        "--instance", metavar="FILE", help="Another dagster.yaml than the project's: other launchers of runs."
    ),
]
Host = Annotated[str, typer.Option(help="Address to bind to.")]


@app.command("code")
def code(
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port.")] = CODE_PORT,
    instance: Instance = None,
) -> None:
    """The code location: assets, sensors and schedules for the daemon and the pages. Runs start in it as processes."""
    from mhc_jobs import dagster_home

    _, environment = _prepared(instance)
    serving = ["-m", "dagster", "api", "grpc", "-h", host, "-p", str(port), "-m", "mhc_jobs.definitions"]
    _become([*serving, "--location-name", dagster_home.LOCATION], environment)


@app.command("daemon")
def daemon(code_server: CodeServer = None, instance: Instance = None) -> None:
    """Sensors, schedules and the queue of runs. One at a time."""
    _, environment = _prepared(instance)
    _become(["-m", "dagster._daemon", "run", "-w", _workspace(code_server, environment)], environment)


@app.command("daemon-check")
def daemon_check(instance: Instance = None) -> None:
    """Exit code 0 while the daemon beats, as Dagster's own check sees it."""
    _, environment = _prepared(instance)
    _become(["-m", "dagster._daemon", "liveness-check"], environment)


@app.command("instance")
def instance_file() -> None:
    """Print Dagster's instance file as the settings want it, for a ConfigMap. It holds no secret."""
    from mhc_jobs import instance_file

    echo(instance_file.text(configuration.load()))


@app.command("pages")
def pages(host: Host = "127.0.0.1", code_server: CodeServer = None, instance: Instance = None) -> None:
    """Dagster's pages on `MHC_DAGSTER_PORT`, for the console alone: both have the same `MHC_DAGSTER_SECRET`."""
    settings, environment = _prepared(instance)
    prefix = f"{places.ROOT}{places.DAGSTER.path}"
    serving = ["-m", "mhc_jobs.dagster_ui", "-h", host, "-p", str(settings.dagster_port), "--path-prefix", prefix]
    _become([*serving, "-w", _workspace(code_server, environment)], environment)


def _prepared(instance: Path | None) -> tuple[Settings, dict[str, str]]:
    """The settings, and what Dagster's processes read in the environment; the database is there and upgraded."""
    from mhc_jobs import dagster_home

    settings = configuration.load()
    if settings.database_url is None:
        raise ConfigurationError(
            "a process of its own needs a database of its own: set MHC_DATABASE_URL, or run all by `mhc up`"
        )
    if instance is not None and not instance.is_file():
        raise ConfigurationError(f"{instance} is not a file; name Dagster's instance file, or leave --instance out")
    with database(settings) as engine:
        url = engine.url.render_as_string(hide_password=False)
    environment = dagster_home.prepare(settings, url, instance)
    return settings, {**environment, "MHC_STATE_DIR": str(settings.state_dir.absolute())}


def _workspace(code_server: str | None, environment: dict[str, str]) -> str:
    from mhc_jobs import dagster_home

    if code_server is None:
        return str(dagster_home.PROJECT / "workspace.yaml")
    host, _, port = code_server.rpartition(":")
    if not host or not port.isdigit():
        raise ConfigurationError(f"{code_server} is not HOST:PORT; write it like mhc-code:{CODE_PORT}")
    return str(dagster_home.workspace(Path(environment["DAGSTER_HOME"]), host, int(port)))


def _become(arguments: list[str], environment: dict[str, str]) -> None:
    """End as the process that was asked for: signals, exit codes and logs are its own."""
    os.execve(sys.executable, [sys.executable, *arguments], os.environ | environment)
