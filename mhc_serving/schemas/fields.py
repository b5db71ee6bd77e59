"""Fields and the body that requests of several resources share.

Every field says what it means: the API's pages at ``/docs`` are made of it.
"""

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
