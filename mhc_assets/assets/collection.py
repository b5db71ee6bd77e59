"""Raw conversations and feedback of a day."""

from collections.abc import Iterator

import dagster as dg

from mhc_assets.freshness import DAILY
from mhc_assets.partitions import daily, days, made, ranges_of_days
from mhc_assets.resources import Platform
from mhc_assets.style import COLLECT, OWNERS
from mhc_core.collection.importing.context import reading
from mhc_core.collection.importing.inbox import collect
from mhc_core.collection.settling import score_feedback, settle_day, undatable


@dg.asset(
    group_name=COLLECT,
    kinds={"postgres"},
    owners=OWNERS,
    partitions_def=daily,
    backfill_policy=ranges_of_days,
    code_version="1",
    freshness_policy=DAILY,
)
def conversations(context: dg.AssetExecutionContext, platform: Platform) -> Iterator[dg.MaterializeResult[None]]:
    """Customer conversations of all channels, by the day they started on in the zone of the business.

    Imports new files of the inbox, closes conversations that went silent, and gives every customer message an intent.
    Holds raw text: it stays in the tables `ai.conversations` and `ai.messages`. Conversations dated before
    `MHC_FIRST_DAY` or in the future belong to no day and are only counted: import them again with the right dates.
    What the run read from the inbox stands at its last day.
    """
    inbox = collect(
        platform.engine,
        platform.settings.inbox,
        platform.now(),
        platform.settings.reject_dir,
        reading(platform.settings, platform.now()),
    )
    told = {}
    for day in days(context):
        with platform.engine.begin() as connection:
            found = settle_day(connection, platform.settings, day, platform.now())
        told[day] = {
            "dagster/row_count": found.conversations,
            "messages": found.messages,
            "customers": found.customers,
            "escalated": found.escalated,
            "still_active": found.active,
        }
    with platform.engine.connect() as connection:
        left_out = undatable(connection, platform.settings, platform.now())
    told[max(told)] |= {
        "belong_to_no_day": left_out,
        "inbox_files": len(inbox.reports),
        "inbox_rejected_lines": sum(report.rejected for report in inbox.reports),
        "inbox_unreadable_files": len(inbox.failed),
    }
    yield from made(context, told)


@dg.asset(
    group_name=COLLECT,
    kinds={"postgres"},
    owners=OWNERS,
    deps=[conversations],
    partitions_def=daily,
    backfill_policy=ranges_of_days,
    code_version="1",
    freshness_policy=DAILY,
)
def feedback(context: dg.AssetExecutionContext, platform: Platform) -> Iterator[dg.MaterializeResult[None]]:
    """Thumbs, stars, verdicts and comments given on a day, each scored 0 to 1.

    The points are settings (`MHC_FEEDBACK_POINTS`). Comments are raw text and stay in `ai.feedback`.
    """
    told = {}
    for day in days(context):
        with platform.engine.begin() as connection:
            given, changed = score_feedback(connection, platform.settings, day)
        told[day] = {"dagster/row_count": given, "scores_changed": changed}
    yield from made(context, told)
