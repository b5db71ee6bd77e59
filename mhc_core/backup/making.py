"""Make a backup: dump, artifacts and manifest go into a hidden file that gets its name when it is whole."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from mhc_core.artifacts.store import filesystem_of
from mhc_core.backup.archive import ARTIFACTS, DATABASE, Writer
from mhc_core.db import dump
from mhc_core.db.queries import audit
from mhc_core.db.upgrade import current
from mhc_core.errors import ConfigurationError, Conflict
from mhc_core.privacy import ledger
from mhc_core.settings import Settings

_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = "mhc-{}.tar"


class Made(NamedTuple):
    """A finished backup, and older ones that were removed."""

    path: Path
    size: int
    artifacts: int
    removed: list[Path]


def make(engine: sa.Engine, settings: Settings, folder: Path, now: datetime) -> Made:
    """Back up the database and all artifacts into a new file in ``folder``, and remove backups past their time.

    The database is dumped first, as it is at one moment: artifacts are never changed, so those it names are there. Call
    with the owner's engine.

    Raises:
        ConfigurationError: the folder cannot be written, or the database cannot be dumped.
        Conflict: another backup is being made there.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            return _make(engine, settings, folder.absolute(), now)
    except OSError as error:
        raise ConfigurationError(
            f"the backup could not be written to {folder} ({error.strerror}); free space there or name another folder"
        ) from None


def _make(engine: sa.Engine, settings: Settings, folder: Path, now: datetime) -> Made:
    path = folder / _NAME.format(now.strftime(_STAMP))
    dumped, draft = folder / f".{path.name}.dump.part", folder / f".{path.name}.part"
    for left in folder.glob(".mhc-*.part"):  # of one that was killed
        left.unlink()
    try:
        with engine.begin() as connection:
            about = _about(connection, settings, now)
            place = ledger.folder(folder, about["ledger"])
            place.mkdir(parents=True, exist_ok=True)
            ledger.write(place, ledger.of_database(connection))
        dumped.touch(mode=0o600)
        dump.write(engine.url, dumped)
        draft.touch(mode=0o600)
        with draft.open("wb") as file:
            writer = Writer(file)
            with dumped.open("rb") as source:
                writer.add(DATABASE, source, dumped.stat().st_size)
            count = _add_artifacts(writer, settings.artifacts)
            writer.close(about)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        _sync(folder)
    finally:
        dumped.unlink(missing_ok=True)
        draft.unlink(missing_ok=True)
    return Made(path, path.stat().st_size, count, _remove_old(folder, now - timedelta(days=settings.backup_days)))


def _about(connection: sa.Connection, settings: Settings, now: datetime) -> dict[str, Any]:
    chain = audit.verify(connection)
    return {
        "made_at": now.isoformat(),
        "version": version("mhc"),
        "revision": current(connection),
        "server_version": connection.scalar(sa.text("show server_version")),
        "artifacts": [settings.artifacts, settings.stored_artifacts],
        "ledger": ledger.name(connection),
        "audit": {"entries": chain.entries, "sha256": chain.sha256},
    }


def _add_artifacts(writer: Writer, root: str) -> int:
    store, folder = filesystem_of(root)
    if not store.isdir(folder):
        return 0
    names = sorted(str(name) for name in store.find(folder))
    added = 0
    for name in names:
        try:
            with store.open(name, "rb") as source:
                writer.add(f"{ARTIFACTS}{name.removeprefix(folder).lstrip('/')}", source, store.size(name))
        except FileNotFoundError:  # an erasure or a retirement removed it meanwhile
            continue
        added += 1
    return added


def _remove_old(folder: Path, before: datetime) -> list[Path]:
    oldest = _NAME.format(before.strftime(_STAMP))
    old = [path for path in sorted(folder.glob("mhc-*.tar")) if path.name < oldest]
    for path in old:
        path.unlink()
    return old


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(f"another backup is being made in {folder}; wait for it to end") from None
        yield


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
