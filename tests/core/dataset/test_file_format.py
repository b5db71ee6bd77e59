"""The format check names every problem of a file by its line."""

import gzip
from pathlib import Path

import orjson
import pytest

from mhc_core.dataset.file_format import MAX_EXAMPLE_BYTES, MIN_EXAMPLES, problems
from mhc_core.errors import NotFound

SYSTEM, USER, ANSWER = ({"role": role, "content": "text"} for role in ("system", "user", "assistant"))
GOOD = orjson.dumps({"messages": [SYSTEM, USER, ANSWER]})


def chat(*messages: object) -> bytes:
    return orjson.dumps({"messages": list(messages)})


def found(path: Path, *lines: bytes) -> list[tuple[int, str]]:
    path.write_bytes(b"\n".join(lines) + b"\n")
    return [tuple(problem) for problem in problems(path.as_uri())]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[]", "no list of messages"),
        (b"{}", "no list of messages"),
        (b'{"messages": []}', "no list of messages"),
        (b'{"messages": "hi"}', "no list of messages"),
        (chat("hi"), "message 0: role must be one of system, user, assistant"),
        (chat({"role": "agent", "content": "hi"}, ANSWER), "message 0: role must be one of system, user, assistant"),
        (chat(USER, {"role": "assistant"}), "message 1: content must be text"),
        (chat(USER, {"role": "assistant", "content": " "}), "message 1: content must be text"),
        (chat({"role": "user", "content": ["hi"]}, ANSWER), "message 0: content must be text"),
        (chat(USER, SYSTEM, ANSWER), "message 1: the system message must come first"),
        (chat(SYSTEM, ANSWER, USER), "the last message must be the assistant's"),
        (chat(SYSTEM, ANSWER), "no message of a user"),
        (b"  ", "empty line"),
        (
            chat(USER, {"role": "assistant", "content": "x" * MAX_EXAMPLE_BYTES}),
            f"longer than {MAX_EXAMPLE_BYTES} bytes",
        ),
    ],
)
def test_each_kind_of_problem_is_found_at_its_line(tmp_path: Path, line: bytes, reason: str) -> None:
    lines = [GOOD] * MIN_EXAMPLES
    assert found(tmp_path / "f.jsonl", *lines[:4], line, *lines[4:]) == [(5, reason)]


def test_all_problems_of_a_file_are_listed_in_order(tmp_path: Path) -> None:
    assert found(tmp_path / "f.jsonl", b"{", GOOD, b"[]") == [
        (1, "not JSON"),
        (3, "no list of messages"),
        (0, "3 examples, at least 10 are needed"),
    ]


def test_a_good_file_has_none_also_when_compressed(tmp_path: Path) -> None:
    assert found(tmp_path / "f.jsonl", *[GOOD] * MIN_EXAMPLES) == []
    (tmp_path / "f.jsonl.gz").write_bytes(gzip.compress((GOOD + b"\n") * MIN_EXAMPLES))
    assert list(problems((tmp_path / "f.jsonl.gz").as_uri())) == []


def test_a_problem_never_shows_the_text(tmp_path: Path) -> None:
    lines = [chat({"role": "user", "content": "Xandra"}), b'{"messages": Xandra']
    assert "Xandra" not in str(found(tmp_path / "f.jsonl", *lines))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="mhc dataset list"):
        list(problems((tmp_path / "none.jsonl").as_uri()))
