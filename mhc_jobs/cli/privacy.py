"""``mhc privacy``: forget a customer, show what is held, keep raw text no longer than wanted, say who taught what."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from mhc_core import settings as configuration
from mhc_core.business import pricing
from mhc_core.db.engine import database
from mhc_core.errors import ConfigurationError
from mhc_core.privacy import export as exports
from mhc_core.privacy import lineage, retention
from mhc_core.privacy.erase import Forgetter
from mhc_core.providers import select
from mhc_jobs.cli.console import AsJson, By, columns, err, respond

app = typer.Typer(help="Forget a customer, show what is held, and where it went.", no_args_is_help=True)
Customer = Annotated[str, typer.Option("--customer", metavar="ID", help="The customer id as conversations carry it.")]


@app.command()
def erase(
    customer: Customer,
    by: By = "command line",
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Also a customer of whom nothing is held: no import brings them in.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forget a customer and print the certificate. Run it again after an interruption: it goes on from there."""
    settings = configuration.load()
    with database(settings) as engine:
        forgetter = Forgetter(
            engine, select.embedder(settings), pricing.load(settings.business_file), settings, _tell(as_json)
        )
        if not yes and (found := forgetter.held(customer)):
            rows = ", ".join(f"{table.replace('_', ' ')} {count:,}" for table, count in found.items())
            typer.confirm(f"Held: {rows}. Erase it for good?", abort=True, err=True)
        certificate, inbox_files = forgetter.erase(customer, by, datetime.now(UTC), unknown=unknown)
    respond(as_json, certificate, _certificate(certificate))
    for name in inbox_files:
        err.print(
            f"the inbox file {name} still holds this customer; take the lines out, they are not imported again",
            soft_wrap=True,
        )


@app.command()
def export(
    customer: Customer,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the two files.")] = Path(),
    by: By = "command line",
    as_json: AsJson = False,
) -> None:
    """Write everything held about a customer as JSON and as a page to read."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        document = exports.collect(connection, customer, by, datetime.now(UTC))
    written: list[str] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for ending, content in (("json", exports.as_json(document)), ("html", exports.as_html(document))):
            path = out / f"customer-{document['customer_hash'][:12]}.{ending}"
            path.touch(mode=0o600)
            path.write_bytes(content)
            written.append(str(path))
    except OSError as error:
        raise ConfigurationError(f"{out} cannot be written: {error.strerror}; give another --out") from None
    respond(as_json, {"files": written}, *written)


@app.command("retention")
def retention_(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False, as_json: AsJson = False
) -> None:
    """Empty raw text older than `MHC_RETENTION_DAYS`; what was derived from it, scrubbed, stays."""
    settings = configuration.load()
    days, now = settings.retention_days, datetime.now(UTC)
    if days is None:
        raise ConfigurationError("raw text is kept without limit; set MHC_RETENTION_DAYS to limit it")
    with database(settings) as engine:
        if dry_run:
            with engine.connect() as connection:
                done = retention.due(connection, days, now)
        else:
            done = retention.apply(engine, days, now)
    respond(
        as_json,
        {"dry_run": dry_run, "days": days, **done._asdict()},
        f"{'would empty' if dry_run else 'emptied'} {done.conversations:,} conversations older than {days:,} days: "
        f"{done.messages:,} messages, {done.feedback:,} pieces of feedback; {done.bookings:,} imported bookings",
    )


@app.command()
def models(customer: Customer, as_json: AsJson = False) -> None:
    """Which data sets and models learned from this customer, also after an erasure."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        found = lineage.models_of(connection, customer)
    table = columns("data set", "learned", "held out", "model", "provider", "state")
    for row in found:
        state = ["live"] if row.live else []
        state += ["data set retired"] if row.retired else []
        state += ["cleaned by an erasure" if row.provider == "local" else "marked by an erasure"] if row.erased else []
        table.add_row(
            row.dataset_id, str(row.learned), str(row.held_out), row.model_id or "–", row.provider or "–",
            ", ".join(state),
        )  # fmt: skip
    document = {"models": [row._asdict() for row in found]}
    respond(as_json, document, table if found else "no data set holds an example of this customer")


@app.command()
def customers(
    model: Annotated[str, typer.Option("--model", metavar="ID", help="As `mhc models list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Which customers, as hashes, are in a model."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        found = lineage.customers_of(connection, model)
    table = columns("customer (hash)", "learned", "held out", "")
    for row in found:
        table.add_row(row.customer_hash, str(row.learned), str(row.held_out), "erased" if row.erased else "")
    document = {"model": model, "customers": [row._asdict() for row in found]}
    respond(as_json, document, table if found else f"{model} was not trained on customers' examples")


def _tell(quiet: bool) -> Any:
    def tell(step: str) -> None:
        name, _, state = step.partition(": ")
        if state == "done" and not quiet:
            err.print(f"  {name} …")

    return tell


def _certificate(certificate: dict[str, Any]) -> Table:
    table = Table("", Column("", overflow="fold"), box=None, show_header=False)
    table.add_row("customer (hash)", certificate["customer_hash"])
    table.add_row("requested", f"{certificate['requested_at']} by {certificate['requested_by']}")
    table.add_row("finished", certificate["finished_at"])
    rows = {name.replace("_", " "): count for name, count in certificate["counts"].items() if count}
    table.add_row("rows emptied or deleted", ", ".join(f"{name} {count:,}" for name, count in rows.items()) or "none")
    table.add_row("articles withdrawn", ", ".join(certificate["knowledge"]["withdrawn"]) or "none")
    table.add_row("data sets retired", ", ".join(row["id"] for row in certificate["datasets"]["retired"]) or "none")
    table.add_row(
        "new data set", certificate["datasets"]["version"] or certificate["datasets"].get("not_built", "none")
    )
    for model in certificate["models"]:
        table.add_row("model", f"{model['id']}: {model['outcome']}")
    for given in certificate["delete_at_provider"]:
        table.add_row("delete at provider", ", ".join(f"{name} {value}" for name, value in given.items()))
    for left in certificate.get("beyond_reach", []):  # certificates of earlier versions say nothing of it
        table.add_row("beyond reach", f"{left['where']}: until {left['until']}")
    for what, found in certificate.get("not_cleared", {}).items():
        if found:
            table.add_row(what.replace("_", " "), str(found) if isinstance(found, int) else ", ".join(found))
    table.add_row("retraining", "requested" if certificate["retraining"]["requested"] else "not needed")
    table.add_row("sha256", certificate["sha256"])
    return table
