"""Files of the inbox that still hold a customer: they are the operator's, and are named, never changed."""

import re
import zipfile
from collections.abc import Iterable, Iterator

from mhc_core.artifacts.store import filesystem_of
from mhc_core.collection.importing.containers import files
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.readers import Source
from mhc_core.errors import DataError
from mhc_core.pseudonyms import person_id

_OVERLAP = 200  # bytes of the chunk before that are looked at again


def holding(inbox_uri: str, customer_id: str) -> list[str]:
    """Names of the inbox's files in which the customer's id stands in any spelling, in order.

    Archives and workbooks are looked into. Nothing when there is no inbox.
    """
    store, folder = filesystem_of(inbox_uri)
    if not store.isdir(folder):
        return []
    names = sorted(str(entry["name"]) for entry in store.ls(folder, detail=True) if entry["type"] == "file")
    wanted = _pattern(person_id(customer_id))
    return [name.rpartition("/")[2] for name in names if _holds(store.unstrip_protocol(name), wanted)]


def _pattern(customer_id: str) -> re.Pattern[bytes]:
    """The id in capitals or small letters; a phone number with whatever stands between its digits."""
    if re.fullmatch(r"\+\d{8,15}", customer_id):
        return re.compile(rb"\D{0,4}".join(digit.encode() for digit in customer_id[-10:]))
    return re.compile(re.escape(customer_id.encode()), re.IGNORECASE)


def _holds(uri: str, wanted: re.Pattern[bytes]) -> bool:
    try:
        for source in files(uri):
            with source:
                if _stands_in(_chunks(source), wanted):
                    return True
    except (DataError, OSError, EOFError, zipfile.BadZipFile):  # a damaged file holds nothing that an import could read
        return False
    return False


def _chunks(source: Source) -> Iterator[bytes]:
    if Head.of(source).is_workbook:
        with zipfile.ZipFile(source.file) as book:
            for part in book.namelist():
                yield book.read(part)
        return
    yield from source.text()


def _stands_in(chunks: Iterable[bytes], wanted: re.Pattern[bytes]) -> bool:
    before = b""
    for chunk in chunks:
        if wanted.search(before + chunk):
            return True
        before = chunk[-_OVERLAP:]
    return False
