"""A booking request as a form."""

from datetime import date, time
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field

from mhc_serving.schemas.fields import Body, CustomerId, Text

A = TypeVar("A", bound=BaseModel)
Heads = Annotated[int, Field(ge=0, le=1_000)]
Short = Annotated[Text, Field(max_length=200)]


class FormPortions(Body):
    """So many of one thing of the menu."""

    name: Annotated[Text, Field(max_length=60)]
    count: int = Field(ge=0, le=2_000)


class BookingForm(Body):
    """What a customer asks for. Bounds are those of the tool ``booking_request``."""

    day: date
    starts: time
    adults: Heads
    children: Heads = 0
    under_six: Heads = 0
    address: Annotated[Text, Field(min_length=5, max_length=300)]
    miles: float | None = Field(None, ge=0, le=5_000, allow_inf_nan=False)
    proteins: list[FormPortions] = Field([], max_length=20)
    name: Short | None = None
    phone: Short | None = None
    email: Short | None = None
    customer_id: CustomerId | None = None
    conversation_id: UUID | None = None

    def wanted(self, arguments: type[A]) -> A:
        """What the tool is called with."""
        names = ("day", "starts", "adults", "children", "under_six", "address", "miles", "proteins")
        return arguments.model_validate(self.model_dump(include={*names}))
