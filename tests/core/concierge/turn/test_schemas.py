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
