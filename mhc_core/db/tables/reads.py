"""Which version what is read often is at. Figures and names of kinds only."""

import sqlalchemy as sa

from mhc_core.db.tables.base import metadata

read_versions = sa.Table(
    "read_versions",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False, server_default=sa.text("0")),
)

# What the transaction that writes now has changed. It takes its rows away before it commits, so nobody sees any.
read_changes = sa.Table(
    "read_changes",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
)
