"""Is a file valid for fine-tuning? The checks a provider would make, before anything is uploaded or paid."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import fsspec
import orjson

from mhc_core.dataset import chat_schema
from mhc_core.errors import NotFound

MIN_EXAMPLES = 10
MAX_EXAMPLE_BYTES = 1_000_000


class Problem(NamedTuple):
    """What is wrong with one line (from 1; 0 for the file as a whole)."""

    line: int
    reason: str


def problems(uri: str) -> Iterator[Problem]:
    """Everything that is wrong with a JSONL file in OpenAI's chat format, in the order of its lines.

    Raises:
        NotFound: there is no such file.
    """
    count = 0
    try:
        with fsspec.open(uri, "rb", compression="infer") as file:
            for number, raw in enumerate(file, 1):
                if not raw.strip():
                    yield Problem(number, "empty line")
                    continue
                count += 1
                if number == 1 and raw.startswith(codecs.BOM_UTF8):
                    yield Problem(number, "begins with a byte order mark; save the file as UTF-8 without one")
                    raw = raw.removeprefix(codecs.BOM_UTF8)
                if reason := _reason(raw):
                    yield Problem(number, reason)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        yield Problem(count + 1, "the compressed file ends early or is damaged")
    except FileNotFoundError:
        raise NotFound(f"{uri} does not exist; `mhc dataset list` shows where data sets are") from None
    if count < MIN_EXAMPLES:
        yield Problem(0, f"{count} examples, at least {MIN_EXAMPLES} are needed")


def _reason(raw: bytes) -> str | None:
    if len(raw) > MAX_EXAMPLE_BYTES:
        return f"longer than {MAX_EXAMPLE_BYTES} bytes"
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return "not JSON"
    if not isinstance(record, dict) or not isinstance(record.get("messages"), list):
        return "no list of messages"
    return chat_schema.problem(record)
