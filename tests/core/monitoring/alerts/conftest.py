"""A database of its own, and a web address that takes alerts."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from fakes.receivers import Hook, hook

from mhc_core.db import engine as engines


@pytest.fixture
def web() -> Iterator[Hook]:
    with hook() as state:
        yield state


@pytest.fixture
def database(fresh_database_url: str) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()
