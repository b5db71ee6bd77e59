"""What differs between two data sets, as their files have it."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from mhc_core.artifacts import store
from mhc_core.dataset import differences
from mhc_core.dataset.differences import Change, Difference, Side
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.errors import Conflict, DataError

THEN = datetime(2026, 11, 1, tzinfo=UTC)


def version(folder: Path, name: str, train: dict[str, str], validation: dict[str, str]) -> DatasetVersion:
    """A data set of questions that are named like their examples, with these answers."""
    hashes, addresses = {}, {}
    for side, answers in (("train", train), ("validation", validation)):
        lines = []
        for example, answer in answers.items():
            said = [("system", "rules"), ("user", f"question {example}"), ("assistant", answer)]
            messages = [{"role": role, "content": content} for role, content in said]
            lines.append(orjson.dumps({"messages": messages, "metadata": {"example_id": example, "intent": "menu"}}))
        data = b"\n".join(lines)
        addresses[side] = f"{(folder / name).as_uri()}/{side}.jsonl"
        store.write_bytes(addresses[side], data)
        hashes[side] = store.sha256(data)
    counts = len(train), len(validation)
    return DatasetVersion(name, addresses["train"], addresses["validation"], *counts, 1, {"sha256": hashes}, THEN)


def test_what_was_added_removed_corrected_or_changed_sides_is_told(tmp_path: Path) -> None:
    first = version(tmp_path, "one", {"a": "same", "b": "gone", "c": "wrong", "d": "moved"}, {"e": "held out"})
    second = version(tmp_path, "two", {"a": "same", "c": "right", "f": "new"}, {"d": "moved", "e": "held out"})
    found = {one.example_id: one for one in differences.differences(first, second)}
    assert {name: one.change for name, one in found.items()} == {
        "b": Change.REMOVED, "c": Change.CHANGED, "d": Change.CHANGED, "f": Change.ADDED,
    }  # fmt: skip
    assert found["c"] == Difference(
        "c", Change.CHANGED, Side("train", "question c", "wrong"), Side("train", "question c", "right")
    )
    assert (found["b"].second, found["f"].first) == (None, None)
    sides = [side.split for side in (found["d"].first, found["d"].second) if side]
    assert sides == ["train", "validation"]
    assert differences.differences(first, first) == ()


def test_files_that_are_gone_or_were_changed_are_no_answer(tmp_path: Path) -> None:
    one, other = version(tmp_path, "one", {"a": "b"}, {}), version(tmp_path, "two", {"a": "c"}, {})
    with pytest.raises(Conflict, match="retired by an erasure"):
        differences.differences(one._replace(manifest={**one.manifest, "retired": {}}), other)
    store.write_bytes(other.train_uri, b"{}")
    with pytest.raises(DataError, match="does not match"):
        differences.differences(one, other)
