# ruff: noqa: E501 - patterns read better in one line

"""Statements that the business file decides alone, whatever a passage or a customer says: its prices, what goes back.

Arithmetic that a draft shows is checked too. Every text here went through ``number_words.normalise_numbers``.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from mhc_core.concierge.guards.business_figures import KnownFigures
from mhc_core.language.number_words import WORDED, normalise_numbers

_DIGIT = re.compile(r"\d")
_AMOUNT = rf"\$ ?(\d+(?:\.\d+)?)(?:{WORDED})?(?![\d%])"
_IS = r"(?: (?:is|are|of|pays?|costs?|at|only|just|will be|comes to|now|currently)|:| =){1,3} "
_LESS = re.compile(r"\b(?:under|less than|fewer than|within|below|inside|closer than|later than|up to)\b[^.;,]{0,12}$")
_UNTIL = re.compile(r"\bup to $")
_BEFORE = re.compile(r" (?:before|ahead|prior)\b")
_DAYS = re.compile(rf"(\d{{1,4}})\+?(?:{WORDED})?(?: ?(?:-|to|and) ?(\d{{1,4}})(?:{WORDED})?)?[ -]days?\b")
_PERCENT = re.compile(rf"(\d{{1,3}}(?:\.\d+)?)(?:{WORDED})? ?(?:%|percent|per cent)|(full(?:y)? refund|refund\w* in full)"
                      r"|(\bhalf\b)")  # fmt: skip
_CLAUSE = re.compile(
    r"[;.] |(?:,| but| and) (?=(?:between|under|less|with|if|from|half|full|none|nothing) |\d{1,3} ?(?:to|-|or|\+|days))"
)
_DOLLARS = re.compile(rf"(?<![\w.$])(\d{{1,9}}(?:\.\d+)?)(?:{WORDED})? ?(?:dollars?|bucks?|usd)\b")
_REFUND = re.compile(r"\brefund\w*|\bback\b|\bcancel\w*")
_TERM = rf"(?:\d{{1,4}}(?:{WORDED})? ?x ?)?\$?\d{{1,7}}(?:\.\d{{1,2}})?"
_SUM = re.compile(
    rf"(?<![\d.)x$] )(?<![\d.$])({_TERM}(?: ?[+-] ?{_TERM}){{0,8}})\)? ?= ?\$?(\d{{1,7}}(?:\.\d{{1,2}})?)(?![\d%]| ?[x+-] ?\$?\d)"
)
_PART = re.compile(rf"([+-]?) ?(?:(\d{{1,4}})(?:{WORDED})? ?x ?)?\$?(\d{{1,7}}(?:\.\d{{1,2}})?)")
_UNIT = re.compile(rf"(?:(?<![\d.$])\d{{1,4}}(?:{WORDED})?(?: [a-z]+)?|\)) ?x ?\$(\d{{1,5}}(?:\.\d{{1,2}})?)")
_EACH = re.compile(
    r"(?<!to )(?<!-)\$(\d{1,5}(?:\.\d{1,2})?) (?:each(?! of)|apiece|(?:for )?ages|(?:per|a) (?:person|head|portion|guest))\b"
)
_TOGETHER = re.compile(rf"(?<![\d.$])(\d{{1,3}})(?:{WORDED})? adults (?:pay|cost|are|is|come to|would be|will be) (?:only |just )?"
                       r"\$(\d{1,7}(?:\.\d{1,2})?)(?![\d.]*\d)(?! (?:each|apiece|per|a |more|extra))")  # fmt: skip
_TOTAL = re.compile(r"\b(?:total|bill|whole party)(?: (?:price|cost|amount))?(?: for [^$.,;]{0,40}?)?(?: (?:is|are|comes to|would be|will be|of)| ?:) "
                    r"(?:only |just )?\$(\d{1,7}(?:\.\d{1,2})?)|\$(\d{1,7}(?:\.\d{1,2})?) (?:in total|total\b|all in\b|altogether)")  # fmt: skip
_FREE_MILES = re.compile(
    rf"\bfirst (\d{{1,4}})(?:{WORDED})?(?: miles?)?\b(?= (?:\w+ ){{0,2}}(?:free|nothing|included|on us))|\b(\d{{1,4}})(?:{WORDED})? (?:free miles|miles (?:are |is |of travel )?(?:free|included))\b"
)
_ON_TOP = re.compile(r"\b(?:extra|additional|another|third|3rd)\b")
_BROKEN_DOWN = re.compile(rf"\$(\d{{1,7}}(?:\.\d{{1,2}})?) \(({_TERM}(?: ?[+-] ?{_TERM}){{0,8}})\)")
_TRAVEL = re.compile(
    rf"\$(\d{{1,7}}(?:\.\d{{1,2}})?) (?:for )?travel for (?:the )?(\d{{1,4}})(?:{WORDED})? (?:\w+ )?miles? (?:past|beyond|over|after)"
)
_WAY = re.compile(r"\$(\d{1,7}(?:\.\d{1,2})?)(?::| \() ?(\d{1,4}) miles\b")
_FOR_MILES = re.compile(
    rf"\bfor (\d{{1,4}})(?:{WORDED})? (?:miles?|mi),? (?:that's|that is|it's|it is|you(?:'d)? pay|the (?:travel )?fee is) "
    r"(?:only |just )?\$(\d{1,7}(?:\.\d{1,2})?)"
)
_IN_NUMBERS = re.compile(r"(?<![\d.$])\d{1,4}(?![\d.]*\d)")


def contradicted(known: KnownFigures, sentence: str, before: str, said: Sequence[str]) -> Iterator[str]:
    """What a sentence states otherwise than the business file, named with the figure.

    ``before`` is the sentence before it, ``said`` what the customer wrote, as it was written.
    """
    if not _DIGIT.search(sentence):
        return
    sentence = _DOLLARS.sub(r"$\1", sentence)
    if "$" in sentence:
        yield from _wrong_prices(known, sentence)
    for found in _FREE_MILES.finditer(sentence):
        if int(found[1] or found[2]) != known.business.travel.free_miles:
            yield f"free miles {found[1] or found[2]}"
    if "$" in sentence:
        yield from _wrong_extras(known, sentence, before, said)
    if "$" in sentence or "=" in sentence:
        yield from _wrong_sums(known, sentence)
    yield from _wrong_refunds(known, sentence, before)


def _wrong_prices(known: KnownFigures, sentence: str) -> Iterator[str]:
    """Prices, deposits and totals in dollars that are not those of the file."""
    rules, about = known.business.prices, known.subjects(sentence)
    for name, right, pattern, per_guest in _RULES:
        if per_guest and "extra" in about:
            continue
        expected = known.business.travel.per_mile if right == "per_mile" else getattr(rules, right)
        for found in pattern.finditer(sentence):
            stated = next(group for group in found.groups() if group)
            if Decimal(stated) != expected:
                yield f"{name} {stated}"
    for found in _TOGETHER.finditer(sentence):
        if Decimal(found[2]) < int(found[1]) * rules.adult:
            yield f"price of {found[1]} adults {found[2]}"
    if not about & {"extra", "tip", "travel", "refund"}:
        for found in _TOTAL.finditer(sentence):
            if Decimal(found[1] or found[2]) < rules.minimum:
                yield f"total {found[1] or found[2]}"


_RULES = (
    ("price of an adult", "adult", re.compile(rf"(?<!\d )(?<!{WORDED} )\badults?{_IS}{_AMOUNT}(?! (?:together|in total|less))"
     rf"|\badults? at {_AMOUNT} (?:each|apiece|a head)\b"
     rf"|{_AMOUNT} ?(?:per|an|each|/|for (?:each|every|an)) ?adult\b|{_AMOUNT} adults\b"), True),
    ("price of a child", "child", re.compile(rf"(?<!\d )(?<!{WORDED} )\b(?:child|children|kids?){_IS}{_AMOUNT}(?! (?:together|in total|less))"
     rf"|\b(?:child|children|kids?) at {_AMOUNT} (?:each|apiece|a head)\b"
     rf"|{_AMOUNT} ?(?:per|a|each|/|for (?:each|every|a)) ?(?:child|kid)\b"), True),
    ("deposit", "deposit", re.compile(rf"\bdeposit{_IS}{_AMOUNT}|(?:^|[.,;] )deposit {_AMOUNT}|{_AMOUNT} (?:of (?:it|that|which) is the |is the )?deposit\b|{_AMOUNT} online\b"), False),
    ("minimum", "minimum", re.compile(rf"\bminimum{_IS}{_AMOUNT}|{_AMOUNT} (?:food |party )?minimum\b"), False),
    ("price of a mile", "per_mile", re.compile(
     rf"{_AMOUNT} ?(?:per|a|each|/|for (?:each|every)|every) ?(?:(?:extra|further|additional|other) )?mile\b"), False),
)  # fmt: skip


def _wrong_extras(known: KnownFigures, sentence: str, before: str, said: Sequence[str]) -> Iterator[str]:
    """Prices right beside an upgrade or add-on that are neither its own nor its own times a number that was named."""
    for count, spelling, amount in known.counted_extras(sentence):
        if amount not in {price * count for price in known.extra_prices[spelling]}:
            yield f"price of extras {amount}"
    priced = list(known.priced_extras(sentence))
    around = f"{before} {normalise_numbers(' '.join(said))}" if priced else ""
    counts: set[int] | None = None
    for spelling, amount in priced:
        prices = known.extra_prices[spelling]
        if _ON_TOP.search(f"{around} {sentence}"):
            prices |= known.extra_prices.get(f"extra {spelling}", frozenset())
        if amount in prices:
            continue
        counts = counts or {int(number) for number in _IN_NUMBERS.findall(f"{sentence} {around}")}
        if not any(amount == price * count for price in prices for count in counts):
            yield f"price of an extra {amount}"


def _wrong_sums(known: KnownFigures, sentence: str) -> Iterator[str]:
    """Sums that do not come out, and counts times a price that nobody has."""
    shown = [(found[1], found[2]) for found in _SUM.finditer(sentence)]
    shown += [(found[2], found[1]) for found in _BROKEN_DOWN.finditer(sentence)]
    for terms, total in shown:
        parts = _PART.findall(terms)
        if len(parts) == 1 and (not parts[0][1] or _of_another(sentence, Decimal(parts[0][2]), Decimal(total))):
            continue
        if sum((-1 if sign == "-" else 1) * int(count or 1) * Decimal(one) for sign, count, one in parts) != Decimal(
            total
        ):
            yield f"sum {total}"
    travel = known.business.travel
    for found in _WAY.finditer(sentence):
        if Decimal(found[1]) != max(int(found[2]) - travel.free_miles, 0) * travel.per_mile:
            yield f"travel {found[1]}"
    for found in _FOR_MILES.finditer(sentence):
        if "travel" in known.subjects(sentence) and Decimal(found[2]) != (
            max(int(found[1]) - travel.free_miles, 0) * travel.per_mile
        ):
            yield f"travel {found[2]}"
    for found in _TRAVEL.finditer(sentence):
        if Decimal(found[1]) != int(found[2]) * travel.per_mile:
            yield f"travel {found[1]}"
    for found in _EACH.finditer(sentence):
        if Decimal(found[1]) not in known.unit_prices:
            yield f"unit price {found[1]}"
    for found in _UNIT.finditer(sentence):
        if Decimal(found[1]) not in known.unit_prices:
            yield f"unit price {found[1]}"


def _of_another(sentence: str, price: Decimal, total: Decimal) -> bool:
    """Whether another number of the sentence was multiplied: "69 miles past the first 30 x $2 = $138"."""
    return any(int(count) * price == total for count in _IN_NUMBERS.findall(sentence))


def _wrong_refunds(known: KnownFigures, sentence: str, before: str) -> Iterator[str]:
    """Percentages of a refund that the tier of the days beside them does not have."""
    if not _REFUND.search(sentence) and not _REFUND.search(before):
        return
    for clause in _CLAUSE.split(sentence):
        days, percents = list(_DAYS.finditer(clause)), list(_PERCENT.finditer(clause))
        if not days or not percents:
            continue
        allowed = frozenset[Decimal]()
        for found in days:
            earlier = clause[: found.start()]
            until = _UNTIL.search(earlier) and _BEFORE.match(
                clause, found.end()
            )  # "up to 14 days before" is 14 or more
            closer = 1 if _LESS.search(earlier) and not until else 0
            tiers = [known.refund_percents(max(int(day) - closer, 0)) for day in found.groups() if day]
            allowed |= tiers[0] if len(tiers) == 1 else tiers[0] & tiers[1]
        for one in percents:
            stated = Decimal(one[1]) if one[1] else Decimal(100 if one[2] else 50)
            if stated not in allowed:
                yield f"refund percent {stated}"
