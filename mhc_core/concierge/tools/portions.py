"""Arguments that several tools share."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Guests = Annotated[int, Field(ge=0, le=1_000)]
Miles = Annotated[float, Field(ge=0, le=5_000, description="One-way distance from the kitchen, in miles.")]


class Arguments(BaseModel):
    """Arguments of a tool: what is not named here is refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Portions(Arguments):
    """So many of one thing."""

    name: Annotated[str, Field(min_length=1, max_length=60, description="A protein, upgrade or add-on by its name.")]
    count: Annotated[int, Field(ge=0, le=2_000, description="How many persons or portions.")]


def in_miles(miles: float) -> Decimal:
    """A distance as it was written: 20 and not 20.0."""
    return Decimal(f"{miles:g}")


def counted(items: Iterable[Portions]) -> dict[str, int]:
    """Portions by name, those named twice added up."""
    found: dict[str, int] = {}
    for item in items:
        found[item.name.casefold()] = found.get(item.name.casefold(), 0) + item.count
    return found
