"""Prompt versions: immutable, named by content, recorded once."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.tables import prompt_versions
from mhc_core.prompts import PromptVersion


def record(connection: sa.Connection, versions: Sequence[PromptVersion]) -> int:
    """Store the versions that are not there yet; returns how many were new."""
    if not versions:
        return 0
    statement = (
        insert(prompt_versions)
        .values([{"id": version.id, "name": version.name, "content": version.content} for version in versions])
        .on_conflict_do_nothing(index_elements=[prompt_versions.c.id])
    )
    return len(connection.execute(statement.returning(prompt_versions.c.id)).all())
