"""``mhc bench loop``: what a row costs each stage as the history grows, and what a day costs on top of a long one."""

from datetime import UTC, date, datetime
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
_LONG_AGO = date(1990, 1, 1)


def command(
    conversations: Annotated[int, typer.Option(min=SMALLEST, help="How many are invented, in all.")] = 16_000,
    history: Annotated[
        str,
        typer.Option(help="Instead: run one more day on top of histories of these sizes, as in 10000,100000,1000000."),
    ] = "",
    base: Annotated[
        int, typer.Option(min=SMALLEST, help="With --history: so many are real, the others copies in SQL.")
    ] = 2000,
    day: Annotated[int, typer.Option(min=100, help="With --history: new conversations of the day.")] = 2000,
    times: Annotated[int, typer.Option(min=3, help="With --history: how often each read is timed.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Fill a database of its own with invented conversations in four doubling steps, and time every stage in each.

    Rows are what a stage makes in a step (for the data set: the verified examples it reads). Processor time is of this
    process and the database; the last column is that of a row against the first step.

    With --history: a base of conversations goes through the stages, copies of it make the history, and one more day
    runs on top of each size, with the reads of `mhc status` and of every page after it.
    """
    from mhc_core.db import engine as engines
    from mhc_core.db.embedded.files import Files
    from mhc_core.providers import select
    from mhc_core.scrubbing import loading
    from mhc_jobs.bench.loop import measure, scale
    from mhc_jobs.bench.loop.stages import Loop

    loaded = configuration.load()
    if loaded.database_url is not None:
        raise ConfigurationError("mhc bench loop fills a database of its own; run it without MHC_DATABASE_URL")
    sizes = _sizes(history)
    with TemporaryDirectory(prefix="mhc-bench-", ignore_cleanup_errors=True) as folder:
        apart = {"state_dir": Path(folder), "artifact_uri": None, "inbox_uri": None, "database_port": None}
        settings = loaded.model_copy(update={**apart, "dataset_min_examples": 10, "first_day": _LONG_AGO})
        with engines.database(settings, as_owner=bool(sizes)) as opened:
            with opened.connect() as connection:
                scrubber = loading.scrubber_or_refusal(connection, settings)
            # Days are cut in UTC, as those of the invented conversations are.
            engine = engines.create(opened.url.render_as_string(hide_password=False), state_uri=settings.state_uri)
            loop = Loop(
                engine, Files(Path(folder)).data, settings, select.embedder(settings), scrubber, datetime.now(UTC)
            )
            try:
                if sizes:
                    report = scale.measure(loop, sizes, base, day, times, Path(folder), err.print)
                else:
                    report = measure.measure(loop, conversations, Path(folder), err.print)
            finally:
                engine.dispose()
    respond(as_json, report, *(_scale_shown(report) if sizes else _shown(report)))


def _sizes(history: str) -> list[int]:
    """The sizes of an option, smallest first.

    Raises:
        BadParameter: one is no number above 0.
    """
    try:
        sizes = sorted({int(part) for part in history.split(",") if part.strip()})
    except ValueError:
        sizes = [0]
    if sizes and sizes[0] < 1:
        raise typer.BadParameter("write sizes as whole numbers with commas, as in 10000,100000", param_hint="--history")
    return sizes


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


def _scale_shown(report: dict[str, Any]) -> tuple[RenderableType, ...]:
    table = columns(
        ">history", "stage", ">rows", ">seconds", ">CPU s", ">peak MB", ">of the server", ">against the smallest",
        ">exponent",
    )  # fmt: skip
    for line in report["costs"]:
        table.add_row(
            f"{line['history']:,}", line["stage"], f"{line['rows']:,}", f"{line['seconds']:,.1f}",
            f"{line['cpu_seconds']:,.1f}", f"{line['peak_mb']:,.0f}", f"{line['server_peak_mb']:,.0f}",
            f"{line['against_smallest']:.2f}", "" if line["exponent"] is None else f"{line['exponent']:.2f}",
            end_section=line["stage"] == report["costs"][-1]["stage"],
        )  # fmt: skip
    reads = columns("read", *(f">p95 ms of {size['history']:,}" for size in report["sizes"]), ">exponent")
    for number, one in enumerate(report["sizes"][0]["reads"]):
        grown = report["read_exponents"].get(one["name"], [])
        reads.add_row(
            one["name"], *(f"{size['reads'][number]['p95_ms']:,.1f}" for size in report["sizes"]),
            f"{grown[-1]:.2f}" if grown else "",
        )  # fmt: skip
    disk = report["sizes"][-1]["disk"]
    met = {name: "met" if held else "NOT met" for name, held in report["met"].items()}
    return (
        table,
        reads,
        f"a day on the longest history against one on the shortest: {report['day_against_smallest']} × "
        f"(± {report['targets']['day']}: {met['day']})",
        f"largest process: {report['peak_mb']:,.0f} MB ({report['targets']['peak_mb']:,.0f}: {met['peak']})",
        f"slowest read: {report['slowest_read']['name']}, p95 {report['slowest_read']['p95_ms']:,.0f} ms "
        f"({report['targets']['read_p95_ms']:,.0f}: {met['reads']})",
        f"{disk['bytes_per_conversation']:,} bytes a conversation, indexes and all",
    )
