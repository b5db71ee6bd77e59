"""What a person's edit replaced, scrubbed: the rejected side of a preference pair."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("training_examples", sa.Column("rejected_answer", sa.Text), schema="ai")


def downgrade() -> None:
    op.drop_column("training_examples", "rejected_answer", schema="ai")
