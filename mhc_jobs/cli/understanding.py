"""``mhc understanding``: versions of what reads customers' messages, and which one is live."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from rich.text import Text

from mhc_core import settings as configuration
from mhc_core.business import pricing
from mhc_core.db.engine import database
from mhc_core.db.queries import understanding as examples
from mhc_core.db.queries import understanding_versions as queries
from mhc_core.db.queries import versions
from mhc_core.scrubbing import loading
from mhc_core.understanding import importing, learning
from mhc_jobs.cli.console import AsJson, By, Reason, columns, respond
from mhc_jobs.cli.summary import bullets

app = typer.Typer(help="Versions of what reads customers' messages.", no_args_is_help=True)
_MEASURES = ("slots_f1", "acts", "topics", "person_recall", "false_person", "all_right")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Versions, newest first, with what they were trained on and their verdict."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        live = versions.live(connection, queries.KIND)
        rows = [_row(connection, version, live) for version in queries.all_versions(connection)]
        labelled = examples.counts(connection)
    table = columns("version", ">labelled messages", "verdict", ">slots F1", ">topics", "state", "made")
    for row in rows:
        measured = row["metrics"] or {}
        table.add_row(
            row["id"],
            f"{sum(row['examples'].values()):,}",
            row["verdict"] or "–",
            *(f"{measured[name]:.3f}" if name in measured else "–" for name in ("slots_f1", "topics")),
            Text("live", "bold green") if row["live"] else "–",
            row["created_at"][:10],
        )
    document = {"live": live, "labelled": labelled, "versions": rows}
    respond(as_json, document, table if rows else "no version yet: run `mhc loop`")


@app.command("show")
def show(
    version_id: Annotated[str, typer.Argument(metavar="ID", help="A version, as `mhc understanding list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """One version with its evaluation: every measure beside the version that was live, and the reasons."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        version = learning.required(connection, version_id)
        judged = queries.latest_evaluation(connection, version_id)
    document = {"version": version._asdict(), "evaluation": judged._asdict() if judged else None}
    counts = ", ".join(f"{count:,} {origin}" for origin, count in version.examples.items())
    shown: list[Any] = [f"{version.id}: trained on {counts}; recipe {version.recipe}, seed {version.seed}"]
    if judged is not None:
        table = columns("measure", ">candidate", f">{judged.baseline_id or 'no other'}", header_style="dim")
        for name in _MEASURES:
            pair = judged.candidate_metrics.get(name), judged.baseline_metrics.get(name)
            table.add_row(name.replace("_", " "), *("–" if value is None else f"{value:.3f}" for value in pair))
        shown += [f"{judged.verdict} on {judged.messages:,} held-out messages", table, bullets(judged.reasons)]
    respond(as_json, document, *shown)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSONL, see below.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Teach labelled messages from a file, after checking and scrubbing all of it; again changes nothing.

    One object a line: `{"line": "inform/book: for [guests:12]", "writer": "ann"}`. The line is in the format of
    `mhc review understanding correct`; `writer` tells whose words they are, and may be left out. A file with a fault is
    refused as a whole. Words of customers do not belong in it: nothing ties them to the customer for an erasure.
    """
    settings = configuration.load()
    with database(settings) as engine, engine.begin() as connection, file.open("rb") as lines:
        reasons = pricing.load(settings.business_file).handover.reasons
        scrubber = loading.scrubber(connection, settings)
        found = importing.import_lines(connection, scrubber, reasons, lines, file.name, by, datetime.now(UTC))
    respond(
        as_json,
        asdict(found),
        f"{found.messages:,} labelled messages, {found.changed:,} of them new or changed, {found.held_out:,} for "
        "judging only; the next version learns them (`mhc loop`)",
    )


@app.command("rollback")
def rollback(by: By, reason: Reason = "by hand", as_json: AsJson = False) -> None:
    """Let the version that was live before read messages again, at once."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        target = learning.roll_back(connection, by, reason, datetime.now(UTC))
    respond(as_json, {"live": target}, f"{target} is live again; serving picks it up within seconds")


def _row(connection: sa.Connection, version: queries.UnderstandingVersion, live: str | None) -> dict[str, Any]:
    judged = queries.latest_evaluation(connection, version.id)
    return {
        "id": version.id,
        "recipe": version.recipe,
        "examples": dict(version.examples),
        "verdict": judged.verdict.value if judged else None,
        "metrics": dict(judged.candidate_metrics) if judged else None,
        "live": version.id == live,
        "created_at": version.created_at.isoformat(),
    }
