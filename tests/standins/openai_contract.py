"""OpenAI's published description of its API, as a judge of what client and stand-in say to each other."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

VARIABLE = "MHC_OPENAI_OPENAPI"
BESIDE_THE_REPOSITORY = Path(__file__).parents[3] / "shared" / "data" / "openai_openapi.json.gz"
_NAMED = os.environ.get(VARIABLE)  # read here, because tests run in an environment without such settings


def published() -> Path | None:
    """The gzipped description: named by MHC_OPENAI_OPENAPI, or lying beside the repository."""
    path = Path(_NAMED or BESIDE_THE_REPOSITORY)
    return path if path.is_file() else None


class Contract:
    """Checks request and response bodies of one operation at a time."""

    def __init__(self, path: Path) -> None:
        with gzip.open(path) as file:
            self._document = _nullable_as_type(json.load(file))
        resource = Resource(contents=self._document, specification=DRAFT202012)
        self._registry = Registry().with_resource("urn:openai", resource)
        self._validators: dict[str, Draft202012Validator] = {}

    def request_problem(self, path: str, method: str, media: str, body: Any) -> str | None:
        """The first thing wrong with a request body, as a JSON path with the schema's complaint; None if nothing is."""
        return self._problem((path, method, "requestBody", "content", media, "schema"), body)

    def response_problem(self, path: str, method: str, status: int, media: str, body: Any) -> str | None:
        """The same for a response body; errors are judged by the description's error schema."""
        if status >= 400:
            return self._judge("urn:openai#/components/schemas/ErrorResponse", body)
        return self._problem((path, method, "responses", str(status), "content", media, "schema"), body)

    def _problem(self, keys: tuple[str, ...], body: Any) -> str | None:
        node = self._document["paths"]
        for key in keys:
            if key not in node:
                return f"not in the description: {' '.join(keys)}"
            node = node[key]
        pointer = "/".join(key.replace("~", "~0").replace("/", "~1") for key in ("paths", *keys))
        return self._judge(f"urn:openai#/{pointer}", body)

    def _judge(self, reference: str, body: Any) -> str | None:
        if reference not in self._validators:
            self._validators[reference] = Draft202012Validator({"$ref": reference}, registry=self._registry)
        error = next(self._validators[reference].iter_errors(body), None)
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
