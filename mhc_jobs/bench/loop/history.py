"""A long history made in SQL from a short one that went through the real stages.

Each copy of the base is its days once more, further back, with ids and customers of its own. An example that stands for
itself in the base stands for itself in each copy: it says one more word, and its vector is turned away from that of all
other copies. One that was merged in the base says the same in each copy and is merged there too. So what is merged,
queued, verified and held stays in the proportion that the stages themselves made.
"""

from collections.abc import Callable, Sequence

import numpy as np
import sqlalchemy as sa

from mhc_core.db.queries import figures
from mhc_core.db.tables import (
    audit_log,
    booking_requests,
    churn_risk,
    conversation_scores,
    conversation_stats,
    conversations,
    customer_profiles,
    customer_value,
    feedback,
    figures_answers,
    figures_flow,
    figures_latencies,
    figures_totals,
    handovers,
    loyalty_events,
    messages,
    provider_calls,
    review_decisions,
    review_items,
    scrub_holds,
    training_examples,
)

COPIED = (
    conversations, messages, feedback, conversation_scores, training_examples, scrub_holds, review_items,
    review_decisions, handovers, booking_requests, provider_calls, customer_profiles, customer_value, churn_risk,
    loyalty_events, audit_log, conversation_stats,
)  # fmt: skip
COUNTED = (figures_totals, figures_answers, figures_latencies, figures_flow)
"""Figures by the hour: an hour of two copies has the sum of both."""
AT_ONCE = 20_000
"""Conversations in one transaction."""
_TURN = 0.75
"""Length of what is added to a unit vector: a copy's cosine with the original is 0.8, with another copy 0.64."""
_BELONGS = ("customer_id", "thread_id", "source_id")
_AFTERWARDS = (
    # Else all of it would have come in today, and every conversation would be scored again.
    "update ai.feedback f set created_at = c.started_at from ai.conversations c where c.id = f.conversation_id",
    # What the stages of the bench leave to staff, to bookings and to providers.
    """
    insert into ai.handovers (conversation_id, state, queue, reason, opened_at, closed_at)
    select id, case when row_number() over (order by started_at desc) <= 3 then 'waiting' else 'resolved' end, 'team',
           'request for a person', coalesce(escalated_at, last_message_at), last_message_at
      from ai.conversations where escalated_at is not null or outcome = 'escalated'
    """,
    """
    insert into ai.booking_requests (id, conversation_id, status, event_on, starts_at, adults, total_usd, requested_at,
                                     updated_at)
    select gen_random_uuid(), id, 'confirmed', started_at::date + 30, '17:00', 20, booking_value_usd, last_message_at,
           last_message_at
      from ai.conversations where outcome = 'booked'
    """,
    """
    insert into ai.provider_calls (id, asked_at, settled_at, kind, feature, provider, model, outcome, conversation_id,
                                   message_id, input_tokens, output_tokens, cost_usd)
    select gen_random_uuid(), sent_at, sent_at, 'chat', 'answers', 'openai', 'gpt-4.1-mini', 'answered',
           conversation_id, id, 900, 60, 0.0005
      from ai.messages where role = 'assistant'
    """,
    """
    insert into ai.customer_profiles (customer_hash, bookings, completed, spend_usd, first_booked_on, last_booked_on,
                                      tier, churn_risk, expected_usd, updated_at)
    select md5(customer_id), count(*), count(*), 500 * count(*) + abs(hashtext(customer_id)) % 200,
           min(started_at)::date, max(started_at)::date, 'new', abs(hashtext(customer_id)) % 100 / 100.0,
           abs(hashtext(customer_id)) % 1000, max(started_at)
      from ai.conversations where outcome = 'booked' and customer_id is not null group by customer_id
    """,
    """
    insert into ai.customer_value (customer_hash, bookings, alive, expected_bookings, low_bookings, high_bookings,
                                   expected_usd, low_usd, high_usd, valued_at)
    select customer_hash, bookings, 0.5, 0.4, 0, 1, 300, 0, 900, updated_at from ai.customer_profiles
    """,
    """
    insert into ai.churn_risk (customer_hash, risk, within_days, reasons, judged_at)
    select customer_hash, churn_risk, 365, '["no booking for a year"]', updated_at from ai.customer_profiles
    """,
    """
    insert into ai.loyalty_events (id, customer_hash, booking_id, kind, at, recorded_at)
    select gen_random_uuid(), md5(c.customer_id), b.id, 'completed', b.updated_at, b.updated_at
      from ai.booking_requests b join ai.conversations c on c.id = b.conversation_id where c.customer_id is not null
    """,
    """
    insert into ai.audit_log (at, actor, action, subject, details)
    select decided_at, decided_by, 'review.' || decision, 'review_item:' || item_id, '{}' from ai.review_decisions
    """,
)
_SUMS = (
    "truncate ai.figures_cost_hours, ai.figures_costs",
    """
    insert into ai.figures_cost_hours
    select date_trunc('hour', asked_at), count(*), 0, 0, sum(cost_usd) from ai.provider_calls group by 1
    """,
    """
    insert into ai.figures_costs (hour, kind, feature, model, calls, failed, unpriced, estimated, input_tokens,
                                  output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, audio_tokens,
                                  trained_tokens, cost_usd)
    select date_trunc('hour', asked_at), kind, feature, model, count(*), 0, 0, 0, sum(input_tokens),
           sum(output_tokens), 0, 0, 0, 0, 0, sum(cost_usd)
      from ai.provider_calls group by 1, 2, 3, 4
    """,
)


