"""``POST /graphql``: one query in JSON. No GET, so that no link and no page of another site asks anything; no lists of
queries; no page to try queries on."""

import json
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from mhc_serving.access.callers import Caller, VisitorAccess
from mhc_serving.access.deps import IdempotencyKey
from mhc_serving.graphql.asked import Asked
from mhc_serving.graphql.schema import answer
from mhc_serving.schemas.fields import NO_NUL, Body

router = APIRouter(tags=["graphql"])

QUERY_CHARS = 20_000
Asking = Annotated[Caller, Depends(VisitorAccess.dependency)]


class GraphQLIn(Body):
    """One query. What else a client sends, such as ``extensions``, is not looked at."""

    query: str = Field(
        max_length=QUERY_CHARS, pattern=NO_NUL, description="In GraphQL's language.", examples=["{ menu { adult } }"]
    )
    variables: dict[str, Any] | None = Field(None, description="By name.")
    operationName: str | None = Field(None, max_length=200, description="Which of several operations to run.")


class GraphQLError(BaseModel):
    """What went wrong with a query or one of its fields."""

    message: str = Field(description="One sentence.")
    extensions: dict[str, Any] = Field(description="`code` and the `status` that a route would have answered.")
    path: list[str | int] | None = Field(None, description="The field.")
    locations: list[dict[str, int]] | None = Field(None, description="Where in the query.")


class GraphQLOut(BaseModel):
    """The answer; `errors` stands in it only where there are any."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    data: dict[str, Any] | None
    errors: list[GraphQLError] | None = None


@router.post("/graphql", summary="Answer a GraphQL query", response_model=GraphQLOut)
def graphql(asked: GraphQLIn, caller: Asking, key: IdempotencyKey = None) -> Response:
    """Conversations, customers, bookings, menu, availability, calendar, knowledge and feedback, with the roles of the
    other routes. The schema is in `docs/schema.graphql`; keys with the role admin may ask for it here."""
    query = Asked(caller.app, caller, key)
    try:
        given = answer(query, asked.query, asked.variables, asked.operationName)
        query.record()
        query.finish()
    finally:
        query.close()
    return Response(_json(given), media_type="application/json")


def _json(given: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(given)
    except TypeError:  # an error repeats half a character of a variable, which UTF-8 has no bytes for
        return json.dumps(given).encode()
