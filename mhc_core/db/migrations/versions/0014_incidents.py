"""Incidents of the pipeline, and signs of life of its processes."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table ai.incidents (
            id bigint generated always as identity, kind text not null, subject text not null,
            opened_at timestamptz not null, last_seen_at timestamptz not null, times integer not null default 1,
            details jsonb not null default '{}'::jsonb, resolved_at timestamptz,
            constraint pk_incidents primary key (id),
            constraint ck_incidents_kind check (kind in ('run_failed', 'check_failed', 'stage_silent',
                'daemon_stopped'))
        )
    """)
    op.execute("create unique index uq_incidents_open on ai.incidents (kind, subject) where resolved_at is null")
    op.execute("""
        create table ai.signs_of_life (
            process text not null, seen_at timestamptz not null, constraint pk_signs_of_life primary key (process)
        )
    """)


def downgrade() -> None:
    op.execute("drop table ai.signs_of_life")
    op.execute("drop table ai.incidents")
