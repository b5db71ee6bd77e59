"""Where the embedded server keeps what, and how its small files are read and written."""

import fcntl
import hashlib
import json
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROLE = "mhc"
DATABASE = "mhc"
HOST = "127.0.0.1"
_PORTS = range(15_000, 25_000)  # below the range that systems give to outgoing connections


@dataclass(frozen=True)
class Status:
    """What the owner last said about the server; worth something only while the owner's lock is held."""

    ready: bool
    port: int
    owner_pid: int
    server_pid: int | None


@dataclass(frozen=True)
class Files:
    """The paths of one embedded server."""

    state: Path

    @property
    def home(self) -> Path:
        return self.state / "postgres"

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def password(self) -> Path:
        return self.home / "password"

    @property
    def port(self) -> Path:
        return self.home / "port"

    @property
    def status(self) -> Path:
        return self.home / "server.json"

    @property
    def owner_lock(self) -> Path:
        return self.home / "owner.lock"

    @property
    def users_lock(self) -> Path:
        return self.home / "users.lock"

    @property
    def log(self) -> Path:
        return self.state / "logs" / "postgres.log"

    def make_folders(self) -> None:
        """Create what is missing; only this account may list the folder with the password."""
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o711)
        self.log.parent.mkdir(parents=True, exist_ok=True)

    def read_password(self) -> str | None:
        with suppress(FileNotFoundError):
            return self.password.read_text().strip() or None
        return None

    def new_password(self) -> str:
        """Write a random password that only this account can read."""
        value = secrets.token_urlsafe(32)
        write(self.password, value)
        return value

    def read_port(self) -> int | None:
        with suppress(FileNotFoundError, ValueError):
            return int(self.port.read_text())
        return None

    def choose_port(self) -> int:
        """A free port, the same one for the same folder where possible."""
        start = int.from_bytes(hashlib.sha256(str(self.state).encode()).digest()[:4])
        for step in range(len(_PORTS)):
            port = _PORTS[(start + step) % len(_PORTS)]
            if port_is_free(port):
                return port
        raise OSError("no free TCP port on loopback")

    def read_status(self) -> Status | None:
        with suppress(FileNotFoundError, ValueError, TypeError):
            return Status(**json.loads(self.status.read_text()))
        return None

    def log_tail(self, start: int = 0, lines: int = 5) -> list[str]:
        """The last lines the server logged from byte ``start`` on."""
        try:
            with self.log.open("rb") as log:
                log.seek(0, 2)
                log.seek(max(start, log.tell() - 16_384))
                return log.read().decode(errors="replace").splitlines()[-lines:]
        except FileNotFoundError:
            return []


def write(path: Path, text: str) -> None:
    """Replace a file as a whole, readable by its owner only."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


def port_is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


@contextmanager
def lock_file(path: Path) -> Iterator[IO[str]]:
    """Open a file to lock. Closing it (or dying) gives the lock back; a forked child shares it."""
    with path.open("a") as opened:
        yield opened


def try_lock(file: IO[str], *, exclusive: bool) -> bool:
    """Take the lock if nobody is in the way."""
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(file: IO[str]) -> None:
    """Give a lock back without closing the file."""
    fcntl.flock(file, fcntl.LOCK_UN)


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock exclusively."""
    if not path.exists():
        return False
    with lock_file(path) as probe:
        return not try_lock(probe, exclusive=False)
