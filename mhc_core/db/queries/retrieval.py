"""SQL of retrieval: what one question needs from one knowledge version. Every chat turn runs it."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db.queries.knowledge import count_members

_LEXEMES = sa.text("select tsvector_to_array(to_tsvector('english', left(:question, 4000)))")

_FREQUENCIES = sa.text(
    """
    select word, ndoc from ts_stat(format(
        'select c.search from ai.knowledge_chunks c
           join ai.knowledge_version_chunks m on m.chunk_id = c.id where m.version_id = %L', cast(:version_id as text)))
    """
)

_CANDIDATES = """
    with near as materialized (
        select c.id, c.article_id, c.search,
               (c.embedding::halfvec({dimensions})) <=> cast(:vector as halfvec({dimensions})) as distance
          from ai.knowledge_chunks c
         where c.dimensions = {dimensions}
           and exists (select 1 from ai.knowledge_version_chunks m
                        where m.version_id = :version_id and m.chunk_id = c.id)
         order by distance
         limit {pool}
    ), matching as materialized (
        select c.id, c.article_id, c.search,
               (c.embedding::halfvec({dimensions})) <=> cast(:vector as halfvec({dimensions})) as distance
          from ai.knowledge_chunks c
         where c.search @@ cast(:rare as tsquery)
           and c.dimensions = {dimensions}
           and c.id not in (select id from near)
           and exists (select 1 from ai.knowledge_version_chunks m
                        where m.version_id = :version_id and m.chunk_id = c.id)
    ), scored as (
        select c.id, c.article_id,
               (1 - cast(:lexical_weight as float8)) * greatest(0, 1 - c.distance)
             + cast(:lexical_weight as float8)
                   * coalesce((select sum(q.weight)
                                 from unnest(cast(:words as tsquery[]), cast(:weights as float8[])) q(word, weight)
                                where c.search @@ q.word), 0) as score
          from (select * from near union all select * from matching) c
         order by score desc, c.id
         limit {pool}
    ), weighted as (
        select s.id, s.article_id,
               s.score * case when a.origin = 'learned' then cast(:learned_weight as float8) else 1 end as score
          from scored s join ai.knowledge_articles a on a.id = s.article_id
    ), ranked as (
        select *, row_number() over (partition by article_id order by score desc, id) as place from weighted
    )
    select c.id, c.article_id, c.title, c.content, best.score
      from (select id, score from ranked where place <= :per_article order by score desc, id limit :k) best
      join ai.knowledge_chunks c using (id)
     order by best.score desc, c.id
"""


def lexemes(connection: sa.Connection, question: str) -> list[str]:
    """The stemmed words of a question without stop words."""
    storable = question.encode("utf-8", "replace").decode().replace("\x00", " ")
    return list(connection.scalar(_LEXEMES, {"question": storable}) or [])


def literal(vector: NDArray[np.float32]) -> str:
    """A vector as PostgreSQL reads it."""
    return orjson.dumps(np.ascontiguousarray(vector), option=orjson.OPT_SERIALIZE_NUMPY).decode()


def frequencies(connection: sa.Connection, version_id: str) -> tuple[int, dict[str, int]]:
    """How many chunks the version has, and in how many of them each lexeme occurs."""
    total = count_members(connection, version_id)
    return total, {row.word: row.ndoc for row in connection.execute(_FREQUENCIES, {"version_id": version_id})}


def candidates(
    connection: sa.Connection,
    version_id: str,
    vector: NDArray[np.float32],
    rare: Sequence[str],
    weights: Mapping[str, float],
    *,
    lexical_weight: float,
    learned_weight: float,
    pool: int,
    per_article: int,
    k: int,
) -> list[sa.Row[Any]]:
    """The best ``k`` chunks among the ``pool`` nearest and all that hold one of the ``rare`` lexemes.

    Of these the ``pool`` best are looked at for the article they are from.

    ``weights`` gives each lexeme of the question its share of the lexical score; the shares add up to 1.
    """
    return list(
        connection.execute(
            _candidates(len(vector), pool),
            {
                "version_id": version_id,
                "vector": literal(vector),
                "rare": " | ".join(_quoted(lexeme) for lexeme in rare),
                "words": [_quoted(lexeme) for lexeme in weights],
                "weights": list(weights.values()),
                "lexical_weight": lexical_weight,
                "learned_weight": learned_weight,
                "per_article": per_article,
                "k": k,
            },
        )
    )


@functools.cache
def _candidates(dimensions: int, pool: int) -> sa.TextClause:
    # A plan for all parameters knows no limit that is one, and would rather sort everything than ask the index.
    return sa.text(_CANDIDATES.format(dimensions=dimensions, pool=pool))


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
