"""What the benches with sets of their own share: both halves, and a folder of somebody else's beside them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        help="Folder with files named and written as those of this project's own sets, measured beside them.",
    ),
]


def folders(sets: Path, halves: Iterable[str], data: Path | None) -> dict[str, Path]:
    """The folders to measure, by the names they have in the report."""
    return {half: sets / half for half in halves} | ({data.name: data} if data else {})
