"""The format check names every problem of a file by its line."""

import gzip
from pathlib import Path

import orjson
import pytest
from fakes.openai_contract import published
from fakes.places import CASES

from mhc_core.dataset import chat_schema
from mhc_core.dataset.file_format import MAX_EXAMPLE_BYTES, MIN_EXAMPLES, problems
from mhc_core.errors import NotFound

SYSTEM, USER, ANSWER = ({"role": role, "content": "text"} for role in ("system", "user", "assistant"))
CALL = {
    "role": "assistant",
    "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "quote", "arguments": "{}"}}],
}
TOOL_RESULT = {"role": "tool", "tool_call_id": "c1", "content": "550"}
TOOLS = [{"type": "function", "function": {"name": "quote", "parameters": {"type": "object", "properties": {}}}}]
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
        (chat("hi"), "message 0: role must be one of system, user, assistant, tool, function"),
        (chat({"role": "agent"}, ANSWER), "message 0: role must be one of system, user, assistant, tool, function"),
        (chat(USER, {"role": "assistant"}), "message 1: content must be text, unless tools are called"),
        (chat(USER, {"role": "assistant", "content": " "}), "message 1: content must be text"),
        (chat({"role": "user", "content": ["hi"]}, ANSWER), "message 0: content must be text"),
        (chat(USER, SYSTEM, ANSWER), "message 1: the system message must come first"),
        (chat(SYSTEM, ANSWER, USER), "the last message must be the assistant's"),
        (chat(SYSTEM, ANSWER), "no message of a user"),
        (chat(USER, ANSWER | {"weight": 0.5}), "message 1: weight must be 0 or 1"),
        (chat(USER, ANSWER | {"weight": 0}), "every answer has the weight 0: nothing would be learned"),
        (chat(USER, ANSWER | {"mood": 1}), "message 1: mood is a key that a provider does not know; leave it out"),
        (
            chat(USER | {"name": "Jo Lee"}, ANSWER),
            "message 0: name may hold no spaces and none of <|\\/>, at most 64 characters",
        ),
        (
            orjson.dumps({"messages": [USER, ANSWER], "note": 1}),
            "note: is a key that a provider does not know; leave it out",
        ),
        (chat(USER, TOOL_RESULT, ANSWER), "message 1: tool_call_id names no call before it"),
        (chat(USER, CALL, TOOL_RESULT, ANSWER), "message 1: calls a function that tools does not describe"),
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


def test_tool_calls_that_tools_describe_are_valid(tmp_path: Path) -> None:
    called = orjson.dumps({"messages": [SYSTEM, USER, CALL, TOOL_RESULT, ANSWER], "tools": TOOLS})
    assert found(tmp_path / "f.jsonl", *[GOOD] * MIN_EXAMPLES, called) == []


def test_a_byte_order_mark_is_named(tmp_path: Path) -> None:
    [(line, reason)] = found(tmp_path / "f.jsonl", b"\xef\xbb\xbf" + GOOD, *[GOOD] * MIN_EXAMPLES)
    assert (line, "byte order mark" in reason) == (1, True)


@pytest.mark.skipif(not CASES.exists(), reason="the cases are not on this machine")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("20a-validate-tool-calls.jsonl", None),
        ("20b-validate-weight.jsonl", "weight must be 0 or 1"),
        ("20d-validate-name.jsonl", "name may hold no spaces"),
        ("20e-validate-bom.jsonl", "byte order mark"),
    ],
)
def test_files_as_people_had_them(name: str, reason: str | None) -> None:
    told = list(problems((CASES / name).as_uri()))
    assert [reason in problem.reason for problem in told] == ([True] if reason else [])


@pytest.mark.skipif(published() is None, reason="OpenAI's description is not on this machine")
def test_no_key_of_a_message_is_unknown_to_openai() -> None:
    described = published()
    assert described is not None
    with gzip.open(described) as file:
        schemas = orjson.loads(file.read())["components"]["schemas"]

    def keys(name: str) -> set[str]:
        found = set(schemas[name].get("properties", {}))
        for part in schemas[name].get("allOf", ()):
            found |= keys(part["$ref"].rpartition("/")[2]) if "$ref" in part else set(part.get("properties", {}))
        return found

    for name, ours in (
        ("ChatCompletionRequestSystemMessage", chat_schema._System),
        ("ChatCompletionRequestUserMessage", chat_schema._User),
        ("FineTuneChatCompletionRequestAssistantMessage", chat_schema._Assistant),
        ("ChatCompletionRequestToolMessage", chat_schema._ToolResult),
        ("ChatCompletionTool", chat_schema._Tool),
        ("FunctionObject", chat_schema._Described),
    ):
        assert keys(name) - ours.model_fields.keys() <= {"audio"}, name
        assert ours.model_fields.keys() <= keys(name), name
