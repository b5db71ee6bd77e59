"""SQL of the page of knowledge: an article's questions, and what differs between two versions."""

from typing import NamedTuple

import sqlalchemy as sa


class Difference(NamedTuple):
    """An article that is not the same in two versions: how many pieces only one of them has."""

    article_id: str
    title: str
    only_first: int
    only_second: int


def differences(connection: sa.Connection, first: str, second: str) -> list[Difference]:
    """Articles with pieces that only one of two versions has."""
    rows = connection.execute(
        sa.text("""
            with one as (select chunk_id from ai.knowledge_version_chunks where version_id = :first),
                 two as (select chunk_id from ai.knowledge_version_chunks where version_id = :second)
            select k.article_id, min(k.title), count(one.chunk_id) filter (where two.chunk_id is null),
                   count(two.chunk_id) filter (where one.chunk_id is null)
              from one full join two using (chunk_id) join ai.knowledge_chunks k on k.id = chunk_id
             where one.chunk_id is null or two.chunk_id is null
             group by k.article_id order by k.article_id
        """),
        {"first": first, "second": second},
    )
    return [Difference(*row) for row in rows]


def questions(connection: sa.Connection, article_id: str) -> list[str]:
    """What customers ask that an article answers."""
    query = sa.text("select question from ai.retrieval_questions where article_id = :id order by question")
    return list(connection.scalars(query, {"id": article_id}))
