"""What may be learned from, without personal data."""

from collections.abc import Iterator

import dagster as dg

from mhc_assets.assets.scoring import scored_conversations
from mhc_assets.freshness import DAILY
from mhc_assets.partitions import daily, days, made, ranges_of_days
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
    backfill_policy=ranges_of_days,
    code_version="1",
    freshness_policy=DAILY,
)
def scrubbed_training_data(
    context: dg.AssetExecutionContext, platform: Platform
) -> Iterator[dg.MaterializeResult[None]]:
    """Question and answer pairs worth learning from, with names, phones, addresses and the like replaced.

    Answers of conversations at or above the quality threshold, every human edit, and disliked or unsure answers for
    correction. Placeholders such as `[PERSON_1]` are consistent inside a conversation. Text that cannot be shown to be
    clean is held back. Near-duplicates are merged. Everything after this asset sees this text only.
    """
    scrubber, embedder = platform.scrubber(), platform.embedder()
    told = {}
    for day in days(context):
        with platform.engine.begin() as connection:
            written = scrub_day(connection, scrubber, embedder, platform.settings, day, platform.now())
            found = queries.summary(connection, day)
        held = found.held_residue + found.held_error
        context.log.info("%s: %d examples, %d held", day, found.examples, held)
        told[day] = {
            "dagster/row_count": found.examples,
            "written_now": written,
            "merged_duplicates": found.duplicates,
            "held": held,
            "personal_data_found": sum(found.findings.values()),
            "findings": dg.MetadataValue.json(dict(sorted(found.findings.items()))),
        }
    yield from made(context, told)
