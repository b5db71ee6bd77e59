"""Amounts that follow from others of an answer, so that what a customer could add up is not held back."""

import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal

from mhc_core.business.pricing import Business
from mhc_core.language.figures import Figure
from mhc_core.language.number_words import WORDED

_TERMS, _READ = (2, 3, 4), 8
_PRODUCT = re.compile(
    rf"(?<![\d.$])(\d{{1,4}})(?:{WORDED})?(?: [a-z]+)? ?x ?\$?(\d{{1,5}}(?:\.\d{{1,2}})?)(?![\d.]*\d)"
)


def summed(amount: Decimal, parts: Sequence[Decimal], minimum: Decimal | int) -> bool:
    """Whether an amount is the sum of two to four of the first ``_READ`` parts.

    The minimum is no part beside a dearer one: it is what a party costs at least, and never on top.
    """
    dear = any(part > minimum for part in parts)
    added = [part for part in parts if not dear or part != minimum][:_READ]
    return any(sum(some) == amount for count in _TERMS for some in itertools.combinations(added, count))


def products(text: str, prices: Collection[Decimal], numbers: Collection[Decimal]) -> Iterator[Decimal]:
    """The prices that a text multiplies by one of the numbers, and what comes out: ``14 x $55``."""
    for found in _PRODUCT.finditer(text):
        count, price = Decimal(found[1]), Decimal(found[2])
        if price in prices and count in numbers:
            yield from (price, price * count)


def tips(business: Business, amounts: Iterable[Decimal], percents: Iterable[Decimal]) -> frozenset[Figure]:
    """Tips on amounts, by the percentages that are usual and by those given, to the cent."""
    usual = business.gratuity
    shares = {Decimal(usual.low_percent), Decimal(usual.high_percent), *percents}
    return frozenset(
        Figure("money", (amount * percent / 100).quantize(Decimal("0.01")).normalize())
        for amount in amounts
        for percent in shares
    )
