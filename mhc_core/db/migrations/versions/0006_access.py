"""Who may call, and from where."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("expires_at", sa.DateTime(timezone=True)), schema="ai")


def downgrade() -> None:
    op.drop_column("api_keys", "expires_at", schema="ai")
