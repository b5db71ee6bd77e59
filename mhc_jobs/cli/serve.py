"""``mhc serve``: the chat page and the API."""

from typing import Annotated

import typer

from mhc_core import settings as configuration


def command(
    host: Annotated[str | None, typer.Option(help="Address to bind to. Default: MHC_SERVE_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port. Default: MHC_SERVE_PORT.")] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=64,
            help="Processes that answer; each holds the models (about 430 MB). Default: MHC_SERVE_WORKERS.",
        ),
    ] = None,
) -> None:
    """Serve the chat page and the API until Ctrl-C."""
    from mhc_serving import server

    given = {"serve_host": host, "serve_port": port, "serve_workers": workers}
    server.run(configuration.load(**{name: value for name, value in given.items() if value is not None}))
