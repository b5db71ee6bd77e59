"""One verdict of all that a person said of an answer, and scores with an interval and a learned one beside them.

What was scored before is scored again: "not helpful", "not accurate" and the words of comments count now.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        alter table ai.feedback
            add column comment_polarity real,
            add constraint ck_feedback_comment_polarity check (comment_polarity between -1 and 1),
            add column verdict text generated always as (
                case when coalesce(vote = 'down', false) or coalesce(stars <= 2, false) or coalesce(not helpful, false)
                       or coalesce(not accurate, false) or coalesce(comment_polarity <= '-0.3'::real, false) then 'down'
                     when coalesce(vote = 'up', false) or coalesce(stars >= 4, false) or coalesce(helpful, false)
                       or coalesce(accurate, false) or coalesce(comment_polarity >= '0.3'::real, false) then 'up'
                end
            ) stored
    """)
    op.execute("""
        alter table ai.conversation_scores
            add column low real, add column high real, add column learned real,
            add column features real[] not null default '{}',
            add constraint ck_conversation_scores_low check (low between 0 and 1),
            add constraint ck_conversation_scores_high check (high between 0 and 1),
            add constraint ck_conversation_scores_learned check (learned between 0 and 1)
    """)
    op.execute("update ai.feedback set score = null where not helpful or not accurate or comment is not null")


def downgrade() -> None:
    op.execute("""
        alter table ai.conversation_scores
            drop column low, drop column high, drop column learned, drop column features
    """)
    op.execute("alter table ai.feedback drop column verdict, drop column comment_polarity")
