"""Tokens that a provider wrote into its cache are counted, and charged dearer than others."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_TABLES = ("provider_calls", "figures_costs")


def upgrade() -> None:
    for table in _TABLES:
        op.execute(f"alter table ai.{table} add column cache_write_tokens bigint not null default 0")
    op.execute("alter table ai.figures_costs alter column cache_write_tokens drop default")


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"alter table ai.{table} drop column cache_write_tokens")
