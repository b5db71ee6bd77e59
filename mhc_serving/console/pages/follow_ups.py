"""Follow-ups and suggestions: what was planned, sent and left out, why, and whether it brings bookings."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.campaigns import report as campaign_report
from mhc_core.campaigns import rules
from mhc_core.campaigns.report import CampaignReport
from mhc_core.db.queries import offers as offer_queries
from mhc_core.offers import report as offer_report
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Figure, Table, box, dollars, share, text

EVERY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Seen:
    campaigns: list[CampaignReport]
    offers: offer_report.Report


async def build(visit: Visit) -> None:
    """The page."""
    settings = visit.console.settings
    campaigns = rules.load(settings.campaigns_file)
    with box("div", "head"):
        text("h1", "Follow-ups")
        text("span", "are sent" if settings.campaigns else "planned only: MHC_CAMPAIGNS is off", "dim")
    text(
        "p",
        "Nobody is written to without their consent, at night, after a stop, while a complaint is open or before a "
        "party. Some of those who could be are left alone, to see what a campaign brings.",
        "dim",
    )
    with box("dl", "figures gap-top"):
        shown = {name: Figure(name) for name in ("Sent", "Planned", "Left out", "Codes used", "Suggestions")}
    with box("div", "charts"):
        with box("section", "card wide"):
            text("h2", "What campaigns bring")
            lifts = Table(
                "What campaigns bring",
                (
                    "Campaign",
                    ">Sent",
                    ">Codes used",
                    ">Booked, of those written to",
                    ">Of those left alone",
                    "Difference",
                ),
            )
        with box("section", "card wide"):
            text("h2", "What becomes of whoever is due")
            skips = Table("What becomes of whoever is due", ("Campaign", "Step", "What becomes of it", ">People"))
        with box("section", "card wide"):
            text("h2", "Suggestions in the chat")
            suggested = Table(
                "Suggestions in the chat",
                ("Parties", ">Made a suggestion", ">Taken", ">Held out", ">Bought it anyway", "Difference"),
            )

    def read(connection: sa.Connection, person: Person, now: datetime) -> _Seen:
        return _Seen(
            campaign_report.of(connection, campaigns, now),
            offer_report.report(offer_queries.cells(connection, offer_report.CAP_USD)),
        )

    async def renew() -> None:
        found = await visit.look(read)
        if found is None:
            return
        seen = found.value
        _figures(shown, seen)
        lifts.show([_lift_row(one) for one in seen.campaigns])
        skips.show(
            [
                (_words(one.campaign), _words(step), _words(fate), f"{people:,}")
                for one in seen.campaigns
                for step, fates in one.touches.items()
                for fate, people in sorted(fates.items(), key=lambda item: -item[1])
            ]
        )
        offers = seen.offers
        row = (
            "with a price", f"{offers.made:,}", share(offers.made_rate), f"{offers.held_out:,}",
            share(offers.held_out_rate), _offer_lift(offers.usd),
        )  # fmt: skip
        suggested.show([row] if offers.made or offers.held_out else [])

    await renew()
    ui.timer(EVERY_SECONDS, renew, immediate=False)


def _figures(shown: dict[str, Figure], seen: _Seen) -> None:
    fates = [item for one in seen.campaigns for step in one.touches.values() for item in step.items()]
    sums = {name: sum(count for fate, count in fates if fate == name) for name in ("sent", "planned", "withheld")}
    waiting = ("sent", "planned", "withheld", "sending")
    shown["Sent"].show(f"{sums['sent']:,}", f"{sums['withheld']:,} left alone to compare")
    shown["Planned"].show(f"{sums['planned']:,}", "wait for their hour")
    shown["Left out"].show(f"{sum(count for fate, count in fates if fate not in waiting):,}", "with a reason each")
    issued = sum(one.codes_issued for one in seen.campaigns)
    shown["Codes used"].show(f"{sum(one.codes_redeemed for one in seen.campaigns):,}", f"of {issued:,} sent")
    shown["Suggestions"].show(f"{seen.offers.made:,}", f"{seen.offers.held_out:,} held out to compare")


def _lift_row(one: CampaignReport) -> tuple[str, ...]:
    lift = one.lift
    sent = sum(step.get("sent", 0) for step in one.touches.values())
    if lift.estimate is None or lift.low is None or lift.high is None:
        told = f"{lift.verdict}: {campaign_report.MIN_PEOPLE} people in each arm are needed"
    else:
        told = f"{lift.estimate:+.1%} ({lift.low:+.1%} to {lift.high:+.1%}): {lift.verdict}"
    return (
        _words(one.campaign), f"{sent:,}", f"{one.codes_redeemed:,} of {one.codes_issued:,}",
        _rate(lift.treated_booked, lift.treated), _rate(lift.holdout_booked, lift.holdout), told,
    )  # fmt: skip


def _rate(booked: int, people: int) -> str:
    return f"{booked / people:.1%} of {people:,}" if people else "nobody yet"


def _offer_lift(found: offer_report.Lift | None) -> str:
    if found is None:
        return f"cannot tell yet: {offer_report.LEAST} parties in each arm are needed"
    return f"{dollars(found.estimate)} a party ({dollars(found.low)} to {dollars(found.high)}): {found.verdict}"


def _words(name: str) -> str:
    return name.replace("_", " ")
