"""``mhc up``: everything, kept running."""

import secrets
import signal
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from mhc_core import settings as configuration
from mhc_core.db import embedded
from mhc_core.db.engine import database
from mhc_core.db.queries import stats, versions
from mhc_core.db.queries.understanding_versions import KIND
from mhc_core.errors import ConfigurationError
from mhc_core.settings import Settings
from mhc_jobs import sample
from mhc_jobs.cli.console import console, err
from mhc_serving.console import places

ROTATE_SECONDS = 30.0


def command(
    open_to_this_machine: Annotated[
        bool,
        typer.Option(
            "--open",
            help="For development: programs on this machine may speak as any customer, unless MHC_OPEN_LOOPBACK is set "
            "otherwise.",
        ),
    ] = False,
) -> None:
    """Run PostgreSQL, Dagster (UI, daemon with sensors and schedules), the API and the console until Ctrl-C.

    With the embedded database, no knowledge yet and nobody's conversations but the sample's, the sample articles are
    loaded, so that the chat has answers.
    """
    settings = configuration.load()
    if open_to_this_machine and "open_loopback" not in settings.model_fields_set:
        settings = settings.model_copy(update={"open_loopback": True})
    for port in (settings.dagster_port, settings.serve_port, settings.console_port):
        _require_free(port)
    err.print("starting PostgreSQL …")
    with database(settings) as engine:
        if settings.database_url is None:
            _sample_knowledge(engine, settings)
        _first_understanding(engine, settings)
        _run(engine, settings)


def _run(engine: sa.Engine, settings: Settings) -> None:
    from mhc_jobs import dagster_home, log_files
    from mhc_jobs.services import Service, supervise

    url = engine.url.render_as_string(hide_password=False)
    environment = {
        **dagster_home.prepare(settings, url),
        "MHC_STATE_DIR": str(settings.state_dir.absolute()),
        "MHC_OPEN_LOOPBACK": str(settings.open_loopback),
        "MHC_SERVE_DRAIN_SECONDS": "0",  # there is no other server to send anybody to
    }
    logs = settings.state_dir.absolute() / "logs"
    workspace = str(dagster_home.PROJECT / "workspace.yaml")
    scripts = Path(sys.executable).parent
    prefix = f"{places.ROOT}{places.DAGSTER.path}"
    secret = settings.dagster_secret.get_secret_value() if settings.dagster_secret else secrets.token_urlsafe(32)
    environment["MHC_DAGSTER_SECRET"] = secret
    ui = [sys.executable, "-m", "mhc_jobs.dagster_ui", "-h", "127.0.0.1", "-p", str(settings.dagster_port)]
    ui += ["-w", workspace, "--path-prefix", prefix]
    services = [
        Service("api", [str(scripts / "mhc"), "serve"], logs / "serve.log"),
        Service("console", [str(scripts / "mhc"), "console"], logs / "console.log"),
        Service(
            "dagster-daemon", [str(scripts / "dagster-daemon"), "run", "-w", workspace], logs / "dagster-daemon.log"
        ),
        Service("dagster-webserver", ui, logs / "dagster-webserver.log"),
    ]
    stopping: list[bool] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.append(True))
    doors = {
        f"chat and API  http://127.0.0.1:{settings.serve_port}": settings.serve_port,
        f"console       http://127.0.0.1:{settings.console_port}/console": settings.console_port,
        f"Dagster       http://127.0.0.1:{settings.console_port}{prefix}": settings.dagster_port,
    }
    last_checked, last_rotation = 0.0, 0.0

    def tick() -> None:
        nonlocal last_checked, last_rotation
        for door, port in list(doors.items()):
            if _answers(port):
                console.print(door)
                del doors[door]
                if not doors:
                    console.print(f"logs in {logs}; Ctrl-C stops everything", style="dim")
        if settings.database_url is None and time.monotonic() - last_checked > 2:
            last_checked = time.monotonic()
            with embedded.join(settings.state_dir, settings.database_port):
                pass  # joining starts the server again where its owner was killed
        if time.monotonic() - last_rotation > ROTATE_SECONDS:
            last_rotation = time.monotonic()
            for log in logs.glob("*.log"):
                log_files.rotate(log)

    err.print("starting the API and Dagster …")
    supervise(services, environment, lambda: bool(stopping), tick, lambda text: err.print(text))
    err.print("stopped")


def _sample_knowledge(engine: sa.Engine, settings: Settings) -> None:
    from mhc_core.knowledge import index
    from mhc_core.knowledge.articles import import_articles
    from mhc_core.providers import select

    with engine.connect() as connection:
        if versions.live(connection, "knowledge"):
            return
        if stats.has_real_conversations(connection):
            err.print("no knowledge is live: `mhc import knowledge FOLDER`, then `mhc knowledge update`")
            return
    err.print("loading the sample knowledge base …")
    now = datetime.now(UTC)
    embedder = select.embedder(settings)
    with engine.begin() as connection:
        import_articles(connection, [sample.knowledge_dir()], now)
        version = index.build(connection, embedder, now)
    with engine.begin() as connection:
        index.publish(connection, version.id, embedder, now, "mhc up")


def _first_understanding(engine: sa.Engine, settings: Settings) -> None:
    from mhc_core.scrubbing import loading
    from mhc_core.understanding import examples, learning, recipe

    with engine.connect() as connection:
        if versions.live(connection, KIND):
            return
    err.print("learning to read customers' messages (about a minute, once) …")
    now, standard = datetime.now(UTC), recipe.standard()
    with engine.begin() as connection:
        examples.gather(connection, examples.gold(), loading.scrubber_or_refusal(connection, settings), now)
    made = learning.train(engine, standard, settings.artifacts, settings.seed, now)
    judged = learning.evaluate(engine, standard, made.id, settings.seed)
    with engine.begin() as connection:
        learning.promote(connection, judged, "mhc up", now)


def _require_free(port: int) -> None:
    if _answers(port):
        raise ConfigurationError(
            f"port {port} is taken: stop what runs there, or set MHC_SERVE_PORT, MHC_CONSOLE_PORT or MHC_DAGSTER_PORT"
        )


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
