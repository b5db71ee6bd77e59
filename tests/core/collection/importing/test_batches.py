"""What stops a batch is called what it is."""

import psycopg
import pytest
import sqlalchemy as sa

from mhc_core.collection.importing.batches import store
from mhc_core.errors import DatabaseUnavailable


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (psycopg.errors.DiskFull, "no space left on the disk"),
        (psycopg.errors.AdminShutdown, "the database stopped the import"),
    ],
)
def test_a_full_disk_is_called_a_full_disk(engine: sa.Engine, error: type[psycopg.Error], said: str) -> None:
    def write(connection: sa.Connection, batch: object) -> None:
        raise error

    with pytest.raises(DatabaseUnavailable, match=said):
        store(engine, [1], write, lambda item, reason: None)
