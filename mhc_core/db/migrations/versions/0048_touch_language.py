"""In which language a follow-up was written: what was sent can be said again word for word."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table ai.campaign_touches add column language text")


def downgrade() -> None:
    op.execute("alter table ai.campaign_touches drop column language")
