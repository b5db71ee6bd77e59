"""Who comes, as it was told and as it counts: ages decide who is an adult, a child or one of the youngest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mhc_core.business.rules import Prices
from mhc_core.languages import ENGLISH, current, listed, plural, translated
from mhc_core.understanding.result import AgeRange


@dataclass(frozen=True, slots=True)
class Heads:
    """Who comes, in the customer's own words: their ``kids`` may be teenagers, ``ages`` are those of the kids.

    ``guests`` is the total. ``within`` says that the youngest are some of the kids and not further guests. ``open``
    says that ages were given which do not tell a child from an adult or from one of the youngest.
    """

    adults: int | None = None
    kids: int | None = None
    youngest: int | None = None
    guests: int | None = None
    ages: tuple[int, ...] = ()
    within: bool = False
    open: bool = False

    @property
    def told(self) -> bool:
        """Whether anything was said."""
        return self != Heads()


@dataclass(frozen=True, slots=True)
class Counted:
    """The heads by what they pay; ``None`` means not known.

    ``missing`` names what has to be asked: ``guests``, ``ages`` or ``children``; None where all is known. ``doubt`` is
    a sentence on what does not agree. ``ages_missing`` counts the children whose ages were not told: they are priced as
    children meanwhile.
    """

    adults: int | None = None
    children: int | None = None
    under_six: int | None = None
    guests: int | None = None
    missing: str | None = None
    doubt: str | None = None
    ages_missing: int = 0


def counted(prices: Prices, heads: Heads) -> Counted:
    """Who counts as what. What is told too little stays open, what does not agree is a doubt."""
    kids, young = heads.kids, heads.youngest or 0
    if kids is None and heads.ages:
        kids = len(heads.ages)
    if kids is None and heads.youngest is not None and heads.adults is not None:
        kids = 0
    if kids is None and heads.adults is not None and heads.guests is not None:
        kids = heads.guests - heads.adults - young
        if kids < 0:
            return Counted(guests=heads.guests, missing="guests", doubt=_disagree(heads))
    if kids is None:
        return _without_kids(heads, young)
    ages, adults = heads.ages, heads.adults
    within = heads.within or (bool(young) and adults is not None and heads.guests == adults + kids)
    if not within and young and len(ages) == kids and sum(age < prices.child_from_age for age in ages) == young:
        within = adults is None or heads.guests is None or heads.guests == adults + kids
    if len(ages) == kids + young and young and not within:
        kids, young = kids + young, 0  # the ages are those of all of them
    elif len(ages) == young and ages and kids and all(age < prices.child_from_age for age in ages):
        ages = ()  # the ages of the youngest say nothing of the others
    elif not kids and young:
        ages = ()
    small = kids + (0 if within else young)
    if adults is None:
        if heads.guests is None:
            return Counted(missing="guests", under_six=young or None)
        adults = heads.guests - small
        if adults < 0:
            return Counted(guests=heads.guests, missing="guests", doubt=_disagree(heads))
    elif heads.guests is not None and heads.guests != adults + small:
        return Counted(guests=heads.guests, missing="guests", doubt=_disagree(heads))
    if len(ages) > kids:
        many = plural(
            "You told me of {count} child and gave {ages} ages.",
            "You told me of {count} children and gave {ages} ages.",
            kids,
            ages=len(ages),
        )
        return Counted(adults, kids, young or None, missing="ages", doubt=many, ages_missing=kids)
    grown = sum(age >= prices.adult_from_age for age in ages)
    free = sum(age < prices.child_from_age for age in ages)
    free = max(free, young) if within else free + young
    unknown = 0 if within and not ages else kids - len(ages)
    children = small - grown - free
    doubt = None
    if unknown and ages:
        doubt = translated("I have the ages of {ages} of the {kids} children so far.", ages=len(ages), kids=kids)
    open_ = "ages" if unknown or heads.open else None
    return Counted(adults + grown, max(children, 0), free or None, missing=open_, doubt=doubt, ages_missing=unknown)


def _without_kids(heads: Heads, young: int) -> Counted:
    if heads.adults is not None:
        return Counted(heads.adults, missing="children")
    if heads.guests is None:
        return Counted(missing="guests", under_six=young or None)
    return Counted(guests=heads.guests, under_six=young or None, missing="ages")


def _disagree(heads: Heads) -> str:
    parts = []
    if heads.adults is not None:
        parts.append(plural("{count} adult", "{count} adults", heads.adults))
    if heads.kids is not None:
        parts.append(plural("{count} child", "{count} children", heads.kids))
    if heads.youngest is not None:
        parts.append(translated("{number} of the youngest", number=heads.youngest))
    return translated(
        "You told me of {guests} guests in all, and {parts} do not make {guests}.",
        guests=heads.guests,
        parts=_and(parts),
    )


def _and(parts: list[str]) -> str:
    return " and ".join(parts) if current() == ENGLISH else listed(parts)


def with_ages(prices: Prices, heads: Heads, told: Sequence[int | AgeRange], every: bool, further: bool) -> Heads:
    """The heads with ages told; ``every`` says that one age is that of all kids, ``further`` that they are new kids'.

    A span of ages stands for all kids whose own age was not told.
    """
    ages = tuple(age for age in told if isinstance(age, int) and age < _GROWN_UP)
    spans = [age for age in told if isinstance(age, AgeRange)]
    kids = heads.kids
    if spans and not ages and all((span.low or 0) >= prices.adult_from_age for span in spans):
        everybody = not kids or kids == (heads.guests or 0) - (heads.adults or 0)
        return replace(heads, kids=0, adults=None if heads.guests else heads.adults, ages=()) if everybody else heads
    if every and len(ages) == 1 and kids:
        ages = ages * kids
    if further:
        return replace(heads, ages=(*heads.ages, *ages))
    missing = (kids or 0) - len(heads.ages)
    if heads.ages and ages and len(ages) == missing:
        ages = (*heads.ages, *ages)
    open_ = False
    for span in spans:
        left = (kids or 0) - len(ages)
        low, high = span.low or 0, span.high if span.high is not None else _GROWN_UP
        if low >= prices.adult_from_age:
            continue  # "everybody else is over 15"
        if _band(prices, low) != _band(prices, high):
            open_ = True
        elif left > 0:
            ages = (*ages, *((low or high,) * left))
    return replace(heads, ages=ages, open=open_)


_GROWN_UP = 18
"""An age from here on is nobody's who was called a child."""


def _band(prices: Prices, age: int) -> int:
    return (age >= prices.child_from_age) + (age >= prices.adult_from_age)
