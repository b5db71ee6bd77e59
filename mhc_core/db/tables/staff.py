"""People who sign in to the console, their sessions, and which item of the review queue is in whose hands."""

import sqlalchemy as sa

from mhc_core.db.tables.base import UTC_TIME, created, metadata, one_of
from mhc_core.db.tables.learning import review_items
from mhc_core.vocabulary import StaffRole

staff_accounts = sa.Table(
    "staff_accounts",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text),
    created(),
    sa.Column("disabled_at", UTC_TIME),
    sa.Column("totp_secret", sa.Text),
    sa.Column("totp_step", sa.BigInteger),
    sa.Column("provided_by", sa.Text),
    sa.Column("subject", sa.Text),
    sa.CheckConstraint("password_hash is not null or subject is not null", name="sign_in"),
    sa.UniqueConstraint("provided_by", "subject"),
    one_of("role", StaffRole),
    sa.Index("uq_staff_accounts_name", sa.text("lower(name)"), unique=True),
)

staff_sessions = sa.Table(
    "staff_sessions",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("account_id", sa.ForeignKey(staff_accounts.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("token_sha256", sa.Text, nullable=False, unique=True),
    sa.Column("started_at", UTC_TIME, nullable=False),
    sa.Column("seen_at", UTC_TIME, nullable=False),
    sa.Column("ends_at", UTC_TIME, nullable=False),
    sa.Index(None, "account_id"),
)

review_leases = sa.Table(
    "review_leases",
    metadata,
    sa.Column("item_id", sa.ForeignKey(review_items.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("held_by", sa.Text, nullable=False),
    sa.Column("until", UTC_TIME, nullable=False),
    sa.Index(None, "held_by"),
)
