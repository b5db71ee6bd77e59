"""The system account that ``postgres`` runs under. It refuses to run as root, so root drops to ``pgserver``."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mhc_core.db.embedded import wheel
from mhc_core.db.embedded.access import let_through
from mhc_core.errors import ConfigurationError

_NAME = "pgserver"
_FIRST_CLOSED = 'for d; do [ -x "$d" ] || { printf "%s" "$d"; exit 0; }; done'


@dataclass(frozen=True)
class Account:
    """Who runs the server: this process's own account, or another one when this is root."""

    uid: int | None = None
    gid: int | None = None

    @property
    def popen(self) -> dict[str, Any]:
        """Arguments for ``subprocess`` that run a program as this account, from ``/`` and in a clean environment."""
        clean: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}}
        if self.uid is None:
            return clean
        return clean | {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Make this account the owner of a file or folder."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def open_way(self, *places: Path) -> None:
        """Make sure the account can walk to each place: it may enter closed folders from then on, nobody else may.

        Raises:
            ConfigurationError: names the folder that stays closed.
        """
        if self.uid is None:
            return
        way = list(dict.fromkeys(folder for place in places for folder in reversed(place.parents)))
        while closed := self._first_closed(way):
            if not let_through(closed, self.uid) or self._first_closed([closed]):
                raise ConfigurationError(
                    f"this is root, so the database runs as account {_NAME}, to which {closed} is closed; "
                    f"run `chmod o+x {closed}`, work as an ordinary user, or move the project to an open folder"
                )

    def open_programs(self) -> None:
        """Make sure the account can run the PostgreSQL programs.

        Raises:
            ConfigurationError: names the folder that stays closed.
        """
        if self.uid is None:
            return
        postgres = wheel.programs() / "postgres"
        self.open_way(postgres)
        try:
            subprocess.run([postgres, "--version"], **self.popen, capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            wheel.open_to_all()

    def _first_closed(self, way: list[Path]) -> Path | None:
        found = subprocess.run(
            ["/bin/sh", "-c", _FIRST_CLOSED, "sh", *map(str, way)],
            **self.popen,
            capture_output=True,
            text=True,
            check=True,
        )
        return Path(found.stdout) if found.stdout else None


def for_data(data: Path) -> Account:
    """The account to use. Root takes the one that owns the data, or ``pgserver``, made when it is not there.

    Raises:
        ConfigurationError: the account cannot be made.
    """
    if os.geteuid() != 0:
        return Account()
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    for attempt in range(5):
        try:
            return Account(*wheel.account_ids(_NAME))
        except (OSError, subprocess.CalledProcessError):  # another process may be making it at this moment
            time.sleep(0.2 * attempt)
    raise ConfigurationError(
        f"PostgreSQL does not run as root and the account {_NAME} could not be made; "
        f"run `useradd {_NAME}` or work as an ordinary user"
    )
