"""Demand in all and by region. Regions are forecast by themselves: their sum is near the forecast of all, not the same,
which also counts parties of no known region.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from mhc_core.demand import bookings
from mhc_core.demand.bookings import Outlook
from mhc_core.errors import DataError

EVERYWHERE = "all"
BASELINES = ("seasonal naive",)
"""What is tried beside the model in one region. The others model normal errors, and most days of one have no party."""


@dataclass(frozen=True, slots=True)
class Regional:
    """The outlook by region, ``all`` first, and the regions that have too short a past for one."""

    outlooks: Mapping[str, Outlook]
    waiting: tuple[str, ...]


def outlooks(events: Iterable[tuple[date, date, str | None]], today: date, area: str) -> Regional:
    """From the days of events, those on which they were booked, and where they are.

    Raises:
        DataError: too short a past in all.
    """
    by_region: dict[str, list[tuple[date, date]]] = {}
    everywhere = []
    for event_on, booked_on, region in events:
        everywhere.append((event_on, booked_on))
        if region is not None:
            by_region.setdefault(region, []).append((event_on, booked_on))
    found = {EVERYWHERE: bookings.outlook(bookings.booked(everywhere), today, area)}
    waiting = []
    for region, theirs in sorted(by_region.items()):
        try:
            found[region] = bookings.outlook(bookings.booked(theirs), today, area, baselines=BASELINES)
        except DataError:
            waiting.append(region)
    return Regional(found, tuple(waiting))
