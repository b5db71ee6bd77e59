"""``mhc backup`` and ``mhc restore``: everything the platform knows as one file, and back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_jobs.cli.console import AsJson, err, respond

Ledgerless = Annotated[
    bool,
    typer.Option("--without-ledger", help="Restore without the ledger of erasures: the erased may come back."),
]


def backup(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for it; left out: MHC_BACKUP_DIR.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write database and artifacts into one file, and remove backups older than `MHC_BACKUP_DAYS` beside it.

    It can run while everything runs. The file holds customers' words: keep it where nobody else reads it.
    """
    from mhc_core.backup import making

    settings = configuration.load()
    with database(settings, as_owner=True) as engine:
        made = making.make(engine, settings, out or settings.backups, datetime.now(UTC))
    document = {
        "file": str(made.path),
        "bytes": made.size,
        "artifacts": made.artifacts,
        "removed": [str(path) for path in made.removed],
    }
    said = [f"{made.path}: {made.size / 1e6:,.1f} MB, {made.artifacts:,} artifacts"]
    said += [f"removed, past its time: {path}" for path in made.removed]
    respond(as_json, document, *said)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As `mhc backup` wrote it.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace what the database holds.")] = False,
    without_ledger: Ledgerless = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup into the configured database and artifact folder, and erase again who was erased since."""
    from mhc_core.backup import restoring
    from mhc_core.providers import select

    if replace and not yes:
        typer.confirm("Replace everything that the database holds?", abort=True, err=True)
    settings = configuration.load()
    done = restoring.restore(
        settings,
        file,
        select.embedder(settings),
        datetime.now(UTC),
        replace=replace,
        without_ledger=without_ledger,
        report=lambda line: err.print(f"  {line} …"),
    )
    respond(
        as_json,
        done._asdict(),
        f"the backup of {done.made_at} is in place, with {done.artifacts:,} artifacts",
        f"{len(done.erased):,} erasures made since were carried out again",
    )
