# ruff: noqa: E501 - patterns read better in one line

"""The figures that the business file stands for, each with the subjects it may be stated about."""

import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from mhc_core.business import pricing as prices
from mhc_core.business.pricing import Business, Quote, QuoteRequest
from mhc_core.concierge.facts.party import Party
from mhc_core.errors import DataError
from mhc_core.language.figures import Figure, Kind, ends, read
from mhc_core.language.memories import remembered

_SUBJECTS = {
    "adult": r"adults?|grown-?ups?|(?:per|a|each|every) (?:person|head|guest)",
    "child": r"kids?|child|children|ages?|aged",
    "youngest": r"toddlers?|bab(?:y|ies)|infants?|little ones?|under|younger|youngest|and under|or under|or "
    "less|[0-5]-?(?: and [0-5]-?)?[ -]?years?",
    "minimum": r"minimum|at least|starts? at|smallest|raised|small(?:er)? (?:group|part)\w*",
    "deposit": r"deposits?|hold|online",
    "travel": r"travel|miles?|mileage|distance|drive|trip|far",
    "tip": r"tips?|tipping|gratuit\w+|propinas?",
    "change": r"reschedul\w+|mov(?:e|ing)|chang(?:e|es|ed|ing)|postpon\w+|new date",
    "refund": r"refund\w*|cancel\w*|back|kept|keep|return\w*|processing fee",
    "extra": r"upgrades?|premium|extras?|add-?ons?|additional|replace\w*",
    "loyalty": r"loyal\w*|tiers?|members?|membership|rewards?",
    "reply": r"repl(?:y|ies)|answers?|hear back|respon\w+|get back|team|colleague",
}
_WORDS = {name: re.compile(rf"\b(?:{pattern})\b") for name, pattern in _SUBJECTS.items()}
_NOTHING = re.compile(
    r"\b(?:free of charge|for free|on the house|complimentary|(?:at )?no (?:extra |additional )?(?:cost|charge|fee)"
    r"|waiv(?:e|ed|ing)|costs? (?:you )?nothing|half (?:the )?price|half off|% off|discount of|discounted"
    r"|(?<!chef )(?<!chefs )(?<!date )(?<!day )(?<!evening )(?<!weekend )(?<!slot )(?<!we )(?<!you )(?<!i )(?:is|are|be|get|gets|comes?|eat|eats|totally|completely) free"
    r"|free (?:party|meal|dinner|upgrade|lobster|travel))"
    r"\b(?!-| (?:of (?!charge)|from|to|until)\b)"
)
_NO_MORE = re.compile(r"\b(?:no |an? )?(?:extra|additional) (?:cost|charge|fee)s?\b")
_SAYS = r"(?: (?:is|are|adds?|costs?|at|runs?|offers?|upgrades?|only|just|about|an?|another|by|each|for|(?:would|will) be|comes? (?:to|at)|portions?|tails?))*[ :(=+-]*"
_ONE_AMOUNT = r"(?<!to )(?<!-)\$ ?(\d{1,7}(?:\.\d{1,2})?)(?![\d.]*\d)(?! ?(?:-|\+|to) ?\$?\d)"
_DENIED = re.compile(r"\b(?:no|not|never|nor|neither|cannot|can ?not|unable|without)\b|n't\b")


def given_away(text: str) -> bool:
    """Whether a text says that something costs nothing or less; "we cannot waive it" does not."""
    found = _NOTHING.search(text)
    return found is not None and not _DENIED.search(text[max(0, found.start() - 40) : found.start()])


def no_more(text: str) -> bool:
    """Whether a text says that something is not charged on top."""
    return bool(_NO_MORE.search(text))


