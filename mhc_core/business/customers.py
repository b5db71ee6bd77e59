"""What the business file says of customers: where they live, and what coming back is worth to them."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mhc_core.business.section import Count, Percent, Section

Prefix = Annotated[str, Field(pattern=r"^\d{1,5}$")]


class Region(Section):
    """A part of the area: by the beginnings of its zip codes (the longest that fits counts) and its cities."""

    zips: tuple[Prefix, ...] = ()
    cities: tuple[Annotated[str, Field(min_length=1)], ...] = ()


class Tier(Section):
    """What customers have from ``bookings`` completed ones on; ``percent`` comes off the food of the next party."""

    name: str = Field(min_length=1)
    bookings: Count
    percent: Percent
    benefits: tuple[str, ...] = ()


class Loyalty(Section):
    """The tiers, lowest first. ``article`` is the title of the article that explains them: who asks what it answers is
    told where they stand themselves."""

    article: str = Field(min_length=1)
    tiers: tuple[Tier, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        starts = [tier.bookings for tier in self.tiers]
        if starts[0] != 0 or starts != sorted(set(starts)) or len({tier.name for tier in self.tiers}) < len(starts):
            raise ValueError("tiers must begin with bookings = 0, rise, and have names of their own")
        return self
