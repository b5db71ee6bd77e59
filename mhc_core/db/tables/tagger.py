"""Versions of the tagger that finds personal data, each with the evaluation that decided whether it is put to use."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from mhc_core.db.tables.base import created, json_column, metadata, one_of
from mhc_core.vocabulary import Verdict

tagger_versions = sa.Table(
    "tagger_versions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("artifact_uri", sa.Text, nullable=False),
    sa.Column("artifact_sha256", sa.Text, nullable=False),
    sa.Column("marks", sa.Integer, nullable=False),
    sa.Column("baseline_id", sa.ForeignKey("tagger_versions.id")),
    json_column("candidate_metrics"),
    json_column("baseline_metrics"),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("reasons", ARRAY(sa.Text), nullable=False),
    created(),
    one_of("verdict", Verdict),
)
