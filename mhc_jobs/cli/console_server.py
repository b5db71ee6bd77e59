"""``mhc console``: the console of staff, alone."""

from typing import Annotated

import typer

from mhc_core import settings as configuration


def command(
    host: Annotated[str | None, typer.Option(help="Address to bind to. Default: MHC_SERVE_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port. Default: MHC_CONSOLE_PORT.")] = None,
) -> None:
    """Serve the console of staff at /console until Ctrl-C. Customers are answered by `mhc serve`, without it."""
    from mhc_serving.console import server

    given = {"serve_host": host, "console_port": port}
    server.run(configuration.load(**{name: value for name, value in given.items() if value is not None}))
