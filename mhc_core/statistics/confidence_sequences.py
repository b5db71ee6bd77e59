"""Confidence sequences: intervals that stay right however often and whenever somebody looks.

An ordinary 95 % interval is right at one moment chosen beforehand. A rollout is looked at after every few customers and
ends because of what was seen, so its intervals must hold at all looks at once.

Each bound here is a one-sided asymptotic confidence sequence: Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024),
"Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 52(6). The score of the
differences is close to a Brownian motion at all times together, so a line that a Brownian motion crosses with chance
alpha at most gives a bound that is ever wrong with that chance. The line comes from a Gaussian mixture of likelihood
ratios (Robbins & Siegmund 1970, "Boundary crossing probabilities for the Wiener process and sample sums") whose prior
lies around the difference that matters: there it is almost as quick as Wald's test against that one difference, and
unlike it the bounds still close in on any other.

The sequential test of the assignment is Lindon & Malek (2022), "Anytime-valid inference for multinomial count data".

**Strata.** Candidate and control are compared within strata, customers who came in the same stage and week, and the
differences are joined with Mantel-Haenszel weights ``w = n₁·n₀ / (n₁ + n₀)`` (Mantel & Haenszel 1959), so a stage that
gives the candidate more traffic in better weeks cancels out. ``Σ w·difference`` is a score process: its increments are
uncorrelated and its variance grows with ``Σ w``, the *effective customers*, which is the clock that the sequence runs
on (Jennison & Turnbull 1997).

**Small samples.** The guarantee is asymptotic. Values lie in 0..1, so a variance starts from one imagined observation
with the largest variance there is, 1/4 (Waudby-Smith & Ramdas 2024, "Estimating means of bounded random variables by
betting"), and an arm's variance is taken to be that of both arms together where its own looks smaller: the small arm of
a 10 % stage that has not met a rare event yet would otherwise seem sure of never meeting it. Callers look only after a
minimum of customers per arm.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LARGEST_VARIANCE = 0.25
CONCENTRATION = 4.0  # the prior's mean in its standard deviations
SRM_CONCENTRATION = 100.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What strata say about candidate minus control, in terms that add up. Arrays of one shape, or numbers.

    ``weight``: effective customers. ``score``: weight × difference. ``spread_*``: Σ w²/n of an arm. ``squares_*``:
    squared deviations from the stratum's mean, with their degrees of freedom ``free_*``.
    """

    candidates: Floats
    controls: Floats
    weight: Floats
    score: Floats
    spread_candidate: Floats
    spread_control: Floats
    squares_candidate: Floats
    squares_control: Floats
    free_candidate: Floats
    free_control: Floats

    @classmethod
    def of_stratum(cls, candidate: Iterable[Floats], control: Iterable[Floats]) -> Self:
        """Evidence of single strata from customers, sum and sum of squares of each arm, for values in 0..1."""
        (n1, sum1, squares1), (n0, sum0, squares0) = candidate, control
        safe1, safe0 = np.maximum(n1, 1.0), np.maximum(n0, 1.0)
        weight = n1 * n0 / np.maximum(n1 + n0, 1.0)
        return cls(
            candidates=n1,
            controls=n0,
            weight=weight,
            score=weight * (sum1 / safe1 - sum0 / safe0),
            spread_candidate=weight**2 / safe1,
            spread_control=weight**2 / safe0,
            squares_candidate=np.maximum(squares1 - sum1**2 / safe1, 0.0),
            squares_control=np.maximum(squares0 - sum0**2 / safe0, 0.0),
            free_candidate=np.maximum(n1 - 1.0, 0.0),
            free_control=np.maximum(n0 - 1.0, 0.0),
        )

    def __add__(self, other: "Evidence") -> "Evidence":
        return Evidence(*(getattr(self, item.name) + getattr(other, item.name) for item in fields(self)))

    @property
    def variance(self) -> Floats:
        """Variance of the score, with each arm's variance estimated over these strata."""
        of_candidate = (LARGEST_VARIANCE + self.squares_candidate) / (1.0 + self.free_candidate)
        of_control = (LARGEST_VARIANCE + self.squares_control) / (1.0 + self.free_control)
        squares, free = self.squares_candidate + self.squares_control, self.free_candidate + self.free_control
        of_both = (LARGEST_VARIANCE + squares) / (1.0 + free)
        return np.asarray(
            self.spread_candidate * np.maximum(of_candidate, of_both)
            + self.spread_control * np.maximum(of_control, of_both)
        )


def stack(parts: Sequence[Evidence]) -> Evidence:
    """Evidence of several stages side by side, on a new axis before the last."""
    return Evidence(*(np.stack([getattr(part, item.name) for part in parts], axis=-2) for item in fields(Evidence)))


def radius(weight: Floats, variance: Floats, alpha: Floats | float, distance: Floats | float) -> Floats:
    """Distance of a one-sided bound from the estimated difference; infinite without any evidence.

    Args:
        weight: effective customers.
        variance: variance of the score.
        alpha: chance that the bound is ever on the wrong side, over all looks together.
        distance: the difference that should show soonest, in standard deviations of one customer's value. Chosen before
            the data; it moves where the bound is tightest, not whether it holds.
    """
    known = np.maximum(weight, 1e-12)
    precision = (CONCENTRATION / distance) ** 2
    nats = np.log(1 / np.asarray(alpha)) + np.log1p(known / precision) / 2 + CONCENTRATION**2 / 2
    score = np.sqrt(2 * (known + precision) * nats) - precision * distance
    return np.where(weight > 0, score * np.sqrt(variance / known) / known, np.inf)


def difference(weight: Floats, score: Floats) -> Floats:
    """Estimated candidate minus control; 0 without any evidence."""
    return np.where(weight > 0, score / np.maximum(weight, 1e-12), 0.0)


def sample_ratio_p_value(candidates: Floats, controls: Floats, shares: Floats) -> Floats:
    """Anytime-valid p-value of "each stage assigns the candidate its share"; the last axis is the stages.

    Each stage has its own Dirichlet (here Beta) mixture around its share, and the evidence multiplies.
    """
    from scipy.special import betaln

    a, b = SRM_CONCENTRATION * shares, SRM_CONCENTRATION * (1 - shares)
    mixture = betaln(a + candidates, b + controls) - betaln(a, b)
    declared = candidates * np.log(shares) + controls * np.log1p(-shares)
    evidence = np.sum(mixture - declared, axis=-1)
    return np.asarray(np.exp(-np.maximum(evidence, 0.0)), dtype=np.float64)
