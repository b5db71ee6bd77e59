"""Arrays and a document in one file: what anybody can open, and the same bytes for the same content."""

import io
import zipfile

import numpy as np
import orjson
import pytest

from mhc_core.artifacts import arrays

DOCUMENT = {"kind": "test", "format": 1, "answers": ["Yes, naturally.", "Größe 8 × 6 ft"]}
ARRAYS = {
    "weights": np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4),
    "columns": np.arange(12, dtype=np.int32).reshape(3, 4).T,
    "bias": np.zeros(0),
}


def test_what_was_written_is_read_back() -> None:
    data = arrays.dump("model.json", DOCUMENT, ARRAYS)
    assert arrays.document("model.json", data) == DOCUMENT
    found = arrays.arrays("model.json", data)
    assert set(found) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_the_bytes_are_those_of_the_files_that_are_in_use() -> None:
    """Artifacts are named by their hash: another way of writing would give every model another name."""
    expected = io.BytesIO()
    with zipfile.ZipFile(expected, "w") as archive:
        parts = {"model.json": orjson.dumps(DOCUMENT, option=orjson.OPT_SORT_KEYS)}
        for name in ("bias", "columns", "weights"):
            buffer = io.BytesIO()
            np.save(buffer, np.ascontiguousarray(ARRAYS[name]), allow_pickle=False)
            parts[f"{name}.npy"] = buffer.getvalue()
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 1)
    assert arrays.dump("model.json", DOCUMENT, ARRAYS) == expected.getvalue()
    reordered = arrays.dump("model.json", dict(reversed(DOCUMENT.items())), dict(reversed(ARRAYS.items())))
    assert reordered == expected.getvalue()


def test_no_pickle_is_written_and_none_is_read() -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        arrays.dump("model.json", {}, {"objects": np.array([{}], dtype=object)})
    with pytest.raises(arrays.DAMAGED):
        arrays.arrays("model.json", b"no zip")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive, archive.open("objects.npy", "w") as file:
        np.save(file, np.array([{}], dtype=object))
    with pytest.raises(arrays.DAMAGED):
        arrays.arrays("model.json", target.getvalue())
