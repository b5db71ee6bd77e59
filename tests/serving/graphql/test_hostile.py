"""Queries that mean harm are refused or answered, soon, and never with a 500."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.db.queries import serving
from mhc_jobs.bench.graphql import measure
from mhc_jobs.bench.graphql.hostile import Maker
from mhc_serving.graphql import limits
from mhc_serving.graphql.schema import core

Ask = Callable[..., dict[str, Any]]
KeyOf = Callable[[str], dict[str, str]]
QUERIES = 300


@pytest.fixture(scope="module")
def filled(serving_engine: sa.Engine) -> None:
    """Conversations, so that what asks much would get much."""
    assert serving.SOURCE != "bench"
    measure.fill(serving_engine, 60)


def test_hostile_queries_are_answered_soon_and_without_a_crash(filled: None, client: TestClient, key_of: KeyOf) -> None:
    maker, headers, took = Maker(core(), 20261129), key_of("admin"), []
    for _ in range(QUERIES):
        one = maker.make()
        begin = time.monotonic()
        body = {"query": one.query, "variables": one.variables, "operationName": one.operation}
        answer = client.post("/graphql", json=body, headers=headers)
        took.append((time.monotonic() - begin, one.query))
        assert answer.status_code in (200, 422), (answer.status_code, one)
    # `mhc bench graphql` measures the 100 ms; here a query without a bound would take minutes.
    assert max(took)[0] < 10, max(took)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("{ " + " ".join(f"a{n}: menu {{ adult }}" for n in range(16)) + " }", "16 aliases"),
        ("{ " + "menu { adult } " * 70 + "}", "140 fields"),
        ("{ conversations(first: 100) { edges { node { messages(last: 50) { id text } } } } }", "values"),
        ("{ a { b { c { d { e { f { g { h { i { j { k } } } } } } } } } } }", "11 levels"),
        ("{ a" + "{ a" * 40 + "}" * 41, "nested deeper"),
        ("{ " + "a " * 800 + "}", "tokens"),
        ("{ menu { adult " + "@skip(if: false) " * 21 + "} }", "directives"),
        (" ".join(f"query q{n} {{ menu {{ adult }} }}" for n in range(13)), "operations"),
        ("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }", "spreads itself"),
        ("fragment a on Query { " + "menu { adult } " * 70 + "} { menu { child } }", "142 fields"),
    ],
)
def test_what_asks_too_much_is_told_which_limit(ask: Ask, query: str, says: str) -> None:
    told = ask(query)
    assert says in told["errors"][0]["message"], told
    assert told["data"] is None


def test_aliases_behind_fragments_count_as_often_as_they_are_spread(ask: Ask) -> None:
    spread = " ".join("...a" for _ in range(9))
    told = ask(f"{{ {spread} }} fragment a on Query {{ x: menu {{ adult }} y: menu {{ child }} }}")
    assert "18 aliases" in told["errors"][0]["message"]


def test_the_rows_of_a_page_count_whether_written_or_in_a_variable(ask: Ask) -> None:
    query = "query ($n: Int!) { conversations(first: $n) { edges { node { messages(last: $n) { id text } } } } }"
    assert "errors" not in ask(query, n=5)
    assert "values" in ask(query, n=50)["errors"][0]["message"]


def test_an_everyday_page_of_the_inbox_is_within_the_limits(ask: Ask) -> None:
    query = """{ conversations(first: 20) { edges { cursor node { id channel status intent startedAt lastMessageAt
        messages(last: 15) { id role text sentAt } booking { id status eventOn startsAt adults children }
        } } pageInfo { hasNextPage endCursor } } menu { adult child minimum } }"""
    assert "errors" not in ask(query)


def test_the_schema_is_shown_to_those_who_may_see_it(ask: Ask) -> None:
    from graphql import build_client_schema, get_introspection_query, print_schema

    told = ask(get_introspection_query())
    assert told["data"], told
    assert "type Booking" in print_schema(build_client_schema(told["data"]))
    for role in ("app", "agent", "reviewer"):
        refused = ask("{ __schema { types { name } } }", role)
        assert refused["data"] is None, role
        assert "admin only" in refused["errors"][0]["message"]
        hidden = ask('{ ... on Query { ...f } } fragment f on Query { __type(name: "Query") { name } }', role)
        assert hidden["data"] is None


def test_a_mistake_does_not_name_fields_that_were_not_asked_for(ask: Ask) -> None:
    message = ask("{ conversation { custmerId } }", "app")["errors"][0]["message"]
    assert "customerId" not in message


def test_the_cost_is_the_number_of_values() -> None:
    text = "{ conversations(first: 10) { edges { node { id messages(last: 3) { text } } } } }"
    walk = limits._Walk(core(), limits.parsed(text), {})
    cost = walk.operation(limits.parsed(text).definitions[0]).cost  # type: ignore[arg-type]
    assert cost == 1 + 10 * (1 + 1 + 1 + limits.AWAITED + 3 * 1)
