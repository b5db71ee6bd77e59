"""A schema of somebody else's is read, and never followed to where it points."""

from typing import Any

import pytest

from mhc_core.concierge.turn.schemas import fits
from mhc_core.errors import DataError


def test_a_value_fits_or_does_not() -> None:
    assert fits({"type": "integer", "minimum": 3}, 3)
    assert not fits({"type": "integer", "minimum": 3}, 2)


@pytest.mark.parametrize(
    "schema",
    [{"type": "nothing"}, {"$ref": "http://127.0.0.1:1/schema"}, {"$ref": "#/$defs/gone"}, {"$ref": "#"}, 7],
)
def test_a_schema_that_cannot_be_used_is_refused(schema: Any) -> None:
    with pytest.raises(DataError, match="write each property out"):
        fits(schema, {"a": 1})


def _doubling(levels: int) -> dict[str, Any]:
    twice = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(levels)}
    return {"$defs": {**twice, f"d{levels}": {"type": "string"}}, "$ref": "#/$defs/d0"}


def test_references_that_double_are_followed_so_far_and_no_further() -> None:
    assert fits(_doubling(5), "x")
    with pytest.raises(DataError, match="references"):
        fits(_doubling(40), "x")


def test_a_pattern_that_backtracks_without_end_does_not() -> None:
    assert not fits({"type": "string", "pattern": "^(a+)+$"}, "a" * 50_000 + "!")
    assert fits({"type": "string", "pattern": "^(a+)+$"}, "aaa")
    assert fits({"pattern": "^(a+)+$"}, 7)


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "(?=a)b"},
        {"pattern": r"(a)\1"},
        {"additionalProperties": False, "patternProperties": {"^(a+)+$": {}}},
        {"properties": {"a": {"patternProperties": {"^(a+)+$": {}}}}},
    ],
)
def test_patterns_of_other_kinds_are_refused(schema: Any) -> None:
    with pytest.raises(DataError, match="without"):
        fits(schema, "a" if "pattern" in schema else {"a" * 40 + "!": 1})
