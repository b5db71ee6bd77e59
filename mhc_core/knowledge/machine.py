"""Articles that nobody translated, translated by a machine and kept: never asked for twice, and stale like any other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mhc_core.db.queries import knowledge as queries
from mhc_core.errors import DataError
from mhc_core.knowledge import translations
from mhc_core.knowledge.articles import UNANSWERED
from mhc_core.protocols import Translator
from mhc_core.providers.attribution import calls_for
from mhc_core.translation.translating import translated


@dataclass(frozen=True, slots=True)
class Machine:
    """What was translated, by article id, and what was not used with its reason."""

    made: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


@calls_for(feature="translation")
def translate(
    connection: sa.Connection, translator: Translator, language: str, names: Sequence[str], now: datetime
) -> Machine:
    """Translate each active article that has no current translation into ``language``.

    ``names`` are the business's own, kept letter by letter. A translation that lost or changed a figure is not stored.

    Raises:
        ConfigurationError, ProviderUnavailable: nothing translates this pair, or it does not answer; what was made
            until then is the caller's to keep or to roll back.
    """
    known = translations.current(connection, (language,))
    made: list[str] = []
    refused: list[tuple[str, str]] = []
    for article in queries.articles(connection):
        if (article.id, language) in known or article.category == UNANSWERED:
            continue
        try:
            title = translated(translator, article.title, language, names)
            body = translated(translator, article.body, language, names)
        except DataError as error:
            refused.append((article.id, str(error)))
            continue
        translations.store_machine(connection, article, language, title, body, translator.id, now)
        made.append(article.id)
    return Machine(tuple(made), tuple(refused))
