"""An error as every route answers it."""

from typing import Any

from pydantic import BaseModel


class Problem(BaseModel):
    """An error in one sentence that ends with what to do next."""

    detail: str


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body cannot be read: it is no UTF-8."},
    401: {"model": Problem, "description": "The key or the token is not valid, or one is needed."},
    403: {"model": Problem, "description": "The key's role or the token does not allow it."},
    413: {"model": Problem, "description": "The body is too large."},
    422: {"model": Problem, "description": "The request does not fit."},
    429: {"model": Problem, "description": "Too many requests; `Retry-After` says how long to wait."},
    503: {"model": Problem, "description": "The database does not answer; `Retry-After` says when to try again."},
}
"""How every route but those under ``/v1/`` may refuse."""
