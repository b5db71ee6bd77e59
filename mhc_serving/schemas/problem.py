"""An error as every route answers it."""

from pydantic import BaseModel


class Problem(BaseModel):
    """An error in one sentence that ends with what to do next."""

    detail: str
