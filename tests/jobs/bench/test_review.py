"""The benchmark of review tells labels that teach from labels that repeat."""

import gzip
from pathlib import Path

import orjson
import pytest
from fakes.stored import WordEmbedder

from mhc_jobs.bench import review


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Nine questions in ten are of one kind: drawn at random, labels say little of the other eleven."""
    rows = [
        {"text": f"kind{kind} word{kind} asked{number} by{number * 7 + kind}", "label": f"kind{kind}", "split": split}
        for split, common in (("train", 400), ("test", 20))
        for kind in range(12)
        for number in range(common if kind == 0 and split == "train" else 12)
    ]
    with gzip.open(tmp_path / "intents_banking77.jsonl.gz", "wb") as file:
        file.writelines(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
    return tmp_path


def test_labels_that_teach_are_told_from_labels_that_repeat(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "LABELS", 200)
    monkeypatch.setattr(review, "_BATCH", 10)
    found = review.measure(folder, "banking77", WordEmbedder(), 2)
    assert found is not None
    assert found["labels_needed"]["instructive"] < found["labels_needed"]["random"] / 2
    assert found["met"]


def test_without_its_file_a_set_is_left_out(tmp_path: Path) -> None:
    assert review.measure(tmp_path, "clinc150", WordEmbedder(), 1) is None
