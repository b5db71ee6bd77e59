"""How long the console's reads take over a long history: rows are generated, the queries are those of the pages."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from mhc_core.monitoring import dashboard
from mhc_jobs.bench import reads
from mhc_jobs.bench.reads import Measured

_ZONE = ZoneInfo("America/Los_Angeles")
_AGENTS = ("booking", "knowledge", "quote")
_CHUNK = 100_000
_CONVERSATIONS = """
    insert into ai.conversations (id, source, source_id, channel, customer_id, status, intent, escalated_at, outcome,
                                  started_at, last_message_at, updated_at)
    select cast(lpad(to_hex(n), 32, '0') as uuid), 'serving', cast(n as text),
           (array['web', 'sms', 'email', 'instagram', 'facebook', 'phone'])[1 + n % 6],
           'customer ' || n % (cast(:all as bigint) / 3 + 1),
           'closed', (array['pricing', 'booking', 'menu', 'policy', 'availability', 'travel', 'complaint', 'allergy',
                            'account', 'smalltalk', 'other'])[1 + n % 11],
           case when n % 20 = 0 then at end,
           (array['booked', 'quoted', 'resolved', 'escalated', 'not_booked', 'abandoned', 'unresolved'])[1 + n % 7],
           at, at + interval '1 minute', at
      from generate_series(cast(:first as bigint), cast(:last as bigint)) n cross join lateral (
           select cast(:now as timestamptz) - interval '365 days' * cast(:all - n as float) / :all as at) t
"""
_MESSAGES = """
    insert into ai.messages (id, conversation_id, position, role, content, model_version_id, cached,
                             latency_ms, sent_at, message_metadata)
    select gen_random_uuid(), c.id, p, case p when 0 then 'user' else 'assistant' end,
           case p when 0 then 'how much is a party for ' || n % 40 else 'it costs ' || n % 900 end,
           case p when 1 then (array['local-1', 'gpt', 'fine-tuned'])[1 + n % 3] end, p = 1 and n % 4 = 0,
           case p when 1 then 20 + n % 3000 end,
           c.started_at + interval '1 minute' * p,
           case p when 1 then jsonb_build_object('agent', (array['booking', 'knowledge', 'quote'])[1 + n % 3])
                  else '{}' end
      from generate_series(cast(:first as bigint), cast(:last as bigint)) n
      join ai.conversations c on c.id = cast(lpad(to_hex(n), 32, '0') as uuid) cross join generate_series(0, 1) p
"""
_HANDOVERS = """
    insert into ai.handovers (conversation_id, state, queue, reason, opened_at, closed_at)
    select id, 'resolved', 'team', 'request for a person', escalated_at, escalated_at from ai.conversations
     where escalated_at is not null
"""
_QUEUED = """
    with chosen as (
        select c.id, c.started_at, q.id as question, a.id as answer, row_number() over () as n
          from (select id, started_at from ai.conversations order by started_at desc limit :queued) c
          join ai.messages q on q.conversation_id = c.id and q.position = 0
          join ai.messages a on a.conversation_id = c.id and a.position = 1
    ), made as (
        insert into ai.training_examples (id, conversation_id, question_message_id, answer_message_id, customer_hash,
            day, channel, intent, origin, question, answer, quality, risk, embedder, embedding, content_sha256)
        select gen_random_uuid(), id, question, answer, md5(cast(n as text)), cast(started_at as date), 'web',
               (array['pricing', 'menu', 'policy'])[1 + n % 3], 'score', 'question ' || n, 'answer ' || n, 0.9, 'none',
               'none', cast('[' || repeat('0.05,', 383) || '0.05]' as halfvec), md5(cast(n as text))
          from chosen returning id
    )
    insert into ai.review_items (example_id, priority, reasons) select id, random() * 5, '{low_confidence}' from made
"""


def fill(engine: sa.Engine, conversations: int, queued: int, now: datetime, say: Callable[[str], None]) -> float:
    """Make a year of conversations with two messages each, and a queue; the seconds that counting all of it took."""
    for first in range(1, conversations + 1, _CHUNK):
        about = {"first": first, "last": min(conversations, first + _CHUNK - 1), "all": conversations, "now": now}
        with engine.begin() as connection:
            connection.execute(sa.text(_CONVERSATIONS), about)
            connection.execute(sa.text(_MESSAGES), about)
        say(f"{about['last']:,} conversations")
    with engine.begin() as connection:
        connection.execute(sa.text(_HANDOVERS))
        connection.execute(sa.text(_QUEUED), {"queued": queued})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("vacuum analyze"))
    say("counting")
    started = time.perf_counter()
    dashboard.refresh(engine, _AGENTS, now)
    return time.perf_counter() - started


def measure(engine: sa.Engine, now: datetime, times: int) -> list[Measured]:
    """Every read of the pages that grows with the history, so many times each."""
    measured = reads.measure(engine, reads.of_pages(_ZONE, now), times)
    renewing = reads.taken(lambda number: dashboard.refresh(engine, _AGENTS, now + timedelta(seconds=number)), times)
    return [*measured, reads.summed("counting anew what changed", renewing)]


def now() -> datetime:
    """The moment that the generated history ends at."""
    return datetime.now(UTC)
