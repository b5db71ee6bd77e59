"""The live rollout: stages, exposures, looks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UTC_TIME = sa.DateTime(timezone=True)
IN_FLIGHT = "status in ('shadow', 'canary', 'held')"
STATUS = "status in ('pending', 'approved', 'shadow', 'canary', 'held', 'promoted', 'rejected', 'rolled_back')"
ACTION = "action in ('approve', 'reject', 'start', 'advance', 'hold', 'resume', 'kill', 'promote', 'rollback')"
OLD_STATUS = "status in ('pending', 'approved', 'promoted', 'rejected', 'rolled_back')"
OLD_ACTION = "action in ('approve', 'promote', 'reject', 'rollback')"
ADDED = (
    "killed_at", "deadline", "stage_started_at", "started_at", "approved_by", "intents", "holdback", "share", "salt",
    "control_id", "alias",
)  # fmt: skip
INTENTS = (
    "intent in ('pricing', 'booking', 'menu', 'policy', 'availability', 'travel', 'complaint', 'allergy', 'account', "
    "'smalltalk', 'other')"
)


def upgrade() -> None:
    _constrain("rollouts", "status", STATUS)
    _constrain("rollout_decisions", "action", ACTION)
    for column in (
        sa.Column("alias", sa.Text, nullable=False, server_default="production"),
        sa.Column("control_id", sa.Text),
        sa.Column("salt", sa.Text),
        sa.Column("share", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("holdback", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("intents", ARRAY(sa.Text)),
        sa.Column("approved_by", sa.Text),
        sa.Column("started_at", UTC_TIME),
        sa.Column("stage_started_at", UTC_TIME),
        sa.Column("deadline", UTC_TIME),
        sa.Column("killed_at", UTC_TIME),
    ):
        op.add_column("rollouts", column, schema="ai")
    op.create_foreign_key(
        "fk_rollouts_control_id",
        "rollouts",
        "model_versions",
        ["control_id"],
        ["id"],
        source_schema="ai",
        referent_schema="ai",
    )
    op.execute("""
        update ai.rollouts r set approved_by = (
            select d.decided_by from ai.rollout_decisions d
             where d.rollout_id = r.id and d.action = 'approve' order by d.id desc limit 1)
         where r.status = 'approved'
    """)
    op.create_check_constraint("share", "rollouts", "share in (0, 10, 50, 100)", schema="ai")
    op.create_check_constraint("holdback", "rollouts", "holdback between 0 and 50", schema="ai")
    op.create_index(
        "uq_rollouts_in_flight", "rollouts", ["alias"], unique=True, schema="ai", postgresql_where=sa.text(IN_FLIGHT)
    )
    op.create_table(
        "rollout_exposures",
        _rollout("rollout_exposures", primary_key=True),
        sa.Column("share", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("customer_hash", sa.Text, primary_key=True),
        sa.Column("arm", sa.Text, nullable=False),
        sa.Column("exposed_at", UTC_TIME, nullable=False),
        sa.CheckConstraint("arm in ('candidate', 'control')", name="arm"),
        schema="ai",
    )
    op.create_index("ix_rollout_exposures_customer_hash", "rollout_exposures", ["customer_hash"], schema="ai")
    op.create_table(
        "rollout_looks",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        _rollout("rollout_looks"),
        sa.Column("share", sa.SmallInteger, nullable=False),
        sa.Column("looked_at", UTC_TIME, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("reasons", ARRAY(sa.Text), nullable=False),
        sa.Column("numbers", JSONB, nullable=False),
        schema="ai",
    )
    op.create_index("ix_rollout_looks_rollout_id_id", "rollout_looks", ["rollout_id", "id"], schema="ai")
    op.create_table(
        "rollout_shadow_pairs",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        _rollout("rollout_shadow_pairs"),
        sa.Column("intent", sa.Text, nullable=False),
        sa.Column("similarity", sa.REAL, nullable=False),
        sa.Column("agrees", sa.Boolean, nullable=False),
        sa.Column("candidate_confidence", sa.REAL, nullable=False),
        sa.Column("shown_confidence", sa.REAL, nullable=False),
        sa.Column("candidate_ms", sa.REAL, nullable=False),
        sa.Column("paired_at", UTC_TIME, nullable=False),
        sa.CheckConstraint(INTENTS, name="intent"),
        sa.CheckConstraint("candidate_confidence between 0 and 1", name="candidate_confidence"),
        sa.CheckConstraint("shown_confidence between 0 and 1", name="shown_confidence"),
        schema="ai",
    )
    op.create_index("ix_rollout_shadow_pairs_rollout_id", "rollout_shadow_pairs", ["rollout_id"], schema="ai")


def downgrade() -> None:
    for table in ("rollout_shadow_pairs", "rollout_looks", "rollout_exposures"):
        op.drop_table(table, schema="ai")
    op.drop_index("uq_rollouts_in_flight", "rollouts", schema="ai")
    for column in ADDED:
        op.drop_column("rollouts", column, schema="ai")
    op.execute(f"update ai.rollouts set status = 'pending' where {IN_FLIGHT}")
    op.execute(f"delete from ai.rollout_decisions where not {OLD_ACTION}")
    _constrain("rollouts", "status", OLD_STATUS)
    _constrain("rollout_decisions", "action", OLD_ACTION)


def _constrain(table: str, name: str, condition: str) -> None:
    op.drop_constraint(name, table, schema="ai", type_="check")
    op.create_check_constraint(name, table, condition, schema="ai")


def _rollout(table: str, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(
        "rollout_id",
        sa.BigInteger,
        sa.ForeignKey("ai.rollouts.id", name=f"fk_{table}_rollout_id"),
        primary_key=primary_key,
        nullable=False,
        autoincrement=False,
    )
