"""SQL of the dashboard's figures: counting hours in which something changed, and reading periods without a scan."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

import sqlalchemy as sa

from mhc_core.db.queries.days import ZONE

Span = Literal["hour", "day", "month"]
SLOWEST_MS, BUCKETS = 100_000, 60
"""Answer times are counted in so many buckets of equal ratio from 1 ms on; each is a fifth wide."""
_LATE = timedelta(minutes=10)
"""A transaction may commit so long after the moment it wrote down."""
_WITHIN = "x.{0} >= :first and x.{0} < :until"
_HOUR = "date_trunc('hour', x.{0})"
COLUMNS = {
    "figures_totals": "messages handovers bookings thumbs_up thumbs_down stars starred",
    "figures_answers": "answers cached",
    "figures_latencies": "answers",
    "figures_articles": "used booked liked disliked retrieved contradicted",
    "figures_chunks": "used booked liked disliked retrieved contradicted",
    "figures_flow": "conversations escalated booked",
}
_KEYS = {
    "figures_totals": "",
    "figures_answers": "model",
    "figures_latencies": "bucket",
    "figures_articles": "article",
    "figures_chunks": "chunk",
    "figures_flow": "channel intent agent outcome",
}
_SENT, _ANSWER = _WITHIN.format("sent_at"), "x.role = 'assistant'"
_BOOKED = """
    left join ai.booking_requests b on b.conversation_id = {0} and b.status in ('requested', 'confirmed')
