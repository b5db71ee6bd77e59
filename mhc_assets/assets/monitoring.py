"""Figures people look at."""

import dagster as dg

from mhc_assets.assets.scoring import scored_conversations
from mhc_assets.freshness import EVERY_FEW_MINUTES
from mhc_assets.resources import Platform
from mhc_assets.style import MONITOR, OWNERS
from mhc_core.db.queries import conversation_stats as stats


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

    A run counts all days anew. Between runs the sensor of this name brings days up to date on which something changed.
    """
    with platform.engine.begin() as connection:
        changed = stats.refresh(connection, platform.now(), whole=True)
        return dg.MaterializeResult(metadata=told(stats.count(connection), changed))


def told(rows: int, changed: int) -> dict[str, int]:
    """What run and sensor say of a refresh."""
    return {"dagster/row_count": rows, "rows_changed": changed}
