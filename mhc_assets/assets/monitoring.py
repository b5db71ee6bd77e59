"""Figures people look at."""

import dagster as dg

from mhc_assets import telling
from mhc_assets.assets.scoring import scored_conversations
from mhc_assets.freshness import EVERY_FEW_MINUTES, HOURLY
from mhc_assets.resources import Platform
from mhc_assets.style import MONITOR, OWNERS
from mhc_core.db.queries import anomalies
from mhc_core.db.queries import conversation_stats as stats
from mhc_core.monitoring.anomalies import looking


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


@dg.asset(
    group_name=MONITOR,
    kinds={"postgres"},
    owners=OWNERS,
    code_version="1",
    freshness_policy=HOURLY,
)
def anomaly_evidence(platform: Platform) -> dg.MaterializeResult[None]:
    """What the detectors of anomalies know of each hour (`ai.anomaly_evidence`); alarms among it become alerts.

    Nothing that runs now changes what was known of an earlier hour.
    """
    now, zone = platform.now(), platform.business().contact.zone
    looking.count_figures(platform.engine, now)
    with platform.engine.begin() as connection:
        found = looking.look(connection, zone, now)
        written = anomalies.write(connection, found)
        alarms = [one.title for one in looking.conditions(connection, now)]
    return dg.MaterializeResult(metadata={"dagster/row_count": len(found), "new": written, "alarms": alarms})


@dg.asset(
    group_name=MONITOR,
    kinds={"postgres"},
    owners=OWNERS,
    code_version="1",
    freshness_policy=EVERY_FEW_MINUTES,
)
def pipeline_figures(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """What Dagster knows of its runs, for `/metrics` (`ai.pipeline_figures`): runs by status, when each asset was made
    last, how long runs wait, ticks that failed. Between runs the sensor of this name brings it up to date.
    """
    return dg.MaterializeResult(metadata={"dagster/row_count": telling.write(context.instance, platform)})


def told(rows: int, changed: int) -> dict[str, int]:
    """What run and sensor say of a refresh."""
    return {"dagster/row_count": rows, "rows_changed": changed}
