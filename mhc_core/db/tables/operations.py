"""What serves all stages: the installation, erasures, API keys, the audit log, incidents and signs of life."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from mhc_core.db.tables.base import UTC_TIME, created, json_column, metadata, one_of
from mhc_core.vocabulary import IncidentKind, PipelineCount

installation = sa.Table(
    "installation",
    metadata,
    sa.Column("singleton", sa.Boolean, primary_key=True, server_default=sa.true()),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    created(),
    sa.CheckConstraint("singleton", name="singleton"),
)


erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("customer_hash", sa.Text, nullable=False, unique=True),
    sa.Column("status", sa.Text, nullable=False, server_default="requested"),
    sa.Column("requested_by", sa.Text, nullable=False),
    sa.Column("requested_at", UTC_TIME, nullable=False),
    sa.Column("finished_at", UTC_TIME),
    json_column("progress"),
    sa.Column("certificate", JSONB),
    sa.CheckConstraint("status in ('requested', 'erased', 'finished')", name="status"),
)


api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("key_sha256", sa.Text, nullable=False, unique=True),
    created(),
    sa.Column("last_used_at", UTC_TIME),
    sa.Column("revoked_at", UTC_TIME),
    sa.Column("expires_at", UTC_TIME),
    sa.CheckConstraint("role in ('app', 'agent', 'reviewer', 'admin')", name="role"),
)

audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("at", UTC_TIME, nullable=False, server_default=sa.func.now()),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    json_column("details"),
    sa.Index(None, "subject"),
    sa.Index(None, "at"),
    sa.Index(None, "action", "id"),
    sa.Index(None, "actor", "id"),
)

# Each hash is of the one before it and of its entry; made by a trigger when the entry is committed.
audit_chain = sa.Table(
    "audit_chain",
    metadata,
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("entry_id", sa.ForeignKey(audit_log.c.id), nullable=False, unique=True),
    sa.Column("sha256", sa.Text, nullable=False),
)

# Where the chain begins once its oldest entries went: the last position of them, and its hash.
audit_base = sa.Table(
    "audit_base",
    metadata,
    sa.Column("singleton", sa.Boolean, primary_key=True, server_default=sa.true()),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.CheckConstraint("singleton", name="singleton"),
)

# One row from the first time something is noticed until it is well again; at most one is open for a kind and subject.
incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("opened_at", UTC_TIME, nullable=False),
    sa.Column("last_seen_at", UTC_TIME, nullable=False),
    sa.Column("times", sa.Integer, nullable=False, server_default="1"),
    json_column("details"),
    sa.Column("resolved_at", UTC_TIME),
    one_of("kind", IncidentKind),
    sa.Index("uq_incidents_open", "kind", "subject", unique=True, postgresql_where=sa.text("resolved_at is null")),
)

signs_of_life = sa.Table(
    "signs_of_life",
    metadata,
    sa.Column("process", sa.Text, primary_key=True),
    sa.Column("seen_at", UTC_TIME, nullable=False),
)

# As the daemon saw it last: all rows are replaced together.
pipeline_figures = sa.Table(
    "pipeline_figures",
    metadata,
    sa.Column("what", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Double, nullable=False),
    sa.Column("read_at", UTC_TIME, nullable=False),
    one_of("what", PipelineCount),
)
