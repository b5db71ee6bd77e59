"""Asks the API in process with GraphQL queries."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(client: TestClient, key_of: Callable[[str], dict[str, str]]) -> Ask:
    """Sends a query with a key of a role, or as this machine with none; what was answered."""

    def call(query: str, role: str | None = "admin", **variables: Any) -> dict[str, Any]:
        headers = key_of(role) if role else {}
        answer = client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    return call
