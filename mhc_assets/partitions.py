"""Time partitions. From conversations to scrubbed data, a partition is the day a conversation started on.

The day is the business's: Dagster must know its zone and the first day when the assets are declared, so the business
file and the settings are read here, when the code location loads.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg

from mhc_core import settings as configuration
from mhc_core.business import pricing

_SETTINGS = configuration.load()
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
ZONE = pricing.load(_SETTINGS.business_file).contact.timezone
daily = dg.DailyPartitionsDefinition(start_date=_SETTINGS.first_day.isoformat(), timezone=ZONE, end_offset=1)
ranges_of_days = dg.BackfillPolicy.multi_run(max_partitions_per_run=_SETTINGS.days_per_run)

_NEAR = 7
"""Days; two that are so near go into one run, which finds nothing to do on those between."""


def days(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Sequence[date]:
    """The days of this run, oldest first: one for a partition, all of them for a range."""
    keys = context.partition_keys if context.has_partition_key_range or context.has_partition_key else []
    return sorted(date.fromisoformat(key) for key in keys)


def made(
    context: dg.AssetExecutionContext, told: Mapping[date, Mapping[str, Any]]
) -> Iterator[dg.MaterializeResult[None]]:
    """Materialise the days of this run, each with what is told of it and nothing else.

    What an asset returns, Dagster repeats for each day of a range, and the day reported last is the one that the
    asset's page opens with. So the last day with rows is reported once more, when days without any came after it.
    """
    for day, metadata in told.items():
        context.add_asset_metadata(metadata, partition_key=day.isoformat())
    yield dg.MaterializeResult()
    filled = max((day for day, metadata in told.items() if metadata["dagster/row_count"]), default=None)
    if filled is not None and filled != max(told):
        wanted = dg.AssetRecordsFilter(context.asset_key, asset_partitions=[filled.isoformat()])
        [record] = context.instance.fetch_materializations(wanted, limit=1).records
        assert record.asset_materialization is not None
        context.log_event(record.asset_materialization)


def range_tags(wanted: Iterable[date]) -> list[dict[str, str]]:
    """The tags of the runs that cover these days, oldest first, without walking through empty years."""
    ranges: list[tuple[date, date]] = []
    for day in sorted(set(wanted)):
        if ranges and (day - ranges[-1][1]).days <= _NEAR and (day - ranges[-1][0]).days < _SETTINGS.days_per_run:
            ranges[-1] = (ranges[-1][0], day)
        else:
            ranges.append((day, day))
    return [{RANGE_START: first.isoformat(), RANGE_END: last.isoformat()} for first, last in ranges]
