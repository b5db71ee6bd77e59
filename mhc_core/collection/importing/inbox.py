"""The inbox: a folder from which the daily collection imports every new file once.

A file is known by the SHA-256 of its content, in the audit log, and its name, which may be a customer's, is not kept;
it is never moved or changed. So a file that was
still growing when it was read has another hash the next time, is imported again, and only what is new is added.
Files named ``feedback*`` hold feedback, all others conversations; feedback comes last, and a feedback file with
refused lines is tried again each time, since the conversations it is about may come later. Names that start with a
dot or end in ``.part`` or ``.tmp`` are left alone. What is said of the files stands in ``import.toml`` among them; one
that is not in whole is tried again when something else is said of it.

What became of a file is found again by its hash: ``pending`` names those that are not in, or not whole, from the names
in the folder and the reasons in the log.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from mhc_core.artifacts.store import filesystem_of
from mhc_core.collection.importing import inbox_options
from mhc_core.collection.importing.containers import UNFINISHED
from mhc_core.collection.importing.context import Reading
from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.collection.importing.feedback import import_feedback
from mhc_core.collection.importing.inbox_options import Options
from mhc_core.collection.importing.reject import reject_path
from mhc_core.collection.importing.report import ImportReport
from mhc_core.db.queries import audit, inbox
from mhc_core.errors import DataError, NotFound, TransientError

ACTOR = "collection"
SAID = "said"
"""Key of the digest of what was said of a file, among the details of its import."""
FAULT = "the importer failed on it ({}): keep the file and report it"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Collected:
    """What one look into the inbox did: a report per imported file, how many were known, why others failed."""

    reports: tuple[ImportReport, ...]
    known: int
    failed: dict[str, str]


@dataclass(frozen=True, slots=True)
class Pending:
    """A file of the inbox that is not in, or not whole, and why. ``ending`` names it without its name."""

    name: str
    sha256: str
    reason: str

    @property
    def label(self) -> str:
        """The file for people who may not see its name, which may be a customer's: its ending and hash."""
        ending = self.name.lower().rpartition(".")[2] if "." in self.name else "no ending"
        return f"a .{ending[:8]} file ({self.sha256[:8]})"


def collect(
    engine: sa.Engine, inbox_uri: str, now: datetime, reject_folder: Path, reading: Reading | None = None
) -> Collected:
    """Import what is new in the folder (any fsspec URI; it need not exist).

    A file that cannot be read as a whole is named in ``failed`` and tried again the next time; none stops the others.

    Raises:
        DatabaseUnavailable: the server went away; collect again.
    """
    filesystem, folder = filesystem_of(inbox_uri)
    try:
        options = _options(filesystem, folder)
    except DataError as error:
        return Collected((), 0, {inbox_options.NAME: str(error)})
    hashes, failed = _hashes(filesystem, _files(filesystem, folder))
    with engine.connect() as connection:
        known = _known(connection, hashes, options)
        told = inbox.outcomes(connection, list(hashes.values()))
    reports: list[ImportReport] = []
    for name, content in hashes.items():
        if content in known:
            continue
        uri = filesystem.unstrip_protocol(name)
        read_as = options.applied(reading or Reading(now), _base(name))
        try:
            report = _bring_in(engine, uri, now, reject_path(reject_folder, uri), read_as)
        except (DataError, NotFound) as error:
            failed[_base(name)] = str(error)
        except TransientError:
            raise
        except Exception as error:  # a fault of ours in one file must not keep the others out, night after night
            log.error("a file of the inbox could not be imported (%s)", type(error).__name__)
            failed[_base(name)] = FAULT.format(type(error).__name__)
        else:
            reports.append(report)
            if not (report.rejected and _is_feedback(name)):
                with engine.begin() as connection:
                    details = {**_counts(report), SAID: options.digest(_base(name))}
                    audit.record(connection, ACTOR, inbox.IMPORTED, content, details, now)
        reason = failed.get(_base(name))
        if reason and told.get(content, {}).get("reason") != reason:
            with engine.begin() as connection:
                audit.record(connection, ACTOR, inbox.FAILED, content, {"reason": reason}, now)
    return Collected(tuple(reports), sum(content in known for content in hashes.values()), failed)


