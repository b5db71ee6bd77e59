"""What a model version records of its making: which code trained it, from when, and its base's licence."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("training_jobs", sa.Column("code_version", sa.Text), schema="ai")
    op.add_column("training_jobs", sa.Column("base_licence", sa.Text), schema="ai")
    op.add_column("training_jobs", sa.Column("started_at", sa.DateTime(timezone=True)), schema="ai")


def downgrade() -> None:
    for name in ("started_at", "base_licence", "code_version"):
        op.drop_column("training_jobs", name, schema="ai")
