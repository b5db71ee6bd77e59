"""Days are the business's, and the figures of dashboards are a table that is fed with what changed.

Both cut days in the zone that the session was opened with.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TABLE = """
    create table ai.conversation_stats (
        day date not null, channel text not null, status text not null, conversations bigint not null,
        messages bigint not null, escalated bigint not null, booked bigint not null,
        booking_value_usd numeric not null, average_score real, thumbs_up bigint not null, thumbs_down bigint not null,
        average_stars real, human_edits bigint not null, cost_usd numeric not null, average_first_answer_ms real,
        refreshed_at timestamptz not null,
        constraint pk_conversation_stats primary key (day, channel, status)
    )
"""
_VIEW = """
    create materialized view ai.conversation_stats as
    select
        (c.started_at at time zone 'UTC')::date as day,
        c.channel,
        c.status,
        count(*) as conversations,
        coalesce(sum(m.messages), 0)::bigint as messages,
        count(*) filter (where c.escalated_at is not null or c.status = 'escalated') as escalated,
        count(*) filter (where c.outcome = 'booked') as booked,
        coalesce(sum(c.booking_value_usd), 0) as booking_value_usd,
        avg(s.score)::real as average_score,
        coalesce(sum(f.thumbs_up), 0)::bigint as thumbs_up,
        coalesce(sum(f.thumbs_down), 0)::bigint as thumbs_down,
        avg(f.stars)::real as average_stars,
        coalesce(sum(m.human_edits), 0)::bigint as human_edits,
        coalesce(sum(m.cost_usd), 0) as cost_usd,
        avg(m.first_answer_ms)::real as average_first_answer_ms
    from ai.conversations c
    left join ai.conversation_scores s on s.conversation_id = c.id
    left join lateral (
        select
            count(*) as messages,
            count(*) filter (where edited_content is not null) as human_edits,
            sum(cost_usd) as cost_usd,
            (array_agg(latency_ms order by position) filter (where role = 'assistant' and latency_ms is not null))[1]
                as first_answer_ms
        from ai.messages where conversation_id = c.id
    ) m on true
    left join lateral (
        select
            count(*) filter (where vote = 'up') as thumbs_up,
            count(*) filter (where vote = 'down') as thumbs_down,
            avg(stars) as stars
        from ai.feedback where conversation_id = c.id
    ) f on true
    group by 1, 2, 3
"""


def upgrade() -> None:
    op.execute("drop materialized view ai.conversation_stats")
    op.execute(_TABLE)
    _cut("current_setting('mhc.zone')")


def downgrade() -> None:
    op.execute("drop table ai.conversation_stats")
    op.execute(_VIEW)
    op.execute("create unique index conversation_stats_key on ai.conversation_stats (day, channel, status)")
    _cut("'UTC'")


def _cut(zone: str) -> None:
    op.execute(f"""
        update ai.training_examples e set day = (c.started_at at time zone {zone})::date
        from ai.conversations c
        where c.id = e.conversation_id and e.day <> (c.started_at at time zone {zone})::date
    """)
    op.execute(f"""
        update ai.scrub_holds h set day = (c.started_at at time zone {zone})::date
        from ai.messages m join ai.conversations c on c.id = m.conversation_id
        where m.id = h.answer_message_id and h.day <> (c.started_at at time zone {zone})::date
    """)
