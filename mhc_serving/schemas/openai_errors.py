"""An error as OpenAI's routes answer it, and how each of them may refuse."""

from typing import Any

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """What is wrong, in OpenAI's shape."""

    message: str = Field(description="One sentence that ends with what to do next.")
    type: str = Field(examples=["invalid_request_error"])
    param: str | None = Field(description="The field that is at fault, where it is one.")
    code: str | None = Field(examples=["invalid_api_key"])


class OpenAIProblem(BaseModel):
    """An error in OpenAI's shape."""

    error: Problem


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": OpenAIProblem, "description": "The request does not fit, or asks for what cannot be done."},
    401: {"model": OpenAIProblem, "description": "The key or the token is not valid, or one is needed."},
    403: {"model": OpenAIProblem, "description": "The key's role or the token does not allow it."},
    413: {"model": OpenAIProblem, "description": "The body is too large."},
    422: {"model": OpenAIProblem, "description": "Not used: such errors are answered with 400, as OpenAI does."},
    429: {"model": OpenAIProblem, "description": "Too many requests; `Retry-After` says how long to wait."},
    503: {"model": OpenAIProblem, "description": "The database does not answer; `Retry-After` says when to try again."},
}
"""How every route under ``/v1/`` may refuse."""
