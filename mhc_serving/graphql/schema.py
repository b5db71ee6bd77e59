"""The schema, and how a query is answered: measured, validated, resolved; what goes wrong is told like a route's error.

A query is worked out in one thread and over one connection, like a request of a route; the loop in which loaders wait
for each other is that thread's own and ends with the query.
"""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

import strawberry
from fastapi import HTTPException
from graphql import GraphQLError, GraphQLSchema, validate
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext, ExecutionResult

from mhc_core.errors import MHCError
from mhc_serving import errors
from mhc_serving.access.keys import Role
from mhc_serving.graphql import limits
from mhc_serving.graphql.asked import Asked
from mhc_serving.graphql.knowledge import KnowledgeQueries
from mhc_serving.graphql.limits import TooMuch
from mhc_serving.graphql.mutations import Mutation
from mhc_serving.graphql.offering import OfferingQueries
from mhc_serving.graphql.talks import TalkQueries

_CODES = {
    400: "BAD_QUERY", 401: "UNAUTHENTICATED", 403: "FORBIDDEN", 404: "NOT_FOUND", 409: "CONFLICT", 422: "UNFIT",
    429: "TOO_MANY_REQUESTS", 503: "UNAVAILABLE",
}  # fmt: skip


@strawberry.type
class Query(TalkQueries, OfferingQueries, KnowledgeQueries):
    """What can be read."""


class Bounded(SchemaExtension):
    """Refuses what asks too much, before it is validated; and the schema itself to all but those who may see it."""

    def on_parse(self) -> Iterator[None]:
        """Read the query, within bounds."""
        context = self.execution_context
        document = limits.parsed(context.query or "")
        if limits.introspects(document) and not _may_introspect(context.context):
            raise TooMuch("this schema is shown to keys with the role admin only; it also lies in schema.graphql")
        limits.check(core(), document, context.variables or {})
        context.graphql_document = document
        yield

    def on_validate(self) -> Iterator[None]:
        """Validate, up to the first mistakes; nothing validates it again."""
        context = self.execution_context
        document = context.graphql_document
        assert document is not None
        context.pre_execution_errors = validate(core(), document, max_errors=limits.ERRORS)
        yield


def _may_introspect(asked: Asked) -> bool:
    holder = asked.caller.holder
    return not asked.caller.vouched or (holder is not None and holder.role is Role.ADMIN)


class _Schema(strawberry.Schema):
    """Writes nothing to the log: messages of errors may hold what a customer wrote."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing; whoever asked is told."""


SCHEMA = _Schema(
    Query,
    Mutation,
    extensions=[Bounded],
    config=StrawberryConfig(disable_field_suggestions=True),
)


def core() -> GraphQLSchema:
    """The schema as graphql-core has it."""
    return SCHEMA._schema


def description() -> str:
    """The schema in GraphQL's own language."""
    return print_schema(SCHEMA) + "\n"


def answer(asked: Asked, query: str, variables: Mapping[str, Any] | None, operation: str | None) -> dict[str, Any]:
    """The answer of a query: ``data``, ``errors``, as GraphQL has them.

    Raises:
        Exception: what went wrong on our side, as a route would raise it.
    """
    try:
        result = asyncio.run(SCHEMA.execute(query, dict(variables or {}), asked, operation_name=operation))
    except (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError) as error:
        return {"data": None, "errors": [{"message": str(error), "extensions": {"code": _CODES[400]}}]}
    return told(result)


def told(result: ExecutionResult) -> dict[str, Any]:
    """A result as it is sent."""
    shown: dict[str, Any] = {"data": result.data}
    if result.errors:
        shown["errors"] = [_error(one) for one in result.errors]
    return shown


def _error(error: GraphQLError) -> dict[str, Any]:
    """One sentence, and a code for programs. An error that is not meant for who asked is raised again.

    Raises:
        Exception: the cause, where it is one of our own.
    """
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if isinstance(cause, MHCError):
        message, status = str(cause), errors.status_of(cause)
    elif isinstance(cause, HTTPException):
        message, status = str(cause.detail), cause.status_code
    elif cause is None or isinstance(cause, GraphQLError):
        message, status = error.message, 400
    else:
        raise cause
    shown: dict[str, Any] = {"message": message, "extensions": {"code": _CODES.get(status, "FAILED"), "status": status}}
    if error.path is not None:
        shown["path"] = error.path
    if error.locations and status == 400:
        shown["locations"] = [{"line": one.line, "column": one.column} for one in error.locations]
    return shown
