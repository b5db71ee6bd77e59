"""A ledger of every call of a provider, what it cost by the hour, and surveys after events."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_TOKENS = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens", "audio_tokens", "trained_tokens")
_FIGURES = ("figures_totals", "figures_answers", "figures_latencies", "figures_articles", "figures_flow")
_UP = (
    f"""
    create table ai.provider_calls (
        id uuid constraint pk_provider_calls primary key,
        asked_at timestamptz not null,
        settled_at timestamptz,
        kind text not null constraint ck_provider_calls_kind
            check (kind in ('chat', 'embeddings', 'fine_tuning', 'moderation', 'speech', 'transcription',
                            'translation')),
        feature text not null,
        provider text not null,
        model text not null,
        outcome text not null constraint ck_provider_calls_outcome
            check (outcome in ('asked', 'answered', 'failed', 'lost', 'cancelled')),
        job_id text constraint uq_provider_calls_job_id unique,
        conversation_id uuid,
        message_id uuid,
        {", ".join(f"{name} bigint not null default 0" for name in _TOKENS)},
        estimated boolean not null default false,
        cost_usd numeric(18, 10),
        prices_of date
    )
    """,
    """
    create index ix_messages_dearest on ai.messages
        (date_trunc('month', timezone('UTC', sent_at)), cost_usd desc) where cost_usd > 0
    """,
    """
    create index ix_provider_calls_conversation_id on ai.provider_calls (conversation_id)
        where conversation_id is not null
    """,
    "create index ix_provider_calls_open on ai.provider_calls (asked_at) where outcome = 'asked'",
    f"""
    create table ai.figures_costs (
        hour timestamptz not null, kind text not null, feature text not null, model text not null,
        calls bigint not null, failed bigint not null, unpriced bigint not null, estimated bigint not null,
        {", ".join(f"{name} bigint not null" for name in _TOKENS)},
        cost_usd numeric not null,
        constraint pk_figures_costs primary key (hour, kind, feature, model)
    )
    """,
    """
    create table ai.figures_cost_hours (
        hour timestamptz constraint pk_figures_cost_hours primary key,
        calls bigint not null, unpriced bigint not null, estimated bigint not null,
        cost_usd numeric not null
    )
    """,
    """
    create table ai.event_surveys (
        booking_id uuid constraint pk_event_surveys primary key
            constraint fk_event_surveys_booking_id references ai.booking_requests (id) on delete cascade,
        way text not null constraint ck_event_surveys_way check (way in ('chat', 'staff')),
        asked_at timestamptz not null,
        sent_at timestamptz
    )
    """,
    "alter table ai.figures_answers drop column priced, drop column cost_usd",
)
_DOWN = (
    # Counted anew by the next look at the dashboard.
    *(f"delete from ai.{name}" for name in _FIGURES),
    "alter table ai.figures_answers add column priced bigint not null, add column cost_usd numeric not null",
    "drop table ai.event_surveys",
    "drop index ai.ix_messages_dearest",
    "drop table ai.figures_cost_hours",
    "drop table ai.figures_costs",
    "drop table ai.provider_calls",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)
