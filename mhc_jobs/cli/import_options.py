"""What the commands of ``mhc import`` share: their options, and the loop over files."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mhc_core.collection.importing.reject import reject_path
from mhc_core.collection.importing.report import ImportReport
from mhc_core.collection.importing.report import Progress as OnProgress
from mhc_core.errors import DataError, NotFound
from mhc_jobs.cli.console import err, respond
from mhc_jobs.cli.import_report import bar, tell

Files = Annotated[
    list[str],
    typer.Argument(help="Files, folders, zip archives, or URIs such as s3://…; .gz is unpacked.", show_default=False),
]
Source = Annotated[
    str | None, typer.Option(help="Name of where the conversations come from; stands for the records' own.")
]


def date_of(text: str) -> datetime:
    """A date of the command line."""
    from mhc_core.collection.importing.fields import moment

    try:
        return moment(text)
    except ValueError:
        raise typer.BadParameter("not a date; write it as 2026-01-31 or 2026-01-31T18:00:00Z") from None


def role_of(text: str) -> tuple[str, str]:
    """Who has which role, of the command line."""
    who, _, role = text.rpartition("=")
    if not who.strip() or role not in ("user", "assistant", "agent", "system"):
        raise typer.BadParameter("write it as WHO=user, WHO=assistant, WHO=agent or WHO=system")
    return who.strip().lower(), role


def zone_of(name: str) -> Any:
    """A time zone of the command line."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise typer.BadParameter("no known time zone; write one such as America/Los_Angeles or UTC") from None


def import_all(
    files: list[str],
    rejects: Path,
    bring_in: Callable[[str, Path, OnProgress], ImportReport],
    noun: str,
    as_json: bool,
) -> None:
    """One file after the other; one that cannot be read is told, and the others go in."""
    reports: list[ImportReport] = []
    failed: dict[str, str] = {}
    for uri in files:
        try:
            with bar(uri, quiet=as_json) as progress:
                report = bring_in(uri, reject_path(rejects, uri), progress)
        except (DataError, NotFound) as error:
            failed[uri] = str(error)
            if not as_json:
                err.print(f"{uri}: nothing went in: {error}", soft_wrap=True)
            continue
        reports.append(report)
        if not as_json:
            tell(report, noun)
    if as_json:
        respond(True, {"files": [report.as_dict() for report in reports], "failed": failed})
    if failed or any(report.rejected or report.skipped for report in reports):
        raise typer.Exit(1)
