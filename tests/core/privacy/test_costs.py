"""What answering a customer cost outlives the customer; that it was theirs does not."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes import forgotten
from fakes.forgotten import NOW, VICTIM
from fakes.spending import spend
from fakes.stored import say, talk

from mhc_core.db import engine as engines
from mhc_core.privacy import retention


def _erase(engine: sa.Engine, root: Path) -> None:
    forgotten.forgetter(engine, root).erase(VICTIM, "Ann", NOW)


def _expire(engine: sa.Engine, root: Path) -> None:
    retention.apply(engine, 30, NOW)


@pytest.mark.parametrize("forget", [_erase, _expire])
def test_calls_stay_without_their_conversation(
    fresh_database_url: str, tmp_path: Path, forget: Callable[[sa.Engine, Path], None]
) -> None:
    engine = engines.create(fresh_database_url)
    for customer, days in ((VICTIM, 90), ("young", 1)):
        at = NOW - timedelta(days=days)
        with engine.begin() as connection:
            conversation, messages = talk(
                connection, say("user", "hi"), say("assistant", "yes"), at=at, customer_id=customer
            )
            spend(connection, at, "0.5", conversation=conversation, message=messages[-1])
    forget(engine, tmp_path)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text(
                "select conversation_id is null, message_id is null, cost_usd from ai.provider_calls order by asked_at"
            )
        ).all()
    assert [tuple(row) for row in rows] == [(True, True, 0.5), (False, False, 0.5)]
    engine.dispose()
