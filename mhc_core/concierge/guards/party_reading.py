"""Reads the parties that a text names, for the check of its figures: who comes, how far it is, what is added.

It is a guard's reading: generous, of any sentence, and never what a booking rests on.
"""

import functools
import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from mhc_core.business.pricing import Business
from mhc_core.concierge.facts.party import Party
from mhc_core.concierge.guards import extras_reading as extras
from mhc_core.language.number_words import in_digits

_DIGIT = re.compile(r"\d")
_COUNT = r"(?<![\d$.,:/-])(\d{1,4})"
_ADULT = r"(?:adults?|adullts?|adlts?|aduts?|adluts?|adultos?|aduls?|adutls?|addults?|grown[ -]?ups?)"
_CHILD = r"(?:kids?|children|childrens?|child|kiddos?|niñ[oa]s?|hijos?|littles|little ones)"
_TEEN = r"(?:teens?|teenagers?)"
_BABY = r"(?:toddlers?|babies|baby|infants?|newborns?)"
_GUEST = r"(?:people|peoples|guests?|persons?|ppl|personas?|pax|heads|friends|attendees|of us|total guests)"
_YEARS = r"[ -]?(?:years?|yrs?|y/?o)(?:[ -]?olds?)?"
_AGE_LIST = r"(\d{1,2}(?:(?:\s*,\s*(?:and\s+)?|\s*&\s*|\s+and\s+|\s+)\d{1,2})*)"

_ADULTS = (
    re.compile(rf"{_COUNT}\s*(?:\w{1, 20}\s+)?{_ADULT}\b"),
    re.compile(rf"\b{_ADULT}\s*[:=]\s*(\d{{1,4}})\b"),
    re.compile(rf"{_COUNT} (?:of us |of them )?(?:are|is) {_ADULT}\b"),
)
_CHILDREN = (
    re.compile(rf"{_COUNT}\s*(?:(?!{_ADULT})[a-z]+\s+)?{_CHILD}\b(?P<after>[^.;!?\n]{{0,40}})"),
    re.compile(rf"\b{_CHILD}\s*[:=]\s*(\d{{1,4}})\b(?P<after>)"),
    re.compile(rf"{_COUNT} (?:of us |of them |of whom )?(?:are|is) {_CHILD}\b(?P<after>[^.;!?\n]{{0,40}})"),
)
_TEENS = re.compile(rf"{_COUNT}\s*{_TEEN}\b")
_BABIES = re.compile(rf"{_COUNT}\s*{_BABY}\b")
_ONE_BABY = re.compile(rf"\b(?:a|our|my) {_BABY}\b")
_AGED = re.compile(rf"(?:{_COUNT}\s+)?(?<![\d$.])(\d{{1,2}}){_YEARS}\b")
_GUESTS = (
    re.compile(rf"{_COUNT}\s*(?:\w{1, 20}\s+)?{_GUEST}\b"),
    re.compile(
        r"\b(?:(?:party|group|family|crowd|table|total) of|(?:groups?|parties) (?:like|of)|date night for)"
        r" (?:about |around |like |just )?(\d{1,4})\b"
    ),
    re.compile(rf"\b{_GUEST}\s*[:=]\s*(\d{{1,4}})\b"),
    re.compile(
        r"\b(?:quote|price|cost|total|estimate|much|much is it|much would it be|much does it cost) for (\d{1,4})"
        r"(?=\s*(?:[?.,!]|and\b|$))"
    ),
)
_DIET = r"(?:allerg\w*|gluten|vegan|vegetarian|celiac|coeliac|kosher|halal|dairy|shellfish|intoleran\w*)"
_SOME_OF_THEM = re.compile(
    rf"\b1 {_GUEST}\b|{_COUNT} {_CHILD} (?:got|get|are|is) (?:sick|ill)\b"
    rf"|\b{_DIET}[^.?!;]{{0,25}}\bfor \d{{1,3}} {_GUEST}\b"
    rf"|{_COUNT} {_GUEST} (?:(?:is|are|has|have|need|needs|who|with|can't|cannot) "
    rf"(?:(?!\d|\b(?:an?|some) )[^.?!;]){{0,30}}\b{_DIET}"
    rf"|(?:didn'?t|did not|won'?t) (?:come|show|make)\b|cancel\w*)"
)
_PRICE_OF_ONE = re.compile(
    r"\b(?:cost|costs|price|charge|much|pay)\b[^.?!;]{0,15}\b(?:an?|my) \d{1,2}[ -]?(?:years?|yrs?|y/?o)\b"
)
_MILES = re.compile(r"(?<![\d$.])(\d{1,4}(?:\.\d{1,2})?)[ -]*(?:miles?|millas?|mi)\b")
_FREE_MILES = re.compile(r"\b(?:first|within|up to) \d+ miles?")
_NO_CHILDREN = re.compile(
    rf"\b(?:no|0|zero|without|w/o|not any) (?:{_CHILD}|{_BABY})\b|\b(?:all|only|just) {_ADULT}\b|\b{_ADULT} only\b"
)
_UNDER_SIX = re.compile(
    r"\bunder (?:the age of )?[56]\b|\b[345] (?:and|or|&) (?:under|younger|below)\b|\byounger than [56]\b"
)
_RANGE = re.compile(r"(\d{1,2})\s*(?:-|to|through)\s*(\d{1,2})")
_AGES = re.compile(rf"(?:\(|\bage[sd]?:?|\bare|\bwho are)\s*(?:ages? )?{_AGE_LIST}")


