"""Time partitions. From conversations to scrubbed data, a partition is the UTC day a conversation started on."""

from collections.abc import Sequence
from datetime import date

import dagster as dg

from mhc_core.collection.settling import FIRST_DAY

daily = dg.DailyPartitionsDefinition(start_date=FIRST_DAY.isoformat(), timezone="UTC", end_offset=1)
single_run = dg.BackfillPolicy.single_run()


def days(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Sequence[date]:
    """The days of this run, oldest first: one for a partition, all of them for a single-run backfill."""
    keys = context.partition_keys if context.has_partition_key_range or context.has_partition_key else []
    return sorted(date.fromisoformat(key) for key in keys)
