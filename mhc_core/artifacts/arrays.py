"""Plain arrays and one JSON document as one file: an ``.npz``, the same bytes for the same content.

We write the zip ourselves: ``numpy.savez`` has no place for the document and compresses otherwise, safetensors orders
its metadata anew in each process; either would give every model another hash, which is its name. No pickle is written
or read, so that loading runs no code from the file; the caller has verified its hash (``store.read_verified``).
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

DAMAGED = (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError)
"""What reading a file raises that is none of this kind, or only a part of one."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


def dump(name: str, document: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The file's bytes; ``name`` is the document's in the zip, such as ``model.json``."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        _write(archive, name, orjson.dumps(document, option=orjson.OPT_SORT_KEYS))
        for key, array in sorted(arrays.items()):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            _write(archive, f"{key}.npy", buffer.getvalue())
    return target.getvalue()


def document(name: str, data: bytes) -> Any:
    """The JSON document alone, so that its format can be checked before anything else is read.

    Raises:
        one of ``DAMAGED``.
    """
    return orjson.loads(np.load(io.BytesIO(data), allow_pickle=False)[name])


def arrays(name: str, data: bytes) -> dict[str, NDArray[Any]]:
    """Everything but the document, by the names given to ``dump``.

    Raises:
        one of ``DAMAGED``.
    """
    archive = np.load(io.BytesIO(data), allow_pickle=False)
    return {key: archive[key] for key in archive.files if key != name}


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data, compresslevel=1)
