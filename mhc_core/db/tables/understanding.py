"""How messages are read: labelled examples, scrubbed, and the versions of the model that are trained on them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from mhc_core.db.tables.artifact_address import ArtifactAddress
from mhc_core.db.tables.base import UTC_TIME, created, json_column, metadata, one_of
from mhc_core.db.tables.raw import messages
from mhc_core.vocabulary import Verdict

understanding_examples = sa.Table(
    "understanding_examples",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("line", sa.Text, nullable=False),
    sa.Column("text_sha256", sa.Text, nullable=False),
    sa.Column("held_out", sa.Boolean, nullable=False),
    sa.Column("message_id", sa.ForeignKey(messages.c.id, ondelete="CASCADE")),
    sa.Column("customer_hash", sa.Text),
    sa.Column("day", sa.Date),
    sa.Column("author", sa.Text),
    sa.Column("written_at", UTC_TIME, nullable=False),
    sa.CheckConstraint("origin in ('gold', 'correction', 'booking', 'imported')", name="origin"),
    sa.Index(None, "message_id"),
    sa.Index(None, "customer_hash"),
    sa.Index(None, "text_sha256"),
    sa.Index(None, "origin", "written_at"),
)

understanding_versions = sa.Table(
    "understanding_versions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("recipe", sa.Text, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("artifact_uri", ArtifactAddress, nullable=False),
    sa.Column("artifact_sha256", sa.Text, nullable=False),
    json_column("examples"),
    sa.Column("examples_until", UTC_TIME, nullable=False),
    json_column("metrics"),
    created(),
)

understanding_members = sa.Table(
    "understanding_members",
    metadata,
    sa.Column("version_id", sa.ForeignKey(understanding_versions.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("example_id", sa.ForeignKey(understanding_examples.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Index(None, "example_id"),
)

understanding_evaluations = sa.Table(
    "understanding_evaluations",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("candidate_id", sa.ForeignKey(understanding_versions.c.id), nullable=False),
    sa.Column("baseline_id", sa.ForeignKey(understanding_versions.c.id)),
    sa.Column("set_sha256", sa.Text, nullable=False),
    sa.Column("messages", sa.Integer, nullable=False),
    json_column("candidate_metrics"),
    json_column("baseline_metrics"),
    json_column("differences"),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("reasons", ARRAY(sa.Text), nullable=False),
    created(),
    one_of("verdict", Verdict),
    sa.Index(None, "candidate_id"),
)
