"""JSON schemas of clients: whether a value fits one. They are somebody else's, so nothing that they name is fetched."""

from typing import Any

from mhc_core.errors import DataError


def fits(schema: Any, value: Any) -> bool:
    """Whether a value fits a schema.

    Raises:
        DataError: it is no JSON schema, or refers to another document or to itself without end.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        Draft202012Validator.check_schema(schema)
        return bool(Draft202012Validator(schema, registry=Registry()).is_valid(value))
    except (SchemaError, Unresolvable, RecursionError):
        raise DataError("this JSON schema cannot be used here; write each property out") from None
