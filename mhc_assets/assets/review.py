"""What people decided about what was found."""

import dagster as dg

from mhc_assets.assets.scrubbing import scrubbed_training_data
from mhc_assets.automation import when_dependencies_are_new_and_clean
from mhc_assets.freshness import DAILY
from mhc_assets.resources import Platform
from mhc_assets.style import LEARN, OWNERS
from mhc_core.db.queries import review as queries
from mhc_core.review import decisions
from mhc_core.scrubbing import merging


@dg.asset(
    group_name=LEARN,
    kinds={"postgres"},
    owners=OWNERS,
    deps=[scrubbed_training_data],
    automation_condition=when_dependencies_are_new_and_clean(),
    code_version="1",
    freshness_policy=DAILY,
)
def review_decisions(platform: Platform) -> dg.MaterializeResult[None]:
    """The review queue, most valuable first, and the decisions made on it.

    Queues what is new (unsure answers, confident answers that were disliked, bookings and complaints, unusual
    questions), and records human edits and decisions that came with imported conversations as their authors' own. Only
    what a person approved goes on. Decide with `mhc review` or `POST /api/v1/review/{id}`.
    """
    with platform.engine.begin() as connection:
        queued = decisions.enqueue(connection, platform.settings)
        carried, refused = decisions.apply_carried(connection, platform.scrubber)
        merging.merge(connection, platform.embedder(), platform.settings)
        summary = queries.summary(connection)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(summary.decisions.values()),
            "queued_now": queued,
            "came_with_conversations": carried,
            "refused_edits": refused,
            "pending": summary.pending,
            "verified_examples": summary.verified,
            "decisions": dg.MetadataValue.json(dict(sorted(summary.decisions.items()))),
        }
    )
