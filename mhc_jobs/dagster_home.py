"""Dagster's home under the state folder, and its instance on the platform's own database."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from mhc_core.db.engine import storage_url
from mhc_core.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent


def prepare(settings: Settings, database_url: str) -> dict[str, str]:
    """Make the home folder and return the environment that Dagster's processes need."""
    home = (settings.state_dir / "dagster").absolute()
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT / "dagster.yaml", home / "dagster.yaml")
    return {"DAGSTER_HOME": str(home), "MHC_DAGSTER_DATABASE_URL": storage_url(settings, database_url)}


@contextmanager
def instance(settings: Settings, database_url: str) -> Iterator[dg.DagsterInstance]:
    """The instance that the UI and the daemon use, so that runs of the command line show up there."""
    environment = prepare(settings, database_url)
    os.environ.update(environment)
    with dg.DagsterInstance.from_config(environment["DAGSTER_HOME"]) as opened:
        yield opened
