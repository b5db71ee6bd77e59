"""SQL of the gauges: what waits, what is open, how far a rollout is, and when each stage made its newest row.

One statement, every part of which reads an index or a small table: it is asked every few seconds for as long as the
platform runs. Where a stage's table has no index by time, the newest of what the stage before made stands for it.
"""

from typing import NamedTuple

import sqlalchemy as sa

from mhc_core.db.queries.review import LENGTH, LENGTH_SHOWN

_NEWEST_CLOSED = 2_000
"""Scores of so many conversations that were closed last are looked at for the newest one."""
_NEWEST = {
    "conversations": "(select max(sent_at) from ai.messages)",
    "feedback": "(select max(given_at) from ai.feedback)",
    "scored_conversations": f"""
        (select max(s.scored_at)
           from (select id from ai.conversations where status = 'closed' order by last_message_at desc
                  limit {_NEWEST_CLOSED}) c
           join ai.conversation_scores s on s.conversation_id = c.id)
    """,
    "scrubbed_training_data": "(select max(created_at) from ai.training_examples "
    "where day = (select max(day) from ai.training_examples))",
    "review_decisions": "(select max(decided_at) from ai.review_decisions)",
    "kb_embeddings": "(select max(created_at) from ai.knowledge_versions)",
    "understanding_model": "(select max(created_at) from ai.understanding_versions)",
    "training_dataset": "(select max(created_at) from ai.dataset_versions)",
    "fine_tuned_model": "(select max(created_at) from ai.model_versions)",
    "shadow_evaluation": "(select max(created_at) from ai.evaluations)",
    "figures": "(select refreshed_at from ai.figures_totals where span = 'hour' order by start desc limit 1)",
    "anomaly_evidence": "(select max(hour) from ai.anomaly_evidence where detector = 'volume')",
    "demand_forecast": "(select max(made_at) from ai.demand_forecast)",
    "weekly_report": "(select max(made_at) from ai.weekly_reports)",
}
_AGES = " union all ".join(
    f"select 'stage', '{stage}', '', extract(epoch from {newest})" for stage, newest in _NEWEST.items()
)
_READ = sa.text(f"""
    select 'handovers' as what, queue as first, state as second, cast(count(*) as float8) as value
      from ai.handovers where state in ('waiting', 'claimed') group by queue, state
    union all select 'oldest_handover', '', '', extract(epoch from min(opened_at))
      from ai.handovers where state = 'waiting'
    union all select 'review', '', '', ({LENGTH.format(LENGTH_SHOWN)})
    union all select 'bookings', '', '', count(*) from ai.booking_requests where status = 'requested'
    union all select 'webhooks', '', '', count(*) from ai.webhook_deliveries
     where delivered_at is null and given_up_at is null
    union all select 'alert_messages', '', '', count(*) from ai.alert_messages
     where delivered_at is null and given_up_at is null
    union all select 'erasures', '', '', count(*) from ai.erasures where status <> 'finished'
    union all select 'alerts', severity, '', count(*) from ai.alerts where resolved_at is null group by severity
    union all select 'incidents', kind, '', count(*) from ai.incidents where resolved_at is null group by kind
    union all select 'rollouts', status, '', count(*) from ai.rollouts group by status
    union all select 'rollout_share', '', '', coalesce(max(share), 0) from ai.rollouts
     where status in ('shadow', 'canary', 'held')
    union all select 'alias', a.kind, a.alias, extract(epoch from a.moved_at)
      from (select distinct on (kind, alias) kind, alias, moved_at from ai.version_aliases
             order by kind, alias, id desc) a
    union all select 'process', process, '', extract(epoch from seen_at) from ai.signs_of_life
    union all select 'pipeline_read', '', '', extract(epoch from max(read_at)) from ai.pipeline_figures
    union all select what, name, '', value from ai.pipeline_figures where read_at > now() - interval '10 minutes'
    union all {_AGES}
""")


class Gauged(NamedTuple):
    """One figure: of what, by which one or two names, and how much; moments are seconds since 1970."""

    what: str
    first: str
    second: str
    value: float


def read(connection: sa.Connection) -> list[Gauged]:
    """Everything there is to tell; what has never been is left out."""
    rows = connection.execute(_READ)
    return [Gauged(row.what, row.first, row.second, float(row.value)) for row in rows if row.value is not None]
