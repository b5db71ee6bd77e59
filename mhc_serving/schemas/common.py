"""What goes in and out over HTTP. Every field says what it means: the API's pages at ``/docs`` are made of this."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

NO_NUL = r"^[^\x00]*$"
CustomerId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_NUL),
    Field(
        description="Your own id of the customer. It ties conversations and ratings together.", examples=["web-7f3a"]
    ),
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=NO_NUL)]


class Body(BaseModel):
    """What a request carries; an error about it never repeats what a customer wrote."""

    model_config = ConfigDict(hide_input_in_errors=True)


class Citation(BaseModel):
    """An article that an answer rests on."""

    id: str = Field(description="Article id; `GET /api/v1/knowledge/{id}` opens it.", examples=["KB-042"])
    title: str = Field(description="Its title.", examples=["Cancelling and refunds"])
    score: float = Field(description="How close the passage is to the question, 0 to 1.", examples=[0.74])


class Problem(BaseModel):
    """An error in one sentence that ends with what to do next."""

    detail: str
