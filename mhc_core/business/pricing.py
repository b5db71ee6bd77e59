"""What a party costs and what a cancellation gives back, worked out from a file a person can edit.

Quote = max(adults × adult price + children × child price, minimum) + upgrades + add-ons + travel, where travel =
max(miles − free miles, 0) × price per mile. The deposit is part of the total, not added to it; the gratuity is neither.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mhc_core.business.rules import Business
from mhc_core.errors import ConfigurationError, DataError

__all__ = ["Business", "Line", "Quote", "QuoteRequest", "load", "quote", "refund"]

SAMPLE_FILE = Path(__file__).parent / "sample.toml"
_CENT = Decimal("0.01")


def load(path: Path | None = None) -> Business:
    """Read prices and rules; ``None`` reads the sample file.

    Raises:
        ConfigurationError: the file is missing or not TOML, or a value is missing or does not fit; the message names
            the file and the key.
    """
    file = path or SAMPLE_FILE
    try:
        raw: dict[str, Any] = tomllib.loads(file.read_text("utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        raise ConfigurationError(
            f"business file {file} cannot be read ({error.strerror}); set MHC_BUSINESS_FILE to a readable file"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"business file {file} is not valid TOML ({error}); correct that place") from None
    try:
        return Business.model_validate(raw)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc']) or 'file'}: {item['msg']}" for item in error.errors()
        )
        raise ConfigurationError(f"business file {file}: {problems}; correct these keys") from None


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """A party to price.

    ``miles`` is the one-way distance, ``None`` while it is not known. ``upgrades`` maps an upgrade to the number of
    persons who take it, ``add_ons`` an add-on to its number of portions; aliases of the business file are understood.
    """

    adults: int
    children: int = 0
    under_six: int = 0
    miles: Decimal | int | None = None
    upgrades: Mapping[str, int] = field(default_factory=dict)
    add_ons: Mapping[str, int] = field(default_factory=dict)

    @property
    def guests(self) -> int:
        """Everybody at the table, the free youngest included."""
        return self.adults + self.children + self.under_six


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a quote; ``amount`` = ``quantity`` × ``unit_price`` (USD)."""

    label: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Quote:
    """A worked-out price in USD.

    ``lines`` add up to ``total``; raising the food to the minimum is a line of its own. ``travel`` is ``None`` while
    the distance is unknown, and ``total`` is then without it. ``needs_person`` says why a person must confirm it.
    ``gratuity_low`` and ``gratuity_high`` are the usual range, not part of ``total``.
    """

    request: QuoteRequest
    lines: tuple[Line, ...]
    food_subtotal: Decimal
    minimum_applied: bool
    upgrades_total: Decimal
    add_ons_total: Decimal
    travel: Decimal | None
    total: Decimal
    deposit: Decimal
    balance: Decimal
    gratuity_low: Decimal
    gratuity_high: Decimal
    needs_person: str | None


def quote(business: Business, request: QuoteRequest) -> Quote:
    """Price a party.

    Raises:
        DataError: negative or no guests, an unknown upgrade or add-on, more upgrades than proteins, or a place beyond
            the distance the business serves.
    """
    _check(business, request)
    prices = business.prices
    lines = [
        _line(label, count, price)
        for label, count, price in (
            ("adults", request.adults, prices.adult),
            ("children", request.children, prices.child),
            (f"under {prices.child_from_age}, free", request.under_six, Decimal(0)),
        )
        if count
    ]
    ordered = sum((line.amount for line in lines), Decimal(0))
    food = max(ordered, prices.minimum)
    if food > ordered:
        lines.append(_line("raised to the party minimum", 1, food - ordered))
    upgrades = [
        _line(f"{name} upgrade" if not name.endswith("upgrade") else name, persons, business.upgrades[name].price)
        for name, persons in _named_upgrades(business, request.upgrades).items()
    ]
    add_ons = [
        _line(name, portions, price)
        for name, price, portions in ((*_add_on(business, key), count) for key, count in request.add_ons.items())
        if portions
    ]
    lines += upgrades + add_ons
    travel = None
    if request.miles is not None:
        miles = max(Decimal(request.miles) - business.travel.free_miles, Decimal(0))
        travel = (miles * business.travel.per_mile).quantize(_CENT, ROUND_HALF_UP)
        if travel:
            lines.append(Line("travel, miles beyond the free ones", miles, business.travel.per_mile, travel))
    upgrades_total = sum((line.amount for line in upgrades), Decimal(0))
    add_ons_total = sum((line.amount for line in add_ons), Decimal(0))
    total = food + upgrades_total + add_ons_total + (travel or Decimal(0))
    return Quote(
        request=request,
        lines=tuple(lines),
        food_subtotal=food,
        minimum_applied=food > ordered,
        upgrades_total=upgrades_total,
        add_ons_total=add_ons_total,
        travel=travel,
        total=total,
        deposit=prices.deposit,
        balance=total - prices.deposit,
        gratuity_low=_share(total, business.gratuity.low_percent),
        gratuity_high=_share(total, business.gratuity.high_percent),
        needs_person=_needs_person(business, request),
    )


