"""``ai.conversation_stats``: conversations by day of the business, channel and status, with what became of them."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from mhc_core.db.queries.days import ZONE

_LATE = timedelta(minutes=10)
"""A transaction may commit so long after the moment it wrote down."""
_FIGURES = (
    "conversations", "messages", "escalated", "booked", "booking_value_usd", "average_score", "thumbs_up",
    "thumbs_down", "average_stars", "human_edits", "cost_usd", "average_first_answer_ms",
)  # fmt: skip
_SET = ", ".join(f"{name} = excluded.{name}" for name in (*_FIGURES, "refreshed_at"))
_OLD, _NEW = (", ".join(f"{row}.{name}" for name in _FIGURES) for row in ("t", "excluded"))
_DAY = f"timezone({ZONE}, c.started_at)::date"

_REFRESH = f"""
with changed as materialized (
    select {_DAY} as day from ai.conversations c where c.updated_at >= :since
    union
    select {_DAY} from ai.conversation_scores s join ai.conversations c on c.id = s.conversation_id
    where s.scored_at >= :since
    union
    select {_DAY} from ai.feedback f join ai.conversations c on c.id = f.conversation_id where f.created_at >= :since
    union
    select {_DAY} from ai.conversations c where cast(:since as timestamptz) is null
    union
    select day from ai.conversation_stats where cast(:since as timestamptz) is null
), fresh as materialized (
    select d.day, c.channel, c.status, count(*) as conversations,
           coalesce(sum(m.messages), 0) as messages,
           count(*) filter (where c.escalated_at is not null or c.status = 'escalated') as escalated,
           count(*) filter (where c.outcome = 'booked') as booked,
           coalesce(sum(c.booking_value_usd), 0) as booking_value_usd, avg(s.score)::real as average_score,
           coalesce(sum(f.thumbs_up), 0) as thumbs_up, coalesce(sum(f.thumbs_down), 0) as thumbs_down,
           avg(f.stars)::real as average_stars, coalesce(sum(m.human_edits), 0) as human_edits,
           coalesce(sum(m.cost_usd), 0) as cost_usd, avg(m.first_answer_ms)::real as average_first_answer_ms
    from changed d
    cross join lateral (  -- a day at a time along its index; without the offset all days are read and then sorted out
        select * from ai.conversations x
        where x.started_at >= timezone({ZONE}, d.day::timestamp)
          and x.started_at < timezone({ZONE}, d.day::timestamp + interval '1 day')
        offset 0
    ) c
    left join ai.conversation_scores s on s.conversation_id = c.id
    left join lateral (
        select count(*) as messages, count(*) filter (where edited_content is not null) as human_edits,
               sum(cost_usd) as cost_usd,
               (array_agg(latency_ms order by position)
                filter (where role = 'assistant' and latency_ms is not null))[1] as first_answer_ms
        from ai.messages where conversation_id = c.id
    ) m on true
    left join lateral (
        select count(*) filter (where vote = 'up') as thumbs_up, count(*) filter (where vote = 'down') as thumbs_down,
               avg(stars) as stars
        from ai.feedback where conversation_id = c.id
    ) f on true
    group by 1, 2, 3
), gone as (
    delete from ai.conversation_stats t
    where t.day in (select day from changed)
      and not exists (select from fresh f where (f.day, f.channel, f.status) = (t.day, t.channel, t.status))
    returning 1
), written as (
    insert into ai.conversation_stats as t (day, channel, status, {", ".join(_FIGURES)}, refreshed_at)
    select day, channel, status, {", ".join(_FIGURES)}, :now from fresh
    on conflict (day, channel, status) do update set {_SET} where ({_OLD}) is distinct from ({_NEW})
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)
"""


def refresh(connection: sa.Connection, now: datetime, *, whole: bool = False) -> int:
    """Bring the days on which something changed since the last refresh up to date; returns how many rows changed.

    ``whole`` looks at all days, which also finds what leaves no trace: rows that were deleted, a zone that changed,
    times written by a clock that is behind.
    """
    connection.execute(sa.text("select pg_advisory_xact_lock(hashtextextended('conversation_stats', 0))"))
    last = None if whole else connection.scalar(sa.text("select max(refreshed_at) from ai.conversation_stats"))
    since = last - _LATE if last else None
    return int(connection.execute(sa.text(_REFRESH), {"since": since, "now": now}).scalar_one())


def count(connection: sa.Connection) -> int:
    """Rows that dashboards see."""
    return int(connection.execute(sa.text("select count(*) from ai.conversation_stats")).scalar_one())
