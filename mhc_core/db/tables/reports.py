"""Reports of weeks: figures and counts, no word of a customer."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from mhc_core.db.tables.artifact_address import ArtifactAddress
from mhc_core.db.tables.base import UTC_TIME, metadata

weekly_reports = sa.Table(
    "weekly_reports",
    metadata,
    sa.Column("week", sa.Text, primary_key=True),
    sa.Column("made_at", UTC_TIME, nullable=False),
    sa.Column("report", JSONB, nullable=False),
    sa.Column("markdown_uri", ArtifactAddress, nullable=False),
    sa.Column("pdf_uri", ArtifactAddress, nullable=False),
)
