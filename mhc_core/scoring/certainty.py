"""How much a few observations say: a factor is drawn towards what is usual until there is evidence, and has a spread.

The estimate of a share from ``n`` observations of mean ``x`` under a beta prior of mean ``usual`` and strength ``k``
(Gelman et al., "Bayesian Data Analysis", 2.4): mean ``(n x + k usual) / (n + k)``, variance
``mean (1 - mean) / (n + k + 1)``.
"""

from dataclasses import dataclass

TWO_IN_THREE = 0.4307
"""Standard deviations below the estimate above which the truth lies with a chance of two in three."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What a factor usually is, and how many observations that counts for."""

    usual: float
    strength: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with its variance."""

    mean: float
    variance: float


def estimate(observed: float, count: float, prior: Prior) -> Estimate:
    """The share behind ``count`` observations with this mean."""
    total = count + prior.strength
    mean = (count * observed + prior.strength * prior.usual) / total
    return Estimate(mean, mean * (1 - mean) / (total + 1))


def never_better(observed: float, count: float, prior: Prior) -> Estimate:
    """The same, but no higher than observed: few bad ratings are not taken for chance."""
    found = estimate(observed, count, prior)
    mean = min(observed, found.mean)
    return Estimate(mean, mean * (1 - mean) / (count + prior.strength + 1))
