"""SQL of who allowed advertising and who forbade it, and of what they wrote that may forbid it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from mhc_core.db.queries import installation
from mhc_core.db.queries.privacy import REDACTED
from mhc_core.pseudonyms import hashed


class Consent(NamedTuple):
    """A row of ``contact_consents`` as it is imported: by whom, on which channel, when, how, to which words."""

    customer_hash: str
    channel: str
    given_at: datetime
    how: str
    wording: str


class Kept(NamedTuple):
    """A consent as it is kept; ``opted_out_at`` is the person's, whatever the channel."""

    customer_hash: str
    channel: str
    given_at: datetime
    how: str
    wording: str
    recorded_by: str
    revoked_at: datetime | None
    opted_out_at: datetime | None


def add(connection: sa.Connection, given: Sequence[Consent], by: str, now: datetime) -> tuple[int, int]:
    """Keep consents; those that are kept already stay as they are. People who were erased are left out.

    Returns how many are new, and how many were left out.
    """
    rows = orjson.dumps([one._asdict() for one in given]).decode()
    erased = connection.execute(
        sa.text("""
            select count(*) from jsonb_to_recordset(cast(:rows as jsonb)) as r(customer_hash text)
             where exists (select from ai.erasures e where e.customer_hash = r.customer_hash)
        """),
        {"rows": rows},
    ).scalar_one()
    added = connection.execute(
        sa.text("""
            insert into ai.contact_consents (customer_hash, channel, given_at, how, wording, recorded_by, recorded_at)
            select r.customer_hash, r.channel, r.given_at, r.how, r.wording, :by, :now
              from jsonb_to_recordset(cast(:rows as jsonb)) as r(
                   customer_hash text, channel text, given_at timestamptz, how text, wording text)
             where not exists (select from ai.erasures e where e.customer_hash = r.customer_hash)
            on conflict (customer_hash, channel, given_at) do nothing
        """),
        {"rows": rows, "by": by, "now": now},
    ).rowcount
    return added, erased


def revoke(connection: sa.Connection, hashes: Sequence[str], by: str, now: datetime) -> int:
    """Note that a person's consents are revoked; how many were in force."""
    query = sa.text("""
        update ai.contact_consents set revoked_at = :now, revoked_by = :by
         where customer_hash = any(:hashes) and revoked_at is null
    """)
    return connection.execute(query, {"hashes": list(hashes), "by": by, "now": now}).rowcount


def kept(connection: sa.Connection, hashes: Sequence[str] | None, limit: int) -> list[Kept]:
    """Consents, the newest first; of these people alone when they are given."""
    rows = connection.execute(
        sa.text("""
            select c.customer_hash, c.channel, c.given_at, c.how, c.wording, c.recorded_by, c.revoked_at, o.opted_out_at
              from ai.contact_consents c left join ai.contact_optouts o using (customer_hash)
             where cast(:hashes as text[]) is null or c.customer_hash = any(:hashes)
             order by c.given_at desc, c.id desc limit :limit
        """),
        {"hashes": None if hashes is None else list(hashes), "limit": limit},
    )
    return [Kept(*row) for row in rows]


def wording(connection: sa.Connection, customer_hash: str, channel: str) -> str | None:
    """The words that a person agreed to last on a channel, of what is in force; None where they agreed to nothing."""
    query = sa.text("""
        select wording from ai.contact_consents
         where customer_hash = :who and channel = :channel and revoked_at is null
         order by given_at desc, id desc limit 1
    """)
    found: str | None = connection.scalar(query, {"who": customer_hash, "channel": channel})
    return found


def opt_out(connection: sa.Connection, said: Sequence[tuple[str, datetime]], how: str, channel: str | None) -> int:
    """Keep who wants no advertising, since the latest time they said so; how many did not before.

    What is planned for them, and was not agreed to since, is dropped.
    """
    rows = orjson.dumps([{"customer_hash": who, "at": at} for who, at in said]).decode()
    values = {"rows": rows, "how": how, "channel": channel}
    given = "jsonb_to_recordset(cast(:rows as jsonb)) as r(customer_hash text, at timestamptz)"
    new = connection.execute(
        sa.text(f"""
            insert into ai.contact_optouts as o (customer_hash, opted_out_at, how, channel)
            select r.customer_hash, max(r.at), :how, :channel from {given} group by r.customer_hash
            on conflict (customer_hash) do update
               set opted_out_at = excluded.opted_out_at, how = excluded.how, channel = excluded.channel
             where o.opted_out_at < excluded.opted_out_at
        """),
        values,
    ).rowcount
    connection.execute(
        sa.text(f"""
            update ai.campaign_touches t set state = 'skipped', reason = 'opted_out', finished_at = r.at
              from {given}
             where t.customer_hash = r.customer_hash and t.state = 'planned'
               and not exists (select from ai.contact_consents c
                                where c.customer_hash = r.customer_hash and c.revoked_at is null and c.given_at > r.at)
        """),
        {"rows": rows},
    )
    return new


def opted_out(connection: sa.Connection, hashes: Sequence[str]) -> bool:
    """Whether one of these pseudonyms wants no advertising and did not agree to any since."""
    query = sa.text("""
        select exists (
            select from ai.contact_optouts o
             where o.customer_hash = any(:hashes)
               and not exists (select from ai.contact_consents c
                                where c.customer_hash = any(:hashes) and c.revoked_at is null
                                  and c.given_at > o.opted_out_at))
    """)
    return bool(connection.scalar(query, {"hashes": list(hashes)}))


class Inbound(NamedTuple):
    """What somebody with a consent wrote after they gave it; raw."""

    customer_hash: str
    channel: str
    content: str
    sent_at: datetime


def screened_until(connection: sa.Connection) -> datetime | None:
    """When messages were looked through last."""
    found: datetime | None = connection.scalar(sa.text("select screened_until from ai.inbound_screenings"))
    return found


def screened(connection: sa.Connection, now: datetime) -> None:
    """Note that messages were looked through."""
    connection.execute(
        sa.text("""
            insert into ai.inbound_screenings as s (id, screened_until) values (1, :now)
            on conflict (id) do update set screened_until = greatest(s.screened_until, excluded.screened_until)
        """),
        {"now": now},
    )


def inbound(connection: sa.Connection, since: datetime | None, now: datetime, limit: int) -> Iterator[list[Inbound]]:
    """Messages of conversations that changed since a moment, or whose consent was recorded since; in pages."""
    who = hashed("c.customer_id")
    rows = connection.execute(
        sa.text(f"""
            with agreed as (
                select customer_hash, min(given_at) as given_at, max(recorded_at) as recorded_at
                  from ai.contact_consents where revoked_at is null group by customer_hash
            )
            select a.customer_hash, c.channel, m.content, m.sent_at
              from ai.conversations c
              join agreed a on a.customer_hash = {who}
              join ai.messages m on m.conversation_id = c.id
             where c.customer_id is not null and not c.channel_metadata ? '{REDACTED}'
               and m.role = 'user' and m.content <> '' and m.sent_at > a.given_at and m.sent_at <= :now
               and (cast(:since as timestamptz) is null or c.updated_at > :since or a.recorded_at > :since)
               and not exists (select from ai.contact_optouts o
                                where o.customer_hash = a.customer_hash and o.opted_out_at >= m.sent_at)
             order by m.sent_at, m.id
        """),
        installation.pads(connection) | {"since": since, "now": now},
        execution_options={"yield_per": limit},
    )
    for page in rows.partitions():
        yield [Inbound(*row) for row in page]
