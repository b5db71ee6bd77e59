"""``mhc bench loop``: what a row costs each stage as the history grows."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_core import settings as configuration
from mhc_core.errors import ConfigurationError
from mhc_jobs.cli.console import AsJson, columns, err, respond

SMALLEST = 800
"""With fewer, the first step has too few verified examples for a data set."""


def command(
    conversations: Annotated[int, typer.Option(min=SMALLEST, help="How many are invented, in all.")] = 16_000,
    as_json: AsJson = False,
) -> None:
    """Fill a database of its own with invented conversations in four doubling steps, and time every stage in each.

    Rows are what a stage makes in a step (for the data set: the verified examples it reads). Processor time is of this
    process and the database; the last column is that of a row against the first step.
    """
    from mhc_core.db.embedded.files import Files
    from mhc_core.db.engine import database
    from mhc_core.providers import select
    from mhc_core.scrubbing import loading
    from mhc_jobs.bench.loop.measure import Loop, measure

    loaded = configuration.load()
    if loaded.database_url is not None:
        raise ConfigurationError("mhc bench loop fills a database of its own; run it without MHC_DATABASE_URL")
    with TemporaryDirectory(prefix="mhc-bench-") as folder:
        apart = {"state_dir": Path(folder), "artifact_uri": None, "inbox_uri": None, "database_port": None}
        settings = loaded.model_copy(update={**apart, "dataset_min_examples": 10})
        with database(settings) as engine:
            with engine.connect() as connection:
                scrubber = loading.scrubber_or_refusal(connection, settings)
            loop = Loop(
                engine, Files(Path(folder)).data, settings, select.embedder(settings), scrubber, datetime.now(UTC)
            )
            report = measure(loop, conversations, Path(folder), lambda text: err.print(text))
    respond(as_json, report, *_shown(report))


def _shown(report: dict[str, Any]) -> tuple[RenderableType, ...]:
    table = columns(
        ">conversations", "stage", ">rows", ">seconds", ">peak MB", ">CPU ms a row", ">against the smallest",
    )  # fmt: skip
    for line in report["lines"]:
        table.add_row(
            f"{line['conversations']:,}", line["stage"], f"{line['rows']:,}", f"{line['seconds']:,.1f}",
            f"{line['peak_mb']:,.0f}", f"{line['cpu_ms_per_row']:,.2f}", f"{line['against_smallest']:.2f}",
            end_section=line["stage"] == report["lines"][-1]["stage"],
        )  # fmt: skip
    said = "met" if report["met"] else "NOT met"
    return table, f"no stage above {report['target']} × a row at the end: {said} ({report['worst_at_the_end']} ×)"
