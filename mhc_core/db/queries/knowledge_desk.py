"""SQL of the page of knowledge: an article's questions, and what differs between two versions."""

from typing import NamedTuple

import sqlalchemy as sa


class Difference(NamedTuple):
    """An article that is not the same in two versions, as each has it; empty where a version lacks it."""

    article_id: str
    title: str
    first: str
    second: str


def differences(connection: sa.Connection, first: str, second: str) -> list[Difference]:
    """Articles with pieces that only one of two versions has."""
    rows = connection.execute(
        sa.text("""
            with held as (
                select k.article_id, k.title, k.content, k.id, v.version_id
                  from ai.knowledge_version_chunks v join ai.knowledge_chunks k on k.id = v.chunk_id
                 where v.version_id in (:first, :second))
            select article_id, max(title),
                   coalesce(string_agg(content, E'\n' order by id) filter (where version_id = :first), ''),
                   coalesce(string_agg(content, E'\n' order by id) filter (where version_id = :second), '')
              from held
             group by article_id
            having array_agg(id order by id) filter (where version_id = :first)
                   is distinct from array_agg(id order by id) filter (where version_id = :second)
             order by article_id
        """),
        {"first": first, "second": second},
    )
    return [Difference(*row) for row in rows]


def questions(connection: sa.Connection, article_id: str) -> list[str]:
    """What customers ask that an article answers."""
    query = sa.text("select question from ai.retrieval_questions where article_id = :id order by question")
    return list(connection.scalars(query, {"id": article_id}))
