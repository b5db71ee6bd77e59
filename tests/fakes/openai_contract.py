"""OpenAI's published description of its API, as a judge of what client and stand-in say to each other."""

import gzip
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from fakes.places import SHARED

VARIABLE = "MHC_OPENAI_OPENAPI"
_NAMED = os.environ.get(VARIABLE)  # read here, because tests run in an environment without such settings


def published() -> Path | None:
    """The gzipped description: named by MHC_OPENAI_OPENAPI, or lying beside the repository."""
    path = Path(_NAMED or SHARED / "openai_openapi.json.gz")
    return path if path.is_file() else None


_REPLIES, _REQUESTS = "urn:openai", "urn:openai:closed"


class Contract:
    """Checks requests and responses of one operation at a time.

    A request may only hold what the description names: a misspelt field is wrong, though a JSON schema lets it pass.
    """

    def __init__(self, path: Path) -> None:
        with gzip.open(path) as file:
            self._document = _nullable_as_type(json.load(file))
        closed = _closed(self._document, _combined(self._document))
        self._registry = Registry().with_resources(
            [(_REPLIES, _resource(self._document)), (_REQUESTS, _resource(closed))]
        )
        self._validators: dict[str, Draft202012Validator] = {}

    def request_problem(self, path: str, method: str, media: str, body: Any) -> str | None:
        """The first thing wrong with a request body, as a JSON path with the schema's complaint; None if nothing is."""
        return self._problem(_REQUESTS, (path, method, "requestBody", "content", media, "schema"), body)

    def query_problem(self, path: str, method: str, query: Mapping[str, str]) -> str | None:
        """The first thing wrong with the query of a request."""
        described = {
            each["name"]: each["schema"]
            for each in self._document["paths"][path][method].get("parameters", [])
            if each["in"] == "query"
        }
        for name, value in query.items():
            if name not in described:
                return f"no such query parameter: {name}"
            number = described[name].get("type") == "integer" and value.isdecimal()
            error = next(Draft202012Validator(described[name]).iter_errors(int(value) if number else value), None)
            if error is not None:
                return f"{name}: {error.message[:300]}"
        return None

    def response_problem(self, path: str, method: str, status: int, media: str, body: Any) -> str | None:
        """The same for a response body; errors are judged by the description's error schema."""
        if status >= 400:
            return self._judge(f"{_REPLIES}#/components/schemas/ErrorResponse", body)
        return self._problem(_REPLIES, (path, method, "responses", str(status), "content", media, "schema"), body)

    def _problem(self, document: str, keys: tuple[str, ...], body: Any) -> str | None:
        node = self._document["paths"]
        for key in keys:
            if key not in node:
                return f"not in the description: {' '.join(keys)}"
            node = node[key]
        pointer = "/".join(key.replace("~", "~0").replace("/", "~1") for key in ("paths", *keys))
        return self._judge(f"{document}#/{pointer}", body)

    def _judge(self, reference: str, body: Any) -> str | None:
        if reference not in self._validators:
            self._validators[reference] = Draft202012Validator({"$ref": reference}, registry=self._registry)
        # Transcripts with segments fit two of the shapes of which the description says that only one may fit.
        errors = self._validators[reference].iter_errors(body)
        error = next((each for each in errors if each.validator != "oneOf" or each.context), None)
        return None if error is None else f"{error.json_path}: {error.message[:300]}"


def _nullable_as_type(node: Any) -> Any:
    """OpenAPI 3.0's ``nullable``, which this 3.1 document still uses, said in JSON Schema."""
    if isinstance(node, list):
        return [_nullable_as_type(item) for item in node]
    if not isinstance(node, dict):
        return node
    converted = {key: _nullable_as_type(value) for key, value in node.items()}
    if converted.pop("nullable", None) is True:
        return {"anyOf": [converted, {"type": "null"}]}
    return converted


def _resource(document: Any) -> Resource[Any]:
    return Resource(contents=document, specification=DRAFT202012)


def _combined(document: Any) -> frozenset[str]:
    """References that stand in an ``allOf``: what they name is part of an object, and cannot be closed by itself."""
    found: set[str] = set()

    def visit(node: Any, inside: bool) -> None:
        if isinstance(node, list):
            for item in node:
                visit(item, inside)
        elif isinstance(node, dict):
            if inside and "$ref" in node:
                found.add(node["$ref"])
            for key, value in node.items():
                visit(value, key == "allOf")

    visit(document, False)
    waiting = list(found)
    while waiting:
        name = waiting.pop().removeprefix("#/components/schemas/")
        parts = document["components"]["schemas"].get(name, {})
        for part in [*parts.get("anyOf", []), *parts.get("oneOf", []), parts]:
            reference = part.get("$ref")
            if reference and reference not in found:
                found.add(reference)
                waiting.append(reference)
    return frozenset(found)


def _closed(document: Any, combined: frozenset[str]) -> Any:
    """The same description in which an object may hold nothing but the properties it names."""

    def close(node: Any, part: bool) -> Any:
        if isinstance(node, list):
            return [close(item, part) for item in node]
        if not isinstance(node, dict):
            return node
        converted = {key: close(value, key == "allOf") for key, value in node.items()}
        whole = "properties" in node or "allOf" in node
        if whole and not part and "additionalProperties" not in node and isinstance(node.get("properties", {}), dict):
            converted["unevaluatedProperties"] = False
        return converted

    schemas = document["components"]["schemas"]
    names = {name: f"#/components/schemas/{name}" in combined for name in schemas}
    closed = {name: close(schema, names[name]) for name, schema in schemas.items()}
    return close({"paths": document["paths"]}, False) | {"components": {"schemas": closed}}
