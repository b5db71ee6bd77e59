"""Let one account walk through a folder, and nobody else: an entry in the folder's access list (Linux)."""

import errno
import os
import stat
import struct
import sys
from contextlib import suppress
from pathlib import Path

_NAME = "system.posix_acl_access"
_VERSION = 2
_ENTRY = struct.Struct("<HHI")  # tag, permissions, id
_OWNER, _USER, _GROUP, _MASK, _OTHERS = 0x01, 0x02, 0x04, 0x10, 0x20
_WALK = 1
_NOBODY = 0xFFFFFFFF  # the id of entries that have none


def let_through(folder: Path, uid: int) -> bool:
    """Give an account the right to enter a folder, not to list it. False where that is not possible."""
    if sys.platform != "linux":
        return False
    try:
        entries = _read(folder)
        mask = entries.get((_MASK, _NOBODY))
        if mask is None:
            entries[_MASK, _NOBODY] = entries[_GROUP, _NOBODY] | _WALK
        elif not mask & _WALK:
            return False  # widening the mask would give others more than they have
        entries[_USER, uid] = entries.get((_USER, uid), 0) | _WALK
        os.setxattr(folder, _NAME, _packed(entries))
    except OSError:
        return False
    return True


def make_private(folder: Path) -> None:
    """Make the folder where it is missing, and close it to other accounts, but for those that were let through."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = stat.S_IMODE(folder.stat().st_mode)
    kept = 0o770 if _has_list(folder) else 0o700  # with a list, the group's bits are the mask of its entries
    if mode & ~kept:
        with suppress(PermissionError):  # a volume that belongs to another account is that one's to close
            folder.chmod(mode & kept)


def _has_list(folder: Path) -> bool:
    if sys.platform != "linux":
        return False
    try:
        os.getxattr(folder, _NAME)
    except OSError:
        return False
    return True


def _read(folder: Path) -> dict[tuple[int, int], int]:
    try:
        raw = os.getxattr(folder, _NAME)
    except OSError as error:
        if error.errno != errno.ENODATA:
            raise
        mode = folder.stat().st_mode
        bits = {_OWNER: mode >> 6, _GROUP: mode >> 3, _OTHERS: mode}
        return {(tag, _NOBODY): value & 7 for tag, value in bits.items()}
    return {(tag, owner): rights for tag, rights, owner in _ENTRY.iter_unpack(raw[4:])}


def _packed(entries: dict[tuple[int, int], int]) -> bytes:
    body = (_ENTRY.pack(tag, rights, owner) for (tag, owner), rights in sorted(entries.items()))
    return struct.pack("<I", _VERSION) + b"".join(body)