"""


def _each_hour(name: str, table: str, column: str, figures: str, where: str = "true") -> str:
    """A join of what a table counts in each hour."""
    return f"""
        left join (select {_HOUR.format(column)} as hour, {figures} from ai.{table} x
                    where {_WITHIN.format(column)} and {where} group by 1) {name} on {name}.hour = h
    """


def _uses(found: str, table: str) -> str:
    """What became of answers that cite, or retrieved, each row of a table of the knowledge; ``found`` are the two kinds
    of one answer. Contradicted is an answer that a guard took statements out of, or that people corrected or rejected.
    """
    return f"""
        select 'hour', {_HOUR.format("sent_at")}, k.id, count(*) filter (where e.cited),
               count(*) filter (where e.cited and (c.outcome = 'booked' or b.id is not null)),
               coalesce(sum(f.up) filter (where e.cited), 0), coalesce(sum(f.down) filter (where e.cited), 0), count(*),
               count(*) filter (where e.cited and (x.edited_content is not null or x.message_metadata ? 'unsupported'
                                                   or r.corrected))
          from ai.messages x
         cross join lateral (select id, bool_or(cited) as cited from ({found}) u group by id) e
          join ai.{table} k on k.id = e.id
          join ai.conversations c on c.id = x.conversation_id
          {_BOOKED.format("c.id")}
          left join lateral (
               select count(*) filter (where verdict = 'up') as up, count(*) filter (where verdict = 'down') as down
                 from ai.feedback where message_id = x.id) f on true
          left join lateral (
               select true as corrected from ai.training_examples t join ai.review_items i on i.example_id = t.id
                 join ai.review_decisions d on d.item_id = i.id
                where t.answer_message_id = x.id and d.decision in ('edit', 'reject') and d.undone_at is null
                limit 1) r on true
         where {_SENT} and {_ANSWER} and (x.citations <> '[]' or x.message_metadata ? 'retrieved') group by 2, 3
    """


_COUNT = {
    "figures_totals": f"""
        select 'hour', h, coalesce(m.n, 0), coalesce(o.n, 0), coalesce(b.n, 0), coalesce(f.up, 0), coalesce(f.down, 0),
               coalesce(f.stars, 0), coalesce(f.starred, 0), :now
          from generate_series(cast(:first as timestamptz), cast(:until as timestamptz) - interval '1 hour',
                               interval '1 hour') h
        {_each_hour("m", "messages", "sent_at", "count(*) as n", "x.role = 'user'")}
        {_each_hour("o", "handovers", "opened_at", "count(*) as n")}
        {_each_hour("b", "booking_requests", "requested_at", "count(*) as n")}
        {
        _each_hour(
            "f",
            "feedback",
            "given_at",
            "count(*) filter (where x.verdict = 'up') as up, count(*) filter (where x.verdict = 'down') as down, "
            "sum(x.stars) as stars, count(x.stars) as starred",
        )
    }
    """,
    "figures_answers": f"""
        select 'hour', {_HOUR.format("sent_at")}, coalesce(x.model_version_id, 'none'), count(*),
               count(*) filter (where x.cached)
          from ai.messages x where {_SENT} and {_ANSWER} group by 2, 3
    """,
    "figures_latencies": f"""
        select 'hour', {_HOUR.format("sent_at")},
               width_bucket(ln(greatest(x.latency_ms, 1)), 0, ln({SLOWEST_MS}), {BUCKETS}), count(*)
          from ai.messages x where {_SENT} and {_ANSWER} and x.latency_ms is not null group by 2, 3
    """,
    "figures_articles": _uses(
        """
        select e ->> 'id' as id, true as cited from jsonb_array_elements(x.citations) e
        union all select k.article_id, false from jsonb_array_elements_text(x.message_metadata -> 'retrieved') r
          join ai.knowledge_chunks k on k.id = cast(r as bigint)
        """,
        "knowledge_articles",
    ),
    "figures_chunks": _uses(
        """
        select cast(e ->> 'chunk' as bigint) as id, true as cited from jsonb_array_elements(x.citations) e
         where jsonb_typeof(e -> 'chunk') = 'number'
        union all select cast(r as bigint), false from jsonb_array_elements_text(x.message_metadata -> 'retrieved') r
        """,
        "knowledge_chunks",
    ),
    "figures_flow": f"""
        select 'hour', {_HOUR.format("started_at")}, x.channel, coalesce(x.intent, 'unknown'),
               coalesce(a.agent, 'nobody'),
               coalesce(x.outcome, case when b.id is not null then 'asked to book'
                                    when x.status = 'closed' then 'unknown' else x.status end), count(*),
               count(*) filter (where x.escalated_at is not null or x.status = 'escalated'),
               count(*) filter (where x.outcome = 'booked' or b.id is not null)
          from ai.conversations x
          {_BOOKED.format("x.id")}
          left join lateral (
               select case when m.role = 'agent' then 'person'
                           when m.message_metadata ->> 'agent' = any(:agents) then m.message_metadata ->> 'agent'
                           else 'other' end as agent
                 from ai.messages m where m.conversation_id = x.id and m.role in ('assistant', 'agent')
                order by m.position desc limit 1) a on true
         where {_WITHIN.format("started_at")} group by 2, 3, 4, 5, 6
    """,
}


def count(connection: sa.Connection, first: datetime, until: datetime, agents: Sequence[str], now: datetime) -> None:
    """Count the hours from ``first`` to ``until`` anew, and sum the days and months they lie in. ``agents`` are the
    names that may stand in the figures."""
    values: dict[str, object] = {"first": first, "until": until, "agents": list(agents), "now": now}
    for table, source in _COUNT.items():
        hours = "span = 'hour' and start >= :first and start < :until"
        connection.execute(sa.text(f"delete from ai.{table} where {hours}"), values)
        connection.execute(sa.text(f"insert into ai.{table} {source}"), values)
        _sum_up(connection, table, values)


def sum_up(connection: sa.Connection, first: datetime, until: datetime, now: datetime) -> None:
    """Sum the days and months from ``first`` to ``until`` anew from their hours, which are taken as counted."""
    for table in _COUNT:
        _sum_up(connection, table, {"first": first, "until": until, "now": now})


def _sum_up(connection: sa.Connection, table: str, values: dict[str, object]) -> None:
    for span, parts in (("day", "hour"), ("month", "day")):
        _sum(connection, table, span, parts, values)


def _sum(connection: sa.Connection, table: str, span: str, parts: str, values: dict[str, object]) -> None:
    """Sum the days or months of the business in which hours were counted, from the shorter spans in them."""
    begins = f"date_trunc('{span}', cast(:first as timestamptz), {ZONE})"
    last = f"date_trunc('{span}', cast(:until as timestamptz), {ZONE})"
    # A day has 23 to 25 hours, a month 28 to 31 days: a bit more than one of them lies in the next one for certain.
    ends = f"date_trunc('{span}', {last} + interval '{'30 hours' if span == 'day' else '32 days'}', {ZONE})"
    within = f"start >= {begins} and start < {ends}"
    sums = ", ".join(f"sum({name})" for name in COLUMNS[table].split())
    keys = "".join(f"{name}, " for name in _KEYS[table].split())
    connection.execute(sa.text(f"delete from ai.{table} where span = '{span}' and {within}"), values)
    connection.execute(
        sa.text(f"""
            insert into ai.{table}
            select '{span}', date_trunc('{span}', t.start, {ZONE}), {keys} {sums}
                   {", :now" if table == "figures_totals" else ""}
              from ai.{table} t where t.span = '{parts}' and {within} group by {keys} 2
        """),
        values,
    )


def changed(connection: sa.Connection, since: datetime) -> list[datetime]:
    """Hours in which something changed since then."""
    rows = connection.scalars(
        sa.text("""
            with c as (select id, started_at from ai.conversations where updated_at >= :since)
            select date_trunc('hour', started_at) from c
            union select date_trunc('hour', m.sent_at) from c join ai.messages m on m.conversation_id = c.id
            union select date_trunc('hour', given_at) from ai.feedback where given_at >= :since
            union select date_trunc('hour', m.sent_at) from ai.review_decisions d
              join ai.review_items i on i.id = d.item_id join ai.training_examples t on t.id = i.example_id
              join ai.messages m on m.id = t.answer_message_id
             where d.decided_at >= :since or d.undone_at >= :since
        """),
        {"since": since - _LATE},
    )
    return list(rows)


def refreshed_at(connection: sa.Connection) -> datetime | None:
    """When an hour was last counted; None when none was."""
    query = sa.text("select max(refreshed_at) from ai.figures_totals where span = 'hour'")
    at: datetime | None = connection.scalar(query)
    return at


def hours_of_history(connection: sa.Connection) -> list[datetime]:
    """Every hour from the first conversation to the last message, newest first."""
    rows = connection.scalars(
        sa.text("""
            select generate_series(date_trunc('hour', greatest(max(last_message_at), max(started_at))),
                                   date_trunc('hour', min(started_at)), interval '-1 hour')
              from ai.conversations
        """)
    )
    return list(rows)


class Totals(NamedTuple):
    """What happened in a period."""

    messages: int
    handovers: int
    bookings: int
    thumbs_up: int
    thumbs_down: int
    stars: int
    starred: int


def totals(connection: sa.Connection, span: Span, since: datetime) -> Totals:
    """Sums from ``since`` on."""
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in Totals._fields)
    row = connection.execute(
        sa.text(f"select {sums} from ai.figures_totals where span = :span and start >= :since"),
        {"span": span, "since": since},
    ).one()
    return Totals(*map(int, row))


class Answers(NamedTuple):
    """Answers of a model in a period, and how many of them came from the cache."""

    model: str
    answers: int
    cached: int


def answers(connection: sa.Connection, span: Span, since: datetime) -> list[Answers]:
    """Sums by model from ``since`` on, the busiest first."""
    rows = connection.execute(
        sa.text("""
            select model, sum(answers), sum(cached) from ai.figures_answers
             where span = :span and start >= :since group by model order by 2 desc, 1
        """),
        {"span": span, "since": since},
    )
    return [Answers(model, int(one), int(two)) for model, one, two in rows]


def latencies(connection: sa.Connection, span: Span, since: datetime) -> dict[int, int]:
    """Answers by bucket of their time."""
    rows = connection.execute(
        sa.text("""
            select bucket, sum(answers) from ai.figures_latencies
             where span = :span and start >= :since group by bucket order by bucket
        """),
        {"span": span, "since": since},
    )
    return {int(bucket): int(number) for bucket, number in rows}


class Flow(NamedTuple):
    """Conversations that took the same way."""

    channel: str
    intent: str
    agent: str
    outcome: str
    conversations: int
    escalated: int
    booked: int


def flow(connection: sa.Connection, span: Span, since: datetime) -> list[Flow]:
    """Conversations begun from ``since`` on, by their way."""
    rows = connection.execute(
        sa.text("""
            select channel, intent, agent, outcome, sum(conversations), sum(escalated), sum(booked)
              from ai.figures_flow where span = :span and start >= :since group by 1, 2, 3, 4
             order by 5 desc, 1, 2, 3, 4
        """),
        {"span": span, "since": since},
    )
    return [Flow(row[0], row[1], row[2], row[3], int(row[4]), int(row[5]), int(row[6])) for row in rows]


def any_conversation(connection: sa.Connection, span: Span, since: datetime) -> bool:
    """Whether one began from ``since`` on."""
    query = sa.text("select exists (select from ai.figures_flow where span = :span and start >= :since)")
    return bool(connection.scalar(query, {"span": span, "since": since}))


class DayFigures(NamedTuple):
    """One day: cost (USD), and the mean score of its conversations, 0..1."""

    day: datetime
    cost_usd: Decimal
    conversations: int
    score: float | None


def by_day(connection: sa.Connection, since: datetime) -> list[DayFigures]:
    """Days from ``since`` on, oldest first. Scores come from what the pipeline counted."""
    rows = connection.execute(
        sa.text(f"""
            select t.start, coalesce(a.cost, 0), coalesce(f.conversations, 0), s.score
              from ai.figures_totals t
              left join (select date_trunc('day', hour, {ZONE}) as start, sum(cost_usd) as cost
                           from ai.figures_costs where hour >= :since group by 1) a on a.start = t.start
              left join (select start, sum(conversations) as conversations from ai.figures_flow
                          where span = 'day' and start >= :since group by start) f on f.start = t.start
              left join (select day, sum(average_score * conversations)
                                / nullif(sum(conversations) filter (where average_score is not null), 0) as score
                           from ai.conversation_stats group by day) s
                     on s.day = cast(timezone({ZONE}, t.start) as date)
             where t.span = 'day' and t.start >= :since order by t.start
        """),
        {"since": since},
    )
    return [DayFigures(row[0], row[1], int(row[2]), row[3]) for row in rows]


class Now(NamedTuple):
    """The moment: conversations with a message within half an hour, messages in ten minutes, hand-overs that wait."""

    active: int
    messages: int
    waiting: int


def moment(connection: sa.Connection, now: datetime) -> Now:
    """How it is at ``now``."""
    row = connection.execute(
        sa.text("""
            select (select count(*) from ai.conversations where status = 'active' and last_message_at > :active),
                   (select count(*) from ai.messages where sent_at > :recent),
                   (select count(*) from ai.handovers where state = 'waiting')
        """),
        {"active": now - timedelta(minutes=30), "recent": now - timedelta(minutes=10)},
    ).one()
    return Now(*map(int, row))


class Escalation(NamedTuple):
    """A hand-over in the feed; no words of the customer."""

    id: int
    conversation_id: object
    reason: str | None
    queue: str
    urgent: bool
    state: str
    opened_at: datetime
    channel: str


def escalations(connection: sa.Connection, limit: int) -> list[Escalation]:
    """The newest hand-overs."""
    rows = connection.execute(
        sa.text("""
            select h.id, h.conversation_id, h.reason, h.queue, h.urgent, h.state, h.opened_at, c.channel
              from ai.handovers h join ai.conversations c on c.id = h.conversation_id
             order by h.id desc limit :limit
        """),
        {"limit": limit},
    )
    return [Escalation(*row) for row in rows]
