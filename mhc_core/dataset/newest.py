"""The data set of all that is verified now: chosen by what an index says, read in whole only where it is taken."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from mhc_core.business.pricing import Business
from mhc_core.dataset.build import sample, speaks, store
from mhc_core.db.queries import dataset as queries
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.rows.dataset import VerifiedExample
from mhc_core.settings import Settings


class Choice(NamedTuple):
    """The examples that are taken, and how many there were to choose from."""

    examples: Sequence[VerifiedExample]
    available: int


def choose(connection: sa.Connection, embedder: str, settings: Settings, only: str | None = None) -> Choice:
    """At most ``dataset_max_examples`` of the verified examples, as :func:`mhc_core.dataset.build.sample` takes them.

    Words and vectors are read of those alone, so that memory does not grow with the history.
    """
    found = queries.candidates(connection, embedder)
    if only is not None:
        found = [one for one in found if speaks(only, one.language)]
    found.sort(key=lambda one: (one.day, one.id))
    taken = sample(found, settings.dataset_max_examples, settings.seed)
    return Choice(queries.verified(connection, embedder, [one.id for one in taken]), len(found))


def store_newest(
    engine: sa.Engine, embedder: str, business: Business, settings: Settings, only: str | None = None
) -> DatasetVersion:
    """Build and store a version of what is verified now. The same examples give the same version.

    Args:
        embedder: whose vectors the examples carry.
        only: the one language whose examples are taken, see :func:`mhc_core.dataset.build.build`.

    Raises:
        DataError, Conflict: see :func:`mhc_core.dataset.build.store`.
    """
    with engine.connect() as connection:
        chosen = choose(connection, embedder, settings, only)
    return store(engine, chosen.examples, business, settings, only, chosen.available)
