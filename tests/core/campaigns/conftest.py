"""A database of its own, and the campaigns of the platform without people who are left alone."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from mhc_core.campaigns import rules
from mhc_core.campaigns.rules import Campaigns
from mhc_core.db import engine as engines


@pytest.fixture
def database(fresh_database_url: str) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def campaigns() -> Campaigns:
    """All of them for everybody: no holdout, and an address under e-mails."""
    shipped = rules.load()
    everybody = tuple(one.model_copy(update={"holdout": 0.0}) for one in shipped.campaign)
    return shipped.model_copy(update={"campaign": everybody, "postal_address": "1 Example Street, Sacramento"})
