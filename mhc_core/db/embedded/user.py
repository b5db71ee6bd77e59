"""The users' side of the embedded server: join it, get its URL, have it started again when its owner was killed."""

import hmac
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import mhc_core
from mhc_core import errors
from mhc_core.db.embedded.files import DATABASE, HOST, ROLE, Files, Status, is_locked, lock_file, try_lock
from mhc_core.errors import AccessDenied, ConfigurationError, Conflict, DatabaseUnavailable, MHCError

START_SECONDS = 90.0


class EmbeddedServer:
    """A server in use. Valid inside ``join``."""

    def __init__(self, files: Files, port: int | None) -> None:
        self.files = files
        self._wanted_port = port
        self._url = ""

    @property
    def url(self) -> str:
        """The owner's SQLAlchemy URL, password included: pass it on, never log it."""
        return self._url

    def url_as(self, role: str) -> str:
        """The same for a role that ``role_password`` gave its password."""
        url = f"postgresql+psycopg://{role}:{self.role_password(role)}@"
        return url + self._url.rpartition("@")[2]

    def role_password(self, role: str) -> str:
        """The password of another role of this server, made from the owner's."""
        return role_password(self.files, role)

    @property
    def log(self) -> Path:
        """The server's log. It holds no statement and no row value."""
        return self.files.log

    def ensure(self, timeout: float = START_SECONDS) -> None:
        """Wait until the server answers; start an owner when none lives. Cheap when all is well.

        Args:
            timeout: seconds.

        Raises:
            ConfigurationError: port taken, disk full, folder closed to the server's account, other PostgreSQL version.
            AccessDenied: the password in the file is not the server's.
            Conflict: it already runs on another port than the one asked for.
            DatabaseUnavailable: it did not come up in time or died while starting.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            status = self.files.read_status()
            if not is_locked(self.files.owner_lock):
                self._start_owner(deadline)
            elif status is not None and status.ready and self._answers(status):
                return
            else:
                time.sleep(0.1)
        tail = " | ".join(self.files.log_tail())
        raise DatabaseUnavailable(
            f"the database did not answer within {timeout:.0f} s (its log ends: {tail}); "
            f"see {self.files.log}, then try again"
        )

    def _start_owner(self, deadline: float) -> None:
        port = [str(self._wanted_port)] if self._wanted_port else []
        try:
            done = subprocess.run(
                [sys.executable, "-m", "mhc_core.db.embedded", str(self.files.state), *port],
                cwd=Path(mhc_core.__file__).parent.parent,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=max(deadline - time.monotonic(), 1),
            )
        except subprocess.TimeoutExpired:
            return  # ensure() says it with the log's last lines
        try:
            said = json.loads(done.stdout or "null")
        except ValueError:
            said = None
        if said is None:
            detail = " | ".join((done.stderr.splitlines() or self.files.log_tail())[-2:])
            raise DatabaseUnavailable(f"the database's owner died while starting ({detail}); see {self.files.log}")
        if said and said["error"] != Conflict.__name__:  # a conflict here: another process was faster, which is as good
            kind: type[MHCError] = getattr(errors, said["error"])
            raise kind(said["text"])

    def _answers(self, status: Status) -> bool:
        import psycopg

        if self._wanted_port not in (None, status.port):
            raise Conflict(
                f"the database already runs on port {status.port}, not {self._wanted_port}; stop every mhc process "
                "first, or leave MHC_DATABASE_PORT as it was"
            )
        password = self.files.read_password()
        if password is None:
            raise AccessDenied(
                f"{self.files.password} is missing; stop every mhc process and start again for a new one"
            )
        url = f"postgresql://{ROLE}:{quote(password, safe='')}@{HOST}:{status.port}/{DATABASE}"
        try:
            psycopg.connect(url, connect_timeout=5, application_name="mhc join").close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise AccessDenied(
                    f"the password in {self.files.password} does not open the database; put the right one back, or "
                    "stop every mhc process, delete that file and start again to get a new one"
                ) from None
            return False
        self._url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        return True


def role_password(files: Files, role: str) -> str:
    """Made from the owner's password, so nothing more has to be kept and a new one changes them all."""
    return hmac.digest((files.read_password() or "").encode(), role.encode(), "sha256").hex()


@contextmanager
def join(state_dir: Path, port: int | None = None) -> Iterator[EmbeddedServer]:
    """Use the embedded server of a state folder, starting it where nobody has.

    It runs while anyone is inside ``join``, in whatever process, and stops a few seconds after the last one left.

    Args:
        state_dir: the platform's state folder; made when missing.
        port: TCP port on loopback; None keeps the last one, or takes a free one.

    Raises:
        MHCError: as ``EmbeddedServer.ensure``.
    """
    if sys.platform == "win32":
        raise ConfigurationError("the embedded PostgreSQL needs Linux or macOS; set MHC_DATABASE_URL to a server")
    files = Files(state_dir.resolve())
    try:
        files.make_folders()
    except OSError as error:
        raise ConfigurationError(
            f"the folder {files.home} cannot be used ({error.strerror}); work as the account that made it, or set "
            "MHC_STATE_DIR to a folder of your own"
        ) from None
    with lock_file(files.users_lock) as users:
        deadline = time.monotonic() + START_SECONDS
        while not try_lock(users, exclusive=False):
            if time.monotonic() > deadline:
                raise DatabaseUnavailable(f"the database in {files.home} is still stopping; try again in a minute")
            time.sleep(0.02)
        server = EmbeddedServer(files, port)
        server.ensure()
        yield server
