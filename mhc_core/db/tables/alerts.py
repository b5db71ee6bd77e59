"""Alerts, the messages about them, and the evidence of anomalies. Nothing of customers stands here."""

import sqlalchemy as sa

from mhc_core.db.tables.base import UTC_TIME, metadata, one_of
from mhc_core.vocabulary import AlertKind, MessageKind, Severity

# One row from the first time a condition is seen until it is gone; at most one is open for a key.
alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("link", sa.Text, nullable=False),
    sa.Column("opened_at", UTC_TIME, nullable=False),
    sa.Column("last_seen_at", UTC_TIME, nullable=False),
    sa.Column("acknowledged_at", UTC_TIME),
    sa.Column("acknowledged_by", sa.Text),
    sa.Column("resolved_at", UTC_TIME),
    one_of("kind", AlertKind),
    one_of("severity", Severity),
    sa.Index("uq_alerts_open", "key", unique=True, postgresql_where=sa.text("resolved_at is null")),
    sa.Index(None, "resolved_at"),
)

# The outbox: a row is the intent to tell one channel something, and is there before anything is sent.
alert_messages = sa.Table(
    "alert_messages",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("written_at", UTC_TIME, nullable=False),
    sa.Column("due_at", UTC_TIME, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("delivered_at", UTC_TIME),
    sa.Column("given_up_at", UTC_TIME),
    sa.Column("last_failure", sa.Text),
    one_of("kind", MessageKind),
    one_of("severity", Severity),
    sa.Index(
        "ix_alert_messages_due", "due_at", postgresql_where=sa.text("delivered_at is null and given_up_at is null")
    ),
)

alert_message_items = sa.Table(
    "alert_message_items",
    metadata,
    sa.Column("message_id", sa.ForeignKey(alert_messages.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("alert_id", sa.ForeignKey(alerts.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Index(None, "alert_id"),
)

alert_silences = sa.Table(
    "alert_silences",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("key_prefix", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at", UTC_TIME, nullable=False),
    sa.Column("until", UTC_TIME, nullable=False),
)

anomaly_evidence = sa.Table(
    "anomaly_evidence",
    metadata,
    sa.Column("detector", sa.Text, primary_key=True),
    sa.Column("hour", UTC_TIME, primary_key=True),
    sa.Column("observed", sa.REAL, nullable=False),
    sa.Column("expected", sa.REAL, nullable=False),
    sa.Column("log_evidence", sa.REAL, nullable=False),
    sa.Column("log_threshold", sa.REAL, nullable=False),
    sa.Column("alarm", sa.Boolean, nullable=False),
    sa.Column("seed_rule", sa.Boolean, nullable=False),
)
