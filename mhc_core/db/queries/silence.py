"""SQL of silence: rows that should be there and are not."""

from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

_LEAST = 5
"""Fewer conversations say nothing of a stage."""
_WITHIN = timedelta(days=7)
_SCORED_AFTER = timedelta(hours=50)
"""A conversation is closed after a day without a message and scored in the night that follows."""
_LOOKED_AFTER = timedelta(hours=3)


class Gap(NamedTuple):
    """A stage that made nothing, and how that is known."""

    stage: str
    told: str


def gaps(connection: sa.Connection, now: datetime) -> list[Gap]:
    """Stages that are silent although there was something for them to do."""
    row = connection.execute(
        sa.text("""
            select count(*) as waited, count(s.conversation_id) as scored,
                   (select max(hour) from ai.anomaly_evidence where detector = 'volume') as looked,
                   exists (select from ai.signs_of_life where process = 'dagster-daemon') as looks
              from ai.conversations c left join ai.conversation_scores s on s.conversation_id = c.id
             where c.last_message_at >= :first and c.last_message_at < :until and c.status = 'closed'
        """),
        {"first": now - _WITHIN, "until": now - _SCORED_AFTER},
    ).one()
    found = []
    if row.waited >= _LEAST and not row.scored:
        told = f"{row.waited} conversations of this week are closed and none is scored; see the runs of the job collect"
        found.append(Gap("scored_conversations", told))
    if row.looks and row.looked is not None and row.looked < now - _LOOKED_AFTER:
        told = f"evidence ends at {row.looked:%Y-%m-%d %H:%M} UTC; see the runs of the job anomalies"
        found.append(Gap("anomaly_evidence", told))
    return found
