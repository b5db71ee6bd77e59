"""``mhc dagster``: Dagster's own command on the platform's instance."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import typer

from mhc_core import settings as configuration
from mhc_core.db.engine import database

CONTEXT = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def command(context: typer.Context) -> None:
    """Run Dagster's own command on the platform's instance: `mhc dagster job list`, `mhc dagster asset list`.

    It sets what Dagster reads: its home, the database, and the workspace file. The database runs as long as it does.
    """
    settings = configuration.load()
    with database(settings) as engine:
        from mhc_jobs import dagster_home

        environment = dagster_home.prepare(settings, engine.url.render_as_string(hide_password=False))
        environment |= {"MHC_STATE_DIR": str(settings.state_dir.absolute())}
        # Ctrl-C reaches Dagster, too: it ends in its own time, and the database after it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        done = subprocess.run(
            [str(Path(sys.executable).parent / "dagster"), *context.args],
            cwd=dagster_home.PROJECT,  # whose pyproject.toml names the code location
            env=os.environ | environment,
            preexec_fn=_interruptible,
            check=False,
        )
    raise typer.Exit(done.returncode)


def _interruptible() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
