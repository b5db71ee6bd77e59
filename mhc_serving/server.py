"""The API as a running server: one process, or several on one port, each with models and connections of its own."""

import atexit
import math
import os
import signal
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.errors import ConfigurationError
from mhc_core.settings import Settings
from mhc_serving.access.deps import Services
from mhc_serving.app import create_app
from mhc_serving.http_protocol import CONNECTIONS, PatientProtocol
from mhc_serving.metrics.counters import share, shared_folder
from mhc_serving.telemetry import logging_setup
from mhc_serving.workers.alerts import watching

STALLED_SECONDS = 20
"""A process that does not react for so long is replaced."""


def run(settings: Settings) -> None:
    """Serve until Ctrl-C, or until SIGTERM and what is under way is answered (``draining``).

    Raises:
        ConfigurationError: the port cannot be bound, or a process cannot start.
    """
    logging_setup.configure()
    several = settings.serve_workers > 1
    with database(settings) as engine, watching(engine, settings), ExitStack() as opened:
        config = uvicorn.Config(
            f"{__name__}:app" if several else partial(_awaiting_signal, create_app(settings, engine)),
            factory=True,
            host=settings.serve_host,
            port=settings.serve_port,
            workers=settings.serve_workers,
            access_log=False,  # the app writes its own, by route and without what callers put into addresses
            log_config=None,
            proxy_headers=False,  # uvicorn would believe X-Forwarded-For from this machine
            http=PatientProtocol,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=math.ceil(settings.request_timeout_seconds),  # nothing takes longer
            timeout_worker_healthcheck=STALLED_SECONDS,
        )
        server = uvicorn.Server(config)
        try:
            if several:
                # What the command line set reaches the processes by their environment.
                os.environ |= {
                    "MHC_SERVE_HOST": settings.serve_host,
                    "MHC_SERVE_PORT": str(settings.serve_port),
                    "MHC_OPEN_LOOPBACK": str(settings.open_loopback),
                    "MHC_SERVE_WORKERS": str(settings.serve_workers),
                    "MHC_SERVE_DRAIN_SECONDS": str(settings.serve_drain_seconds),
                }
                share(Path(opened.enter_context(TemporaryDirectory(prefix="mhc-metrics-"))))
                supervisor = Multiprocess(config, sockets=[config.bind_socket()])
                supervisor.run()
                if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
                    raise ConfigurationError("the API's processes did not start; the lines above say why")
            else:
                # uvicorn raises the signal again that ended it; what is open here is still to be closed.
                signal.signal(signal.SIGTERM, lambda *_: None)
                server.run()
        except SystemExit:
            raise _not_bound(settings) from None
        if not several and not server.started:
            raise _not_bound(settings)


def app() -> FastAPI:
    """The API of one process, as the environment's settings want it; its connections close with the process."""
    logging_setup.configure()
    settings = configuration.load()
    opened = ExitStack()
    atexit.register(opened.close)
    made = create_app(settings, opened.enter_context(database(settings)), counted_together=shared_folder())
    return _awaiting_signal(made)


def _awaiting_signal(made: FastAPI) -> FastAPI:
    """The app, called for by the server when its own handlers of signals are in place."""
    services: Services = made.state.services
    services.draining.await_signal()
    return made


def _not_bound(settings: Settings) -> ConfigurationError:
    where = f"{settings.serve_host}:{settings.serve_port}"
    return ConfigurationError(f"the API did not start on {where}; free the port or choose another with --port")
