"""``mhc languages``: the catalogues of what customers are told, for who writes or reviews translations."""

from dataclasses import asdict

import typer

from mhc_core.business import pricing
from mhc_core.business.names import names
from mhc_jobs.cli.console import AsJson, columns, respond

app = typer.Typer(help="Catalogues of what the concierge says by rule, a folder a language.", no_args_is_help=True)


@app.command("update")
def update(as_json: AsJson = False) -> None:
    """Take all texts out of the code and merge them into each language: new ones come empty, others leave it.

    How the catalogues stand afterwards is said; exit code 1 where one lacks any.
    """
    from mhc_core.languages import upkeep

    texts = upkeep.template(names(pricing.load()))
    for language in upkeep.languages():
        upkeep.update(language, texts)
    status(as_json)


@app.command("compile")
def compile_(as_json: AsJson = False) -> None:
    """Compile each catalogue into the file that the concierge reads; refused where values in braces differ."""
    from mhc_core.languages import upkeep

    made = [str(file) for file in upkeep.compile_all()]
    respond(as_json, {"files": made}, "\n".join(made) or "there is no catalogue yet")


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """How complete each catalogue is and how many of its texts a person reviewed; exit code 1 if one lacks any."""
    from mhc_core.languages import upkeep

    texts = upkeep.template(names(pricing.load()))
    found = [upkeep.status(language, texts) for language in upkeep.languages()]
    table = columns("language", ">texts", ">reviewed", ">missing", ">stale", ">wrong values", "compiled file")
    for one in found:
        counts = [str(len(part)) for part in (one.missing, one.stale, one.wrong)]
        table.add_row(one.language, str(one.texts), str(one.reviewed), *counts, "current" if one.current else "old")
    respond(as_json, {"languages": [asdict(one) for one in found]}, table)
    if not all(one.good for one in found):
        raise typer.Exit(1)
