"""Plain arrays and one JSON document as one file: a zip, the same bytes for the same content.

No pickle is written or read, so that loading runs no code from the file; the caller has verified its hash before
(``artifacts.read_verified``).
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

DAMAGED = (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, EOFError)
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
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return orjson.loads(archive.read(name))


def arrays(name: str, data: bytes) -> dict[str, NDArray[Any]]:
    """Everything but the document, by the names given to ``dump``.

    Raises:
        one of ``DAMAGED``.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            key.removesuffix(".npy"): np.lib.format.read_array(io.BytesIO(archive.read(key)), allow_pickle=False)
            for key in archive.namelist()
            if key != name
        }


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data, compresslevel=1)
