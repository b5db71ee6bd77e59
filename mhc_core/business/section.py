"""What every part of the business file is made of."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Money = Annotated[Decimal, Field(ge=0, decimal_places=2)]
Percent = Annotated[int, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0)]


class Section(BaseModel):
    """Frozen; a key that it does not name is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")
