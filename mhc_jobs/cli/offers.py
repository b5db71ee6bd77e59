"""``mhc offers``: what may be suggested, and what suggestions bring."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import typer
from rich.console import RenderableType

from mhc_core import settings as configuration
from mhc_core.business import pricing
from mhc_core.concierge.turn import suggesting
from mhc_core.db.engine import database
from mhc_core.db.queries import offers as queries
from mhc_core.offers import report as reports
from mhc_core.offers.report import Lift, Report
from mhc_jobs.cli.console import AsJson, columns, respond

app = typer.Typer(help="What is suggested beside a price, and what that brings.", no_args_is_help=True)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Every offer with its words, what speaks against it, and how it fared by kind of party."""
    settings = configuration.load()
    business = pricing.load(settings.business_file)
    with database(settings) as engine, engine.connect() as connection:
        known = queries.statistics(connection)
    found = [_offer(business, name, known) for name in business.offers.suggested]
    table = columns("offer", "in words", "holds", "fits", ">shown", ">accepted")
    for one in found:
        table.add_row(
            one["offer"], one["words"], ", ".join(one["holds"]) or "none of the nine", ", ".join(one["fits"]),
            str(one["shown"]), str(one["accepted"]),
        )  # fmt: skip
    document = {"offers": found, "holdout_percent": business.offers.holdout_percent}
    respond(as_json, document, table if found else "no offers: write them into [offers] of the business file")


@app.command()
def report(as_json: AsJson = False) -> None:
    """What suggestions bring over the customers who are held out, with bounds that hold at every look."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        found = reports.report(queries.cells(connection, reports.CAP_USD))
    respond(as_json, asdict(found), *_told(found))


def _offer(business: pricing.Business, name: str, known: list[queries.Statistic]) -> dict[str, Any]:
    offer = business.offers.suggested[name]
    dishes = [business.food.dishes[dish] for dish in offer.dishes]
    mine = [one for one in known if one.offer == name]
    return {
        "offer": name,
        "words": suggesting.words(business, name),
        "holds": sorted({allergen for dish in dishes for allergen in dish.holds}),
        "fits": sorted(set.intersection(*({*dish.fits} for dish in dishes))),
        "shown": sum(one.shown for one in mine),
        "accepted": sum(one.accepted for one in mine),
        "segments": {
            str(one.segment): {"shown": one.shown, "accepted": one.accepted, "bought": one.bought} for one in mine
        },
    }


def _told(found: Report) -> Iterator[RenderableType]:
    for arm, parties, rate in (
        ("were made a suggestion", found.made, found.made_rate),
        ("were held out", found.held_out, found.held_out_rate),
    ):
        share = "" if rate is None else f", {rate:.1%} of them have what was chosen for them"
        yield f"{parties:,} parties {arm}{share}"
    if found.accepted is None or found.usd is None:
        yield f"cannot tell yet: {reports.LEAST} parties are needed in each of the two"
        return
    yield f"parties with the item: {_points(found.accepted, 100, ' points')}"
    yield f"spent on it a party: {_points(found.usd, 1, ' USD')}"


def _points(lift: Lift, scale: float, unit: str) -> str:
    low, high = lift.low * scale, lift.high * scale
    return f"{lift.estimate * scale:+.1f}{unit} ({low:+.1f} to {high:+.1f}): {lift.verdict}"
