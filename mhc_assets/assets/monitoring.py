"""Figures people look at."""

import dagster as dg

from mhc_assets.assets.scoring import scored_conversations
from mhc_assets.freshness import EVERY_FEW_MINUTES
from mhc_assets.resources import Platform
from mhc_assets.style import MONITOR, OWNERS
from mhc_core.db.queries import stats


@dg.asset(
    group_name=MONITOR,
    kinds={"postgres"},
    owners=OWNERS,
    deps=[scored_conversations],
    code_version="1",
    freshness_policy=EVERY_FEW_MINUTES,
)
def conversation_stats(platform: Platform) -> dg.MaterializeResult[None]:
    """Conversations by day, channel and status, with outcomes, votes and mean score (`ai.conversation_stats`).

    Refreshed every five minutes without locking anybody out.
    """
    with platform.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        rows = stats.refresh(connection)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})
