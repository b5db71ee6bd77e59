"""``mhc worker``: executes runs that a daemon, on this machine or another, puts before the workers."""

import os
from pathlib import Path
from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.errors import ConfigurationError


def command(
    runs: Annotated[int, typer.Option(min=1, max=64, help="Runs at once; each is a process of its own.")] = 1,
    instance: Annotated[
        Path | None, typer.Option("--instance", metavar="FILE", help="Another dagster.yaml than the settings want.")
    ] = None,
) -> None:
    """Execute runs on this machine, with `MHC_RUN_LAUNCHER=celery`. Ctrl-C lets those that have begun end first."""
    settings = configuration.load()
    if settings.run_launcher != "celery":
        raise ConfigurationError(
            f"runs go to {settings.run_launcher}: set MHC_RUN_LAUNCHER=celery here and where the daemon runs"
        )
    from mhc_jobs import dagster_home

    with database(settings) as engine:
        environment = dagster_home.prepare(settings, engine.url.render_as_string(hide_password=False), instance)
    os.environ.update(environment)  # read by Dagster in the processes of the runs
    try:
        from mhc_jobs.workers import app
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"{error.name} is missing: pip install 'mhc[celery]'") from None
    app.build(environment["MHC_CELERY_BROKER_URL"]).worker_main(app.arguments(runs))
