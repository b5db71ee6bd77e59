"""Data sets after an erasure: one without the person takes over, and the files of those with the person are removed.

A version is immutable, so no line is taken out of it: it is retired. Its row, its members and its hashes stay, since
they say what models learned from; its files go, and its manifest says when and why.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from mhc_core.artifacts import store as artifacts
from mhc_core.artifacts.store import filesystem_of
from mhc_core.business.pricing import Business
from mhc_core.dataset import build
from mhc_core.dataset.newest import store_newest
from mhc_core.db.queries import dataset as queries
from mhc_core.db.queries import retired
from mhc_core.db.rows.dataset import PREFERENCES
from mhc_core.errors import DataError, NotFound
from mhc_core.protocols import Embedder
from mhc_core.settings import Settings


def rebuild(engine: sa.Engine, embedder: Embedder, business: Business, settings: Settings) -> tuple[str | None, str]:
    """A data set of all examples that are left; its id, or None with the reason why there can be none yet."""
    try:
        return store_newest(engine, embedder.id, business, settings).id, ""
    except DataError as error:
        return None, str(error)


def retire(
    engine: sa.Engine, examples: Sequence[UUID], erasure_id: int, replaced_by: str | None, now: datetime
) -> list[dict[str, Any]]:
    """Retire every data set that holds one of these examples, and remove its files; what was retired, with hashes.

    Data sets that are retired already are listed again, and what is left of their files is removed.
    """
    mark = {"at": now.isoformat(), "erasure": erasure_id, "replaced_by": replaced_by}
    with engine.begin() as connection:
        holding = retired.datasets_with(connection, examples)
        retired.retire(connection, [found.id for found in holding], mark)
    for found in holding:
        artifacts.remove(found.train_uri)
        artifacts.remove(found.validation_uri)
        artifacts.remove(queries.preferences_beside(found.train_uri))
        manifest = {**found.manifest, retired.RETIRED: found.manifest.get(retired.RETIRED, mark)}
        folder = found.train_uri.rpartition("/")[0]
        options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
        artifacts.write_bytes(f"{folder}/manifest.json", orjson.dumps(manifest, option=options))
    return [
        {"id": found.id, "learned": found.learned, "held_out": found.held_out, "sha256": found.manifest.get("sha256")}
        for found in holding
    ]


def remove_orphans(engine: sa.Engine, settings: Settings) -> None:
    """Remove files of data sets that a killed run left without a row, when they hold an erased example."""
    with engine.connect() as connection:
        known = retired.dataset_ids(connection)
        gone = retired.erased_examples(connection)
    store, folder = filesystem_of(f"{settings.artifacts}/datasets")
    if not gone or not store.isdir(folder):
        return
    for entry in store.ls(folder, detail=False):
        name = str(entry).rstrip("/").rpartition("/")[2]
        if name in known:
            continue
        for part in (*build.SIDES, PREFERENCES):
            uri = f"{settings.artifacts}/datasets/{name}/{part}.jsonl"
            if _holds(uri, gone):
                artifacts.remove(uri)


def _holds(uri: str, examples: set[str]) -> bool:
    try:
        lines = artifacts.read_bytes(uri).splitlines()
    except NotFound:
        return False
    return any(orjson.loads(line)["metadata"]["example_id"] in examples for line in lines if line.strip())
