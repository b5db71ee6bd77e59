"""Where commands print: results to standard output, everything said on the way to standard error.

What is printed may hold words of customers, who may write what a terminal or Rich takes for an order. So text is never
markup here (styles are given beside it), and no character that moves a cursor or turns a line round reaches a terminal.
"""

import re
import sys
from collections.abc import Iterable
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
By = Annotated[str, typer.Option("--by", help="Your name; it is kept with the decision.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the decision.")]
_ORDERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""All control characters but tab and line feed, and the marks of direction."""


def harmless(text: str) -> str:
    """The text with a visible sign in the place of every character that a terminal would act on."""
    return _ORDERS.sub("\ufffd", text)


class Terminal(Console):
    """Prints text as text, whatever is in it and however it got there: a string, a cell of a table, a panel."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What Rich would print, but for what Rich itself tells the terminal, made harmless."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=harmless(segment.text))


console = Terminal()
err = Terminal(stderr=True)


def respond(as_json: bool, document: Any, *shown: RenderableType) -> None:
    """Print the document as JSON, or what people read of it instead."""
    if as_json:
        echo(orjson.dumps(document, default=str, option=orjson.OPT_SERIALIZE_NUMPY).decode())
        return
    for part in shown:
        console.print(part, soft_wrap=isinstance(part, str))


def echo(text: str | bytes) -> None:
    """Print text as it is, for programs that read it; a terminal gets it harmless."""
    if sys.stdout.isatty():
        text = harmless(text if isinstance(text, str) else text.decode("utf-8", "replace"))
    typer.echo(text)


def columns(*headings: str, **options: Any) -> Table:
    """A table without lines. The column of a heading that begins with ``>`` is aligned to the right."""
    table = Table(box=None, padding=(0, 2, 0, 0), **options)
    for heading in headings:
        table.add_column(heading.removeprefix(">"), justify="right" if heading.startswith(">") else "left")
    return table
