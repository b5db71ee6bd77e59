"""``mhc knowledge``: look at the articles, search them, build and publish an index version, go back."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markdown import Markdown

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.db.queries import ids
from mhc_core.db.queries import knowledge as queries
from mhc_core.db.queries import versions as aliases
from mhc_core.errors import Conflict, NotFound
from mhc_core.knowledge import articles, index, language_vectors
from mhc_core.knowledge.retrieval import search as retrieve
from mhc_jobs.cli import translations
from mhc_jobs.cli.console import AsJson, columns, respond

app = typer.Typer(help="Articles, search, index versions.", no_args_is_help=True)
app.command("translations")(translations.standing)
app.command("translate")(translations.translate)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """All articles, with what was learned and what is inactive."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        rows = queries.articles(connection, active_only=False)
    found = [
        {
            "id": row.id,
            "title": row.title,
            "category": row.category,
            "origin": row.origin,
            "active": row.active,
            "reviewed": row.reviewed_at.date(),
        }
        for row in rows
    ]
    _print({"articles": found}, "articles", as_json)


@app.command()
def show(article_id: Annotated[str, typer.Argument(help="Such as KB-042.")], as_json: AsJson = False) -> None:
    """One article."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        article_id = ids.complete(connection, ids.ARTICLE, article_id)
        row = queries.article(connection, article_id)
    if row is None:
        raise NotFound(f"no article {article_id}; see `mhc knowledge list`")
    head = f"{row.id}  {row.category}  {row.origin}  reviewed {row.reviewed_at:%Y-%m-%d}"
    document = {str(name): value for name, value in row._mapping.items()}
    respond(as_json, document, head, Markdown(f"# {row.title}\n\n{row.body}"))


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="As a customer would ask it.")],
    version: Annotated[str | None, typer.Option(help="An index version; the live one when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """What the index finds for a question."""
    from mhc_core.providers import select

    settings = configuration.load()
    with database(settings) as engine, engine.connect() as connection:
        version_id = version or aliases.live(connection, index.KIND)
        if version_id is None:
            raise Conflict("no knowledge version is live; run `mhc knowledge update`")
        version_id = ids.complete(connection, ids.KNOWLEDGE, version_id)
        known = queries.version(connection, version_id)
        if known is None:
            raise NotFound(f"no knowledge version {version_id}; see `mhc knowledge versions`")
        embedder = select.embedder(settings)
        if known.embedder != embedder.id:
            raise Conflict(f"knowledge version {version_id} was made with another embedder; run `mhc knowledge update`")
        vector = embedder.embed([question])[0]
        passages = retrieve(connection, version_id, question, vector, k=settings.retrieval_top_k)
    found = [
        {"score": round(one.score, 3), "article": one.article_id, "title": one.title, "text": one.content}
        for one in passages
    ]
    _print({"version": version_id, "passages": found}, "passages", as_json)


@app.command()
def update(
    by: Annotated[str, typer.Option(help="Who is recorded as having done it.")] = "mhc knowledge update",
    as_json: AsJson = False,
) -> None:
    """Build the index of the present articles; it goes live unless the stored questions show it to be worse."""
    from mhc_core.providers import select
    from mhc_core.providers.e5 import embedder as e5

    settings = configuration.load()
    with database(settings) as engine:
        with engine.begin() as connection:
            result = index.update(connection, select.embedder(settings), datetime.now(UTC), by)
        if result.live is not None:
            language_vectors.keep(engine, result.live, e5.load)
    fate = f"{result.version_id} {'is live' if result.published else 'was not published'}."
    figures = f"hit rate@3 {result.new.hit_rate:.3f}, MRR {result.new.mrr:.3f}, {result.new.questions} questions"
    respond(as_json, asdict(result), fate, *(f"  {line}" for line in (*result.reasons, figures)))
    if not result.published:
        raise typer.Exit(1)


@app.command()
def rollback(
    by: Annotated[str, typer.Option(help="Who decided it.")],
    as_json: AsJson = False,
) -> None:
    """Make the version before the live one live again."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        version_id = index.rollback(connection, datetime.now(UTC), by)
    respond(as_json, {"live": version_id}, f"{version_id} is live again.")


@app.command()
def stale(as_json: AsJson = False) -> None:
    """Articles that nobody has reviewed for longer than MHC_KNOWLEDGE_STALE_DAYS."""
    settings = configuration.load()
    now = datetime.now(UTC)
    with database(settings) as engine, engine.connect() as connection:
        rows = articles.stale(connection, now, settings.knowledge_stale_days)
    found = [
        {
            "id": row.id,
            "title": row.title,
            "category": row.category,
            "reviewed": row.reviewed_at.date(),
            "days": (now - row.reviewed_at).days,
        }
        for row in rows
    ]
    _print({"articles": found}, "articles", as_json)


@app.command()
def versions(as_json: AsJson = False) -> None:
    """All index versions, newest first, and which one is live."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        live = aliases.live(connection, index.KIND)
        rows = queries.versions(connection)
    found = [
        {
            "id": row.id,
            "live": row.id == live,
            "embedder": row.embedder,
            "articles": row.article_count,
            "chunks": row.chunk_count,
            "hit_rate": row.metrics.get("hit_rate"),
            "mrr": row.metrics.get("mrr"),
            "created": row.created_at.isoformat(timespec="seconds"),
        }
        for row in rows
    ]
    _print({"live": live, "versions": found}, "versions", as_json)


def _print(result: dict[str, Any], rows: str, as_json: bool) -> None:
    found: list[dict[str, Any]] = result[rows]
    table = columns(*(found or [{}])[0])
    for row in found:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    respond(as_json, result, table if found else f"no {rows}")
