"""``mhc graphql``: the schema of ``/graphql`` in GraphQL's own language. Needs no database."""

import typer


def command() -> None:
    """Print the schema of the GraphQL API."""
    from mhc_serving.graphql.schema import description

    typer.echo(description(), nl=False)
