"""The inbox: a folder from which the daily collection imports every new file once.

A file is known by the SHA-256 of its content, in the audit log, and its name, which may be a customer's, is not kept;
it is never moved or changed. So a file that was
still growing when it was read has another hash the next time, is imported again, and only what is new is added.
Files named ``feedback*`` hold feedback, all others conversations; feedback comes last, and a feedback file with
refused lines is tried again each time, since the conversations it is about may come later. Names that start with a
dot or end in ``.part`` or ``.tmp`` are left alone.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import fsspec
import sqlalchemy as sa

from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.collection.importing.feedback import import_feedback
from mhc_core.collection.importing.reject import reject_path
from mhc_core.collection.importing.report import ImportReport
from mhc_core.db.queries import audit, inbox
from mhc_core.errors import DataError, NotFound

ENDINGS = (".jsonl", ".ndjson", ".csv", ".tsv")
ACTOR = "collection"


@dataclass(frozen=True, slots=True)
class Collected:
    """What one look into the inbox did: a report per imported file, how many were known, why others failed."""

    reports: tuple[ImportReport, ...]
    known: int
    failed: dict[str, str]


def collect(engine: sa.Engine, inbox_uri: str, now: datetime, reject_folder: Path) -> Collected:
    """Import what is new in the folder (any fsspec URI; it need not exist).

    A file that cannot be read as a whole is named in ``failed`` and tried again the next time.

    Raises:
        DatabaseUnavailable: the server went away; collect again.
    """
    filesystem, folder = fsspec.core.url_to_fs(inbox_uri)
    names = _files(filesystem, folder)
    hashes = {name: _sha256(filesystem, name) for name in names}
    with engine.connect() as connection:
        known = inbox.imported(connection, list(hashes.values()))
    reports: list[ImportReport] = []
    failed: dict[str, str] = {}
    for name, content in hashes.items():
        if content in known:
            continue
        uri = filesystem.unstrip_protocol(name)
        bring_in = import_feedback if _is_feedback(name) else import_conversations
        try:
            report = bring_in(engine, uri, now, reject_path(reject_folder, uri))
        except (DataError, NotFound) as error:
            failed[_base(name)] = str(error)
            continue
        reports.append(report)
        if not (report.rejected and _is_feedback(name)):
            counts = {part: told for part, told in report.as_dict().items() if part not in ("file", "reject_file")}
            with engine.begin() as connection:
                audit.record(connection, ACTOR, inbox.IMPORTED, content, counts, now)
    return Collected(tuple(reports), sum(content in known for content in hashes.values()), failed)


def has_new_files(connection: sa.Connection, inbox_uri: str) -> bool:
    """Whether ``collect`` would try to import something."""
    filesystem, folder = fsspec.core.url_to_fs(inbox_uri)
    hashes = {_sha256(filesystem, name) for name in _files(filesystem, folder)}
    return not hashes <= inbox.imported(connection, list(hashes))


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def _is_feedback(name: str) -> bool:
    return _base(name).lower().startswith("feedback")


def _files(filesystem: Any, folder: str) -> list[str]:
    if not filesystem.exists(folder):
        return []
    found = [str(entry["name"]) for entry in filesystem.ls(folder, detail=True) if entry["type"] == "file"]
    wanted = [
        name
        for name in found
        if not _base(name).startswith(".") and _base(name).lower().removesuffix(".gz").endswith(ENDINGS)
    ]
    return sorted(wanted, key=lambda name: (_is_feedback(name), name))


def _sha256(filesystem: Any, name: str) -> str:
    with filesystem.open(name, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
