"""What may be learned from, without personal data."""

from collections import Counter

import dagster as dg

from mhc_assets.assets.scoring import scored_conversations
from mhc_assets.freshness import DAILY
from mhc_assets.partitions import daily, days, single_run
from mhc_assets.plots import bars
from mhc_assets.resources import Platform
from mhc_assets.style import LEARN, OWNERS
from mhc_core.db.queries import examples as queries
from mhc_core.scrubbing.stage import scrub_day


@dg.asset(
    group_name=LEARN,
    kinds={"postgres", "python"},
    owners=OWNERS,
    deps=[scored_conversations],
    partitions_def=daily,
    backfill_policy=single_run,
    code_version="1",
    freshness_policy=DAILY,
)
def scrubbed_training_data(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """Question and answer pairs worth learning from, with names, phones, addresses and the like replaced.

    Answers of conversations at or above the quality threshold, every human edit, and disliked or unsure answers for
    correction. Placeholders such as `[PERSON_1]` are consistent inside a conversation. Text that cannot be shown to be
    clean is held back. Near-duplicates are merged. Everything after this asset sees this text only.
    """
    scrubber, embedder = platform.scrubber(), platform.embedder()
    written = 0
    summaries = {}
    for day in days(context):
        with platform.engine.begin() as connection:
            written += scrub_day(connection, scrubber, embedder, platform.settings, day, platform.now())
            summaries[day] = queries.summary(connection, day)
        context.log.info("%s: %d examples, %d held", day, summaries[day].examples, _held(summaries[day]))
    findings = Counter[str]()
    for summary in summaries.values():
        findings.update(summary.findings)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(summary.examples for summary in summaries.values()),
            "written_now": written,
            "merged_duplicates": sum(summary.duplicates for summary in summaries.values()),
            "held": sum(_held(summary) for summary in summaries.values()),
            "findings": dg.MetadataValue.json(dict(sorted(findings.items()))),
            "findings_by_day": bars(
                "personal data found",
                {day.isoformat(): sum(summary.findings.values()) for day, summary in summaries.items()},
            ),
        }
    )


def _held(summary: queries.ScrubSummary) -> int:
    return summary.held_residue + summary.held_error
