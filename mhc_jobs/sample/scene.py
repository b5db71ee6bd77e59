"""What one conversation is about: the party, the place, the day, and the sentence slots that follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from mhc_core.business.pricing import Business, Quote, QuoteRequest, quote, refund
from mhc_jobs.sample.customers import Customer, full_name
from mhc_jobs.sample.places import FAR_TOWNS, UNSERVED_TOWNS, Town
from mhc_jobs.sample.quote_words import quote_words
from mhc_jobs.sample.wording import counted, money

_OCCASIONS = (
    "birthday", "anniversary", "graduation party", "family reunion", "baby shower", "housewarming", "retirement party",
    "bridal shower", "engagement party", "holiday party", "game night", "family dinner",
)  # fmt: skip
_RELATIONS = ("son", "daughter", "husband", "wife", "mom", "nephew", "sister in law", "friend", "brother", "boss")
_TIMES = ("4pm", "5pm", "5:30", "6pm", "6:30pm", "7pm", "1pm", "2 pm", "noon")


@dataclass(frozen=True, slots=True)
class Scene:
    """The circumstances of one conversation. ``upgrade`` is (name, persons), ``add_on`` (name, portions)."""

    adults: int
    children: int
    under_six: int
    town: Town
    day: date
    today: date
    occasion: str
    time: str
    upgrade: tuple[str, int]
    add_on: tuple[str, int]

    @property
    def days_left(self) -> int:
        return (self.day - self.today).days

    def request(self, *, with_miles: bool = True, with_extras: bool = False) -> QuoteRequest:
        return QuoteRequest(
            self.adults,
            self.children,
            self.under_six,
            self.town.miles if with_miles else None,
            dict([self.upgrade]) if with_extras else {},
            dict([self.add_on]) if with_extras else {},
        )


def draw_scene(rng: Random, business: Business, customer: Customer, today: date, kind: str = "") -> Scene:
    """Draw a party of a kind named in the topic files.

    Kinds: small, large, little (with toddlers), far, unserved, early, middle and late (the cancellation tiers), soon.
    """
    adults = min(max(round(rng.gauss(13, 4.5)), 6), 24)
    if kind == "small":
        adults = rng.randrange(2, -int(-business.prices.minimum // business.prices.adult))
    elif kind == "large":
        adults = business.handover.guests_from + rng.choice((0, 2, 5, 8, 10, 15, 20, 30))
    children = rng.choice((0, 0, 0, 1, 2, 2, 3, 4, 5)) if kind not in ("small", "large") else 0
    ceiling = business.handover.guests_from - 1
    if kind != "large" and adults + children > ceiling:
        children = ceiling - adults
    under_six = (
        rng.choice((1, 2)) if kind == "little" or (rng.random() < 0.12 and adults + children + 2 < ceiling) else 0
    )
    town = customer.town
    if kind == "far":
        town = rng.choice(FAR_TOWNS)
    elif kind == "unserved":
        town = rng.choice(UNSERVED_TOWNS)
    first, second = business.cancellation[0].days, business.cancellation[1].days
    low, high = {
        "early": (first, first + 26),
        "middle": (second, first - 1),
        "late": (1, second - 1),
        "soon": (0, 1),
    }.get(kind, (5, 55))
    day = today + timedelta(rng.randrange(low, high + 1))
    if kind not in ("early", "middle", "late", "soon") and rng.random() < 0.6:
        day += timedelta((5 - day.weekday()) % 7)
    return Scene(
        adults=adults,
        children=children,
        under_six=under_six,
        town=town,
        day=day,
        today=today,
        occasion=rng.choice(_OCCASIONS),
        time=rng.choice(_TIMES),
        upgrade=(rng.choice(list(business.upgrades)), rng.randrange(2, max(adults, 3))),
        add_on=(rng.choice(list(business.add_ons)), rng.randrange(2, max(adults, 3))),
    )


def change_scene(rng: Random, business: Business, scene: Scene, change: str) -> Scene:
    """The party after a follow-up such as "and for 12?"."""
    room = business.handover.guests_from - 1 - scene.under_six
    if change == "party":
        others = [count for count in range(6, room - scene.children + 1) if count != scene.adults]
        adults = rng.choice(others)
        upgrade, persons = scene.upgrade
        most = business.menu.proteins_included * (adults + scene.children + scene.under_six)
        return replace(scene, adults=adults, upgrade=(upgrade, min(persons, most)))
    if change == "kids":
        return replace(scene, children=min(scene.children + rng.randrange(1, 5), room - scene.adults))
    if change == "extras":
        return replace(scene, upgrade=(rng.choice(list(business.upgrades)), rng.randrange(2, scene.adults + 1)))
    if change == "day":
        return replace(scene, day=scene.day + timedelta(rng.choice((1, 6, 7, 8, 14))))
    return scene


def scene_slots(
    rng: Random, business: Business, base: Mapping[str, str], scene: Scene, customer: Customer
) -> dict[str, str]:
    """All slots of one conversation: the business's, the customer's, the party's, and the worked-out numbers."""
    servable = scene.town.miles <= business.travel.maximum_miles
    here = quote(business, scene.request(with_miles=servable))
    plain = quote(business, scene.request(with_miles=False))
    full = quote(business, scene.request(with_miles=servable, with_extras=True))
    upgrade, persons = scene.upgrade
    add_on, portions = scene.add_on
    upgrade_price, add_on_price = business.upgrades[upgrade].price, business.add_ons[add_on].price
    contact = " ".join(full_name(rng))
    return {
        **base,
        "first": customer.first,
        "last": customer.last,
        "name": customer.name,
        "phone": customer.phone,
        "email": customer.email,
        "street": customer.street,
        "address": customer.address,
        "contact": contact,
        "new_phone": f"{customer.town.area_code}-555-01{rng.randrange(100):02d}",
        "kid": full_name(rng)[0],
        "turns": str(rng.randrange(5, 60)),
        "city": scene.town.name,
        "zip": scene.town.zip,
        "miles": str(scene.town.miles),
        "over_miles": str(max(scene.town.miles - business.travel.free_miles, 0)),
        "adults": counted(scene.adults, "adult", "adults"),
        "adults_n": str(scene.adults),
        "kids": counted(scene.children, "child", "children"),
        "kids_n": str(scene.children),
        "guests": str(scene.adults + scene.children + scene.under_six),
        "party": _party(rng, scene),
        "occasion": scene.occasion,
        "relation": rng.choice(_RELATIONS),
        "month": f"{scene.day:%B}",
        "time": scene.time,
        "date": _date(scene.day),
        "said_date": _said(rng, scene.day),
        "weekday": f"{scene.day:%A}",
        "days_left": str(scene.days_left),
        "days_ago": str(rng.randrange(1, 5)),
        "upgrade": upgrade,
        "upgrade_is": f"{upgrade} {'are' if upgrade.endswith('s') else 'is'}",
        "upgrade_n": str(persons),
        "upgrade_price": money(upgrade_price),
        "upgrade_sum": money(upgrade_price * persons),
        "add_on": add_on,
        "add_on_is": f"{add_on} {'are' if add_on.endswith('s') else 'is'}",
        "add_on_n": str(portions),
        "add_on_price": money(add_on_price),
        "add_on_sum": money(add_on_price * portions),
        "quote": quote_words(rng, business, scene.town.name, here),
        "quote_plain": quote_words(rng, business, None, plain),
        "quote_full": quote_words(rng, business, scene.town.name, full),
        "plain_total": money(plain.total),
        "wrong_total": _wrong_total(business, here),
        "total": money(here.total),
        "balance": money(here.balance),
        "full_total": money(full.total),
        "full_balance": money(full.balance),
        "food": money(here.food_subtotal),
        "ordered": money(business.prices.adult * scene.adults + business.prices.child * scene.children),
        "travel": money(here.travel or Decimal(0)),
        "tip_low_sum": money(here.gratuity_low.quantize(Decimal(1))),
        "tip_high_sum": money(here.gratuity_high.quantize(Decimal(1))),
        "back": money(refund(business, business.prices.deposit, max(scene.days_left, 0))),
        "back_total": money(refund(business, here.total, max(scene.days_left, 0))),
        "tables": str(
            -(-(scene.adults + scene.children) // max(business.site.guests_at_tables // business.site.tables, 1))
        ),
        "length": _length(business, scene.adults + scene.children),
        "enough": _enough(business, scene),
    }


def _party(rng: Random, scene: Scene) -> str:
    words = counted(scene.adults, "adult", "adults")
    if scene.children:
        kids = rng.choice((("child", "children"), ("kid", "kids")))
        words += rng.choice((" and ", " + ", ", ")) + counted(scene.children, *kids)
    if scene.under_six:
        words += rng.choice((" and ", " plus ")) + counted(scene.under_six, "toddler", "toddlers")
    return words


def _date(day: date) -> str:
    return f"{day:%A}, {day:%B} {day.day}"


def _said(rng: Random, day: date) -> str:
    return rng.choice(
        (
            f"{day:%B} {day.day}",
            f"{day:%b} {day.day}",
            f"{day.month}/{day.day}",
            f"{day:%A} {day:%b} {day.day}",
            _date(day),
        )
    )


def _wrong_total(business: Business, right: Quote) -> str:
    """The total of somebody who forgets the travel, or else the minimum, or else invents an outdated adult price."""
    if right.travel:
        return money(right.total - right.travel)
    if right.minimum_applied:
        ordered = business.prices.adult * right.request.adults + business.prices.child * right.request.children
        return money(ordered)
    return money(right.total - 5 * right.request.adults)


def _length(business: Business, guests: int) -> str:
    if guests >= business.timing.large_party_from:
        low, high = business.timing.large_party_hours
        return f"{low.normalize():f} to {high.normalize():f} hours"
    return f"about {business.timing.duration_minutes} minutes"


def _enough(business: Business, scene: Scene) -> str:
    weekend = scene.day.weekday() >= 4
    weeks = f"{business.booking.weekend_lead_weeks_min} to {business.booking.weekend_lead_weeks_max} weeks"
    if scene.days_left * 24 < business.booking.lead_hours:
        return f"that is inside the {business.booking.lead_hours} hours we need"
    if weekend and scene.days_left < 7 * business.booking.weekend_lead_weeks_min:
        return f"weekends usually need {weeks}, so it is tight"
    if weekend:
        return f"weekends usually need {weeks} and you are {scene.days_left} days ahead, so the timing works"
    return f"we need {business.booking.lead_hours} hours and you are {scene.days_left} days ahead, so the timing works"
