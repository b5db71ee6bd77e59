"""Examples are merged by exact search among those that state the same numbers: no approximate index is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Left empty here: the next merge fills it, together with those of answers that reviewers reword.
    op.add_column("training_examples", sa.Column("numbers_sha256", sa.Text), schema="ai")
    op.execute("drop index ai.ix_training_examples_embedding_384")
    op.execute("create index ix_training_examples_numbers_sha256 on ai.training_examples (numbers_sha256)")
    op.execute(
        "create index ix_training_examples_unplaced on ai.training_examples (id) where active and novelty is null"
    )
    op.execute(
        "create index ix_training_examples_unnumbered on ai.training_examples (id) "
        "where numbers_sha256 is null and question <> ''"
    )
    op.execute(
        "create index ix_training_examples_duplicate_of on ai.training_examples (duplicate_of) "
        "where duplicate_of is not null"
    )


def downgrade() -> None:
    op.execute(
        "create index ix_training_examples_embedding_384 on ai.training_examples using hnsw "
        "((embedding::halfvec(384)) halfvec_cosine_ops) with (m = 16, ef_construction = 64) "
        "where active and vector_dims(embedding) = 384"
    )
    for name in ("unplaced", "unnumbered", "duplicate_of"):
        op.execute(f"drop index ai.ix_training_examples_{name}")
    op.drop_column("training_examples", "numbers_sha256", schema="ai")
