"""Staff who sign in, leases on the review queue, decisions that can be undone, notes, and figures by the hour."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_UP = (
    """
    create table ai.staff_accounts (
        id bigint generated always as identity constraint pk_staff_accounts primary key,
        name text not null,
        role text not null constraint ck_staff_accounts_role
            check (role in ('agent', 'reviewer', 'operator', 'admin')),
        password_hash text not null,
        created_at timestamptz not null default now(),
        disabled_at timestamptz,
        totp_secret text,
        totp_step bigint
    )
    """,
    "create unique index uq_staff_accounts_name on ai.staff_accounts (lower(name))",
    """
    create table ai.staff_sessions (
        id bigint generated always as identity constraint pk_staff_sessions primary key,
        account_id bigint not null constraint fk_staff_sessions_account_id
            references ai.staff_accounts (id) on delete cascade,
        token_sha256 text not null constraint uq_staff_sessions_token_sha256 unique,
        started_at timestamptz not null,
        seen_at timestamptz not null,
        ends_at timestamptz not null
    )
    """,
    "create index ix_staff_sessions_account_id on ai.staff_sessions (account_id)",
    """
    create table ai.review_leases (
        item_id bigint constraint pk_review_leases primary key
            constraint fk_review_leases_item_id references ai.review_items (id) on delete cascade,
        held_by text not null,
        until timestamptz not null
    )
    """,
    "create index ix_review_leases_held_by on ai.review_leases (held_by)",
    "alter table ai.review_decisions add column former_answer text, add column undone_at timestamptz",
    """
    create table ai.conversation_notes (
        id bigint generated always as identity constraint pk_conversation_notes primary key,
        conversation_id uuid not null constraint fk_conversation_notes_conversation_id
            references ai.conversations (id) on delete cascade,
        kind text not null constraint ck_conversation_notes_kind check (kind in ('note', 'tag')),
        text text not null,
        written_by text not null,
        written_at timestamptz not null
    )
    """,
    "create index ix_conversation_notes_conversation_id on ai.conversation_notes (conversation_id)",
    "create unique index uq_conversation_notes_tag on ai.conversation_notes (conversation_id, text) where kind = 'tag'",
    "create index ix_conversations_updated_at on ai.conversations (updated_at)",
    "create index ix_messages_example_id on ai.messages (example_id) where example_id is not null",
    """
    create table ai.figures_totals (
        span text not null constraint ck_figures_totals_span check (span in ('hour', 'day', 'month')),
        start timestamptz not null,
        messages bigint not null, handovers bigint not null, bookings bigint not null,
        thumbs_up bigint not null, thumbs_down bigint not null, stars bigint not null, starred bigint not null,
        refreshed_at timestamptz not null,
        constraint pk_figures_totals primary key (span, start)
    )
    """,
    """
    create table ai.figures_answers (
        span text not null, start timestamptz not null, model text not null,
        answers bigint not null, cached bigint not null, priced bigint not null, cost_usd numeric not null,
        constraint pk_figures_answers primary key (span, start, model)
    )
    """,
    """
    create table ai.figures_latencies (
        span text not null, start timestamptz not null, bucket smallint not null, answers bigint not null,
        constraint pk_figures_latencies primary key (span, start, bucket)
    )
    """,
    """
    create table ai.figures_articles (
        span text not null, start timestamptz not null, article text not null,
        used bigint not null, booked bigint not null, liked bigint not null, disliked bigint not null,
        constraint pk_figures_articles primary key (span, start, article)
    )
    """,
    """
    create table ai.figures_flow (
        span text not null, start timestamptz not null, channel text not null, intent text not null,
        agent text not null, outcome text not null,
        conversations bigint not null, escalated bigint not null, booked bigint not null,
        constraint pk_figures_flow primary key (span, start, channel, intent, agent, outcome)
    )
    """,
)
_DOWN = (
    "drop table ai.figures_flow",
    "drop table ai.figures_articles",
    "drop table ai.figures_latencies",
    "drop table ai.figures_answers",
    "drop table ai.figures_totals",
    "drop index ai.ix_messages_example_id",
    "drop index ai.ix_conversations_updated_at",
    "drop table ai.conversation_notes",
    "alter table ai.review_decisions drop column undone_at, drop column former_answer",
    "drop table ai.review_leases",
    "drop table ai.staff_sessions",
    "drop table ai.staff_accounts",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)
