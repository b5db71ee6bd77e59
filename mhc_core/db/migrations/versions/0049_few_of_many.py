"""Indexes for reads of few among many: who acted, and which examples of a data set may still be learned from."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_log_actor_id", "audit_log", ["actor", "id"], schema="ai")
    op.create_index(
        "ix_training_examples_verified",
        "training_examples",
        ["id"],
        schema="ai",
        postgresql_include=["conversation_id"],
        postgresql_where=sa.text("active and verified"),
    )


def downgrade() -> None:
    op.drop_index("ix_training_examples_verified", "training_examples", schema="ai")
    op.drop_index("ix_audit_log_actor_id", "audit_log", schema="ai")
