"""SQL of all bookings as one: those that the concierge took and those that were imported.

Whatever reads bookings reads them here, so that value, churn, demand, profiles and loyalty count the same. A booking
*holds* when it is confirmed or took place. It is *completed* when its system says so, or when it is confirmed and the
day of its event is over.
"""

from collections.abc import Mapping

import orjson
import sqlalchemy as sa

from mhc_core.business.customers import Region
from mhc_core.db.queries import days, installation
from mhc_core.db.queries.privacy import REDACTED
from mhc_core.pseudonyms import hashed

ALL = f"""
    select b.id, b.customer_id,
           case when b.redacted then b.customer_id else {hashed("b.customer_id")} end as customer_hash,
           b.status, b.booked_at, cast(timezone({days.ZONE}, b.event_at) as date) as event_on, b.guests,
           cast(b.value_usd as float8) as usd, b.zip, cast(null as text) as city, b.region, b.updated_at
      from ai.bookings b
     union all
    select r.id, c.customer_id, {hashed("c.customer_id")},
           case r.status when 'withdrawn' then 'cancelled' else r.status end, r.requested_at, r.event_on,
           r.adults + r.children + r.under_six, cast(coalesce(r.total_usd, c.booking_value_usd) as float8),
           r.details ->> 'zip', r.details ->> 'city', null, r.updated_at
      from ai.booking_requests r join ai.conversations c on c.id = r.conversation_id
     where not c.channel_metadata ? '{REDACTED}'
"""
"""Every booking; give it ``parameters``. ``customer_id`` is null where nobody said who booked."""

HOLDS = "status in ('confirmed', 'completed')"
COMPLETED = "(status = 'completed' or status = 'confirmed' and coalesce(event_on < :today, false))"
"""With the parameter ``today``, a day of the business."""

BY_ZIP = """
    left join lateral (
        select value as name from jsonb_each_text(cast(:zips as jsonb))
         where starts_with({0}.zip, key) order by length(key) desc limit 1
    ) by_zip on true
"""
BY_CITY = "left join lateral (select cast(:cities as jsonb) ->> lower(trim({0}.city)) as name) by_city on true"
"""Each joins the region, as ``name``, of rows with a zip code or a city; their parameters are ``places``."""


def parameters(connection: sa.Connection) -> dict[str, bytes]:
    """Of ``ALL``. The salt is made where there is none yet."""
    installation.salt(connection)
    return installation.pads(connection)


def places(regions: Mapping[str, Region]) -> dict[str, str]:
    """Of ``BY_ZIP`` and ``BY_CITY``: the beginnings of zip codes and the cities, each with its region, as JSON."""
    zips = {prefix: name for name, region in regions.items() for prefix in region.zips}
    cities = {city.lower(): name for name, region in regions.items() for city in region.cities}
    return {"zips": orjson.dumps(zips).decode(), "cities": orjson.dumps(cities).decode()}
