"""Follow-ups: who is due for one, and their sending. What is written to whom, and when not, stands in the domain."""

import dagster as dg

from mhc_assets.assets.collection import conversations
from mhc_assets.assets.customers import churn_risk
from mhc_assets.freshness import HOURLY
from mhc_assets.resources import Platform
from mhc_assets.style import CAMPAIGNS, OWNERS
from mhc_core.campaigns import channels, planning, rules
from mhc_core.campaigns.sending import Sender

MOST = 5_000
"""Touches that one run looks at; the next one goes on."""


@dg.asset(
    group_name=CAMPAIGNS,
    kinds={"postgres", "python"},
    owners=OWNERS,
    deps=[conversations, churn_risk],
    code_version="1",
    freshness_policy=HOURLY,
)
def campaign_plan(platform: Platform) -> dg.MaterializeResult[None]:
    """Who is due for which step of a follow-up, and why others are left out (`ai.campaign_touches`).

    Once for each step and person, with a holdout; also tasks for people about customers who may be lost. Nothing is
    sent here.
    """
    campaigns = rules.load(platform.settings.campaigns_file)
    with platform.engine.begin() as connection:
        made = planning.plan(connection, campaigns, platform.now())
    found = {"/".join(key): count for key, count in sorted(made.touches.items())}
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": made.touches.total(),
            "planned": found,
            "tasks_for_people": made.tasks,
            "opted_out": made.opted_out,
        }
    )


@dg.asset(
    group_name=CAMPAIGNS,
    kinds={"postgres", "python"},
    owners=OWNERS,
    deps=[campaign_plan],
    code_version="1",
    freshness_policy=HOURLY,
)
def campaign_delivery(platform: Platform) -> dg.MaterializeResult[None]:
    """Follow-ups that were sent, put off or left out (`ai.campaign_touches`), each sent once at most.

    Does nothing unless `MHC_CAMPAIGNS` is on. A run that is killed leaves nobody who would be written to twice.
    """
    settings = platform.settings
    if not settings.campaigns:
        return dg.MaterializeResult(metadata={"dagster/row_count": 0, "off": "set MHC_CAMPAIGNS=true to send"})
    campaigns = rules.load(settings.campaigns_file)
    services = channels.of(settings, campaigns, platform.now)
    sender = Sender(platform.engine, campaigns, platform.business(), settings, services, platform.now)
    done = sender.send_due(MOST)
    return dg.MaterializeResult(metadata={"dagster/row_count": done["sent"], "touches": dict(done)})
