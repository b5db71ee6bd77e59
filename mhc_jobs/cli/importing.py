"""``mhc import``: conversations, feedback and knowledge articles from files."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from mhc_core import settings
from mhc_core.collection.importing.reject import reject_path
from mhc_core.collection.importing.report import ImportReport, silent
from mhc_core.collection.importing.report import Progress as OnProgress
from mhc_jobs.cli.console import AsJson, console, err, respond

app = typer.Typer(help="Bring in conversations, feedback and knowledge articles.", no_args_is_help=True)

SECONDS_BETWEEN_LINES = 10  # of progress, where there is no terminal

Files = Annotated[list[str], typer.Argument(help="Files, or URIs such as s3://…; .gz is unpacked.", show_default=False)]
Source = Annotated[
    str | None, typer.Option(help="Name of where the conversations come from; stands for the records' own.")
]


def _date(text: str) -> datetime:
    from mhc_core.collection.importing.fields import moment

    try:
        return moment(text)
    except ValueError:
        raise typer.BadParameter("not a date; write it as 2026-01-31 or 2026-01-31T18:00:00Z") from None


@app.command("conversations")
def conversations(
    files: Files,
    wanted: Annotated[
        Literal["auto", "jsonl", "openai", "csv"],
        typer.Option("--format", help="auto: CSV by file name, OpenAI chat by the first record."),
    ] = "auto",
    source: Source = None,
    date: Annotated[
        datetime | None,
        typer.Option(parser=_date, metavar="DATE", help="Time of conversations that have none; default: now."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import conversations from JSONL, OpenAI chat JSONL or CSV. Doing it again changes nothing."""
    from mhc_core.collection.importing.conversations import import_conversations
    from mhc_core.db.engine import database

    config = settings.load()
    with database(config) as engine:

        def bring_in(uri: str, rejects: Path, progress: OnProgress) -> ImportReport:
            now = datetime.now(UTC)
            return import_conversations(
                engine, uri, now, rejects, source=source, wanted=wanted, date=date, progress=progress
            )

        _import_all(files, config.state_dir / "rejects", bring_in, "conversations", as_json)


@app.command("feedback")
def feedback(
    files: Files,
    wanted: Annotated[
        Literal["auto", "jsonl", "csv"], typer.Option("--format", help="auto: CSV by file name.")
    ] = "auto",
    source: Source = None,
    as_json: AsJson = False,
) -> None:
    """Import feedback on stored conversations from JSONL or CSV. Doing it again changes nothing."""
    from mhc_core.collection.importing.feedback import import_feedback
    from mhc_core.db.engine import database

    config = settings.load()
    with database(config) as engine:

        def bring_in(uri: str, rejects: Path, progress: OnProgress) -> ImportReport:
            now = datetime.now(UTC)
            return import_feedback(engine, uri, now, rejects, source=source, wanted=wanted, progress=progress)

        _import_all(files, config.state_dir / "rejects", bring_in, "feedback", as_json)


@app.command("knowledge")
def knowledge(
    paths: Annotated[list[Path], typer.Argument(help="Markdown files, or folders of them.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Import knowledge articles: Markdown with front matter. They go live with the next index version."""
    from mhc_core.db.engine import database
    from mhc_core.knowledge.articles import import_articles

    with database(settings.load()) as engine, engine.begin() as connection:
        report = import_articles(connection, paths, datetime.now(UTC))
    rejected = [{"file": str(item.path), "reason": item.reason} for item in report.rejected]
    if as_json:
        counts = {"inserted": report.inserted, "updated": report.updated, "unchanged": report.unchanged}
        respond(True, counts | {"rejected": rejected, "missing": report.missing})
    else:
        console.print(
            f"{report.inserted} articles new, {report.updated} changed, {report.unchanged} unchanged, "
            f"{len(rejected)} rejected"
        )
        for item in rejected:
            err.print(f"{item['file']}: {item['reason']}", markup=False, highlight=False)
        if report.missing:
            err.print(f"stored, but in none of these folders: {', '.join(report.missing)}", markup=False)
    if rejected:
        raise typer.Exit(1)


def _import_all(
    files: list[str],
    rejects: Path,
    bring_in: Callable[[str, Path, OnProgress], ImportReport],
    noun: str,
    as_json: bool,
) -> None:
    reports = []
    for uri in files:
        with _bar(uri, quiet=as_json) as progress:
            report = bring_in(uri, reject_path(rejects, uri), progress)
        reports.append(report)
        if not as_json:
            _tell(report, noun)
    if as_json:
        respond(True, {"files": [report.as_dict() for report in reports]})
    if any(report.rejected for report in reports):
        raise typer.Exit(1)


@contextmanager
def _bar(uri: str, quiet: bool) -> Iterator[OnProgress]:
    if quiet:
        yield silent
        return
    if not err.is_terminal:
        yield _line_now_and_then(uri)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[records]} records"), console=err, transient=True) as bar:
        task = bar.add_task(uri.rpartition("/")[2], total=None, records=0)

        def show(position: int, size: int | None, records: int) -> None:
            bar.update(task, completed=position, total=size, records=records)

        yield show


def _line_now_and_then(uri: str) -> OnProgress:
    told = time.monotonic()

    def show(position: int, size: int | None, records: int) -> None:
        nonlocal told
        if time.monotonic() - told >= SECONDS_BETWEEN_LINES:
            told = time.monotonic()
            share = f"{position / size:.0%}" if size else f"{position:,} bytes"
            err.print(f"{uri}: {share}, {records:,} records", markup=False, highlight=False, soft_wrap=True)

    return show


def _tell(report: ImportReport, noun: str) -> None:
    text = (
        f"{report.file}: {report.read:,} {noun} read, {report.inserted:,} new, {report.updated:,} changed, "
        f"{report.unchanged:,} unchanged, {report.rejected:,} rejected"
    )
    if report.erased:
        text += f", {report.erased:,} left out (erased customers, or past their retention)"
    if noun == "conversations":
        text += f"; {report.messages_inserted:,} messages and {report.feedback_inserted:,} pieces of feedback new"
    text += f"; {report.seconds:.1f} s, {report.per_second:,.0f} a second"
    console.print(text, markup=False, highlight=False, soft_wrap=True)
    if report.notes:
        repaired = ", ".join(f"{kind.replace('_', ' ')}: {count:,}" for kind, count in sorted(report.notes.items()))
        console.print(f"  noted: {repaired}", markup=False, highlight=False, soft_wrap=True)
    if report.first_reject:
        line, reason = report.first_reject
        err.print(
            f"  {report.rejected:,} lines were rejected, the rest is in; line {line}: {reason}; "
            f"all of them: {report.reject_file}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
