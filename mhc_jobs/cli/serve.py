"""``mhc serve``: the chat page and the API."""

from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.errors import ConfigurationError


def command(
    host: Annotated[str | None, typer.Option(help="Address to bind to. Default: MHC_SERVE_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port. Default: MHC_SERVE_PORT.")] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=64,
            help="Processes that work answers out beside this one, best one for each core; each holds the models. "
            "Default: MHC_SERVE_WORKERS.",
        ),
    ] = None,
) -> None:
    """Serve the chat page and the API until Ctrl-C."""
    import uvicorn

    from mhc_serving import logging_setup
    from mhc_serving.app import create_app

    given = {"serve_host": host, "serve_port": port, "serve_workers": workers}
    settings = configuration.load(**{name: value for name, value in given.items() if value is not None})
    logging_setup.configure()
    with database(settings) as engine:
        config = uvicorn.Config(
            create_app(settings, engine),
            host=settings.serve_host,
            port=settings.serve_port,
            access_log=False,  # the app writes its own, by route and without what callers put into addresses
            log_config=None,
            proxy_headers=False,  # uvicorn would believe X-Forwarded-For from this machine
            timeout_graceful_shutdown=10,
        )
        server = uvicorn.Server(config)
        try:
            server.run()
        except SystemExit:
            raise _not_bound(settings.serve_host, settings.serve_port) from None
        if not server.started:
            raise _not_bound(settings.serve_host, settings.serve_port)


def _not_bound(host: str, port: int) -> ConfigurationError:
    return ConfigurationError(f"the API did not start on {host}:{port}; free the port or choose another with --port")