def pending(connection: sa.Connection, inbox_uri: str) -> list[Pending]:
    """The files of the inbox that are not in, or not whole, by name; those not looked at yet are not among them."""
    filesystem, folder = filesystem_of(inbox_uri)
    hashes, failed = _hashes(filesystem, _files(filesystem, folder))
    told = inbox.outcomes(connection, list(hashes.values()))
    found = [Pending(name, "", reason) for name, reason in failed.items()]
    try:
        _options(filesystem, folder)
    except DataError as error:
        found.append(Pending(inbox_options.NAME, "", str(error)))
    for name, content in hashes.items():
        if reason := _reason(told.get(content, {})):
            found.append(Pending(_base(name), content, reason))
    return sorted(found, key=lambda each: each.name)


def _options(filesystem: Any, folder: str) -> Options:
    path = f"{folder.rstrip('/')}/{inbox_options.NAME}"
    return Options(filesystem.cat_file(path) if filesystem.exists(path) else None)


def _known(connection: sa.Connection, hashes: Mapping[str, str], options: Options) -> set[str]:
    """Contents that are in, or not whole although nothing else was said of them."""
    imported = inbox.imported(connection, list(hashes.values()))
    told = inbox.outcomes(connection, list(imported))
    said = {content: options.digest(_base(name)) for name, content in hashes.items()}
    return {
        content
        for content in imported
        if _reason(told[content]) is None or told[content].get(SAID, "") == said[content]
    }


def _bring_in(engine: sa.Engine, uri: str, now: datetime, rejects: Path, reading: Reading) -> ImportReport:
    if _is_feedback(uri):
        return import_feedback(engine, uri, now, rejects, source=reading.source)
    return import_conversations(engine, uri, now, rejects, reading=reading)


def _counts(report: ImportReport) -> dict[str, Any]:
    """What is kept of a report: no name of a file, and of the reasons the most frequent ones."""
    told = report.as_dict()
    kept = {part: value for part, value in told.items() if part not in ("file", "reject_file", "reasons", "skipped")}
    return kept | {
        "reasons": [reason.text for reason in report.reasons[:3]],
        "skipped": [reason for _, reason in report.skipped[:3]],
    }


def _reason(told: Mapping[str, Any]) -> str | None:
    if "reason" in told:
        return str(told["reason"])
    if told.get("skipped"):
        return f"holds files that were not read: {told['skipped'][0]}"
    if rejected := told.get("rejected"):
        why = (told.get("reasons") or ["see `mhc import` on it"])[0]
        stored = sum(told.get(kind, 0) for kind in ("inserted", "updated", "unchanged"))
        return f"{rejected:,} conversations refused, {stored:,} are in whole: {why}"
    return None


def has_new_files(connection: sa.Connection, inbox_uri: str) -> bool:
    """Whether ``collect`` would try to import something it has not tried before."""
    filesystem, folder = filesystem_of(inbox_uri)
    try:
        options = _options(filesystem, folder)
    except DataError:
        return False
    hashes, _ = _hashes(filesystem, _files(filesystem, folder))
    return not set(hashes.values()) <= _known(connection, hashes, options)


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def _is_feedback(name: str) -> bool:
    return _base(name).lower().startswith("feedback")


def _files(filesystem: Any, folder: str) -> list[str]:
    if not filesystem.exists(folder):
        return []
    found = [str(entry["name"]) for entry in filesystem.ls(folder, detail=True)]
    wanted = [
        name
        for name in found
        if not _base(name).startswith(".")
        and not _base(name).lower().endswith(UNFINISHED)
        and _base(name) != inbox_options.NAME
    ]
    return sorted(wanted, key=lambda name: (_is_feedback(name), name))


def _hashes(filesystem: Any, names: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The content hash of each file, and why others cannot be read."""
    hashes: dict[str, str] = {}
    failed: dict[str, str] = {}
    for name in names:
        try:
            hashes[name] = _sha256(filesystem, name)
        except IsADirectoryError:
            failed[_base(name)] = "a folder is not looked into; put a zip archive of it here, or use `mhc import`"
        except OSError as error:
            failed[_base(name)] = f"cannot be read ({error.strerror}); check its permissions"
    return hashes, failed


def _sha256(filesystem: Any, name: str) -> str:
    with filesystem.open(name, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
