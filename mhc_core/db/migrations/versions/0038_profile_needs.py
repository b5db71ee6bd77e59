"""Profiles hold what customers cannot eat, what they agreed to, and that they want to hear nothing more."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        alter table ai.customer_profiles
            drop column updated_at,
            add column needs jsonb not null default '[]'::jsonb,
            add column consents text[] not null default '{}'::text[],
            add column opted_out_at timestamptz,
            add column updated_at timestamptz not null default now();
        alter table ai.customer_profiles alter column updated_at drop default;
    """)


def downgrade() -> None:
    op.execute("alter table ai.customer_profiles drop column needs, drop column consents, drop column opted_out_at")
