"""How often articles and their chunks are retrieved, used and contradicted; figures are counted anew."""

from alembic import op

revision = "0025"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        alter table ai.figures_articles
            add column retrieved bigint not null default 0, add column contradicted bigint not null default 0
    """)
    op.execute("alter table ai.figures_articles alter column retrieved drop default")
    op.execute("alter table ai.figures_articles alter column contradicted drop default")
    op.execute("""
        create table ai.figures_chunks (
            span text not null, start timestamptz not null, chunk bigint not null,
            used bigint not null, booked bigint not null, liked bigint not null, disliked bigint not null,
            retrieved bigint not null, contradicted bigint not null,
            constraint pk_figures_chunks primary key (span, start, chunk)
        )
    """)
    op.execute("create index ix_figures_chunks_chunk on ai.figures_chunks (chunk)")
    op.execute("""
        create index ix_review_decisions_undone_at on ai.review_decisions (undone_at) where undone_at is not null
    """)
    # Without these rows every hour counts as not counted yet, so that the new columns are filled from the messages.
    op.execute("delete from ai.figures_totals")


def downgrade() -> None:
    op.execute("drop index ai.ix_review_decisions_undone_at")
    op.execute("drop table ai.figures_chunks")
    op.execute("alter table ai.figures_articles drop column retrieved, drop column contradicted")
