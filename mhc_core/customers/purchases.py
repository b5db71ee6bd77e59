"""Purchases as arrays, and what the models need of each customer's history up to a day."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Purchases:
    """One entry for each customer and day, ordered by both; what was bought on a day is one purchase."""

    customer: Integers
    day: Integers
    spend: Floats

    @classmethod
    def of(cls, customer: Integers, day: Integers, spend: Floats) -> "Purchases":
        """From entries in any order; those of one customer and day are added up."""
        order = np.lexsort((day, customer))
        customer, day, spend = customer[order], day[order], spend[order]
        if not len(customer):
            return cls(customer, day, spend)
        starts = np.flatnonzero(np.r_[True, (np.diff(customer) != 0) | (np.diff(day) != 0)])
        return cls(customer[starts], day[starts], np.add.reduceat(spend, starts))

    def chosen(self, mask: NDArray[np.bool_]) -> "Purchases":
        """The entries where ``mask`` holds."""
        return Purchases(self.customer[mask], self.day[mask], self.spend[mask])

    def before(self, end: int) -> "Purchases":
        """What was known when day ``end`` began."""
        return self.chosen(self.day < end)

    def between(self, start: int, end: int) -> "Purchases":
        """What was bought from day ``start`` on and before day ``end``."""
        return self.chosen((self.day >= start) & (self.day < end))

    def sampled(self, customers: int) -> "Purchases":
        """All purchases of about so many customers, evenly spaced among their numbers."""
        numbers = np.unique(self.customer)
        step = -(-len(numbers) // customers)
        return self if step <= 1 else self.chosen(np.isin(self.customer, numbers[::step]))


@dataclass(frozen=True, slots=True)
class History:
    """Each customer up to a day: the models' sufficient statistics. Times are in weeks since the first purchase."""

    customer: Integers
    first_day: Integers
    repeats: Floats  # purchases after the first
    last: Floats  # when the last purchase was; 0 without a repeat
    age: Floats  # up to the last day that was seen, as is usual for data of whole days
    mean_spend: Floats  # of all purchases, the first one too
    repeat_ages: Floats  # of every repeat purchase of every customer: how old the customer was

    def __len__(self) -> int:
        return len(self.customer)

    def chosen(self, mask: NDArray[np.bool_]) -> "History":
        """The customers where ``mask`` holds; ``repeat_ages`` are theirs too."""
        owner = np.repeat(np.arange(len(self)), self.repeats.astype(int))
        return History(
            self.customer[mask], self.first_day[mask], self.repeats[mask], self.last[mask], self.age[mask],
            self.mean_spend[mask], self.repeat_ages[mask[owner]],
        )  # fmt: skip


def history(purchases: Purchases, end: int) -> History:
    """What was known of each customer when day ``end`` began."""
    known = purchases.before(end)
    if not len(known.customer):
        nobody, nothing = np.zeros(0, np.int64), np.zeros(0)
        return History(nobody, nobody, nothing, nothing, nothing, nothing, nothing)
    starts = np.flatnonzero(np.r_[True, np.diff(known.customer) != 0])
    stops = np.r_[starts[1:], len(known.customer)].astype(int)
    counts = stops - starts
    first = known.day[starts]
    repeated = np.ones(len(known.customer), bool)
    repeated[starts] = False
    return History(
        customer=known.customer[starts],
        first_day=first,
        repeats=(counts - 1).astype(float),
        last=(known.day[stops - 1] - first) / 7,
        age=(end - 1 - first) / 7,
        mean_spend=np.add.reduceat(known.spend, starts) / counts,
        repeat_ages=((known.day - np.repeat(first, counts)) / 7)[repeated],
    )


def counts_of(purchases: Purchases, customer: Integers) -> Floats:
    """How many purchases each of ``customer`` (ascending numbers) made; others are left out."""
    return _sums(purchases, customer, np.ones(len(purchases.customer)))


def spend_of(purchases: Purchases, customer: Integers) -> Floats:
    """How much each of ``customer`` (ascending numbers) spent; others are left out."""
    return _sums(purchases, customer, purchases.spend)


def _sums(purchases: Purchases, customer: Integers, weight: Floats) -> Floats:
    place = np.searchsorted(customer, purchases.customer)
    place = np.minimum(place, max(len(customer) - 1, 0))
    known = customer[place] == purchases.customer if len(customer) else np.zeros(len(place), bool)
    return np.bincount(place[known], weights=weight[known], minlength=len(customer)).astype(np.float64)
