"""Restore a backup: verify all of it, put artifacts and database back, and carry out the erasures made since."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from mhc_core.artifacts import store
from mhc_core.backup import archive
from mhc_core.business import pricing
from mhc_core.db import dump
from mhc_core.db.engine import database
from mhc_core.db.queries import audit
from mhc_core.db.queries import restoring as queries
from mhc_core.db.tables import metadata
from mhc_core.db.tables.artifact_address import ArtifactAddress
from mhc_core.db.upgrade import HEAD, upgrade
from mhc_core.errors import ConfigurationError, Conflict
from mhc_core.privacy import ledger
from mhc_core.privacy.erase import Forgetter
from mhc_core.protocols import Embedder
from mhc_core.settings import Settings

Report = Callable[[str], None]


class Restored(NamedTuple):
    """What was put back; ``erased`` are the certificates of erasures that were carried out again."""

    made_at: str
    artifacts: int
    erased: list[dict[str, Any]]


def restore(
    settings: Settings,
    file: Path,
    embedder: Embedder,
    now: datetime,
    *,
    replace: bool = False,
    without_ledger: bool = False,
    report: Report = lambda line: None,
) -> Restored:
    """Put a backup in the place of what the configured database and artifact folder hold.

    The database changes in one transaction, after all artifacts are there. The ledger of erasures is looked for beside
    the backup and where backups are configured to be; what a target that is replaced knows of erasures is added to it.

    Raises:
        DataError: the backup is damaged; nothing was changed.
        Conflict: the target is not empty and ``replace`` is false, something is connected to it, or there is no ledger.
        ConfigurationError: made by a newer version, or the server or the artifact folder refuses.
    """
    report("verifying the backup")
    with archive.verified(file) as backup:
        about = backup.manifest
        if str(about["revision"]) > HEAD:
            raise ConfigurationError(
                f"{file} was made by a newer version (schema {about['revision']}); restore it with that one"
            )
        places = _ledgers(settings, file, about["ledger"], without_ledger)
        with database(settings, as_owner=True) as owner:
            _require_free(owner, about["ledger"], places, replace)
            report("writing artifacts")
            for name in backup.artifacts():
                with backup.open(f"{archive.ARTIFACTS}{name}") as content:
                    store.write_bytes(f"{settings.artifacts}/{name}", content.read())
            report("restoring the database")
            _put_back(owner, backup, settings)
    report("carrying out erasures made since")
    with database(settings) as engine:
        with engine.begin() as connection:
            for place in places:
                ledger.request_missing(connection, ledger.read(place))
        erased = Forgetter(engine, embedder, pricing.load(settings.business_file), settings).resume(now)
        with engine.begin() as connection:
            numbers = {"made_at": about["made_at"], "erasures": len(erased)}
            audit.record(connection, "restore", "backup.restored", file.name, numbers, now)
    return Restored(about["made_at"], len(backup.artifacts()), erased)


def _ledgers(settings: Settings, file: Path, name: str, without: bool) -> Sequence[Path]:
    folders = dict.fromkeys([file.absolute().parent, settings.backups])
    found = [place for place in (ledger.folder(folder, name) for folder in folders) if place.is_dir()]
    if not found and not without:
        raise Conflict(
            f"the ledger of erasures is missing: who was erased after this backup would come back; put the folder "
            f"{ledger.FOLDER}/{name} beside {file}, or restore with --without-ledger"
        )
    return found


def _require_free(owner: sa.Engine, name: str, places: Sequence[Path], replace: bool) -> None:
    owner.dispose()  # so that of all sessions only the next one is ours
    with owner.begin() as connection:
        if others := queries.others_connected(connection):
            raise Conflict(f"{others} other sessions use the database; stop `mhc up` and all other commands first")
        if queries.is_empty(connection):
            return
        if not replace:
            raise Conflict("the database holds work already; name an empty one, or replace it with --replace")
        if places and ledger.name(connection) == name:
            ledger.write(places[0], ledger.of_database(connection))


def _put_back(owner: sa.Engine, backup: archive.Reader, settings: Settings) -> None:
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=settings.state_dir, suffix=".dump") as file:  # only its owner can read it
        with backup.open(archive.DATABASE) as content:
            shutil.copyfileobj(content, file)
        file.flush()
        owner.dispose()
        dump.read(owner.url, Path(file.name))
    upgrade(owner)
    columns = [
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, ArtifactAddress)
    ]
    with owner.begin() as connection:
        for before in backup.manifest["artifacts"]:  # its URI, and how addresses in the state folder are stored
            queries.move_artifacts(connection, columns, before, settings.stored_artifacts)
