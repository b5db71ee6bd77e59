"""The party that a price is worked out for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Party:
    """What is known of a party; ``None`` means not said.

    ``guests`` is a head count that was not split by age. ``open_ages`` says that children were named whose ages decide
    the price in a way that was left open. An upgrade or add-on with ``None`` was asked for without a number, one with
    ``EVERYONE`` for every guest.
    """

    adults: int | None = None
    children: int | None = None
    under_six: int | None = None
    guests: int | None = None
    open_ages: bool = False
    miles: Decimal | None = None
    upgrades: Mapping[str, int | None] = field(default_factory=dict)
    add_ons: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether anything at all was said about the party."""
        return self != Party()

    @property
    def people_known(self) -> bool:
        """Whether anything was said about who comes."""
        return any(count is not None for count in (self.adults, self.children, self.under_six, self.guests))

    @property
    def head_count(self) -> int:
        """At least so many people, as far as it was said."""
        return max(self.guests or 0, (self.adults or 0) + (self.children or 0) + (self.under_six or 0))
