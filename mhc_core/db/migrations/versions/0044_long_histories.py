"""Indexes for what would read a long history whole: data sets, days that changed, lists of customers, the audit log."""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_INDEXES = {
    "training_examples_candidates": "training_examples (embedder) "
    "include (id, day, intent, language, quality, conversation_id) where active and verified",
    "training_examples_embedder": "training_examples (embedder)",
    "conversation_scores_scored_at": "conversation_scores (scored_at)",
    "feedback_created_at": "feedback (created_at)",
    "audit_log_action_id": "audit_log (action, id)",
    "customer_profiles_value": "customer_profiles (expected_usd desc nulls last, spend_usd desc, customer_hash)",
    "customer_profiles_risk": "customer_profiles (churn_risk desc nulls last, "
    "expected_usd desc nulls last, customer_hash)",
    "customer_profiles_completed": "customer_profiles (completed desc, spend_usd desc, customer_hash)",
}


def upgrade() -> None:
    for name, on in _INDEXES.items():
        op.execute(f"create index ix_{name} on ai.{on}")


def downgrade() -> None:
    for name in _INDEXES:
        op.execute(f"drop index ai.ix_{name}")
