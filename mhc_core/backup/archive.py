"""The file of a backup: an uncompressed tar of ``database.dump``, ``artifacts/…`` and, last, ``manifest.json``.

The manifest holds the size and SHA-256 of everything before it, so a file that was cut off has none and is refused.
"""

import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

import orjson

from mhc_core.errors import DataError

FORMAT = 1
DATABASE = "database.dump"
ARTIFACTS = "artifacts/"
_MANIFEST = "manifest.json"
_BLOCK = 1 << 20


class Writer:
    """Adds members and remembers their hashes; ``close`` writes the manifest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 (see `close`)
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """One member of exactly ``size`` bytes."""
        counted = _Hashed(source)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        self._tar.addfile(entry, counted)
        self.files[name] = {"bytes": size, "sha256": counted.digest.hexdigest()}

    def close(self, about: Mapping[str, Any]) -> None:
        """Write the manifest, and with it the end."""
        manifest = {"format": FORMAT, **about, "files": self.files}
        data = orjson.dumps({**manifest, "sha256": _digest(manifest)}, option=orjson.OPT_INDENT_2)
        entry = tarfile.TarInfo(_MANIFEST)
        entry.size, entry.mode = len(data), 0o600
        self._tar.addfile(entry, io.BytesIO(data))
        self._tar.close()


class Reader:
    """A backup whose every byte was verified."""

    def __init__(self, tar: tarfile.TarFile, manifest: Mapping[str, Any]) -> None:
        self._tar = tar
        self.manifest = manifest

    def artifacts(self) -> list[str]:
        """Names of the artifacts, relative to their folder."""
        return [name.removeprefix(ARTIFACTS) for name in self.manifest["files"] if name.startswith(ARTIFACTS)]

    def open(self, name: str) -> IO[bytes]:
        """A member's content."""
        found = self._tar.extractfile(name)
        assert found is not None, "only files are in a verified backup"
        return found


@contextmanager
def verified(path: Path) -> Iterator[Reader]:
    """Open a backup and check all of it.

    Raises:
        DataError: not a backup, not a whole one, or changed.
    """
    try:
        with tarfile.open(path, "r:") as tar:
            yield Reader(tar, _checked(tar, path))
    except (tarfile.TarError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise DataError(f"{path} cannot be read ({error.strerror}); name a backup that `mhc backup` made") from None
        raise _refused(path, "it is cut off or no backup") from None


def _checked(tar: tarfile.TarFile, path: Path) -> Mapping[str, Any]:
    hashes: dict[str, dict[str, Any]] = {}
    manifest: Mapping[str, Any] | None = None
    for entry in tar:
        content = tar.extractfile(entry) if entry.isreg() else None
        if content is None or entry.name in hashes or not _is_ours(entry.name):
            raise _refused(path, f"it holds {entry.name!r}, which no backup does")
        if entry.name == _MANIFEST:
            manifest = _parsed(content.read(), path)
            continue
        counted = _Hashed(content)
        while counted.read(_BLOCK):
            pass
        hashes[entry.name] = {"bytes": entry.size, "sha256": counted.digest.hexdigest()}
    if manifest is None:
        raise _refused(path, "it is cut off: its manifest is missing")
    if manifest["files"] != hashes:
        raise _refused(path, "what is in it is not what its manifest says")
    return manifest


def _parsed(data: bytes, path: Path) -> Mapping[str, Any]:
    try:
        manifest: dict[str, Any] = orjson.loads(data)
        said = manifest.pop("sha256")
        known = manifest["format"] == FORMAT and DATABASE in manifest["files"]
    except (ValueError, KeyError, TypeError, AttributeError):
        known, said = False, ""
    if not known:
        raise _refused(path, "its manifest is of another version, or damaged")
    if said != _digest(manifest):
        raise _refused(path, "its manifest was changed")
    return manifest


def _digest(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _is_ours(name: str) -> bool:
    if name in (DATABASE, _MANIFEST):
        return True
    return name.startswith(ARTIFACTS) and ".." not in PurePosixPath(name).parts


def _refused(path: Path, reason: str) -> DataError:
    return DataError(f"{path} is not restored: {reason}; take another backup")


class _Hashed:
    """Reads and hashes."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.digest.update(data)
        return data
