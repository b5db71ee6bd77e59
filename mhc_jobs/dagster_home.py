"""Dagster's home under the state folder, and its instance on the platform's own database."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import orjson

from mhc_core.db.engine import storage_url
from mhc_core.settings import Settings
from mhc_jobs import instance_file

PROJECT = Path(__file__).resolve().parent.parent
LOCATION = "mhc"
"""Name of the one code location, wherever it runs."""


def prepare(settings: Settings, database_url: str, given: Path | None = None) -> dict[str, str]:
    """Make the home folder and return the environment that Dagster's processes need.

    Args:
        given: Dagster's instance file; the one that the settings want when left out.

    Raises:
        ConfigurationError: the launcher of the settings needs others that are missing.
    """
    text = given.read_text(encoding="utf-8") if given else instance_file.text(settings)
    home = (settings.state_dir / "dagster").absolute()
    home.mkdir(parents=True, exist_ok=True)
    _put(home / "dagster.yaml", text)
    environment = {"DAGSTER_HOME": str(home), "MHC_DAGSTER_DATABASE_URL": storage_url(settings, database_url)}
    if settings.celery_broker_url is not None:
        environment[instance_file.BROKER_VARIABLE] = settings.celery_broker_url.get_secret_value()
    return environment


def workspace(home: Path, host: str, port: int) -> Path:
    """A workspace file in this folder whose code location is a server; returns it."""
    server = {"host": host, "port": port, "location_name": LOCATION}
    file = home / "workspace.yaml"
    _put(file, orjson.dumps({"load_from": [{"grpc_server": server}]}).decode())  # JSON is YAML
    return file


def _put(file: Path, text: str) -> None:
    """Write a file that other processes may be reading, or writing the same into."""
    new = file.with_name(f"{file.name}.{os.getpid()}-{socket.gethostname()}")
    new.write_text(text, encoding="utf-8")
    new.replace(file)


@contextmanager
def instance(settings: Settings, database_url: str) -> Iterator[dg.DagsterInstance]:
    """The instance that the UI and the daemon use, so that runs of the command line show up there."""
    environment = prepare(settings, database_url)
    os.environ.update(environment)
    with dg.DagsterInstance.from_config(environment["DAGSTER_HOME"]) as opened:
        yield opened
