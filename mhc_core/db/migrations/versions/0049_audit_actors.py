"""Who acted, without reading the whole audit log: actors are few, entries are many."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_log_actor_id", "audit_log", ["actor", "id"], schema="ai")


def downgrade() -> None:
    op.drop_index("ix_audit_log_actor_id", "audit_log", schema="ai")
