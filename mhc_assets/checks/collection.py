"""Did the day come in, and do its scores make sense?"""

import dagster as dg

from mhc_assets.assets.collection import conversations
from mhc_assets.assets.scoring import scored_conversations
from mhc_assets.partitions import days
from mhc_assets.resources import Platform
from mhc_core.collection.importing import inbox
from mhc_core.db.queries import scoring as queries
from mhc_core.monitoring import incidents


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


@dg.asset_check(asset=conversations)
def inbox_is_in(platform: Platform) -> dg.AssetCheckResult:
    """Every file of the inbox went in whole; the others are told by ending, hash and reason (`mhc status` names them).

    It stops nothing: one bad file keeps no other conversation from being learned from. It opens an incident, and
    closes it when all files are in.
    """
    with platform.engine.begin() as connection:
        pending = inbox.pending(connection, platform.settings.inbox)
        told = [f"{file.label}: {file.reason}" for file in pending]
        incidents.files_refused(connection, told, platform.now())
    return dg.AssetCheckResult(
        passed=not told, severity=dg.AssetCheckSeverity.WARN, metadata={"not_in": len(told), "files": told}
    )
