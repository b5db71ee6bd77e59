"""Labelled messages, the versions of understanding trained on them, and a list of readings to look at."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_UP = (
    """
    create table ai.understanding_examples (
        id bigint generated always as identity constraint pk_understanding_examples primary key,
        key text not null constraint uq_understanding_examples_key unique,
        origin text not null constraint ck_understanding_examples_origin
            check (origin in ('gold', 'correction', 'booking', 'imported')),
        line text not null,
        text_sha256 text not null,
        held_out boolean not null,
        message_id uuid constraint fk_understanding_examples_message_id references ai.messages (id) on delete cascade,
        customer_hash text,
        day date,
        author text,
        written_at timestamptz not null
    )
    """,
    "create index ix_understanding_examples_message_id on ai.understanding_examples (message_id)",
    "create index ix_understanding_examples_customer_hash on ai.understanding_examples (customer_hash)",
    "create index ix_understanding_examples_text_sha256 on ai.understanding_examples (text_sha256)",
    "create index ix_understanding_examples_origin_written_at on ai.understanding_examples (origin, written_at)",
    """
    create table ai.understanding_versions (
        id text constraint pk_understanding_versions primary key,
        key text not null constraint uq_understanding_versions_key unique,
        recipe text not null,
        seed bigint not null,
        artifact_uri text not null,
        artifact_sha256 text not null,
        examples jsonb not null default '{}'::jsonb,
        examples_until timestamptz not null,
        metrics jsonb not null default '{}'::jsonb,
        created_at timestamptz not null default now()
    )
    """,
    """
    create table ai.understanding_members (
        version_id text constraint fk_understanding_members_version_id
            references ai.understanding_versions (id) on delete cascade,
        example_id bigint constraint fk_understanding_members_example_id
            references ai.understanding_examples (id) on delete cascade,
        constraint pk_understanding_members primary key (version_id, example_id)
    )
    """,
    "create index ix_understanding_members_example_id on ai.understanding_members (example_id)",
    """
    create table ai.understanding_evaluations (
        id bigint generated always as identity constraint pk_understanding_evaluations primary key,
        key text not null constraint uq_understanding_evaluations_key unique,
        candidate_id text not null constraint fk_understanding_evaluations_candidate_id
            references ai.understanding_versions (id),
        baseline_id text constraint fk_understanding_evaluations_baseline_id references ai.understanding_versions (id),
        set_sha256 text not null,
        messages integer not null,
        candidate_metrics jsonb not null default '{}'::jsonb,
        baseline_metrics jsonb not null default '{}'::jsonb,
        differences jsonb not null default '{}'::jsonb,
        verdict text not null constraint ck_understanding_evaluations_verdict
            check (verdict in ('promote', 'hold', 'reject')),
        reasons text[] not null,
        created_at timestamptz not null default now()
    )
    """,
    "create index ix_understanding_evaluations_candidate_id on ai.understanding_evaluations (candidate_id)",
    "create index ix_messages_reading on ai.messages (sent_at) where message_metadata ? 'reading'",
    "alter table ai.version_aliases drop constraint ck_version_aliases_kind",
    """
    alter table ai.version_aliases add constraint ck_version_aliases_kind
        check (kind in ('model', 'knowledge', 'prompt', 'understanding'))
    """,
)
_DOWN = (
    "delete from ai.version_aliases where kind = 'understanding'",
    "alter table ai.version_aliases drop constraint ck_version_aliases_kind",
    """
    alter table ai.version_aliases add constraint ck_version_aliases_kind
        check (kind in ('model', 'knowledge', 'prompt'))
    """,
    "drop index ai.ix_messages_reading",
    "drop table ai.understanding_evaluations",
    "drop table ai.understanding_members",
    "drop table ai.understanding_versions",
    "drop table ai.understanding_examples",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)
