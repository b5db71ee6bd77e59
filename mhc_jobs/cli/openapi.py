"""``mhc openapi``: the description of the API as JSON. Needs no database."""

import orjson
import typer

from mhc_core import settings as configuration


def command() -> None:
    """Print the API's OpenAPI description."""
    from mhc_core.db import engine
    from mhc_serving.app import create_app

    unused = engine.create("postgresql://")
    description = create_app(configuration.load(), unused).openapi()
    typer.echo(orjson.dumps(description, option=orjson.OPT_INDENT_2).decode())
