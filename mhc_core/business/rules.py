"""The prices and rules of the business as typed, frozen data; ``business.pricing`` reads the file and quotes."""

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from mhc_core.business.customers import Loyalty, Region
from mhc_core.business.offering import Dish, Offers
from mhc_core.business.section import Count, Money, Percent, Section
from mhc_core.vocabulary import Channel


class Contact(Section):
    """How customers reach the business; times are in ``timezone``."""

    phone: str = Field(min_length=7)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    reply_hours_min: Count
    reply_hours_max: Count
    timezone: str
    opens: time
    closes: time

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone; write one such as America/Los_Angeles") from None
        return name

    @property
    def zone(self) -> ZoneInfo:
        """Where the days of the business begin and end."""
        return ZoneInfo(self.timezone)


class Prices(Section):
    """Prices per guest by age (years) and per party."""

    adult: Money
    adult_from_age: Count
    child: Money
    child_from_age: Count
    minimum: Money
    deposit: Money
    extra_reschedule: Money


class Menu(Section):
    """What every guest gets."""

    proteins_included: Count
    proteins: tuple[str, ...]
    sides: tuple[str, ...]
    sake_from_age: Count


class Upgrade(Section):
    """A protein that replaces an included one; ``price`` is added per person."""

    price: Money
    premium: bool
    aliases: tuple[str, ...] = ()


class AddOn(Section):
    """Something on top; ``price`` is per portion of ``pieces``."""

    price: Money
    pieces: Count | None = None
    aliases: tuple[str, ...] = ()


class Travel(Section):
    """Distances in miles from the kitchen, one way."""

    free_miles: Count
    per_mile: Money
    review_from_miles: Count
    maximum_miles: Count

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.free_miles <= self.review_from_miles <= self.maximum_miles:
            raise ValueError("free_miles, review_from_miles and maximum_miles must rise in this order")
        return self


class Gratuity(Section):
    """The usual range, in percent of the bill; never part of a quote."""

    low_percent: Percent
    high_percent: Percent


class Payment(Section):
    """How the balance may be paid."""

    methods: tuple[str, ...] = Field(min_length=1)


class Booking(Section):
    """Lead times and changes; hours and weeks before the event."""

    lead_hours: Count
    weekend_lead_weeks_min: Count
    weekend_lead_weeks_max: Count
    final_count_hours_min: Count
    final_count_hours_max: Count
    free_reschedules: Count
    reschedule_notice_hours: Count


class CancellationTier(Section):
    """From ``days`` before the event, ``refund_percent`` of what was paid goes back, less ``fee_percent`` of it."""

    days: Count
    refund_percent: Percent
    fee_percent: Percent


class Weather(Section):
    """Who provides cover, and what happens without."""

    cover: tuple[str, ...]
    refund_uncovered_in_rain: bool


class Site(Section):
    """What the chef needs at the house; feet and inches as the names say."""

    clear_feet: tuple[int, int]
    grill_inches: tuple[Decimal, Decimal, Decimal]
    fire_clearance_feet: Count
    table_feet: Count
    tables: Count
    guests_at_tables: Count


class Timing(Section):
    """How long things take."""

    arrival_minutes_min: Count
    arrival_minutes_max: Count
    duration_minutes: Count
    large_party_from: Count
    large_party_hours: tuple[Decimal, Decimal]


class Food(Section):
    """Allergens and leftovers. ``dishes`` says of each dish what it holds and which diets it fits."""

    allergens: Mapping[str, tuple[str, ...]]
    absent: tuple[str, ...]
    contains_wheat: tuple[str, ...]
    dishes: Mapping[str, Dish] = {}
    leftovers_fridge_hours: Count
    leftovers_days_min: Count
    leftovers_days_max: Count


class Chefs(Section):
    """How many parties can be cooked a day: in ``all``, and in regions that have chefs of their own."""

    parties_a_day: Mapping[str, Annotated[int, Field(ge=1)]] = {}


