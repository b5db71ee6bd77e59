"""Fields and the body that requests of several resources share.

Every field says what it means: the API's pages at ``/docs`` are made of it.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from mhc_core.language.cleaning import invisible_removed
from mhc_core.pseudonyms import person_id

NO_NUL = r"^[^\x00]*$"
MAX_TURN_CHARS = 50_000
"""Of what was said at once, as it came: an e-mail with its thread and markup. What its writer said themselves is
bounded by ``MHC_MAX_MESSAGE_CHARS``."""
MAX_TRANSCRIPT_CHARS = 200_000
"""Of all that was said before, together."""


def _seen(value: object) -> object:
    return invisible_removed(value) if isinstance(value, str) and "\0" not in value else value


SEEN = BeforeValidator(_seen)
"""Takes off what nobody sees: a phone that cuts an emoji in two is no reason to refuse a message. NUL is refused."""
CustomerId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_NUL),
    AfterValidator(person_id),
    SEEN,
    Field(
        description="Your own id of the customer. It ties conversations and ratings together.", examples=["web-7f3a"]
    ),
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=NO_NUL), SEEN]
Message = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TURN_CHARS, pattern=NO_NUL), SEEN
]


class Body(BaseModel):
    """What a request carries; an error about it never repeats what a customer wrote."""

    model_config = ConfigDict(hide_input_in_errors=True)
