"""The files behind what was named: itself, all files of a folder and of those below it, or those of a zip archive."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.readers import Source
from mhc_core.errors import DataError

_NOT_DATA = ("__macosx", "thumbs.db", "desktop.ini")
UNFINISHED = (".part", ".tmp", ".crdownload")


def files(uri: str) -> Iterator[Source]:
    """The files to read, each to be opened by the caller, in the order of their names.

    Raises:
        NotFound: there is no such file.
        DataError: the archive is damaged or locked.
    """
    if "://" not in uri and Path(uri).is_dir():
        for path in sorted(Path(uri).rglob("*")):
            if path.is_file() and not _hidden(path.relative_to(uri).as_posix()):
                yield from files(str(path))
        return
    with Source(uri) as source:
        head = Head.of(source)
        if not head.is_archive or head.is_workbook or head.ending == ".docx":
            yield Source(uri)
            return
        try:
            with zipfile.ZipFile(source.file) as archive:
                yield from _members(archive, uri)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError) as error:  # an unknown compression
            raise DataError(
                f"the zip archive cannot be read ({type(error).__name__}); fetch it again, or unpack it and import the "
                "folder"
            ) from None


def _members(archive: zipfile.ZipFile, uri: str) -> Iterator[Source]:
    for member in sorted(archive.infolist(), key=lambda one: one.filename):
        if member.is_dir() or _hidden(member.filename):
            continue
        if member.flag_bits & 1:
            raise DataError("the zip archive has a password; unpack it and import the folder")
        yield Source(f"{uri}/{member.filename}", lambda member=member: archive.open(member), member.file_size)  # type: ignore[misc]


def _hidden(path: str) -> bool:
    parts = path.lower().split("/")
    return any(part.startswith(".") or part in _NOT_DATA for part in parts) or path.lower().endswith(UNFINISHED)
