"""Pareto/NBD, the other plain model: customers may leave at any time, not only after a purchase.

Schmittlein, Morrison and Colombo (1987), "Counting your customers: who are they and what will they do next?",
Management Science 33(1). The integral over the time of leaving is taken by quadrature in the logarithm of time, where
the usual hypergeometric functions overflow.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, logsumexp

from mhc_core.customers.purchases import Floats, History

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_START = (0.5, 10.0, 0.6, 12.0)


@dataclass(frozen=True, slots=True)
class ParetoNbd:
    """Gamma distributions of purchase rates (``r``, ``alpha``) and of rates of leaving (``s``, ``beta``), in weeks."""

    r: float
    alpha: float
    s: float
    beta: float

    def alive(self, known: History) -> Floats:
        """Probability that a customer still buys."""
        stayed, left = _log_parts(self, known.repeats, known.last, known.age)
        return 1 / (1 + np.exp(left - stayed))

    def expected(self, known: History, weeks: float) -> Floats:
        """Purchases expected of each customer in the next ``weeks``."""
        rate = (self.r + known.repeats) / (self.alpha + known.age)
        horizon, s = self.beta + known.age, self.s if abs(self.s - 1) > 1e-6 else 1 + 1e-6
        value: Floats = self.alive(known) * rate * horizon / (s - 1) * (1 - (horizon / (horizon + weeks)) ** (s - 1))
        return value

    def probabilities(self, known: History, weeks: float) -> Iterator[Floats]:
        """Of 0, 1, 2, … purchases in the next ``weeks``, without end."""
        alive, shape, rate = self.alive(known), self.r + known.repeats, self.alpha + known.age
        horizon = self.beta + known.age
        times = weeks * np.append((_NODES + 1) / 2, 1.0)  # when the customer leaves; the last one stays
        leaves = [
            weeks / 2 * weight * self.s * (horizon / (horizon + time)) ** self.s / (horizon + time)
            for time, weight in zip(times, _WEIGHTS, strict=False)
        ]
        weights = [*leaves, (horizon / (horizon + weeks)) ** self.s]
        count = 0
        while True:
            factor = gammaln(shape + count) - gammaln(shape) - gammaln(count + 1)
            found = np.zeros(len(known))
            for time, weight in zip(times, weights, strict=True):
                log_none = shape * np.log(rate / (rate + time))
                found += weight * np.exp(factor + log_none + count * np.log(time / (rate + time)))
            yield alive * found + (1 - alive) * (count == 0)
            count += 1


def fit(known: History) -> ParetoNbd:
    """By maximum likelihood."""
    rows, counts = np.unique(np.column_stack([known.repeats, known.last, known.age]), axis=0, return_counts=True)

    def loss(logarithms: Floats) -> float:
        model = ParetoNbd(*np.exp(logarithms))
        parts = np.logaddexp(*_log_parts(model, *rows.T))
        common = gammaln(model.r + rows[:, 0]) - gammaln(model.r)
        common += model.r * np.log(model.alpha) + model.s * np.log(model.beta)
        return -float(counts @ (common + parts))

    found = minimize(loss, np.log(_START), method="L-BFGS-B", bounds=[(-6, 9)] * 4)
    return ParetoNbd(*(float(value) for value in np.exp(found.x)))


def _log_parts(model: ParetoNbd, repeats: Floats, last: Floats, age: Floats) -> tuple[Floats, Floats]:
    """Of the likelihood: the customer stayed, or left between the last purchase and now."""
    shape = model.r + repeats
    stayed = -shape * np.log(model.alpha + age) - model.s * np.log(model.beta + age)
    low, high = np.log(model.alpha + last), np.log(model.alpha + age)
    half = (high - low) / 2
    with np.errstate(divide="ignore"):
        log_half = np.log(half)
    times = low + half * (_NODES[:, None] + 1)  # logarithms of alpha + time
    each = (1 - shape) * times - (model.s + 1) * np.log(model.beta - model.alpha + np.exp(times))
    left = np.log(model.s) + log_half + logsumexp(each, axis=0, b=_WEIGHTS[:, None])
    return stayed, left