def read(business: Business, text: str) -> Party:
    """What one message says about the party."""
    written = in_digits(text)
    upgrades, add_ons = extras.read(business, written)
    if not _DIGIT.search(written):
        children, under_six = 0 if _NO_CHILDREN.search(written) else None, 1 if _ONE_BABY.search(written) else None
        return Party(children=children, under_six=under_six, upgrades=upgrades, add_ons=add_ons)
    plain = _blank([_SOME_OF_THEM, _PRICE_OF_ONE], written)
    bands = _bands(business.prices.child_from_age, business.prices.adult_from_age)
    adults, children, under_six = (_first([band], plain) for band in bands)
    open_ages = False
    plain = _blank(bands, plain)
    if adults is None:
        adults = _first(_ADULTS, plain)
    teens = _sum(_TEENS, plain)
    if teens:
        adults = (adults or 0) + teens
    adults = _with_aged(business, adults, plain)
    if children is None and under_six is None:
        children, under_six, open_ages = _young(business, plain)
    guests = _first(_GUESTS, plain)
    if _NO_CHILDREN.search(plain) and not children:
        children = 0
        if adults is None and guests is not None:
            adults = guests
    if adults is None and children is None and guests in {*upgrades.values(), *add_ons.values()}:
        guests = None  # "scallops for 10 people" says nothing of the others
    return Party(adults, children, under_six, guests, open_ages, _miles(plain), upgrades, add_ons)


def combine(business: Business, messages: Iterable[str]) -> Party:
    """What a customer's messages say together, oldest first; what is said later counts."""
    known = Party()
    for message in messages:
        known = merge(known, read(business, message))
    return complete(known)


def merge(earlier: Party, later: Party) -> Party:
    """Both parties as one; what ``later`` says replaces what ``earlier`` said."""
    new_people = later.guests is not None and later.adults is None and later.children is None
    base = Party(miles=earlier.miles, upgrades=earlier.upgrades, add_ons=earlier.add_ons) if new_people else earlier
    return Party(
        adults=_either(later.adults, base.adults),
        children=_either(later.children, base.children),
        under_six=_either(later.under_six, base.under_six),
        guests=_either(later.guests, base.guests),
        open_ages=later.open_ages or (base.open_ages and later.children is None and later.under_six is None),
        miles=later.miles if later.miles is not None else base.miles,
        upgrades={**base.upgrades, **later.upgrades},
        add_ons={**base.add_ons, **later.add_ons},
    )


def complete(party: Party) -> Party:
    """The same party with adults worked out where head count and children are known."""
    young = (party.children or 0) + (party.under_six or 0)
    said_young = party.children is not None or party.under_six is not None
    if party.adults is None and party.guests is not None and said_young and party.guests > young:
        return replace(party, adults=party.guests - young)
    return party


