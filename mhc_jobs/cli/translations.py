"""Translations of articles: bring them in, see how they stand, let a translator fill the gaps."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mhc_core import settings as configuration
from mhc_core.business.pricing import load
from mhc_core.concierge.agents.foreign import BRANDS
from mhc_core.db.engine import database
from mhc_core.errors import Conflict
from mhc_jobs.cli.console import AsJson, columns, respond

Language = Annotated[str | None, typer.Option("--language", help="Such as es, zh-Hans, zh-Hant or ja; all without it.")]


def bring_in(
    paths: Annotated[list[Path], typer.Argument(help="Files with front matter, or folders.")],
    by: Annotated[str, typer.Option(help="Who translated, as it is kept.")] = "mhc import translations",
    as_json: AsJson = False,
) -> None:
    """Bring in translations of articles. One whose figures differ from its article's is rejected, with the reason.

    What servers learn of new ones is embedded here (some seconds for ten articles), so that they need not.
    """
    from mhc_core.db.queries import versions
    from mhc_core.knowledge import index, language_vectors, translations
    from mhc_core.providers.e5 import embedder as e5

    with database(configuration.load()) as engine:
        with engine.begin() as connection:
            report = translations.import_translations(connection, paths, by, datetime.now(UTC))
            live = versions.live(connection, index.KIND)
        if report.added and live is not None:
            language_vectors.keep(engine, live, e5.load)
    document: dict[str, Any] = {
        **asdict(report),
        "rejected": [{"path": str(one.path), "reason": one.reason} for one in report.rejected],
    }
    respond(
        as_json,
        document,
        f"{report.added} translations added, {report.unchanged} known, {len(report.rejected)} rejected",
        *(f"  {one.path}: {one.reason}" for one in report.rejected),
        *(f"  stale, its article says something else by now: {one}" for one in report.stale),
    )
    if report.rejected:
        raise typer.Exit(1)


def standing(language: Language = None, as_json: AsJson = False) -> None:
    """How every article stands in each language: current, stale or missing, and whether a native reader vouches."""
    from mhc_core.knowledge import translations

    with database(configuration.load()) as engine, engine.connect() as connection:
        found = [one for one in translations.standing(connection) if language in (None, one.language)]
        sources = translations.sources(connection)
    table = columns("language", ">current", ">of these reviewed", ">by a machine", ">stale", ">missing")
    for code in sorted({one.language for one in found}):
        own = [one for one in found if one.language == code]
        told = [one for one in own if one.state == "current"]
        counts = (
            len(told),
            sum(one.reviewed for one in told),
            sum(one.origin == translations.MACHINE for one in told),
            sum(one.state == "stale" for one in own),
            sum(one.state == "missing" for one in own),
        )
        table.add_row(code, *map(str, counts))
    wanting = [f"  {one.article_id} {one.language}: {one.state}" for one in found if one.state == "stale"]
    rows = [{**asdict(one), "source": sources[one.article_id]} for one in found]
    respond(as_json, {"translations": rows}, table, *wanting)


def translate(
    language: Annotated[str, typer.Option("--language", help="Such as es.")],
    as_json: AsJson = False,
) -> None:
    """Translate what has no current translation by the translator of MHC_TRANSLATOR, and keep it as a machine's."""
    from mhc_core.knowledge import machine
    from mhc_core.translation import select

    settings = configuration.load()
    translator = select.translator(settings)
    if translator is None:
        raise Conflict("no translator is chosen; set MHC_TRANSLATOR to apertium or openai, or import translations")
    business = load(settings.business_file)
    with database(settings) as engine, engine.begin() as connection:
        names = (business.name, business.short_name, *BRANDS)
        done = machine.translate(connection, translator, language, names, datetime.now(UTC))
    respond(
        as_json,
        asdict(done),
        f"{len(done.made)} articles translated into {language} by {translator.id}, {len(done.refused)} not used",
        *(f"  {article_id}: {reason}" for article_id, reason in done.refused),
    )
