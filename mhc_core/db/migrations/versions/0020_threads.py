"""Find the conversation of a client's transcript by the digest of what the customer said."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create index ix_messages_thread on ai.messages ((message_metadata ->> 'thread')) "
        "where message_metadata ? 'thread'"
    )


def downgrade() -> None:
    op.execute("drop index ai.ix_messages_thread")
