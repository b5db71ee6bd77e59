"""What providers charge: every call that was made of them, and sums by the hour."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from mhc_core.db.tables.base import UTC_TIME, metadata, one_of
from mhc_core.vocabulary import CallKind, CallOutcome

CALL_USD = sa.Numeric(18, 10)
"""A call can cost less than a millionth of a dollar, and a million of them must still add up."""
_TOKENS = (
    "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "audio_tokens",
    "trained_tokens",
)  # fmt: skip


def _tokens(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=sa.text("0"))


# A row is written before the call and settled after it, so one whose process was killed is still here. A conversation
# has no foreign key: its first turn is stored after the calls that answered it.
provider_calls = sa.Table(
    "provider_calls",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("asked_at", UTC_TIME, nullable=False),
    sa.Column("settled_at", UTC_TIME),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("feature", sa.Text, nullable=False),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("job_id", sa.Text, unique=True),
    sa.Column("conversation_id", UUID(as_uuid=True)),
    sa.Column("message_id", UUID(as_uuid=True)),
    *(_tokens(name) for name in _TOKENS),
    sa.Column("estimated", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("cost_usd", CALL_USD),
    sa.Column("prices_of", sa.Date),
    one_of("kind", CallKind),
    one_of("outcome", CallOutcome),
    sa.Index(None, "conversation_id", postgresql_where=sa.text("conversation_id is not null")),
    sa.Index("ix_provider_calls_open", "asked_at", postgresql_where=sa.text("outcome = 'asked'")),
)

# Beside the sums by what was called for, the sums of all: the budgets are looked at every few seconds.
figures_cost_hours = sa.Table(
    "figures_cost_hours",
    metadata,
    sa.Column("hour", UTC_TIME, primary_key=True),
    *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("calls", "unpriced", "estimated")),
    sa.Column("cost_usd", sa.Numeric, nullable=False),
)

figures_costs = sa.Table(
    "figures_costs",
    metadata,
    sa.Column("hour", UTC_TIME, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("feature", sa.Text, primary_key=True),
    sa.Column("model", sa.Text, primary_key=True),
    *(
        sa.Column(name, sa.BigInteger, nullable=False)
        for name in ("calls", "failed", "unpriced", "estimated", *_TOKENS)
    ),
    sa.Column("cost_usd", sa.Numeric, nullable=False),
)
