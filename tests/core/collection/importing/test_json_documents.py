"""A long JSON document gives its records one by one, however it is written; what is too large takes none along."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.importing import bring, peak_memory, told, whole
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from mhc_core.collection.importing import json_documents
from mhc_core.collection.importing.json_documents import ENVELOPES, values


@pytest.fixture(autouse=True)
def _everything_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_documents, "_LONG", 20)


def cut(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def enveloped(records: list[Any], path: tuple[str, ...]) -> Any:
    inside: Any = records
    for key in reversed(path):
        inside = {"count": 3, 'of "[{ kind': ["x", {"y": 1}], key: inside, "next": None, "meta": {"id": 4}}
    return inside


def opened(value: Any, path: tuple[str, ...]) -> list[Any]:
    """The records of an envelope that was short enough to come as it is."""
    if "id" in value:
        return [value]
    for key in path:
        value = value[key]
    return list(value)


records = st.lists(
    st.fixed_dictionaries({"id": st.integers(), "text": st.text(max_size=20), "list": st.lists(st.integers())}),
    min_size=4,
    max_size=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    records, st.sampled_from([(), *ENVELOPES]), st.sampled_from([None, 1]), st.integers(20, 200), st.booleans()
)  # fmt: skip
def test_records_come_one_by_one_out_of_any_envelope(
    given_records: list[Any], path: tuple[str, ...], indent: int | None, size: int, twice: bool
) -> None:
    text = json.dumps(enveloped(given_records, path), indent=indent, ensure_ascii=False)
    data = f"\n{text}\n{text if twice else ''}".encode()
    found = [record for value in values(cut(data, size)) for record in opened(json.loads(value.data), path)]
    assert found == given_records * (1 + twice)


@pytest.mark.parametrize(
    "whole_record",
    [
        {"id": 5, "data": [{"a": 1}] * 20},
        {"messages": [{"items": [{"a": 1}]}] * 20},
        {"data": ["a"] * 20, "x": 1},
        {"other": {"deeper": {"items": [{"a": 1}] * 20}}},
    ],
)
def test_a_list_inside_a_record_is_part_of_it(whole_record: Any) -> None:
    [value] = values(cut(json.dumps(whole_record).encode(), 30))
    assert json.loads(value.data) == whole_record


@pytest.mark.parametrize("path", [(), ("conversations",)])
def test_a_value_that_is_too_large_takes_no_other_along(monkeypatch: pytest.MonkeyPatch, path: tuple[str, ...]) -> None:
    monkeypatch.setattr(json_documents, "MAX_LINE", 500)
    given_records: list[Any] = [{"n": 1}, {"n": 2}, {"text": "long " * 300, "n": [{}]}, {"n": 4}]
    data = json.dumps(enveloped(given_records, path), indent=1).encode()
    found = list(values(cut(data, 40)))
    assert [value.problem is None for value in found] == [True, True, False, True]
    [lost] = [value.place for value in found if value.problem]
    assert lost.length > 1500
    assert b"long long" in data.splitlines()[lost.line]
    again = next(value.place for value in values(cut(data, 77)) if value.problem)
    assert again == lost


def test_memory_holds_one_record_of_an_export_in_one_line(emptied: Engine, tmp_path: Path) -> None:
    said = [{"role": "user", "content": "words " * 2000, "timestamp": "2026-02-03T10:00:00Z"}]

    def chunks(count: int) -> Iterator[bytes]:
        yield b'{"total": 3, "conversations": ['
        for number in range(count):
            record = {"id": str(number), "channel": "web", "messages": said}
            yield (b"," if number else b"") + json.dumps(record).encode()
        yield b"]}"

    (tmp_path / "export.json").write_bytes(b"".join(chunks(1200)))
    work = (
        "from mhc_core.collection.importing.json_documents import values\ntracemalloc.start()\n"
        "assert sum(one.problem is None for one in values(iter(lambda: file.read(1 << 16), b''))) == 1200"
    )
    assert peak_memory(work, tmp_path / "export.json") < 5_000_000  # of 14 MB
    whole(bring(emptied, tmp_path / "export.json"), 1200)
    assert len(told(emptied)) == 1200
