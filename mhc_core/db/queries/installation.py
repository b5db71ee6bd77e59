"""What is made once per installation and shared by every process that uses its database."""

import secrets

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core import pseudonyms
from mhc_core.db.tables import installation


def salt(connection: sa.Connection) -> bytes:
    """The salt of customer hashes; the first caller makes it, everybody after reads it."""
    found = connection.scalar(sa.select(installation.c.salt))
    if found is None:
        connection.execute(insert(installation).values(salt=secrets.token_bytes(32)).on_conflict_do_nothing())
        found = connection.execute(sa.select(installation.c.salt)).scalar_one()
    return bytes(found)


def pads(connection: sa.Connection) -> dict[str, bytes]:
    """Keys of ``hashed``. Without a salt nobody was ever hashed, and any key matches nobody."""
    return pseudonyms.pads(bytes(connection.scalar(sa.select(installation.c.salt)) or b""))