@functools.cache
def _bands(child_from: int, adult_from: int) -> tuple[re.Pattern[str], ...]:
    """How the price list's own age bands are answered: adults, children, the free youngest."""
    count = rf"{_COUNT}(?:\s+(?:are|is|aged?|of (?:us|them)|adults?|kids?|children|people|guests?|between|who))*\s*\(?"
    return (
        re.compile(
            rf"{count}(?:{adult_from} (?:or|and) (?:older|over|up|above)|{adult_from}\+|over {adult_from - 1}\b)"
        ),
        re.compile(rf"{count}{child_from} ?(?:to|-|and) ?{adult_from - 1}\b"),
        re.compile(
            rf"{count}(?:under (?:the age of )?{child_from}\b|under {child_from - 1}\b"
            rf"|{child_from - 1} (?:and|or|&) (?:under|younger|below)|younger than {child_from}\b)"
        ),
    )


def _blank(patterns: Iterable[re.Pattern[str]], text: str) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda found: " " * len(found[0]), text)
    return text


def _either(later: int | None, earlier: int | None) -> int | None:
    return earlier if later is None else later


def _first(patterns: Iterable[re.Pattern[str]], text: str) -> int | None:
    for pattern in patterns:
        found = pattern.search(text)
        if found:
            return int(found[1])
    return None


def _sum(pattern: re.Pattern[str], text: str) -> int:
    return sum(int(found[1]) for found in pattern.finditer(text))


def _miles(text: str) -> Decimal | None:
    found = _MILES.findall(_FREE_MILES.sub(" ", text))
    return Decimal(found[-1]) if found else None


def _young(business: Business, text: str) -> tuple[int | None, int | None, bool]:
    """(children at the child price, the free youngest, whether ages are left open)."""
    children: int | None = None
    babies: int | None = None
    open_ages = False
    for pattern in _CHILDREN:
        for found in pattern.finditer(text):
            paying, free, unclear = _split(business, int(found[1]), found["after"])
            children = (children or 0) + paying
            babies = (babies or 0) + free if free else babies
            open_ages = open_ages or unclear
        if children is not None:
            break
    toddlers = _sum(_BABIES, text) or (1 if _ONE_BABY.search(text) else 0)
    if toddlers:
        babies = (babies or 0) + toddlers
    if children is None:
        aged = [(int(found[1] or 1), int(found[2])) for found in _AGED.finditer(text)]
        young = [(count, age) for count, age in aged if age < business.prices.adult_from_age]
        if young:
            children = sum(count for count, age in young if age >= business.prices.child_from_age)
            babies = (babies or 0) + sum(
                count for count, age in young if age < business.prices.child_from_age
            ) or babies
    return children, babies, open_ages


def _split(business: Business, count: int, after: str) -> tuple[int, int, bool]:
    """How many of ``count`` children pay, how many are free, and whether the words after them leave it open."""
    free_below, adult_from = business.prices.child_from_age, business.prices.adult_from_age
    if _UNDER_SIX.search(after):
        return 0, count, False
    span = _RANGE.search(after)
    if span and "mile" not in after[span.end() : span.end() + 6]:
        low, high = int(span[1]), int(span[2])
        if high < free_below:
            return 0, count, False
        return count, 0, low < free_below or high >= adult_from
    listed = _AGES.search(after)
    if listed:
        ages = [int(age) for age in re.findall(r"\d+", listed[1])]
        if len(ages) == count:
            free = sum(age < free_below for age in ages)
            return count - free, free, any(age >= adult_from for age in ages)
        if len(ages) == 1 and count > 1:
            return (0, count, False) if ages[0] < free_below else (count, 0, ages[0] >= adult_from)
        return count, 0, True
    return count, 0, False


def _with_aged(business: Business, adults: int | None, text: str) -> int | None:
    if adults is not None:
        return adults
    grown = sum(
        int(found[1] or 1)
        for found in _AGED.finditer(text)
        if found[1] and int(found[2]) >= business.prices.adult_from_age
    )
    return grown or None
