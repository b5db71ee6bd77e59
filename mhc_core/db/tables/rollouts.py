"""The way of a candidate to production: its state, who met it, every look at the outcomes, every decision.

No table here holds words of customers. A customer stands in ``rollout_exposures`` as the pseudonym of
``examples.customer_hash``; who gave no id stands there with the pseudonym of the conversation.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from mhc_core.db.tables.base import UTC_TIME, created, json_column, metadata, one_of, unit
from mhc_core.db.tables.models import evaluations, model_versions
from mhc_core.vocabulary import Arm, Intent, RolloutAction, RolloutStatus

rollouts = sa.Table(
    "rollouts",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("model_version_id", sa.ForeignKey(model_versions.c.id), nullable=False, unique=True),
    sa.Column("evaluation_id", sa.ForeignKey(evaluations.c.id)),
    sa.Column("status", sa.Text, nullable=False, server_default=RolloutStatus.PENDING),
    created(),
    sa.Column("updated_at", UTC_TIME, nullable=False, server_default=sa.func.now()),
    sa.Column("alias", sa.Text, nullable=False, server_default="production"),
    sa.Column("control_id", sa.ForeignKey(model_versions.c.id)),
    sa.Column("salt", sa.Text),
    sa.Column("share", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("holdback", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("intents", ARRAY(sa.Text)),
    sa.Column("approved_by", sa.Text),
    sa.Column("started_at", UTC_TIME),
    sa.Column("stage_started_at", UTC_TIME),
    sa.Column("deadline", UTC_TIME),
    sa.Column("killed_at", UTC_TIME),
    one_of("status", RolloutStatus),
    sa.CheckConstraint("share in (0, 10, 50, 100)", name="share"),
    sa.CheckConstraint("holdback between 0 and 50", name="holdback"),
    sa.Index(
        "uq_rollouts_in_flight",
        "alias",
        unique=True,
        postgresql_where=sa.text("status in ('shadow', 'canary', 'held')"),
    ),
)

rollout_decisions = sa.Table(
    "rollout_decisions",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("rollout_id", sa.ForeignKey(rollouts.c.id), nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("decided_at", UTC_TIME, nullable=False),
    json_column("evidence"),
    one_of("action", RolloutAction),
    sa.Index(None, "rollout_id"),
)

rollout_exposures = sa.Table(
    "rollout_exposures",
    metadata,
    sa.Column("rollout_id", sa.ForeignKey(rollouts.c.id), primary_key=True),
    sa.Column("share", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("customer_hash", sa.Text, primary_key=True),
    sa.Column("arm", sa.Text, nullable=False),
    sa.Column("exposed_at", UTC_TIME, nullable=False),
    one_of("arm", Arm),
    sa.Index(None, "customer_hash"),
)

rollout_looks = sa.Table(
    "rollout_looks",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("rollout_id", sa.ForeignKey(rollouts.c.id), nullable=False),
    sa.Column("share", sa.SmallInteger, nullable=False),
    sa.Column("looked_at", UTC_TIME, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("reasons", ARRAY(sa.Text), nullable=False),
    sa.Column("numbers", JSONB, nullable=False),
    sa.Index(None, "rollout_id", "id"),
)

rollout_shadow_pairs = sa.Table(
    "rollout_shadow_pairs",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("rollout_id", sa.ForeignKey(rollouts.c.id), nullable=False),
    sa.Column("intent", sa.Text, nullable=False),
    sa.Column("similarity", sa.REAL, nullable=False),
    sa.Column("agrees", sa.Boolean, nullable=False),
    sa.Column("candidate_confidence", sa.REAL, nullable=False),
    sa.Column("shown_confidence", sa.REAL, nullable=False),
    sa.Column("candidate_ms", sa.REAL, nullable=False),
    sa.Column("paired_at", UTC_TIME, nullable=False),
    one_of("intent", Intent),
    unit("candidate_confidence"),
    unit("shown_confidence"),
    sa.Index(None, "rollout_id"),
)
