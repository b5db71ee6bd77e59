"""SQL of articles' translations: immutable versions, the newest of a language and source in use."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert

from mhc_core.db.tables import knowledge_translations

_T = knowledge_translations.c


def add(connection: sa.Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Add versions; one that is there already with the same words for the same source stays. How many are new.

    A version that comes again is the newest again, and reviewed where it comes as reviewed.
    """
    if not rows:
        return 0
    statement = insert(knowledge_translations)
    known = {
        (row.article_id, row.language, row.content_sha256)
        for row in connection.execute(sa.select(_T.article_id, _T.language, _T.content_sha256))
    }
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["article_id", "language", "content_sha256"],
            set_={
                "created_at": now,
                "reviewed": sa.or_(knowledge_translations.c.reviewed, statement.excluded.reviewed),
            },
        ),
        [{**row, "created_at": now} for row in rows],
    )
    return sum((row["article_id"], row["language"], row["content_sha256"]) not in known for row in rows)


def newest(connection: sa.Connection, article_id: str | None = None) -> list[sa.Row[Any]]:
    """The newest version of each article and language, a person's before a machine's, by article and language.

    Where there are versions for several states of the article each state has one row, the newest state first.
    """
    query = (
        sa.select(knowledge_translations)
        .ext(distinct_on(_T.article_id, _T.language, _T.source_sha256))
        .order_by(_T.article_id, _T.language, _T.source_sha256, _T.origin, _T.created_at.desc(), _T.id.desc())
    )
    if article_id is not None:
        query = query.where(_T.article_id == article_id)
    return list(connection.execute(query))


def state(connection: sa.Connection) -> tuple[int, int | None]:
    """Changes with every version that is added or goes: count, and id of the newest."""
    row = connection.execute(
        sa.select(sa.func.count(), sa.func.max(sa.func.extract("epoch", _T.created_at) * 1_000_000))
    ).one()
    return int(row[0]), None if row[1] is None else int(row[1])
