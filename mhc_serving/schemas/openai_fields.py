"""Fields of OpenAI's chat completions and responses: functions, formats, limits, and what cannot be done.

What the concierge has no use for is ignored (``temperature``, ``seed``: the same question gets the same answer). What
would change the answer and cannot be done is refused by name.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BaseModel, StringConstraints

from mhc_serving.schemas.fields import MAX_TRANSCRIPT_CHARS, MAX_TURN_CHARS, NO_NUL

Words = Annotated[str, StringConstraints(max_length=MAX_TURN_CHARS, pattern=NO_NUL)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
CustomerName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=NO_NUL)]
MAX_FUNCTIONS = 128


MAX_DOCUMENT_BYTES = 50_000
"""Of one JSON schema."""


def _writable(document: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A document that can be written down again, on not too much paper: no number of more than 64 bits, no half of a
    character."""
    try:
        written = orjson.dumps(document)
    except TypeError:
        raise ValueError("holds a number or a character that is out of range") from None
    if len(written) > MAX_DOCUMENT_BYTES:
        raise ValueError(f"has more than {MAX_DOCUMENT_BYTES:,} bytes; describe less")
    return document


def require_short(said: Iterable[str]) -> None:
    """Refuse a transcript that is too long to be read.

    Raises:
        ValueError: it is.
    """
    if sum(map(len, said)) > MAX_TRANSCRIPT_CHARS:
        raise ValueError(f"the transcript has more than {MAX_TRANSCRIPT_CHARS:,} characters; send its last turns")


Document = Annotated[dict[str, Any], AfterValidator(_writable)]


def _schema(schema: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """A function's parameters: an object with properties, all of the names in ``required`` among them."""
    given = _writable(schema) or {}
    properties, required = given.get("properties", {}), given.get("required", [])
    if given.get("type", "object") != "object" or not isinstance(properties, dict):
        raise ValueError("must be a JSON schema of an object with properties")
    if not isinstance(required, list) or not all(isinstance(name, str) and name in properties for name in required):
        raise ValueError("required must list names of properties")
    return given


Parameters = Annotated[dict[str, Any] | None, AfterValidator(_schema)]


class FunctionDefinition(BaseModel):
    """A function that the client can call for the concierge."""

    name: Name
    description: str | None = None
    parameters: Parameters = None


def impossible(what: str) -> Any:
    """A field that has to be left out, and why."""

    def refuse(value: Any) -> Any:
        if value in (None, False, {}, [], 0, "none"):
            return value
        raise ValueError(f"{what}; leave it out")

    return AfterValidator(refuse)
