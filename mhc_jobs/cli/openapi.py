"""``mhc openapi``: the description of the API as JSON. Needs no database."""

import orjson
import sqlalchemy as sa
import typer

from mhc_core import settings as configuration


def command() -> None:
    """Print the API's OpenAPI description."""
    from mhc_serving.app import create_app

    unused = sa.create_engine("postgresql+psycopg://")
    description = create_app(configuration.load(), unused).openapi()
    typer.echo(orjson.dumps(description, option=orjson.OPT_INDENT_2).decode())
