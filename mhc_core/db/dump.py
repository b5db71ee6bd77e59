"""Dumps of the platform's two schemas, and back, by the programs of the wheel, which work with older servers too."""

import os
import subprocess
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from psycopg.conninfo import make_conninfo

from mhc_core.db.embedded import wheel
from mhc_core.db.tables import SCHEMA
from mhc_core.db.upgrade import DAGSTER_SCHEMA
from mhc_core.errors import ConfigurationError

SHORT_LIVED = ("staff_sessions", "review_leases", "response_cache", "signs_of_life", "pipeline_figures")
"""Tables whose rows are worth nothing by the time of a restore, and a session would be open again."""
_HEAD_LINES = 60  # settings of the session stand before everything else
_UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;\n"


def write(url: sa.URL, file: Path) -> None:
    """Write both schemas, as they are at one moment, into a file in PostgreSQL's custom format.

    Raises:
        ConfigurationError: the server refuses, or the disk is full; says what the program said.
    """
    left_out = [f"--exclude-table-data={SCHEMA}.{table}" for table in SHORT_LIVED]
    arguments = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={file}", *left_out]
    arguments += [f"--schema={SCHEMA}", f"--schema={DAGSTER_SCHEMA}", *_target(url)]
    done = subprocess.run(_program(arguments), env=_environment(url), capture_output=True, text=True, check=False)
    if done.returncode:
        raise ConfigurationError(f"the database could not be dumped ({_said(done.stderr)}); mend that and start again")


def read(url: sa.URL, file: Path) -> None:
    """Put what a dump holds in the place of both schemas, all or nothing.

    Raises:
        ConfigurationError: the dump is damaged or the server refuses; nothing was changed.
    """
    dropped = f"drop schema if exists {SCHEMA} cascade; drop schema if exists {DAGSTER_SCHEMA} cascade;\n"
    arguments = ["psql", "--quiet", "--no-psqlrc", "--single-transaction", "--output=/dev/null"]
    # Errors by their number alone: messages quote rows.
    arguments += ["--set=ON_ERROR_STOP=1", "--set=VERBOSITY=sqlstate", *_target(url)]
    restore = ["pg_restore", "--no-owner", "--no-privileges", "--file=-", str(file)]
    with (
        subprocess.Popen(_program(restore), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as source,
        subprocess.Popen(
            _program(arguments),
            env=_environment(url),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as target,
    ):
        assert source.stdout is not None
        assert source.stderr is not None
        assert target.stdin is not None
        assert target.stderr is not None
        try:
            target.stdin.write(dropped.encode())
            _pass_on(source.stdout, target.stdin)
            if source.wait() != 0:  # what is not ended is not committed
                target.kill()
                raise ConfigurationError(f"the dump cannot be read ({_said(source.stderr.read().decode())}); "
                                         "take another backup")  # fmt: skip
            target.stdin.close()
        except BrokenPipeError:
            source.kill()
        said = target.stderr.read().decode()
    if target.returncode:
        raise ConfigurationError(f"the server refused the dump ({_said(said)}); nothing was changed, see its log")


def _pass_on(source: IO[bytes], target: IO[bytes]) -> None:
    for _ in range(_HEAD_LINES):
        line = source.readline()
        if line != _UNKNOWN_BEFORE_17:
            target.write(line)
    while block := source.read(1 << 20):
        target.write(block)
    target.flush()


def _program(arguments: list[str]) -> list[str]:
    return [str(wheel.programs() / arguments[0]), *arguments[1:]]


def _target(url: sa.URL) -> list[str]:
    plain = url.set(drivername="postgresql+psycopg").difference_update_query(["options"])
    _, options = plain.get_dialect()().create_connect_args(plain)  # several hosts are written otherwise for libpq
    return [f"--dbname={make_conninfo(**{**options, 'password': None})}"]


def _environment(url: sa.URL) -> dict[str, str]:
    """The password does not stand among arguments, which other accounts of the machine can read."""
    return {"PATH": os.defpath, "LC_ALL": "C", "HOME": os.environ.get("HOME", "/"), "PGPASSWORD": url.password or ""}


def _said(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    return next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "it said nothing")
