"""Files of the inbox that still hold a customer: they are the operator's, and are named, never changed."""

import gzip
from typing import Any

import fsspec

_CHUNK = 1 << 20


def holding(inbox_uri: str, customer_id: str) -> list[str]:
    """Names of the inbox's files in which the customer's id stands, in order. Nothing when there is no inbox."""
    store, folder = fsspec.core.url_to_fs(inbox_uri)
    if not store.isdir(folder):
        return []
    names = sorted(str(entry["name"]) for entry in store.ls(folder, detail=True) if entry["type"] == "file")
    wanted = customer_id.encode()
    return [name.rpartition("/")[2] for name in names if _holds(store, name, wanted)]


def _holds(store: Any, name: str, wanted: bytes) -> bool:
    with store.open(name, "rb") as raw:
        if not name.endswith(".gz"):
            return _stands_in(raw, wanted)
        with gzip.open(raw) as unpacked:
            return _stands_in(unpacked, wanted)


def _stands_in(file: Any, wanted: bytes) -> bool:
    before = b""
    try:
        while chunk := file.read(_CHUNK):
            if wanted in before + chunk:
                return True
            before = chunk[-len(wanted) :]
    except (OSError, EOFError):  # a damaged archive holds nothing that an import could read
        return False
    return False
