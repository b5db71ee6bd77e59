"""SQL of the versions of what is read often: triggers of the tables raise them, in the transaction that writes."""

from enum import StrEnum

import sqlalchemy as sa

CHANNEL = "mhc_reads"
"""On which a transaction tells, by NOTIFY, which kinds it changed."""


class Kind(StrEnum):
    """What is read. The triggers of migration 0043 name the same."""

    AVAILABILITY = "availability"
    CALENDAR = "calendar"
    KNOWLEDGE = "knowledge"


_READ = sa.text("select kind, version from ai.read_versions")
_LISTEN = sa.text(f"listen {CHANNEL}")


def read(connection: sa.Connection) -> dict[Kind, int]:
    """The version of each kind now: it is another one after each commit that changed the kind."""
    known = {kind.value for kind in Kind}
    return {Kind(kind): version for kind, version in connection.execute(_READ) if kind in known}


def listen(connection: sa.Connection) -> None:
    """From now on this session is told of changes."""
    connection.execute(_LISTEN)
