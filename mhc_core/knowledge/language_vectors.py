"""The vectors that other languages are learned of: made once for an installation, whoever comes first.

A knowledge of 71 articles has some thousand texts a language, minutes of one core. Whoever needs them (a pipeline, a
command, each process of a server) makes those that nobody has made yet and keeps them, some at a time and in turns:
each turn is a transaction of its own, so a process that is killed loses one turn, and nobody waits long.
"""

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from mhc_core.db.queries import knowledge as queries
from mhc_core.knowledge import article_selector, multilingual, translations
from mhc_core.knowledge.known_vectors import digest
from mhc_core.languages import ENGLISH, known
from mhc_core.protocols import Embedder

AT_ONCE = 64
"""Texts of one turn: about a second of one core."""


def keep(
    engine: sa.Engine,
    version_id: str,
    embedder: Callable[[], Embedder],
    languages: Sequence[str] | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Keep what is missing for the languages of a version; how many texts this process embedded.

    Nothing is where there are no translations at all.
    Texts of an article that is erased meanwhile are swept up after the erasure, as all that was written late.

    Args:
        embedder: loads what embeds; it is not asked for where nothing is missing.
        languages: BCP 47 codes; all when it is left out. One without translations is found by English.
        stopping: asked between turns; what was made until then stays.
    """
    made = 0
    missing = _wanted(engine, version_id, [code for code in languages or known() if code != ENGLISH])
    while missing and not stopping():
        with engine.begin() as connection:
            queries.lock_vectors(connection)
            name = embedder().id
            missing = _without(connection, name, missing)
            turn = dict(list(missing.items())[:AT_ONCE])
            if not turn:
                break
            vectors = dict(zip(turn, embedder().embed(list(turn.values())), strict=True))
            made += len(turn)
            queries.lock_index(connection)  # whoever builds an index keeps vectors as well
            fresh = _without(connection, name, turn)
            queries.keep_vectors(connection, name, {one: vectors[one] for one in fresh})
    return made


def _wanted(engine: sa.Engine, version_id: str, languages: Sequence[str]) -> dict[str, str]:
    """The texts by their hashes, in an order that all processes share, so that they do not make the same ones."""
    wanted: set[str] = set()
    with engine.connect() as connection:
        if not translations.current(connection):
            return {}
        articles = article_selector.articles(connection, version_id)
        for language in languages:
            wanted = wanted.union(*multilingual.texts(articles, multilingual.told(connection, language)))
    return dict(sorted((digest(text), text) for text in wanted))


def _without(connection: sa.Connection, embedder: str, texts: dict[str, str]) -> dict[str, str]:
    kept = queries.kept_vectors(connection, embedder, list(texts))
    return {one: text for one, text in texts.items() if one not in kept}
