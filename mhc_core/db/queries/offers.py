"""SQL of suggestions: who was made which, what past bookings hold, and how each offer fared."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import orjson
import sqlalchemy as sa

from mhc_core.db.queries.privacy import REDACTED
from mhc_core.db.tables import offer_suggestions
from mhc_core.vocabulary import PartySegment

_S = offer_suggestions.c


class Purchase(NamedTuple):
    """What one past booking holds: proteins, upgrades and add-ons by their names."""

    adults: int
    children: int
    items: Sequence[str]


class Fared(NamedTuple):
    """How often an offer was made to parties of a segment, and how often it was taken."""

    offer: str
    segment: PartySegment
    shown: int
    accepted: int


class Statistic(NamedTuple):
    """A row of ``offer_statistics`` but for its time."""

    offer: str
    segment: PartySegment
    shown: int
    accepted: int
    bookings: int
    bought: int
    companions: Mapping[str, float]


class Cell(NamedTuple):
    """The parties of one arm, segment and week (its Monday, UTC). ``usd`` is the capped value of what was accepted, in
    sum, ``usd_squares`` the sum of its squares."""

    segment: str
    week: date
    shown: bool
    parties: int
    accepted: int
    usd: float
    usd_squares: float


def purchases(connection: sa.Connection) -> list[Purchase]:
    """Every booking that was not declined or withdrawn, of customers who were not erased."""
    rows = connection.execute(
        sa.text(f"""
            select b.adults, b.children + b.under_six as children,
                   array(select jsonb_object_keys(
                       coalesce(b.details -> 'proteins', '{{}}') || coalesce(b.details #> '{{party,upgrades}}', '{{}}')
                       || coalesce(b.details #> '{{party,add_ons}}', '{{}}')) order by 1) as items
              from ai.booking_requests b join ai.conversations c on c.id = b.conversation_id
             where b.status in ('requested', 'confirmed') and not c.channel_metadata ? '{REDACTED}'
        """)
    )
    return [Purchase(*row) for row in rows]


def fared(connection: sa.Connection) -> list[Fared]:
    """How the suggestions that were made fared; those that were only noted are not in it."""
    rows = connection.execute(
        sa.text("""
            select offer, segment, count(*), count(*) filter (where accepted) from ai.offer_suggestions
             where shown group by offer, segment order by offer, segment
        """)
    )
    return [Fared(row[0], PartySegment(row[1]), row[2], row[3]) for row in rows]


def replace_statistics(connection: sa.Connection, found: Iterable[Statistic], now: datetime) -> None:
    """These and no others."""
    rows = [one._asdict() | {"made_at": now} for one in found]
    connection.execute(sa.text("delete from ai.offer_statistics"))
    connection.execute(
        sa.text("""
            insert into ai.offer_statistics
            select * from jsonb_populate_recordset(null::ai.offer_statistics, cast(:rows as jsonb))
        """),
        {"rows": orjson.dumps(rows).decode()},
    )


def statistics(connection: sa.Connection) -> list[Statistic]:
    """The newest statistics, by offer and segment."""
    columns = ", ".join(Statistic._fields)
    rows = connection.execute(sa.text(f"select {columns} from ai.offer_statistics order by offer, segment"))
    return [Statistic(**row._asdict() | {"segment": PartySegment(row.segment)}) for row in rows]


def cells(connection: sa.Connection, cap_usd: float) -> list[Cell]:
    """What became of the suggestions, made and held out, for their comparison."""
    rows = connection.execute(
        sa.text("""
            select segment, cast(date_trunc('week', suggested_at at time zone 'UTC') as date), shown, count(*),
                   count(*) filter (where accepted),
                   cast(coalesce(sum(least(value_usd, :cap)) filter (where accepted), 0) as float8),
                   cast(coalesce(sum(least(value_usd, :cap) ^ 2) filter (where accepted), 0) as float8)
              from ai.offer_suggestions group by 1, 2, 3 order by 1, 2, 3
        """),
        {"cap": cap_usd},
    )
    return [Cell(*row) for row in rows]


def settle(connection: sa.Connection, conversation_id: UUID, accepted: bool, value_usd: Decimal, now: datetime) -> None:
    """Note whether a party has what was suggested to it, or would have been."""
    connection.execute(
        sa.update(offer_suggestions)
        .where(_S.conversation_id == conversation_id, _S.accepted.is_distinct_from(accepted))
        .values(accepted=accepted, value_usd=value_usd, settled_at=now)
    )


def withdraw(connection: sa.Connection, conversation_id: UUID, now: datetime) -> None:
    """Note that a suggestion was taken back, because it does not go with what somebody cannot eat."""
    connection.execute(
        sa.update(offer_suggestions)
        .where(_S.conversation_id == conversation_id, _S.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