class Handover(Section):
    """What reaches a person; ``guests_from`` counts everybody at the table."""

    guests_from: Count
    reasons: tuple[str, ...]
    queues: Mapping[str, tuple[str, ...]]
    """Reasons by the queue of people they go to; a reason that stands in none goes to the last queue."""
    urgent: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _queued(self) -> Self:
        queued = [reason for reasons in self.queues.values() for reason in reasons]
        if not self.queues or len(queued) != len(set(queued)) or not {*queued, *self.urgent} <= {*self.reasons}:
            raise ValueError("queues and urgent may name each of the reasons once, and one queue is needed")
        return self

    def queue(self, reason: str) -> str:
        """The queue that a reason goes to."""
        return next((name for name, reasons in self.queues.items() if reason in reasons), [*self.queues][-1])


class ChatPage(Section):
    """What the chat page and the widget show before anything is said. ``starters`` are questions to tap."""

    title: str = Field("Chat with us", min_length=1, max_length=60)
    tagline: str = Field("", max_length=80)
    starters: tuple[Annotated[str, Field(min_length=1, max_length=120)], ...] = Field((), max_length=4)


class Calls(Section):
    """Calls and recordings. ``example`` is what a caller may say: a recogniser hears the words of such talk better."""

    example: str = Field("", max_length=300)


class Business(Section):
    """All prices and rules of the business."""

    name: str
    short_name: str
    area: tuple[str, ...]
    channels: tuple[Channel, ...]
    contact: Contact
    prices: Prices
    menu: Menu
    upgrades: Mapping[str, Upgrade]
    add_ons: Mapping[str, AddOn]
    travel: Travel
    gratuity: Gratuity
    payment: Payment
    booking: Booking
    cancellation: tuple[CancellationTier, ...] = Field(min_length=1)
    weather: Weather
    site: Site
    timing: Timing
    food: Food
    handover: Handover
    chefs: Chefs = Chefs()
    chat: ChatPage = ChatPage()
    calls: Calls = Calls()
    loyalty: Loyalty | None = None
    regions: Mapping[str, Region] = {}
    offers: Offers = Offers()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        days = [tier.days for tier in self.cancellation]
        if days != sorted(set(days), reverse=True) or days[-1] != 0:
            raise ValueError("cancellation tiers must be listed from most to fewest days and end with days = 0")
        if self.prices.deposit > self.prices.minimum:
            raise ValueError("prices.deposit must not exceed prices.minimum")
        for places in ("zips", "cities"):
            named = [place.casefold() for region in self.regions.values() for place in getattr(region, places)]
            if len(named) != len(set(named)):
                raise ValueError(f"{places} of regions may stand in one region each")
        for name, offer in self.offers.suggested.items():
            on_the_menu = {*self.menu.proteins, *self.upgrades, *self.add_ons}
            if unknown := sorted({*offer.items} - on_the_menu | {*offer.dishes} - {*self.food.dishes}):
                raise ValueError(
                    f"offers.suggested.{name} names {', '.join(unknown)}, not on the menu or not in food.dishes"
                )
        return self

    @property
    def allow_list(self) -> frozenset[str]:
        """The business's own phone number, e-mail address and area: what is not personal."""
        return frozenset({self.contact.phone, self.contact.email, *self.area})

    @cached_property
    def upgrade_names(self) -> Mapping[str, str]:
        """Upgrade name by every lower-case way to write it."""
        return {spelling.casefold(): name for name, item in self.upgrades.items() for spelling in (name, *item.aliases)}

    @cached_property
    def add_on_prices(self) -> Mapping[str, tuple[str, Decimal]]:
        """(name, price of one portion) by every lower-case way to write an add-on, extra proteins included."""
        found: dict[str, tuple[str, Decimal]] = {}
        extra = self.add_ons.get("extra protein")
        if extra is not None:
            for protein in self.menu.proteins:
                found[f"extra {protein}".casefold()] = (f"extra {protein}", extra.price)
            for name, upgrade in self.upgrades.items():
                if upgrade.premium:
                    for spelling in (name, *upgrade.aliases):
                        found[f"extra {spelling}".casefold()] = (f"extra {name}", extra.price + upgrade.price)
        for name, item in self.add_ons.items():
            for spelling in (name, *item.aliases):
                found[spelling.casefold()] = (name, item.price)
        return found
