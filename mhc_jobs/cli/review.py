"""``mhc review``: decide what the platform may learn, one example at a time or in bulk."""

import getpass
from datetime import UTC, datetime
from typing import Annotated

import click
import sqlalchemy as sa
import typer
from rich.panel import Panel
from rich.text import Text

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.db.queries import holds, ids
from mhc_core.db.queries import review as queries
from mhc_core.db.queries.review import ReviewItem
from mhc_core.errors import DataError, NotFound
from mhc_core.review import decisions, exclusion
from mhc_core.scrubbing import loading, marks
from mhc_core.scrubbing.findings import PiiType
from mhc_core.settings import Settings
from mhc_core.vocabulary import Consent, Decision, Intent
from mhc_jobs.cli import review_understanding
from mhc_jobs.cli.console import AsJson, By, columns, console, err, respond

app = typer.Typer(help="Decide what the platform may learn. Without a command: one item after the other.")
app.add_typer(review_understanding.app, name="understanding")
KEYS = {"a": Decision.APPROVE, "e": Decision.EDIT, "r": Decision.REJECT, "s": Decision.SKIP}


@app.callback(invoke_without_command=True)
def interactive(context: typer.Context, by: By = "") -> None:
    """Go through the queue, most valuable first: (a)pprove, (e)dit and approve, (r)eject, (s)kip, (q)uit."""
    if context.invoked_subcommand:
        return
    settings = configuration.load()
    name = by or getpass.getuser()
    with database(settings) as engine:
        after: tuple[float, int] | None = None
        while True:
            with engine.connect() as connection:
                page = queries.queue(connection, 1, after)
                summary = queries.summary(connection)
            if not page:
                console.print("the queue is empty")
                return
            item = page[0]
            _show(item, summary.pending)
            key = typer.prompt("(a)pprove (e)dit (r)eject (s)kip (q)uit", default="s").strip().lower()[:1]
            if key == "q":
                return
            if key not in KEYS:
                continue
            after = (item.priority, item.id)
            _decide(engine, settings, item.id, KEYS[key], name)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
    likely_disliked: Annotated[
        bool,
        typer.Option(
            "--likely-disliked", help="First what customers would probably dislike, learned from their votes."
        ),
    ] = False,
    instructive: Annotated[
        bool, typer.Option("--instructive", help="First what teaches most beside what was decided already.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The queue, most valuable first. Scrubbed text only."""
    if likely_disliked and instructive:
        raise typer.BadParameter("give --likely-disliked or --instructive, not both")
    if likely_disliked:
        _list_likely_disliked(limit, as_json)
        return
    settings = configuration.load()
    with database(settings) as engine, engine.connect() as connection:
        items = _most_instructive(connection, settings, limit) if instructive else queries.queue(connection, limit)
        summary = queries.summary(connection)
    table = columns("item", "value", "why", "intent", "question")
    for item in items:
        question = item.question.replace("\n", " ")
        table.add_row(str(item.id), f"{item.priority:.2f}", ", ".join(item.reasons), item.intent, question[:80])
    document = {"pending": summary.pending, "items": [item._asdict() for item in items]}
    counts = f"{summary.pending} pending, {summary.decided} decided, {summary.verified} verified examples"
    respond(as_json, document, table, counts)


@app.command("decide")
def decide(
    item_id: Annotated[int, typer.Argument(metavar="ITEM")],
    decision: Annotated[Decision, typer.Argument()],
    by: By,
    answer: Annotated[str | None, typer.Option("--answer", help="The new answer, for `edit`.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="A note.")] = None,
    as_json: AsJson = False,
) -> None:
    """Decide one item."""
    settings = configuration.load()
    with database(settings) as engine, engine.begin() as connection:
        now = datetime.now(UTC)
        decisions.decide(
            connection, item_id, decision, by, now, lambda: loading.scrubber(connection, settings), answer, reason
        )
    respond(as_json, {"item": item_id, "decision": decision, "by": by}, f"item {item_id}: {decision} by {by}")


@app.command("bulk")
def bulk(
    decision: Annotated[Decision, typer.Argument(help="approve, reject or skip.")],
    by: By,
    intent: Annotated[Intent | None, typer.Option(help="Only this intent.")] = None,
    origin: Annotated[str | None, typer.Option(help="Only score, human_edit or correction.")] = None,
    reason: Annotated[
        str | None, typer.Option(help="Only items queued for this reason, such as low_confidence.")
    ] = None,
    min_quality: Annotated[float | None, typer.Option(min=0, max=1, help="Only at or above this score.")] = None,
    max_quality: Annotated[float | None, typer.Option(min=0, max=1, help="Only at or below this score.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """Decide every pending item that matches, recorded as bulk with the filter."""
    chosen = decisions.BulkFilter(intent, min_quality, max_quality, origin, reason, limit)
    with database(configuration.load()) as engine, engine.begin() as connection:
        count = decisions.decide_bulk(connection, chosen, decision, by, datetime.now(UTC))
    respond(as_json, {"decided": count, "decision": decision, "by": by}, f"{count} items: {decision} by {by}")


@app.command("mark")
def mark(
    message_id: Annotated[str, typer.Argument(metavar="MESSAGE_ID", help="A message's id, or its beginning.")],
    kind: Annotated[
        marks.Kind,
        typer.Option("--kind", help="missed: personal data was not found. wrong: something harmless was masked."),
    ],
    type_: Annotated[PiiType, typer.Option("--type", help="What it is, or what it was wrongly taken for.")],
    by: By,
    text: Annotated[str | None, typer.Option("--text", help="The piece as it stands in the raw message.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="START:END in characters, instead of --text.")] = None,
    edited: Annotated[bool, typer.Option("--edited", help="The human edit, not the message itself.")] = False,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="Also put it on the deny (missed) or allow (wrong) list.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Mark what the scrubber missed or wrongly masked in a raw message. Offsets are kept, never the text."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        start, end = marks.span(at) if at else (None, None)
        marked = marks.Marking(ids.message(connection, message_id), kind, type_, text, start, end, edited, everywhere)
        stored = marks.mark(connection, marked, by, datetime.now(UTC))
    respond(
        as_json,
        stored._asdict(),
        f"mark {stored.id}: {kind} {type_} at {stored.start}:{stored.end}; "
        f"{stored.withdrawn} examples wait to be scrubbed again",
    )


@app.command("held")
def held(limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20, as_json: AsJson = False) -> None:
    """Answers that the scrubber holds back, with the reason; failures first. They stop their day until settled."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        found = holds.held(connection, limit)
    lines = [f"{item.message_id}  {item.day}  {item.kind}: {item.reason}" for item in found]
    respond(as_json, [item._asdict() for item in found], *(lines or ["nothing is held"]))


@app.command("accept-transcript")
def accept_transcript(
    message_id: Annotated[str, typer.Argument(metavar="MESSAGE_ID", help="A held answer's id, or its beginning.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Let a call be learned from that was held for its uncertain transcript, after you read all of it."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        found = ids.message(connection, message_id)
        conversation = exclusion.accept_transcript(connection, found, by, datetime.now(UTC))
    respond(as_json, {"conversation_id": conversation, "accepted_by": by}, f"{conversation} is accepted by {by}")


@app.command("consent")
def consent(
    conversation_id: Annotated[str, typer.Argument(metavar="CONVERSATION_ID", help="Of a call, or its beginning.")],
    said: Annotated[Consent, typer.Argument(help="What its caller says of the recording now.")],
    by: By,
    wording: Annotated[str | None, typer.Option("--wording", help="In which words, where that matters.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write down that a caller agreed to a recording, or agrees no more: then nothing is learned from it any longer."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        found = ids.conversation(connection, conversation_id)
        exclusion.consent(connection, found, said, wording, by, datetime.now(UTC))
    respond(as_json, {"conversation_id": found, "consent": said}, f"{found}: consent {said}, by {by}")


@app.command("exclude")
def exclude(
    message_id: Annotated[str, typer.Argument(metavar="MESSAGE_ID", help="A held answer's id, or its beginning.")],
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why it is never to be learned from.")],
    as_json: AsJson = False,
) -> None:
    """Take a held answer out of learning for good, so that its day can go on."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        found = ids.message(connection, message_id)
        exclusion.exclude(connection, found, by, reason, datetime.now(UTC))
    respond(as_json, {"message_id": found, "excluded_by": by}, f"{found} is excluded by {by}")


def _most_instructive(connection: sa.Connection, settings: Settings, limit: int) -> list[ReviewItem]:
    from mhc_core.providers import select
    from mhc_core.review import ordering

    return ordering.most_instructive(connection, select.embedder(settings), limit)


def _list_likely_disliked(limit: int, as_json: bool) -> None:
    from mhc_core.providers import select
    from mhc_core.review import ordering

    settings = configuration.load()
    with database(settings) as engine, engine.connect() as connection:
        found = ordering.likely_disliked(connection, select.embedder(settings), limit, settings.seed)
    items = [item._asdict() | {"predicted_liked": liked} for item, liked in found.items]
    table = columns("item", "liked", "why", "intent", "question")
    for item, liked in found.items:
        question = item.question.replace("\n", " ")
        table.add_row(str(item.id), f"{liked:.0%}", ", ".join(item.reasons), item.intent, question[:80])
    learned = f"learned from {found.votes:,} votes: AUC {found.auc:.2f}, calibration error {found.ece:.3f}"
    respond(as_json, {"votes": found.votes, "auc": found.auc, "ece": found.ece, "items": items}, table, learned)


def _decide(engine: sa.Engine, settings: Settings, item_id: int, decision: Decision, by: str) -> None:
    answer = click.edit() if decision is Decision.EDIT else None
    try:
        with engine.begin() as connection:
            now = datetime.now(UTC)
            decisions.decide(
                connection, item_id, decision, by, now, lambda: loading.scrubber(connection, settings), answer
            )
    except (DataError, NotFound) as error:
        err.print(str(error))


def _show(item: ReviewItem, pending: int) -> None:
    confidence = "–" if item.confidence is None else f"{item.confidence:.2f}"
    about = (
        f" of {pending} pending · {item.intent} · {item.channel} · "
        f"quality {item.quality:.2f} · confidence {confidence} · {', '.join(item.reasons) or 'new'}"
    )
    console.print(Text.assemble("\n", (f"item {item.id}", "bold"), about))
    for turn in item.context:
        console.print(f"{turn['role']}: {turn['content']}", style="dim")
    console.print(Panel(item.question, title="customer", title_align="left"))
    console.print(Panel(item.answer, title="answer", title_align="left"))
