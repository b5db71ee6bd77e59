"""Gamma-gamma: what a purchase of a customer costs on average.

Fader and Hardie (2013), "The gamma-gamma model of monetary value": amounts of a customer are gamma distributed, and so
is the scale among customers. A customer's expected amount is their own mean drawn towards everybody's, the more the
fewer purchases there are. Here the first purchase counts too, so that every customer has a mean.
"""

from dataclasses import dataclass

import numpy as np

from mhc_core.customers.purchases import Floats

_START = (3.0, 3.0, 30.0)


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """Parameters as in the paper: shape of amounts, shape and rate of the scale among customers (``gamma`` in USD)."""

    p: float
    q: float
    gamma: float

    def expected(self, purchases: Floats, mean_spend: Floats) -> Floats:
        """Expected amount of a customer's next purchase, given how many they made and their mean (USD)."""
        value: Floats = self.p * (self.gamma + purchases * mean_spend) / (self.p * purchases + self.q - 1)
        return value


def fit(purchases: Floats, mean_spend: Floats) -> GammaGamma:
    """By maximum likelihood; customers who never paid anything are left out."""
    from scipy.optimize import minimize
    from scipy.special import gammaln

    paid = mean_spend > 0
    count, mean = purchases[paid], mean_spend[paid]
    scale = float(np.median(mean)) if len(mean) else 1.0  # amounts near 1 keep the search well scaled
    mean = mean / scale

    def loss(logarithms: Floats) -> float:
        p, excess, gamma = np.exp(logarithms)
        q = 1 + excess  # the expectation exists from here on
        shape = p * count
        value = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(gamma)
        value += (shape - 1) * np.log(mean) + shape * np.log(count) - (shape + q) * np.log(gamma + count * mean)
        return -float(value.sum())

    begin = np.log([_START[0], _START[1] - 1, _START[2] / 20])
    found = minimize(loss, begin, method="L-BFGS-B", bounds=[(-4, 8)] * 3)
    p, excess, gamma = np.exp(found.x)
    return GammaGamma(float(p), float(1 + excess), float(gamma * scale))
