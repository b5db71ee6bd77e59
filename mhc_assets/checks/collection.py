"""Did the day come in, and do its scores make sense?"""

import dagster as dg

from mhc_assets.assets.scoring import scored_conversations
from mhc_assets.partitions import days
from mhc_assets.resources import Platform
from mhc_core.db.queries import scoring as queries


@dg.asset_check(asset=scored_conversations, blocking=True)
def every_finished_conversation_is_scored(
    context: dg.AssetCheckExecutionContext, platform: Platform
) -> dg.AssetCheckResult:
    """Each finished conversation has a score, and each score lies between 0 and 1."""
    with platform.engine.connect() as connection:
        found = [queries.summary(connection, day, platform.settings.quality_threshold) for day in days(context)]
    conversations = sum(day.conversations for day in found)
    scored = sum(day.scored for day in found)
    strange = sum(day.out_of_range for day in found)
    return dg.AssetCheckResult(
        passed=scored == conversations and strange == 0,
        metadata={"conversations": conversations, "scored": scored, "out_of_range": strange},
    )
