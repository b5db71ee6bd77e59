"""Who gets what next: planned in sets, once for each step, with a reason wherever somebody is left out.

People of the holdout are planned and left alone, and go through the same refusals, so the report compares like with
like. Nothing is sent here.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from mhc_core.campaigns import law, optouts
from mhc_core.campaigns.law import Standing
from mhc_core.campaigns.rules import Campaign, Campaigns
from mhc_core.db.queries import campaigns as queries
from mhc_core.db.queries.campaigns import Due, Known, Planned

CHANNELS = ("sms", "whatsapp", "email")
"""Of several that a person allowed, the first is taken."""
ASKS = "event_how_was_it"
"""Templates of this name ask what staff, or the chat, may have asked already."""


class Made(NamedTuple):
    """What a plan holds that was not planned before, by campaign, step and what becomes of it; and tasks for people."""

    touches: Counter[tuple[str, str, str]]
    tasks: int
    opted_out: int


def plan(connection: sa.Connection, campaigns: Campaigns, now: datetime) -> Made:
    """Write down who is due; running it again, or twice at once, plans nothing twice.

    Roll the transaction back to see what would be planned.
    """
    heard = optouts.screen(connection, now)
    found: Counter[tuple[str, str, str]] = Counter()
    for campaign in campaigns.campaign:
        rows = _rows(connection, campaign, now)
        queries.plan(connection, rows, now)
        found.update((row.campaign, row.step, row.reason or row.state) for row in rows)
    tasks = queries.open_tasks(connection, campaigns.task.risk_from, campaigns.task.percent, now)
    return Made(found, tasks, heard)


def _rows(connection: sa.Connection, campaign: Campaign, now: datetime) -> list[Planned]:
    steps = [{"step": one.name, "after": one.after, "within": one.within} for one in campaign.step]
    due = queries.due(connection, campaign.name, campaign.follows, campaign.risk, steps, now)
    templates = {one.name: one.template for one in campaign.step}
    return [_planned(campaign, one, known, templates[one.step]) for one, known in due]


def _planned(campaign: Campaign, due: Due, known: Known, template: str) -> Planned:
    person = standing(known, campaign, template)
    reason = law.refusal(person)
    held = in_holdout(campaign, due.customer_hash)
    state = "skipped" if reason else "withheld" if held else "planned"
    return Planned(
        campaign=due.campaign,
        step=due.step,
        customer_hash=due.customer_hash,
        anchor=due.anchor,
        conversation_id=due.conversation_id,
        arm="holdout" if held else "treated",
        counted=reason is None,
        state=state,
        reason=reason,
        channel=first_channel(person.channels),
        template=template,
        due_at=due.due_at,
        expires_at=due.expires_at,
    )


def standing(known: Known, campaign: Campaign, template: str) -> Standing:
    """What the law asks about, of what the tables say. An answer ends a campaign whose steps it is an answer to."""
    replied = known.first_at is not None and known.wrote_at is not None and known.wrote_at > known.first_at
    return Standing(
        erased=known.erased,
        opted_out=known.opted_out,
        reachable=bool(known.reachable),
        channels=frozenset(known.channels),
        complaint=known.complaint,
        upcoming=known.upcoming,
        replied=replied and campaign.reply == "ends",
        asked=known.surveyed and template.partition(".")[0] == ASKS,
        wrote_at=known.wrote_at,
        written_to=known.written_to,
    )


def first_channel(allowed: Sequence[str] | frozenset[str]) -> str | None:
    """The channel to write on."""
    return next((channel for channel in CHANNELS if channel in allowed), None)


def in_holdout(campaign: Campaign, customer_hash: str) -> bool:
    """Whether a person is left alone by a campaign: the same answer at every step, in every process, for good."""
    digest = hashlib.sha256(f"holdout\n{campaign.name}\n{customer_hash}".encode()).digest()
    return int.from_bytes(digest[:8]) < campaign.holdout * 2**64
