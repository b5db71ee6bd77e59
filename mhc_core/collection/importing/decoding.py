"""Bytes become a JSON value that PostgreSQL can store: no NUL, no half surrogate, no endless number."""

import json
import re
from collections import Counter
from typing import Any

import orjson

from mhc_core.collection.importing.reject import Rejected

_NEEDS_CLEANING = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|\x00")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str, notes: Counter[str]) -> str:
    """``text`` without NUL characters and with every lone surrogate replaced by U+FFFD; both are counted."""
    if "\0" in text:
        notes["nul_removed"] += text.count("\0")
        text = text.replace("\0", "")
    text, replaced = _SURROGATE.subn("\ufffd", text)
    if replaced:
        notes["surrogates_replaced"] += replaced
    return text


def _clean_tree(value: Any, notes: Counter[str]) -> Any:
    if isinstance(value, str):
        return clean(value, notes)
    if isinstance(value, list):
        return [_clean_tree(item, notes) for item in value]
    if isinstance(value, dict):
        return {clean(key, notes): _clean_tree(item, notes) for key, item in value.items()}
    return value


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) < 19 else digits


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _patient_loads(data: bytes) -> Any:
    """Reads what orjson refuses although it is JSON: half surrogates and integers over 64 bits."""
    return json.loads(data.decode(), parse_int=_integer, parse_constant=_no_constant)


def decode(data: bytes, notes: Counter[str]) -> Any:
    """The JSON value in these bytes.

    Raises:
        Rejected: not UTF-8, not JSON, or nested too deeply.
    """
    suspicious = _NEEDS_CLEANING.search(data) is not None
    if b"\0" in data:
        notes["nul_removed"] += data.count(b"\0")
        data = data.replace(b"\0", b"")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        try:
            value = _patient_loads(data)
        except UnicodeDecodeError as error:
            raise Rejected(f"not UTF-8 at byte {error.start + 1}") from None
        except json.JSONDecodeError as error:
            raise Rejected(f"not valid JSON at character {error.pos + 1}") from None
        except ValueError:
            raise Rejected("not valid JSON: NaN and Infinity are not numbers") from None
        except RecursionError:
            raise Rejected("nested too deeply") from None
        suspicious = True
    if suspicious:
        try:
            value = _clean_tree(value, notes)
        except RecursionError:
            raise Rejected("nested too deeply") from None
    return value


def metadata_text(value: dict[str, Any]) -> str:
    """JSON text for a jsonb column.

    Raises:
        Rejected: a number or the nesting is beyond what can be stored.
    """
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        raise Rejected("holds a value that cannot be stored as JSON") from None
