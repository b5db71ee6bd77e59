"""The ledger of erasures: who was forgotten, as hashes, in files that a backup does not turn back.

A restored database knows no erasure that was made after its backup. The ledger lies beside the backups, one small file
an erasure, so it is there when the server is gone; a restore carries out what is missing.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from mhc_core.artifacts import store
from mhc_core.db.queries import installation
from mhc_core.db.queries import privacy as queries
from mhc_core.errors import DataError
from mhc_core.pseudonyms import Pseudonym

FOLDER = "erasures"


class Entry(NamedTuple):
    """One erasure that was asked for."""

    customer_hash: Pseudonym
    requested_by: str
    requested_at: datetime


def name(connection: sa.Connection) -> str:
    """The ledger of this installation, whose hashes only its own salt makes: several may share a folder."""
    return hashlib.sha256(b"ledger of erasures" + installation.salt(connection)).hexdigest()[:16]


def folder(backups: Path, name: str) -> Path:
    """Where a ledger lies beside the backups."""
    return backups.absolute() / FOLDER / name


def write(place: Path, entries: Iterable[Entry]) -> None:
    """Write entries down; one of a customer who was erased again takes the place of the former.

    Raises:
        ConfigurationError: the folder cannot be written.
    """
    for entry in entries:
        store.write_bytes((place / f"{entry.customer_hash}.json").as_uri(), orjson.dumps(entry._asdict()))


def read(place: Path) -> list[Entry]:
    """All entries, oldest first.

    Raises:
        DataError: a file is damaged.
    """
    found = []
    for path in place.glob("*.json"):
        try:
            entry = orjson.loads(path.read_bytes())
            at = datetime.fromisoformat(entry["requested_at"])
            found.append(Entry(Pseudonym(entry["customer_hash"]), str(entry["requested_by"]), at))
        except (ValueError, KeyError, TypeError):
            raise DataError(
                f"{path} is no entry of the ledger of erasures; put a good copy in its place, or take it out"
            ) from None
    return sorted(found, key=lambda entry: entry.requested_at)


def of_database(connection: sa.Connection) -> list[Entry]:
    """The erasures that a database knows."""
    return [Entry(one.customer_hash, one.requested_by, one.requested_at) for one in queries.all_of(connection)]


def request_missing(connection: sa.Connection, entries: Iterable[Entry]) -> int:
    """Ask again for erasures that the database does not know; how many those were."""
    missing = 0
    for entry in entries:
        known = queries.find(connection, entry.customer_hash)
        if known is None:
            queries.request(connection, entry.customer_hash, entry.requested_by, entry.requested_at)
        elif known.requested_at < entry.requested_at:
            queries.reopen(connection, known, entry.requested_by, entry.requested_at)
        else:
            continue
        missing += 1
    return missing
