# ruff: noqa: E501 - patterns read better in one line

"""Figures that follow from others: what a customer could work out from the price list, the own party and the sentence.

A right answer is full of them ("ten less than last time", "$180 per family", "chef at 4:45"), and none stands in the
business file. Only exact steps count, each of figures that are in sight, and a difference or a share only where the
sentence says that it is one.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

from mhc_core.concierge.guards.arithmetic import summed
from mhc_core.concierge.guards.business_figures import KnownFigures

_COUNT = re.compile(r"(?<![\w.$:/])\d{1,3}(?![\w%/]|[.:]\d| ?%)")
_MONEY = re.compile(r"\$ ?\d+(?:\.\d+)?")
_APART = re.compile(
    r"\b(?:less|more|short|gap|left|remain\w*|over|under|below|above|spare|sav\w+|cheaper|dearer|differen\w+|instead|rather|than"
    r"|owe|balance|minus|without|by \$|due|on the day|later|rest|extra|down|fill|add|menos|más|resta\w*|queda\w*)\b|(?<= )- ?\$? ?\d"
)
_PART = re.compile(r"\b(?:half|third|quarter|left|then|now|fewer|less|remain\w*|cancel\w*)\b")
_PRICE = re.compile(r"\b(?:price|precio)\b")
_SHARED = re.compile(
    r"\b(?:each|apiece|split\w*|divided|shar\w+|ways|(?:per|a) (?:person|head|guest|family|couple|household)|cada un\w|por persona)\b"
)
_COMPARED = re.compile(r"\b(?:instead|rather|less|more|than|not|no|down|up|differen\w+|cheaper|dearer|sav\w+|bring)\b")
_DAYS = re.compile(r"(?<![\w.])(\d{1,3})\W?[ -]?(?:days?|(weeks?)|d[ií]as?)\b")
_CHANGED = re.compile(r"\b(?:instead|rather|differen\w+|cheaper|dearer|sav\w+|bring)\b")
_YOUNG = re.compile(r"\b(?:kids?|child|children|niñ[oa]s?|nephew|niece|sons?|daughters?|twins|ages?)\b")


@dataclass(frozen=True)
class Sight:
    """What a sentence may be worked out from.

    Args:
        sentence: the sentence itself and the one before it, plain, as ``number_words.normalise_numbers`` makes them.
        asked: the customer's last message, plain.
        shown: the amounts in sight that are supported by themselves, in USD.
        said: numbers that the customer wrote.
        party: every amount of the price of the customer's party; empty when it cannot be priced.
    """

    known: KnownFigures
    sentence: str
    before: str
    asked: str
    shown: frozenset[Decimal]
    said: frozenset[Decimal]
    party: frozenset[Decimal]

    def follows(self, amount: Decimal) -> bool:
        """Whether an amount of the sentence follows from what is in sight."""
        return (
            self.listed(amount)
            or (bool(_APART.search(self.sentence)) and amount in set(self._differences()))
            or (bool(_SHARED.search(self.sentence)) and self._is_share(amount))
        )

    def listed(self, amount: Decimal) -> bool:
        """Whether an amount is a price of the list, of as many as the sentence names, or a sum of such."""
        return (
            self._is_sum(amount)
            or amount in self._lists()
            or any(amount in (whole, each) for whole, each in self._portions())
        )

    def starts(self, amount: Decimal, others: Collection[Decimal]) -> bool:
        """Whether an amount that the customer named, or an example's total, is what others of the sentence follow from.

        It is the customer's own total, so nothing of ours is agreed to: a share, a tip or a rest of it is worked out.
        """
        rules, tip = self.known.business.prices, self.known.business.gratuity
        if amount < rules.minimum or (self.party and amount not in self.party):
            return False
        usual = {Decimal(tip.low_percent), Decimal(tip.high_percent)}
        shares = {amount * percent / 100 for percent in usual | self._refunded()}
        if amount in self.said:
            shares |= {amount / count for count in self._counts(f"{self.sentence} {self.asked}") if count}
            return any(round(share) == round(other) for share in shares for other in others if other != amount) or (
                amount - rules.deposit in others
            )
        return amount - rules.deposit in others and rules.deposit in others

    def refund(self, amount: Decimal) -> bool:
        """Whether an amount goes back of one that the customer paid, by the tier of the days that were named."""
        return any(paid * percent / 100 == amount for paid in self.said | self.shown for percent in self._refunded())

    def head_count(self, count: Decimal) -> bool:
        """Whether a number of people or portions is one that the amounts in sight belong to, or a part of one that was said."""
        prices, amounts = self.known.unit_prices, {Decimal(one[1:].strip()) for one in _MONEY.findall(self.sentence)}
        if any(count * price in amounts for price in prices):
            return True
        pieces = {one.pieces for one in self.known.business.add_ons.values() if one.pieces}
        if count in {one * size for one in self._counts(self.sentence) for size in pieces}:
            return True
        if not _PART.search(self.sentence):
            return False
        return any(one == count * part for one in self.said for part in (2, 3, 4)) or count in {
            abs(one - other) for one in self.said for other in self.said
        }

    def _is_sum(self, amount: Decimal) -> bool:
        """Whether an amount adds up from lines in sight, or from prices of one person or portion."""
        units = self.shown & self.known.unit_prices
        return any(
            summed(amount, sorted(some - {amount}, reverse=True), self.known.business.prices.minimum)
            for some in (self.shown - units, units)
        )

    def _counts(self, text: str) -> frozenset[Decimal]:
        return frozenset(Decimal(count) for count in _COUNT.findall(_MONEY.sub(" ", text)))

    def _lists(self) -> frozenset[Decimal]:
        """The prices of an adult and a child beside each other, and of the head counts that the sentence names."""
        rules, about = self.known.business.prices, self.known.subjects(self.sentence)
        found = set[Decimal]()
        if about <= {"adult", "extra"} and _PRICE.search(self.sentence):
            found.add(Decimal(rules.adult))
        if about and about <= {"adult", "child", "youngest"} and _COMPARED.search(self.sentence):
            found |= {Decimal(rules.adult), Decimal(rules.child), Decimal(rules.adult - rules.child)}
        counts = self._counts(f"{self.sentence} {self.asked}" if _CHANGED.search(self.sentence) else self.sentence)
        found |= {
            max(count * rules.adult, Decimal(rules.minimum)) for count in counts if count * rules.adult > rules.deposit
        }
        found |= {count * rules.adult for count in counts}
        if _YOUNG.search(f"{self.before} {self.sentence}"):
            found |= {count * rules.child for count in counts}
            found |= {count * (rules.adult - rules.child) for count in counts if _COMPARED.search(self.sentence)}
        return frozenset(found)

    def _portions(self) -> Iterator[tuple[Decimal, Decimal]]:
        """What a number of upgrades or portions costs that the sentence, or what it answers, names."""
        named = self._named(self.sentence)
        if not named and self.known.subjects(self.sentence) <= {"extra"}:
            named = self._named(self.before) or self._named(self.asked)
        prices = frozenset[Decimal]().union(*(self.known.extra_prices[spelling] for spelling in named))
        counts = self._counts(self.sentence) | self._counts(self.before)
        for price in prices:
            for count in counts:
                yield price * count, price

    def _named(self, text: str) -> list[str]:
        return self.known.article_words.findall(text)

    def _differences(self) -> Iterator[Decimal]:
        rules = self.known.business.prices
        seen = self.shown | {one for one in self.said if one >= rules.child}
        for one in seen:
            for other in seen | {Decimal(rules.minimum)}:
                yield abs(one - other)

    def _is_share(self, amount: Decimal) -> bool:
        rules = self.known.business.prices
        counts = self._counts(f"{self.before} {self.sentence} {self.asked}")
        totals = {one for one in self.shown | self.said if one >= rules.minimum}
        for total in totals:
            for count in counts - {0}:
                if total == rules.minimum and count * rules.adult > rules.minimum:
                    continue
                if abs(total / count - amount) < Decimal("0.01") or round(total / count) == amount:
                    return True
        return False

    def _refunded(self) -> frozenset[Decimal]:
        """Percentages that go back, of the days that were named, or of any."""
        text = f"{self.before} {self.sentence} {self.asked}"
        days = [int(found[1]) * (7 if found[2] else 1) for found in _DAYS.finditer(text)]
        business = self.known.business
        tiers = [
            next(tier for tier in business.cancellation if day >= tier.days) for day in days
        ] or business.cancellation
        return frozenset(Decimal(tier.refund_percent - tier.fee_percent) for tier in tiers)