def refund(business: Business, paid: Decimal, days_before: int) -> Decimal:
    """What goes back of ``paid`` (USD) when a party is cancelled ``days_before`` the event (days, 0 = the same day).

    Raises:
        DataError: a negative amount or number of days.
    """
    if paid < 0 or days_before < 0:
        raise DataError("a refund needs an amount and a number of days of at least 0; correct the request")
    tier = next(tier for tier in business.cancellation if days_before >= tier.days)
    return _share(paid, max(tier.refund_percent - tier.fee_percent, 0))


def _check(business: Business, request: QuoteRequest) -> None:
    counts = (
        request.adults,
        request.children,
        request.under_six,
        *request.upgrades.values(),
        *request.add_ons.values(),
    )
    if min(counts) < 0:
        raise DataError("a quote cannot count fewer than 0 guests or portions; correct the numbers")
    if request.adults + request.children == 0:
        raise DataError("a quote needs at least one paying guest; ask for the number of adults and children")
    if request.under_six and not request.adults:
        raise DataError("the youngest guests eat free with an adult only; ask for the number of adults")
    if request.miles is not None and not 0 <= request.miles <= business.travel.maximum_miles:
        raise DataError(
            f"a distance of {request.miles} miles is not served (0 to {business.travel.maximum_miles}); "
            "decline the party or correct the distance"
        )
    persons = sum(request.upgrades.values())
    if persons > request.guests * business.menu.proteins_included:
        raise DataError(
            f"{persons} upgrades are more than {business.menu.proteins_included} proteins for each of "
            f"{request.guests} guests; order the rest as extra proteins"
        )


def _named_upgrades(business: Business, wanted: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for spelling, persons in wanted.items():
        name = business.upgrade_names.get(spelling.casefold())
        if name is None:
            raise DataError(f"there is no such upgrade; choose one of: {', '.join(business.upgrades)}")
        if persons:
            found[name] = found.get(name, 0) + persons
    return found


def _add_on(business: Business, spelling: str) -> tuple[str, Decimal]:
    found = business.add_on_prices.get(spelling.casefold())
    if found is None:
        raise DataError(f"there is no such add-on; choose one of: {', '.join(business.add_ons)}")
    return found


def _line(label: str, quantity: int, unit_price: Decimal) -> Line:
    return Line(label, Decimal(quantity), unit_price, quantity * unit_price)


def _share(amount: Decimal, percent: int) -> Decimal:
    return (amount * percent / 100).quantize(_CENT, ROUND_HALF_UP)


def _needs_person(business: Business, request: QuoteRequest) -> str | None:
    if request.guests >= business.handover.guests_from:
        return f"{request.guests} guests: parties of {business.handover.guests_from} or more are arranged by a person"
    if request.miles is not None and request.miles >= business.travel.review_from_miles:
        return f"{request.miles} miles: trips of {business.travel.review_from_miles} or more are priced by a person"
    return None
