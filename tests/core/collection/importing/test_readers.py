"""Lines come out of any file in bounded memory, and what cannot be read is said and skipped."""

import gzip
import hashlib
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.collection.importing.readers import Line, Source, split
from mhc_core.errors import NotFound


def read(path: Path) -> list[Line]:
    with Source(str(path)) as source:
        return list(source.lines())


def texts(path: Path) -> list[bytes]:
    return [line.data for line in read(path) if line.problem is None]


@given(st.lists(st.binary(max_size=30).filter(lambda data: b"\n" not in data)), st.integers(1, 7))
def test_lines_do_not_depend_on_the_chunks(lines: list[bytes], size: int) -> None:
    data = b"\n".join(lines)
    cut = split(iter([data[start : start + size] for start in range(0, len(data), size)]))
    expected = [(n, line.rstrip(b"\r")) for n, line in enumerate(lines, 1) if line.rstrip(b"\r").strip()]
    assert [(line.number, line.data) for line in cut] == expected


@given(st.lists(st.integers(0, 40), min_size=1), st.integers(1, 50))
def test_overlong_lines_are_named_with_their_hash(lengths: list[int], limit: int) -> None:
    lines = [b"x" * length for length in lengths]
    for line in split(iter([b"\n".join(lines)]), limit):
        original = lines[line.number - 1]
        assert (line.problem is not None) == (len(original) > limit)
        assert line.length == len(original)
        assert line.sha256 == hashlib.sha256(original).hexdigest()


def test_a_line_of_50_mb_is_streamed_past() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"first\n"
        for _ in range(50):
            yield b"y" * 1_000_000
        yield b"\nlast\n"

    tracemalloc.start()
    try:
        lines = list(split(chunks()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [line.problem is None for line in lines] == [True, False, True]
    assert lines[1].length == 50_000_000
    assert peak < 30_000_000


def test_gzip_is_known_by_its_content_and_may_have_several_members(tmp_path: Path) -> None:
    path = tmp_path / "export.dat"
    path.write_bytes(gzip.compress(b"one\ntwo\n") + gzip.compress(b"three") + b"\0" * 20)
    assert texts(path) == [b"one", b"two", b"three"]


def test_a_large_gzip_comes_out_whole(tmp_path: Path) -> None:
    path = tmp_path / "zeros.gz"
    path.write_bytes(gzip.compress(b"\n".join(b"%06d" % n + b"z" * 500 for n in range(20_000))))
    lines = read(path)
    assert len(lines) == 20_000
    assert lines[-1].data.startswith(b"019999z")


def test_truncated_and_damaged_gzip_give_all_lines_before(tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(hashlib.sha256(b"%d" % n).hexdigest().encode() + b"\n" for n in range(2000)))
    path = tmp_path / "cut.gz"
    path.write_bytes(whole[: len(whole) // 2])
    *good, tail = read(path)
    assert len(good) > 500
    assert all(line.problem is None and len(line.data) == 64 for line in good)
    assert tail.problem is not None
    assert "truncated" in tail.problem
    assert tail.number == len(good) + 1
    path.write_bytes(whole[:-8] + b"\xff" * 8)
    *good, tail = read(path)
    assert len(good) == 2000
    assert "damaged" in (tail.problem or "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "marked.txt"
    path.write_bytes("Zoë 🍤\r\nsecond\r\n".encode(encoding))
    assert texts(path) == ["Zoë 🍤".encode(), b"second"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_first_letters(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "wide.jsonl"
    path.write_bytes('{"a": "Zoë"}\n'.encode(encoding))
    assert texts(path) == ['{"a": "Zoë"}'.encode()]


def test_lines_that_end_in_cr_alone(tmp_path: Path) -> None:
    path = tmp_path / "mac.csv"
    path.write_bytes(b"one\rtwo\r\rfour\nfive\r")
    assert texts(path) == [b"one", b"two", b"four", b"five"]


def test_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "empty.gz").write_bytes(gzip.compress(b""))
    assert read(tmp_path / "empty") == read(tmp_path / "empty.gz") == []
    with pytest.raises(NotFound):
        read(tmp_path / "missing")
    with pytest.raises(NotFound), Source((tmp_path / "missing").as_uri()) as source:
        list(source.lines())
