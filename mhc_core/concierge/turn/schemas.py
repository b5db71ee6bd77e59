"""JSON schemas of clients: whether a value fits one.

They are somebody else's: nothing that they name is fetched, and none may keep a thread busy. Patterns are run by an
engine that takes linear time, and references are counted.
"""

from collections.abc import Iterator
from typing import Any

from mhc_core.errors import DataError

MAX_REFERENCES = 1_000
"""Followed for one value: thirty definitions that each refer to the next one twice are a billion."""
_REFUSED = "this JSON schema cannot be used here; write each property out, without {}"


def fits(schema: Any, value: Any) -> bool:
    """Whether a value fits a schema.

    Raises:
        DataError: it is no JSON schema, refers to another document or to itself without end, or has a pattern that can
            not be run in linear time.
    """
    from jsonschema import Draft202012Validator, FormatChecker, validators
    from jsonschema.exceptions import SchemaError
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    left = MAX_REFERENCES

    def counted(follow: Any) -> Any:
        def rule(validator: Any, reference: Any, instance: Any, within: Any) -> Iterator[Any]:
            nonlocal left
            left -= 1
            if left < 0:
                raise DataError(_REFUSED.format("references"))
            yield from follow(validator, reference, instance, within) or ()

        return rule

    rules: dict[str, Any] = {name: counted(Draft202012Validator.VALIDATORS[name]) for name in ("$ref", "$dynamicRef")}
    try:
        if _mentions(schema, "patternProperties"):
            raise DataError(_REFUSED.format("patternProperties"))
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker(()))
        checked: Any = validators.extend(  # type: ignore[no-untyped-call]
            Draft202012Validator, {**rules, "pattern": _pattern}
        )
        return bool(checked(schema, registry=Registry()).is_valid(value))
    except (SchemaError, Unresolvable, RecursionError):
        raise DataError(_REFUSED.format("references to other documents")) from None


def _mentions(part: Any, name: str) -> bool:
    if isinstance(part, dict):
        return name in part or any(_mentions(value, name) for value in part.values())
    return isinstance(part, list) and any(_mentions(one, name) for one in part)


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[Any]:
    from jsonschema import ValidationError
    from pydantic_core import SchemaError, SchemaValidator
    from pydantic_core import ValidationError as Unfit

    if isinstance(instance, str):
        try:
            SchemaValidator({"type": "str", "pattern": pattern, "regex_engine": "rust-regex"}).validate_python(instance)
        except SchemaError:
            raise DataError(_REFUSED.format("look-around or back-references in patterns")) from None
        except Unfit:
            yield ValidationError("does not match")
