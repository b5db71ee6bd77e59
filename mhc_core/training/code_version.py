"""Which code this is: the package's version with the commit it was built or is run from, where one can be told."""

import importlib.metadata
import subprocess
from functools import cache
from pathlib import Path

import orjson

ROOT = Path(__file__).parents[2]
GIT_SECONDS = 5.0


@cache
def current() -> str:
    """Such as ``0.1.0``, ``0.1.0+g3f2a91c0b7d4`` or, with changes that no commit holds, ``0.1.0+g3f2a91c0b7d4.dirty``.

    The commit is the one an installer recorded (PEP 610), else the one of the checkout that this file lies in.
    """
    try:
        distribution = importlib.metadata.distribution("mhc")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
    recorded = orjson.loads(distribution.read_text("direct_url.json") or "{}")
    commit = recorded.get("vcs_info", {}).get("commit_id")
    local = f"g{commit[:12]}" if commit else of_checkout(ROOT)
    return f"{distribution.version}+{local}" if local else distribution.version


def of_checkout(root: Path) -> str | None:
    """Commit of the git checkout whose top is ``root``; None where that is none, or git is not there."""
    if not (root / ".git").exists():
        return None
    commit = _git(root, "rev-parse", "HEAD")
    if commit is None:
        return None
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    return f"g{commit[:12]}{'.dirty' if changed else ''}"


def _git(root: Path, *arguments: str) -> str | None:
    # Both folders are named: inside a git hook the environment names another repository.
    command = ["git", f"--git-dir={root / '.git'}", f"--work-tree={root}", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=GIT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
