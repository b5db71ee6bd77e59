"""Blobs of data sets and models: one artifact is one file under an fsspec URI, named by its content hash elsewhere.

A reader never sees half a file: on a local disk the bytes go to a temporary name in the same folder, are flushed, and
then renamed; object stores make a put visible as a whole by themselves.
"""

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import fsspec

from mhc_core.errors import ConfigurationError, DataError, NotFound, TransientError

_BUCKETS = {"s3", "s3a", "gs", "gcs", "az", "abfs"}
"""Stores without folders. Making one there makes the bucket, and so a new one where its name is misspelled."""


_DRIVERS = {"botocore", "aiobotocore", "aiohttp"}
"""Libraries below drivers, whose errors are none of the operating system's."""


def sha256(data: bytes) -> str:
    """The hash by which artifacts are verified, in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def filesystem_of(uri: str) -> tuple[Any, str]:
    """The store of a URI, and the path in it.

    Nothing of it is remembered: what another machine wrote a moment ago is listed, and what it removed is not.
    """
    store, path = fsspec.core.url_to_fs(uri, use_listings_cache=False)
    return store, str(path)


def write_bytes(uri: str, data: bytes) -> str:
    """Write an artifact, all or nothing, and return its sha256. Writing the same again changes nothing.

    Raises:
        ConfigurationError: the place cannot be written: disk full, no permission, unknown kind of URI.
        TransientError: the store did not answer.
    """
    with _explained(uri, "written"):
        store, path = filesystem_of(uri)
        if _is_local(store):
            _write_local(Path(path), data)
        else:
            if not _BUCKETS.intersection(_protocols(store)):
                store.makedirs(store._parent(path), exist_ok=True)
            store.pipe_file(path, data)
    return sha256(data)


def read_bytes(uri: str) -> bytes:
    """All bytes of an artifact, unverified: for inputs whose content is checked in another way.

    Raises:
        NotFound: there is no such artifact.
        ConfigurationError: it cannot be read.
        TransientError: the store did not answer.
    """
    with _explained(uri, "read"):
        store, path = filesystem_of(uri)
        data: bytes = store.cat_file(path)
    return data


def read_verified(uri: str, expected_sha256: str) -> bytes:
    """All bytes of an artifact whose hash is the recorded one. Check before parsing anything.

    Raises:
        DataError: the content is not what was recorded.
        NotFound, ConfigurationError, TransientError: as :func:`read_bytes`.
    """
    data = read_bytes(uri)
    if sha256(data) != expected_sha256.lower():
        raise DataError(f"artifact {_shown(uri)} does not match its recorded hash; restore it or train again")
    return data


def exists(uri: str) -> bool:
    """Whether there is an artifact at this URI."""
    with _explained(uri, "looked up"):
        store, path = filesystem_of(uri)
        return bool(store.isfile(path))


def remove(uri: str) -> None:
    """Remove an artifact for good; one that is not there is no error.

    Raises:
        ConfigurationError: it cannot be removed.
        TransientError: the store did not answer.
    """
    with _explained(uri, "removed"):
        store, path = filesystem_of(uri)
        if store.isfile(path):
            store.rm_file(path)


def _is_local(store: Any) -> bool:
    return "file" in _protocols(store)


def _protocols(store: Any) -> tuple[str, ...]:
    return (store.protocol,) if isinstance(store.protocol, str) else tuple(store.protocol)


def _write_local(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o640)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _explained(uri: str, action: str) -> Iterator[None]:
    where = f"artifact {_shown(uri)} cannot be {action}"
    try:
        yield
    except (FileNotFoundError, IsADirectoryError):
        raise NotFound(f"{where}: it does not exist; restore it or build it again") from None
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise ConfigurationError(f"{where}: {error.strerror or 'no permission'}; check MHC_ARTIFACT_URI") from None
    except (ImportError, ValueError):
        raise ConfigurationError(f"{where}: no driver for this URI; install its fsspec package") from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ConfigurationError(f"{where}: the disk is full; free space and run again") from None
        if error.errno == errno.EROFS:
            raise ConfigurationError(f"{where}: the file system is read-only; check MHC_ARTIFACT_URI") from None
        raise TransientError(f"{where}: {error.strerror or type(error).__name__}; run again later") from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _DRIVERS:
            raise
        if "Credentials" in type(error).__name__:
            raise ConfigurationError(f"{where}: no credentials; set what the store's driver reads") from None
        raise TransientError(f"{where}: {type(error).__name__}; run again later") from None


def _shown(uri: str) -> str:
    """The URI without the user name and password it may carry."""
    return re.sub(r"(?<=://)[^/@]*@", "", uri)
