"""Use of articles and chunks, counted anew; people for whom a provider vouches; answers of an evaluation."""

from alembic import op

revision = "0025"
down_revision = "0024"
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
    op.execute("""
        alter table ai.staff_accounts
            alter column password_hash drop not null,
            add column provided_by text,
            add column subject text,
            add constraint ck_staff_accounts_sign_in check (password_hash is not null or subject is not null),
            add constraint uq_staff_accounts_provided_by_subject unique (provided_by, subject)
    """)
    op.execute("""
        create table ai.evaluation_answers (
            evaluation_id bigint not null constraint fk_evaluation_answers_evaluation_id
                references ai.evaluations (id) on delete cascade,
            example_id uuid not null constraint fk_evaluation_answers_example_id
                references ai.training_examples (id) on delete cascade,
            difference real not null,
            candidate text not null,
            baseline text not null,
            constraint pk_evaluation_answers primary key (evaluation_id, example_id)
        )
    """)
    op.execute("create index ix_evaluation_answers_example_id on ai.evaluation_answers (example_id)")
    # Without these rows every hour counts as not counted yet, so that the new columns are filled from the messages.
    op.execute("delete from ai.figures_totals")


def downgrade() -> None:
    op.execute("drop table ai.evaluation_answers")
    op.execute("delete from ai.staff_accounts where password_hash is null")
    op.execute("""
        alter table ai.staff_accounts
            drop constraint uq_staff_accounts_provided_by_subject,
            drop constraint ck_staff_accounts_sign_in,
            drop column subject,
            drop column provided_by,
            alter column password_hash set not null
    """)
    op.execute("drop index ai.ix_review_decisions_undone_at")
    op.execute("drop table ai.figures_chunks")
    op.execute("alter table ai.figures_articles drop column retrieved, drop column contradicted")
