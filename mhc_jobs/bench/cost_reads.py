"""How long the figures of costs take to read over a ledger of many calls."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from mhc_core.monitoring.costs import overview
from mhc_core.settings import Settings

_CALLS = """
    with settled as (
        insert into ai.provider_calls (id, asked_at, settled_at, kind, feature, provider, model, outcome,
            conversation_id, message_id, input_tokens, output_tokens, cost_usd)
        select gen_random_uuid(), at, at, 'chat', (array['answers', 'understanding', 'shadow', 'judge'])[1 + n % 4],
               'openai', (array['gpt-6-luna', 'gpt-6-sol', 'gpt-4.1-mini'])[1 + n % 3], 'answered',
               cast(lpad(to_hex(n / 6), 32, '0') as uuid), cast(lpad(to_hex(n / 2), 32, '0') as uuid), 900, 60,
               0.0001 * (1 + n % 40)
          from generate_series(1, cast(:calls as bigint)) n cross join lateral (
               select cast(:now as timestamptz) - interval '365 days' * cast(:calls - n as float) / :calls as at) t
        returning *
    )
    , hourly as (
        insert into ai.figures_cost_hours
        select date_trunc('hour', asked_at), count(*), 0, 0, sum(cost_usd) from settled group by 1
    ), begun as (
        insert into ai.conversations (id, source, source_id, channel, status, started_at, last_message_at)
        select conversation_id, 'bench', cast(conversation_id as text), 'web', 'closed', min(asked_at), max(asked_at)
          from settled group by 1
    ), said as (
        insert into ai.messages (id, conversation_id, position, role, content, intent, cost_usd, sent_at)
        select message_id, min(cast(conversation_id as text))::uuid, row_number() over (), 'assistant', 'yes', 'menu',
               sum(cost_usd), max(asked_at)
          from settled group by 1
    )
    insert into ai.figures_costs (hour, kind, feature, model, calls, failed, unpriced, estimated, input_tokens,
                                  output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, audio_tokens,
                                  trained_tokens, cost_usd)
    select date_trunc('hour', asked_at), kind, feature, model, count(*), 0, 0, 0, sum(input_tokens),
           sum(output_tokens), 0, 0, 0, 0, 0, sum(cost_usd)
      from settled group by 1, 2, 3, 4
"""


def milliseconds(engine: sa.Engine, calls: int, zone: ZoneInfo, now: datetime, times: int = 30) -> list[float]:
    """Fill an empty ledger with a year of calls, and read the whole overview so many times; sorted."""
    with engine.begin() as connection:
        connection.execute(sa.text(_CALLS), {"calls": calls, "now": now})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("vacuum analyze"))
    settings, taken = Settings(), []
    for _ in range(times + 1):
        started = time.perf_counter()
        with engine.connect() as connection:
            overview.overview(connection, settings, zone, now)
        taken.append((time.perf_counter() - started) * 1000)
    return sorted(taken[1:])