def without_giving(text: str) -> str:
    """The text without the words that give something away, so that its subjects are told by the others."""
    return _NO_MORE.sub(" ", text)


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure and what it may be said of; no subjects: of anything."""

    figure: Figure
    about: frozenset[str]


@dataclass(frozen=True)
class KnownFigures:
    """Everything the business file supports."""

    business: Business

    @cached_property
    def facts(self) -> frozenset[Fact]:
        """Each figure with its subjects."""
        return frozenset(
            Fact(one, frozenset(about)) for figure, about in _facts(self.business) for one in ends([figure])
        )

    @cached_property
    def by_figure(self) -> dict[Figure, frozenset[frozenset[str]]]:
        """The subjects of each figure."""
        table: dict[Figure, set[frozenset[str]]] = {}
        for fact in self.facts:
            table.setdefault(fact.figure, set()).add(fact.about)
        return {figure: frozenset(about) for figure, about in table.items()}

    @cached_property
    def values(self) -> frozenset[Decimal]:
        """The bare numbers."""
        days = {Decimal(day) for tier in self.business.cancellation if tier.days for day in (tier.days, tier.days - 1)}
        return frozenset(days | {one.figure.value for one in self.facts if one.figure.kind not in ("money", "percent")})

    @cached_property
    def amounts(self) -> frozenset[Decimal]:
        """The amounts of money, in USD."""
        return frozenset(one.value for one in self.by_figure if one.kind == "money" and one.high is None)

    @cached_property
    def article_words(self) -> re.Pattern[str]:
        """Names of upgrades and add-ons, which have prices of their own."""
        names = [*self.business.upgrade_names, *self.business.add_on_prices]
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})\b")

    @cached_property
    def extra_prices(self) -> dict[str, frozenset[Decimal]]:
        """What one person or portion may cost, by every lower-case way to write an upgrade or add-on."""
        business, found = self.business, dict[str, set[Decimal]]()
        for spelling, name in business.upgrade_names.items():
            found.setdefault(spelling, set()).add(business.upgrades[name].price)
        for spelling, (_, price) in business.add_on_prices.items():
            found.setdefault(spelling, set()).add(price)
        return {spelling: frozenset(prices) for spelling, prices in found.items()}

    @cached_property
    def unit_prices(self) -> frozenset[Decimal]:
        """Prices of one adult, child, mile, upgrade or add-on."""
        plain = (self.business.prices.adult, self.business.prices.child, self.business.travel.per_mile)
        return frozenset(map(Decimal, plain)).union(*self.extra_prices.values())

    def priced_extras(self, text: str) -> Iterable[tuple[str, Decimal]]:
        """(spelling, USD) where a single amount stands right beside an upgrade or add-on."""
        for found in self._extra_then_price.finditer(text):
            yield found[1], Decimal(found[2])
        for found in self._price_then_extra.finditer(text):
            yield found[2], Decimal(found[1])

    def counted_extras(self, text: str) -> Iterable[tuple[int, str, Decimal]]:
        """(portions, spelling, USD) where an amount stands for several: ``9 x salmon upgrade $45``."""
        for found in self._count_extra_price.finditer(text):
            yield int(found[1]), found[2], Decimal(found[3])

    @cached_property
    def _count_extra_price(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\d.$])(\d{{1,3}}) ?x {self._extras}(?: upgrades?)? {_ONE_AMOUNT}")

    @cached_property
    def _extra_then_price(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!with )(?<!including ){self._extras}s?\b{_SAYS}{_ONE_AMOUNT}(?! each for )")

    @cached_property
    def _price_then_extra(self) -> re.Pattern[str]:
        return re.compile(
            rf"{_ONE_AMOUNT}(?: (?:an?|per|each|more|extra|apiece|person|head|guest|portion))* (?:for|on) (?:the |an? |\d+ )?{self._extras}\b"
        )

    @cached_property
    def _extras(self) -> str:
        return rf"\b({'|'.join(map(re.escape, sorted(self.extra_prices, key=len, reverse=True)))})"

    def subjects(self, text: str) -> frozenset[str]:
        """What a text that went through ``number_words.normalise_numbers`` is about."""
        return self._subjects(text)

    @cached_property
    def _subjects(self) -> Callable[[str], frozenset[str]]:
        """Remembers the last sentences: each is asked about several times in a row."""
        return remembered(16)(self._read_subjects)

    def _read_subjects(self, text: str) -> frozenset[str]:
        found = {name for name, pattern in _WORDS.items() if pattern.search(text)}
        found |= {"extra"} if self.article_words.search(text) else set()
        return frozenset(found | {"loyalty"} if self._tiers is not None and self._tiers.search(text) else found)

    @cached_property
    def _tiers(self) -> re.Pattern[str] | None:
        """The names of the loyalty tiers; None where there are none."""
        tiers = self.business.loyalty.tiers if self.business.loyalty else ()
        return re.compile(rf"\b(?:{'|'.join(re.escape(tier.name.lower()) for tier in tiers)})\b") if tiers else None

    def supports(self, figure: Figure, about: frozenset[str]) -> bool:
        """Whether the file states this figure of one of these subjects; unknown subjects fit any figure but what a
        loyalty tier takes off."""
        return any(not of or of & about or (not about and "loyalty" not in of) for of in self.by_figure.get(figure, ()))

    def refund_percents(self, days: int) -> frozenset[Decimal]:
        """The percentages that may be named for a cancellation so many days before: refund, fee, and what is left."""
        tier = next(tier for tier in self.business.cancellation if days >= tier.days)
        return frozenset(map(Decimal, (tier.refund_percent, tier.fee_percent, tier.refund_percent - tier.fee_percent)))


def amounts(business: Business, party: Party) -> frozenset[Figure]:
    """Every amount in the worked-out price of a party, as far as it is known; empty when it cannot be priced."""
    people = (party.adults or 0, party.children or 0, party.under_six or 0)
    found: set[Decimal] = set()
    if party.miles is not None:
        found.add(max(party.miles - business.travel.free_miles, Decimal(0)) * business.travel.per_mile)
    everyone = sum(people)
    request = QuoteRequest(
        *people,
        miles=party.miles,
        upgrades={name: everyone if count == -1 else count for name, count in party.upgrades.items() if count},
        add_ons={name: everyone if count == -1 else count for name, count in party.add_ons.items() if count},
    )
    try:
        worked = prices.quote(business, request)
    except DataError:
        return _money(found)
    return _money(found | set(_parts(business, worked)))


def _parts(business: Business, worked: Quote) -> Iterable[Decimal]:
    yield from (amount for line in worked.lines for amount in (line.amount, line.unit_price))
    listed = worked.request.adults * business.prices.adult + worked.request.children * business.prices.child
    travel = worked.travel or Decimal(0)
    yield from (listed, worked.food_subtotal, worked.upgrades_total, worked.add_ons_total, worked.total)
    yield from (worked.balance, worked.total - travel, worked.total - travel - worked.deposit)
    for tip in (worked.gratuity_low, worked.gratuity_high):
        yield from (tip, tip.quantize(Decimal(1)))


def _money(amounts: Iterable[Decimal]) -> frozenset[Figure]:
    return frozenset(Figure("money", amount.normalize()) for amount in amounts)


def _facts(business: Business) -> Iterable[tuple[Figure, tuple[str, ...]]]:
    rules = business.prices
    yield from (
        (_one("money", rules.adult), ("adult",)),
        (_one("money", rules.child), ("child",)),
        (_one("money", rules.minimum), ("minimum",)),
        (_one("money", rules.deposit), ("deposit",)),
        (_one("money", business.travel.per_mile), ("travel",)),
        (_one("money", rules.extra_reschedule), ("change",)),
        (_span("percent", business.gratuity.low_percent, business.gratuity.high_percent), ("tip",)),
        (_span("years", rules.child_from_age, rules.adult_from_age - 1), ()),
        (_one("years", rules.child_from_age - 1), ()),
        (_one("years", rules.adult_from_age), ()),
        (_one("years", business.menu.sake_from_age), ()),
    )
    for price in {item.price for item in business.upgrades.values()}:
        yield _one("money", price), ("extra",)
    for _, price in business.add_on_prices.values():
        yield _one("money", price), ("extra",)
    for tier in business.cancellation:
        yield _one("time", tier.days * 1440), ("refund",)
        kept = rules.deposit * (tier.refund_percent - tier.fee_percent) / 100
        yield _one("money", kept), ("deposit", "refund")
        for percent in (tier.refund_percent, tier.fee_percent, tier.refund_percent - tier.fee_percent):
            yield _one("percent", percent), ("refund",)
    tiers = business.cancellation
    for longer, shorter in itertools.pairwise(tiers):
        if shorter.days:
            yield _span("time", shorter.days * 1440, (longer.days - 1) * 1440), ("refund",)
    for step in business.loyalty.tiers if business.loyalty else ():
        yield _one("percent", step.percent), ("loyalty",)
    yield from ((figure, ()) for figure in _rules(business))


def _rules(business: Business) -> Iterable[Figure]:
    contact, booking, timing, site, food = (
        business.contact, business.booking, business.timing, business.site, business.food,
    )  # fmt: skip
    yield from read(contact.phone) | read(contact.email)
    yield _span("time", contact.reply_hours_min * 60, contact.reply_hours_max * 60)
    for moment in (contact.opens, contact.closes):
        yield _one("clock", moment.hour * 60 + moment.minute)
    yield _one("time", booking.lead_hours * 60)
    yield _span("time", booking.weekend_lead_weeks_min * 10080, booking.weekend_lead_weeks_max * 10080)
    yield _span("time", booking.final_count_hours_min * 60, booking.final_count_hours_max * 60)
    yield _one("time", booking.reschedule_notice_hours * 60)
    yield _span("time", timing.arrival_minutes_min, timing.arrival_minutes_max)
    yield _one("time", timing.duration_minutes)
    yield _span("time", timing.large_party_hours[0] * 60, timing.large_party_hours[1] * 60)
    yield _one("time", food.leftovers_fridge_hours * 60)
    yield _span("time", food.leftovers_days_min * 1440, food.leftovers_days_max * 1440)
    travel = business.travel
    for miles in (travel.free_miles, travel.review_from_miles, travel.maximum_miles):
        yield _one("miles", miles)
    for feet in (*site.clear_feet, site.fire_clearance_feet, site.table_feet):
        yield _one("length", feet * 12)
        yield _one("number", feet)
    for inches in site.grill_inches:
        yield _one("length", inches)
        yield _one("number", inches)
    for heads in (timing.large_party_from, business.handover.guests_from, site.guests_at_tables):
        yield _one("people", heads)
    yield _one("number", Decimal(911))


def _one(kind: Kind, value: Decimal | int) -> Figure:
    return Figure(kind, Decimal(value).normalize())


def _span(kind: Kind, low: Decimal | int, high: Decimal | int) -> Figure:
    return Figure(kind, Decimal(low).normalize(), Decimal(high).normalize())
