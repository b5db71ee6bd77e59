"""Where commands print: results to standard output, everything said on the way to standard error."""

from typing import Annotated, Any

import orjson
import typer
from rich.console import Console, RenderableType
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
By = Annotated[str, typer.Option("--by", help="Your name; it is kept with the decision.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the decision.")]
console = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def respond(as_json: bool, document: Any, *shown: RenderableType) -> None:
    """Print the document as JSON, or what people read of it instead. Brackets in plain text are no markup."""
    if as_json:
        typer.echo(orjson.dumps(document, default=str, option=orjson.OPT_SERIALIZE_NUMPY).decode())
        return
    for part in shown:
        text = isinstance(part, str)
        console.print(part, markup=False if text else None, soft_wrap=text)


def columns(*headings: str, **options: Any) -> Table:
    """A table without lines. The column of a heading that begins with ``>`` is aligned to the right."""
    table = Table(box=None, padding=(0, 2, 0, 0), **options)
    for heading in headings:
        table.add_column(heading.removeprefix(">"), justify="right" if heading.startswith(">") else "left")
    return table
