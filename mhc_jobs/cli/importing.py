"""``mhc import``: conversations, feedback, bookings and knowledge articles from files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from mhc_core import settings
from mhc_core.collection.importing.report import ImportReport
from mhc_core.collection.importing.report import Progress as OnProgress
from mhc_jobs.cli import translations
from mhc_jobs.cli.console import AsJson, console, err, respond
from mhc_jobs.cli.import_calls import calls
from mhc_jobs.cli.import_options import Files, Source, date_of, import_all, role_of, zone_of


class _FilesFirst(TyperGroup):
    """``mhc import FILE`` is short for ``mhc import conversations FILE``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        names_a_file = self.get_command(ctx, args[0]) is None and ("." in args[0] or Path(args[0]).exists())
        return super().resolve_command(ctx, ["conversations", *args] if names_a_file else args)


app = typer.Typer(
    cls=_FilesFirst,
    help="Bring in conversations, feedback, bookings and knowledge articles: `mhc import FILE`. `mhc import "
    "example` shows the record format, docs/importing.md what to export from which system.",
    no_args_is_help=True,
)


def _format(name: str) -> str:
    from mhc_core.collection.importing import formats

    if name != "auto" and name not in formats.known():
        raise typer.BadParameter(f"known are auto, {', '.join(sorted(formats.known()))}")
    return name


app.command("calls")(calls)
app.command("translations")(translations.bring_in)


@app.command("conversations")
def conversations(
    files: Files,
    wanted: Annotated[
        str,
        typer.Option("--format", parser=_format, metavar="NAME", help="What the files are, when they do not show it."),
    ] = "auto",
    source: Source = None,
    channel: Annotated[
        Literal["web", "sms", "email", "instagram", "facebook", "phone"] | None,
        typer.Option(help="Channel of conversations that name none, or one that is not known."),
    ] = None,
    roles: Annotated[
        list[Any] | None,
        typer.Option(
            "--role",
            parser=role_of,
            metavar="WHO=ROLE",
            help="Who is user, assistant, agent or system: a word, name, address or number of the file. Repeatable.",
        ),
    ] = None,
    zone: Annotated[
        Any, typer.Option("--timezone", parser=zone_of, metavar="ZONE", help="Of times that name none; default: UTC.")
    ] = None,
    date_order: Annotated[
        Literal["mdy", "dmy"] | None, typer.Option(help="What 3/4/2025 means, where the file does not show it.")
    ] = None,
    date: Annotated[
        datetime | None,
        typer.Option(parser=date_of, metavar="DATE", help="Time of conversations that have none; default: now."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import conversations: JSON lines, CSV, Excel, or what a help desk, mailbox or messenger exports.

    The kind of a file is recognised. A record of your own is an object with id, channel and messages, each with role,
    content and timestamp; a table has one row a message with conversation_id, role and content (`mhc import example`).
    A conversation goes in whole or is refused whole. Doing it again changes nothing.
    """  # fmt: skip
    from mhc_core.collection.importing import context
    from mhc_core.collection.importing.conversations import import_conversations
    from mhc_core.db.engine import database
    from mhc_core.vocabulary import Channel

    config = settings.load()
    with database(config) as engine:

        def bring_in(uri: str, rejects: Path, progress: OnProgress) -> ImportReport:
            now = datetime.now(UTC)
            said = {"zone": zone, "date_order": date_order, "roles": dict(roles or ()), "source": source}
            reading = context.reading(config, date or now, channel=Channel(channel) if channel else None, **said)
            return import_conversations(engine, uri, now, rejects, reading=reading, wanted=wanted, progress=progress)

        import_all(files, config.reject_dir, bring_in, "conversations", as_json)


@app.command("feedback")
def feedback(
    files: Files,
    wanted: Annotated[
        Literal["auto", "jsonl", "csv"], typer.Option("--format", help="What the files are, when they do not show it.")
    ] = "auto",
    source: Source = None,
    as_json: AsJson = False,
) -> None:
    """Import feedback on stored conversations from JSONL, CSV or Excel. Doing it again changes nothing."""
    from mhc_core.collection.importing.feedback import import_feedback
    from mhc_core.db.engine import database

    config = settings.load()
    with database(config) as engine:

        def bring_in(uri: str, rejects: Path, progress: OnProgress) -> ImportReport:
            now = datetime.now(UTC)
            return import_feedback(engine, uri, now, rejects, source=source, wanted=wanted, progress=progress)

        import_all(files, config.reject_dir, bring_in, "feedback", as_json)


@app.command("bookings")
def bookings(
    files: Files,
    wanted: Annotated[
        Literal["auto", "jsonl", "csv"], typer.Option("--format", help="What the files are, when they do not show it.")
    ] = "auto",
    source: Annotated[
        str | None, typer.Option(help="Name of the system that took them; stands for the records' own.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import bookings that another system took, from JSONL, CSV or Excel: id, customer, booked_at, event_at, guests,
    value, status, and zip or region. The same id again replaces what was stored; the same file changes nothing.

    A status is requested, confirmed, completed, cancelled, declined or refunded. Leave out what the concierge took.
    """
    from mhc_core.business import pricing
    from mhc_core.collection.importing.bookings import import_bookings
    from mhc_core.db.engine import database

    config = settings.load()
    rules = pricing.load(config.business_file)
    with database(config) as engine:

        def bring_in(uri: str, rejects: Path, progress: OnProgress) -> ImportReport:
            return import_bookings(
                engine, uri, datetime.now(UTC), rejects,
                zone=rules.contact.zone, regions=rules.regions, source=source, wanted=wanted, progress=progress,
            )  # fmt: skip

        import_all(files, config.reject_dir, bring_in, "bookings", as_json)


@app.command("example")
def example(
    kind: Annotated[
        Literal["jsonl", "csv", "feedback", "bookings", "schema"],
        typer.Option(
            "--format", help="A conversation as JSON or CSV, feedback, bookings, or the JSON Schema of a record."
        ),
    ] = "jsonl",
) -> None:
    """Show the record format: a file that can be imported as it is, or its JSON Schema."""
    from mhc_core.collection.importing.example import text

    typer.echo(text(kind), nl=False)


@app.command("knowledge")
def knowledge(
    paths: Annotated[
        list[Path], typer.Argument(help="Markdown or text files, or folders of them.", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Import knowledge articles: Markdown or text with front matter. They go live with the next index version."""
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
            err.print(f"{item['file']}: {item['reason']}")
        if report.missing:
            err.print(f"stored, but in none of these folders: {', '.join(report.missing)}")
    if rejected:
        raise typer.Exit(1)
