"""The data directory: made once, completely or not at all, and checked at every start."""

import re
import shutil
import subprocess
from pathlib import Path

from mhc_core.db.embedded import wheel
from mhc_core.db.embedded.account import Account
from mhc_core.db.embedded.files import DATABASE, HOST, ROLE, Files, write
from mhc_core.errors import ConfigurationError

# Nothing a customer wrote may reach the log: no statements, no parameters, no DETAIL lines, no messages of level ERROR
# (they quote values; the client gets them anyway).
SETTINGS = {
    "jit": "off",
    "listen_addresses": HOST,
    "log_autovacuum_min_duration": "-1",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_min_messages": "log",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_timezone": "UTC",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    "max_parallel_maintenance_workers": "0",  # shared memory is 64 MB in a container
    "password_encryption": "scram-sha-256",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "unix_socket_directories": "",
}
_HBA = f"# Written by mhc.\nhost all all {HOST}/32 scram-sha-256\n"


def prepare(files: Files, account: Account) -> None:
    """Make the cluster, its role, password and database when there is none; check it when there is one.

    Raises:
        ConfigurationError: disk full, folder closed to the account, made by another PostgreSQL version.
    """
    account.open_way(files.data)
    account.open_programs()
    if not files.data.exists():
        _create(files, account)
    _require_version(files.data)
    if files.read_password() is None:
        _set_password(files, account)


def disk_full(files: Files) -> ConfigurationError:
    return ConfigurationError(f"no space left on the disk that holds {files.home}; free some and start again")


def command(data: Path, port: int) -> list[str]:
    """The server's command line."""
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    return [str(wheel.programs() / "postgres"), "-D", str(data), "-p", str(port), *options]


def _create(files: Files, account: Account) -> None:
    draft = files.home / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    account.give(draft)
    password_copy = draft.with_name("initdb.password")
    write(password_copy, files.read_password() or files.new_password())
    try:
        account.give(password_copy)
        arguments = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        arguments += ["--auth=scram-sha-256", f"--pwfile={password_copy}", f"--username={ROLE}", "-D", str(draft)]
        _run(files, account, "initdb", arguments)
    finally:
        password_copy.unlink(missing_ok=True)
    (draft / "pg_hba.conf").write_text(_HBA)
    _single_user(files, account, draft, f"create database {DATABASE}")
    draft.rename(files.data)


def _set_password(files: Files, account: Account) -> None:
    """Someone removed the password file: give the role a new one, which only the owner of the data can do."""
    _single_user(files, account, files.data, f"alter role {ROLE} password '{files.new_password()}'")


def _single_user(files: Files, account: Account, data: Path, statement: str) -> None:
    _run(files, account, "postgres", ["--single", "-j", "-D", str(data), "postgres"], statement + ";\n\n")


def _run(files: Files, account: Account, program: str, arguments: list[str], text: str = "") -> None:
    done = subprocess.run(
        [str(wheel.programs() / program), *arguments], input=text, capture_output=True, text=True, **account.popen
    )
    if "No space left on device" in done.stderr:
        raise disk_full(files)
    if done.returncode or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
        said = [line.strip() for line in done.stderr.splitlines() if re.search("error|ERROR|FATAL|PANIC", line)]
        reason = said[-1] if said else f"exit status {done.returncode}"
        raise ConfigurationError(f"{program} could not prepare {files.home} ({reason}); mend that and start again")


def _require_version(data: Path) -> None:
    try:
        found = (data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise ConfigurationError(
            f"{data} is not a PostgreSQL data folder; move it away (a new one is made) or restore it from a backup"
        ) from None
    if found != str(wheel.major_version()):
        raise ConfigurationError(
            f"{data} was made by PostgreSQL {found} and this is {wheel.major_version()}; dump it with the old version "
            "and restore it, or move it away to start empty"
        )
