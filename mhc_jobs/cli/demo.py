"""``mhc demo``: the loop on the sample business, from nothing to a promoted model and a forecast."""

import gzip
import os
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import sqlalchemy as sa
import typer

from mhc_core import settings as configuration
from mhc_core.business import pricing
from mhc_core.collection.importing.bookings import import_bookings
from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.collection.importing.reject import reject_path
from mhc_core.db.engine import database
from mhc_core.db.queries import stats
from mhc_core.knowledge.articles import import_articles
from mhc_core.knowledge.translations import import_translations
from mhc_core.monitoring.status import status
from mhc_core.settings import Settings
from mhc_jobs import sample
from mhc_jobs.cli import loop
from mhc_jobs.cli.console import console, err, respond
from mhc_jobs.cli.summary import show
from mhc_jobs.sample.bookings import bookings

SEED = 20_261_115


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print the status as one JSON object.")] = False,
) -> None:
    """Import the sample conversations, bookings and articles, run the loop once, hold a day of conversations with what
    was learned, and say what that was and what is expected.

    A second run changes nothing. Positive verdicts are approved automatically, and recorded as such.
    """
    started = time.perf_counter()
    os.environ.setdefault("MHC_AUTO_APPROVE", "true")
    settings = configuration.load()
    err.print("starting PostgreSQL …")
    with database(settings) as engine:
        _import(engine, settings)
        loop.run(engine, settings)
        hold_day(engine, settings)
        loop.run_forecasts(engine, settings)
        _import_translations(engine)
        with engine.connect() as connection:
            document = status(connection, settings, datetime.now(UTC))
    document["seconds"] = round(time.perf_counter() - started, 1)
    if as_json:
        respond(True, document)
        return
    console.print("\nWhat was learned", style="bold")
    show(document)
    console.print(
        f"\n{document['seconds']:.0f} s in all. Next: `make up` keeps it running, with the console of staff at "
        "/console (`mhc users create` makes its first account); `mhc chat`, once it runs, asks it.",
    )


def _import(engine: sa.Engine, settings: Settings) -> None:
    now = datetime.now(UTC)
    file = sample_file(settings)
    err.print("importing the sample conversations …")
    report = import_conversations(engine, str(file), now, reject_path(settings.reject_dir, str(file)), source="sample")
    err.print(
        f"  {report.read:,} read: {report.inserted:,} new, {report.updated:,} updated, {report.unchanged:,} unchanged, "
        f"{report.rejected:,} rejected"
    )
    _import_bookings(engine, settings, now)
    with engine.begin() as connection:
        articles = import_articles(connection, [sample.knowledge_dir()], now)
    err.print(f"  {articles.inserted} new articles, {articles.unchanged} unchanged")


def _import_translations(engine: sa.Engine) -> None:
    """The articles in other languages, which what answers learns to find once it runs."""
    with engine.begin() as connection:
        report = import_translations(connection, [sample.translations_dir()], "mhc demo", datetime.now(UTC))
    err.print(f"  {report.added} new translations of articles, {report.unchanged} unchanged")


def _import_bookings(engine: sa.Engine, settings: Settings, now: datetime) -> None:
    """The bookings of the sample up to now; another day there are more, and some went on."""
    rules = pricing.load(settings.business_file)
    file = settings.state_dir / "sample" / "bookings.jsonl.gz"
    _write(file, bookings(sample.SAMPLE_SEED, now, rules))
    report = import_bookings(
        engine, file, now, reject_path(settings.reject_dir, str(file)), zone=rules.contact.zone, regions=rules.regions
    )
    err.print(f"  {report.read:,} bookings read: {report.inserted:,} new, {report.updated:,} updated")


def hold_day(engine: sa.Engine, settings: Settings) -> None:
    """A day of customers and staff, once, and nowhere that real customers write."""
    with engine.connect() as connection:
        if stats.has_real_conversations(connection):
            return
    from mhc_jobs.simulation import demo_day

    err.print("a day of conversations with the concierge …")
    rules = pricing.load(settings.business_file)
    held = demo_day.hold(engine, settings, rules, datetime.now(UTC), SEED)
    err.print(f"  {held.conversations} conversations, {held.bookings} bookings asked for, {held.handovers} hand-overs")


def sample_file(settings: Settings) -> Path:
    """The sample conversations as a file, written once under the state folder."""
    path = settings.state_dir / "sample" / "conversations.jsonl.gz"
    _write(path, sample.default_sample(pricing.load(settings.business_file)))
    return path


def _write(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    with gzip.GzipFile(partial, "wb", mtime=0) as out:
        for record in records:
            out.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
    partial.replace(path)