def complete(engine: sa.Engine) -> None:
    """Add what other parts of the platform would have: hand-overs, bookings, profiles, provider calls, audit log."""
    with engine.begin() as connection:
        for statement in _AFTERWARDS:
            connection.execute(sa.text(statement))


def remember(engine: sa.Engine) -> int:
    """Take what is stored as the base of all copies; how many conversations it has."""
    with engine.begin() as connection:
        connection.execute(sa.text("create schema bench"))
        connection.execute(
            sa.text("""
                create function bench.again(uuid, integer) returns uuid immutable language sql
                return md5($1::text || $2)::uuid
            """)
        )
        connection.execute(
            sa.text("create table bench.copies (n integer primary key, back integer, word text, turn halfvec)")
        )
        for table in (*COPIED, *COUNTED):
            connection.execute(sa.text(f"create table bench.{table.name} as table ai.{table.name}"))
        return int(connection.scalar(sa.text("select count(*) from bench.conversations")) or 0)


def grow(engine: sa.Engine, copies: range, days: int, dimensions: int, say: Callable[[str], None]) -> None:
    """Put copies of the base before what is stored; copy *n* is *n* times ``days`` days further back.

    Foreign keys hold by construction and are not looked at; indexes that are no constraints are made again at the end,
    as after a restore. Afterwards tables are vacuumed and analysed.
    """
    if not copies:
        return
    with engine.begin() as connection:
        base = int(connection.scalar(sa.text("select count(*) from bench.conversations")) or 0)
        _copies(connection, copies, days, dimensions)
        indexes = _drop_indexes(connection)
    step = max(1, AT_ONCE // base)
    for first in range(copies.start, copies.stop, step):
        last = min(first + step, copies.stop) - 1
        with engine.begin() as connection:
            connection.execute(sa.text("set local session_replication_role = replica"))
            connection.execute(sa.text("set local synchronous_commit = off"))
            for table in COPIED:
                connection.execute(sa.text(_copy(table)), {"first": first, "last": last})
            for table in COUNTED:
                connection.execute(sa.text(_add(table)), {"first": first, "last": last})
        say(f"copies {first:,} to {last:,}")
    with engine.begin() as connection:
        connection.execute(sa.text("set local maintenance_work_mem = '512MB'"))
        for definition in indexes:
            connection.execute(sa.text(definition.replace("\\", "\\\\").replace(":", "\\:")))
        for statement in _SUMS:
            connection.execute(sa.text(statement))
        begun, ended, counted = connection.execute(
            sa.text("select min(start), max(start) + interval '1 hour', max(refreshed_at) from ai.figures_totals")
        ).one()
        figures.sum_up(connection, begun, ended, counted)
    tidy(engine)


def tidy(engine: sa.Engine) -> None:
    """Vacuum and analyse everything, as autovacuum does in time."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("vacuum analyze"))


def _copies(connection: sa.Connection, copies: range, days: int, dimensions: int) -> None:
    rows = []
    for number in copies:
        turn = np.random.default_rng(number).standard_normal(dimensions)
        turn *= _TURN / np.linalg.norm(turn)
        word = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        vector = "[" + ",".join(f"{value:.5f}" for value in turn) + "]"
        rows.append({"n": number, "back": number * days, "word": word, "turn": vector})
    connection.execute(sa.text("insert into bench.copies values (:n, :back, :word, cast(:turn as halfvec))"), rows)


def _drop_indexes(connection: sa.Connection) -> Sequence[str]:
    """Drop the indexes of the copied tables that are no constraints; what makes them again."""
    rows = connection.execute(
        sa.text("""
            select c.oid::regclass::text, pg_get_indexdef(c.oid)
              from pg_index i join pg_class c on c.oid = i.indexrelid
             where i.indrelid = any(cast(:tables as regclass[]))
               and not exists (select from pg_constraint k where k.conindid = c.oid)
        """),
        {"tables": [f"ai.{table.name}" for table in COPIED]},
    ).all()
    for name, _ in rows:
        connection.execute(sa.text(f"drop index {name}"))
    return [definition for _, definition in rows]


def _copy(table: sa.Table) -> str:
    columns = [column for column in table.c if column.computed is None and column.identity is None]
    values = ", ".join(_again(table, column) for column in columns)
    source = f"bench.{table.name} b cross join bench.copies k"
    if table is review_decisions:
        source = """
            bench.review_decisions b cross join bench.copies k join bench.review_items o on o.id = b.item_id
              join ai.review_items i on i.example_id = bench.again(o.example_id, k.n)
        """
    names = ", ".join(f'"{column.name}"' for column in columns)
    return f"insert into ai.{table.name} ({names}) select {values} from {source} where k.n between :first and :last"


def _add(table: sa.Table) -> str:
    keys = [column.name for column in table.primary_key]
    sums = figures.COLUMNS[table.name].split()
    others = "".join(f", b.{name}" for name in keys[2:])
    counted = table.name == "figures_totals"
    return f"""
        insert into ai.{table.name} as t ({", ".join([*keys, *sums])}{", refreshed_at" if counted else ""})
        select b.span, b.start - make_interval(days => k.back){others}, {", ".join(f"sum(b.{name})" for name in sums)}
               {", min(b.refreshed_at)" if counted else ""}
          from bench.{table.name} b cross join bench.copies k
         where b.span = 'hour' and k.n between :first and :last group by 1, 2{others}
            on conflict ({", ".join(keys)}) do update
           set {", ".join(f"{name} = t.{name} + excluded.{name}" for name in sums)}
    """


def _again(table: sa.Table, column: sa.Column[object]) -> str:
    name, kind = f'b."{column.name}"', column.type
    if table is training_examples:
        alone = "case when b.duplicate_of is null then {} else {} end"
        if column.name == "question":
            return alone.format(f"{name} || ' ' || k.word", name)
        if column.name == "content_sha256":
            return alone.format(f"md5({name} || k.word)", name)
        if column.name == "embedding":
            return alone.format(f"l2_normalize({name} + k.turn)", name)
        if column.name == "duplicate_of":
            return name  # the base's own: what all copies of it say
    if table is handovers and column.name == "state":
        return "'resolved'"  # what waits is of today, however long the history
    if table is review_decisions and column.name == "item_id":
        return "i.id"
    if column.name == "customer_hash":
        return f"md5({name} || k.n)"
    if column.name in _BELONGS:
        return f"{name} || '~' || k.n"
    if isinstance(kind, sa.Uuid):
        return f"bench.again({name}, k.n)"
    if isinstance(kind, sa.DateTime):
        return f"{name} - make_interval(days => k.back)"
    if isinstance(kind, sa.Date):
        return f"{name} - k.back"
    return name
