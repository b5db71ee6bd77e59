"""What dishes hold, which diets they fit, and what may be suggested: data of the business file."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from mhc_core.business.section import Section

ALLERGENS = ("milk", "egg", "fish", "shellfish", "tree nuts", "peanuts", "wheat", "soy", "sesame")
"""The nine major food allergens of the US (FALCPA 2004 and the FASTER Act 2021)."""


class Dish(Section):
    """``holds`` are allergens of the nine, ``fits`` diets that may surely eat it; all else is not known."""

    holds: tuple[Annotated[str, Field(pattern=f"^({'|'.join(ALLERGENS)})$")], ...]
    fits: tuple[str, ...] = ()

    def suits(self, need: str) -> bool:
        """Whether it surely goes with an allergen to avoid or a diet. What is not known does not."""
        return need in self.fits if need not in ALLERGENS else need not in self.holds


class Offer(Section):
    """An idea beside a price. ``months`` (1..12) are those of the party in which it is made; none means all year.

    ``per`` says what its price is for; an upgrade's is always for a person.
    """

    says: str = Field(min_length=3, max_length=120)
    items: tuple[str, ...] = Field(min_length=1)
    dishes: tuple[str, ...] = Field(min_length=1)
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = ()
    per: Literal["person", "portion"] = "portion"


class Offers(Section):
    """What may be suggested, by its name. ``holdout_percent`` of customers are suggested nothing, to compare with."""

    holdout_percent: Annotated[int, Field(ge=0, le=50)] = 10
    suggested: Mapping[str, Offer] = {}
