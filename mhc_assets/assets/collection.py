"""Raw conversations and feedback of a day."""

import dagster as dg

from mhc_assets.freshness import DAILY
from mhc_assets.partitions import daily, days, single_run
from mhc_assets.resources import Platform
from mhc_assets.style import COLLECT, OWNERS
from mhc_core.collection.importing.inbox import collect
from mhc_core.collection.settling import score_feedback, settle_day, undatable


@dg.asset(
    group_name=COLLECT,
    kinds={"postgres"},
    owners=OWNERS,
    partitions_def=daily,
    backfill_policy=single_run,
    code_version="1",
    freshness_policy=DAILY,
)
def conversations(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """Customer conversations of all channels, by the UTC day they started on.

    Imports new files of the inbox, closes conversations that went silent, and gives every customer message an intent.
    Holds raw text: it stays in the tables `ai.conversations` and `ai.messages`. Conversations dated before 2020 or in
    the future belong to no day and are only counted: import them again with the right dates.
    """
    inbox = collect(platform.engine, platform.settings.inbox, platform.now(), platform.settings.reject_dir)
    with platform.engine.begin() as connection:
        found = [settle_day(connection, platform.settings, day, platform.now()) for day in days(context)]
        left_out = undatable(connection, platform.now())
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(day.conversations for day in found),
            "messages": sum(day.messages for day in found),
            "customers": sum(day.customers for day in found),
            "escalated": sum(day.escalated for day in found),
            "still_active": sum(day.active for day in found),
            "dated_before_2020_or_in_the_future": left_out,
            "inbox_files": len(inbox.reports),
            "inbox_rejected_lines": sum(report.rejected for report in inbox.reports),
            "inbox_unreadable_files": len(inbox.failed),
        }
    )


@dg.asset(
    group_name=COLLECT,
    kinds={"postgres"},
    owners=OWNERS,
    deps=[conversations],
    partitions_def=daily,
    backfill_policy=single_run,
    code_version="1",
    freshness_policy=DAILY,
)
def feedback(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """Thumbs, stars, verdicts and comments given on a UTC day, each scored 0 to 1.

    The points are settings (`MHC_FEEDBACK_POINTS`). Comments are raw text and stay in `ai.feedback`.
    """
    with platform.engine.begin() as connection:
        counts = [score_feedback(connection, platform.settings, day) for day in days(context)]
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(given for given, _ in counts),
            "scores_changed": sum(changed for _, changed in counts),
        }
    )
