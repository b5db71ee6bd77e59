"""The review looks at examples that are new or changed, not at all that wait: both are marked as looked at."""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table ai.training_examples add column placed_for real")
    op.execute("alter table ai.review_items add column looked boolean not null default false")
    op.execute(
        "create index ix_training_examples_unqueued on ai.training_examples (placed_for) where active and not verified"
    )
    op.execute("create index ix_review_items_unlooked on ai.review_items (id) where not looked")


def downgrade() -> None:
    op.execute("alter table ai.training_examples drop column placed_for")
    op.execute("alter table ai.review_items drop column looked")
