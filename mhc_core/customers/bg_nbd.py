"""BG/NBD with a burst: how often customers come back, and whether they still do.

The model is Fader, Hardie and Lee (2005), "Counting your customers the easy way", Marketing Science 24(2): customers
buy at random with rates that are gamma distributed, and each repeat purchase is the last one with a probability that is
beta distributed. Many customers buy more often soon after their first purchase than later. With rates alone, dropout
has to explain that, and the forecast falls too steeply. So rates run on a clock that is fast at first,
``1 + burst * exp(-age / fading)``: the time-rescaling theorem of point processes makes the likelihood the plain one at
clock times, times the clock's speed at each purchase. ``burst = 0`` is the plain model.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mhc_core.customers.purchases import Floats, History

_START = (0.3, 6.0, 0.5, 2.0)
_CLOCK_START = (0.5, 5.0)
_BOUNDS = [(-6.0, 9.0)] * 4 + [(-6.0, 4.0), (-1.5, 4.0)]  # of the logarithms; fading from .2 to 55 weeks
_CHUNK = 100_000


@dataclass(frozen=True, slots=True)
class BgNbd:
    """Parameters; ages and horizons are weeks. ``pace`` scales the time ahead: the calibration of totals."""

    r: float
    alpha: float
    a: float
    b: float
    burst: float = 0.0
    fading: float = 1.0
    pace: float = 1.0

    def clock(self, age: Floats) -> Floats:
        """Time on the model's clock at an age."""
        return age + self.burst * self.fading * -np.expm1(-age / self.fading)

    def ahead(self, known: History, weeks: float) -> Floats:
        """Clock time of each customer's next ``weeks``."""
        return self.pace * (self.clock(known.age + weeks) - self.clock(known.age))

    def alive(self, known: History) -> Floats:
        """Probability that a customer still buys (equation 7 in Fader, Hardie and McCarthy's note of 2008)."""
        last, age = self.clock(known.last), self.clock(known.age)
        odds = self.a / (self.b + np.maximum(known.repeats, 1) - 1)
        with np.errstate(over="ignore"):
            odds = odds * ((self.alpha + age) / (self.alpha + last)) ** (self.r + known.repeats)
        return 1 / (1 + np.where(known.repeats > 0, odds, 0.0))

    def expected(self, known: History, weeks: float) -> Floats:
        """Purchases expected of each customer in the next ``weeks`` (their equation 10)."""
        from scipy.special import hyp2f1

        shape, rate = self.r + known.repeats, self.alpha + self.clock(known.age)
        stay = self.b + known.repeats
        ahead = self.ahead(known, weeks)
        share = ahead / (rate + ahead)
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6
        total = (a + stay - 1) / (a - 1) * (1 - (1 - share) ** shape * hyp2f1(shape, stay, a + stay - 1, share))
        expected: Floats = self.alive(known) * np.maximum(total, 0)
        return expected

    def probabilities(self, known: History, weeks: float) -> Iterator[Floats]:
        """Of 0, 1, 2, … purchases in the next ``weeks``, without end (their equation 8, from the posterior on)."""
        from scipy.special import gammaln

        alive, shape, stay = self.alive(known), self.r + known.repeats, self.b + known.repeats
        rate, ahead = self.alpha + self.clock(known.age), self.ahead(known, weeks)
        log_none = shape * np.log(rate / (rate + ahead))
        log_share = np.log(ahead) - np.log(rate + ahead)
        fewer, count = np.zeros(len(known)), 0
        while True:
            poisson = np.exp(
                gammaln(shape + count) - gammaln(shape) - gammaln(count + 1) + log_none + count * log_share
            )
            none_dropped = _beta_ratio(self.a, stay, 0, count)
            found = none_dropped * poisson
            if count:
                found = found + _beta_ratio(self.a, stay, 1, count - 1) * np.maximum(1 - fewer, 0)
            yield alive * found + (1 - alive) * (count == 0)
            fewer, count = fewer + poisson, count + 1

    def quantiles(self, known: History, weeks: float, levels: tuple[float, float]) -> tuple[Floats, Floats]:
        """The smallest counts whose cumulative probability reaches each of two levels."""
        found = np.zeros((2, len(known)))
        for start in range(0, len(known), _CHUNK):
            part = slice(start, start + _CHUNK)
            found[:, part] = self._quantiles(_part(known, part), weeks, levels)
        return found[0], found[1]

    def _quantiles(self, known: History, weeks: float, levels: tuple[float, float]) -> Floats:
        found = np.zeros((2, len(known)))
        open_, reached = np.arange(len(known)), np.zeros(len(known))
        each, count = self.probabilities(known, weeks), 0
        while len(open_):
            reached = reached + next(each)
            found[0, open_[reached < levels[0]]] = count + 1
            waiting = reached < min(levels[1], 1 - 1e-9)
            found[1, open_[waiting]] = count + 1
            count += 1
            if count % 4 == 0 and not waiting.all():  # the few who buy much are left
                open_, reached = open_[waiting], reached[waiting]
                known = _part(known, waiting)
                each = self.probabilities(known, weeks)
                for _ in range(count):
                    next(each)
            elif not waiting.any():
                break
        return found


def fit(known: History, burst: bool, near: BgNbd | None = None) -> BgNbd:
    """By maximum likelihood, with the burst or without it; ``near`` is where the search begins."""
    from scipy.optimize import minimize

    rows, counts = np.unique(np.column_stack([known.repeats, known.last, known.age]), axis=0, return_counts=True)
    repeats, last, age = rows.T
    ages, times = np.unique(known.repeat_ages, return_counts=True)
    start = (near.r, near.alpha, near.a, near.b, near.burst, near.fading) if near else (*_START, *_CLOCK_START)
    bounds = _BOUNDS if burst else _BOUNDS[:4]

    def loss(logarithms: Floats) -> float:
        model = BgNbd(*np.exp(logarithms))
        value = -float(counts @ _log_likelihood(model, repeats, model.clock(last), model.clock(age)))
        if burst:
            value -= float(times @ np.log1p(model.burst * np.exp(-ages / model.fading)))
        return value

    begin = np.clip(np.log(np.maximum(start[: len(bounds)], 1e-9)), *np.transpose(bounds))
    found = minimize(loss, begin, method="L-BFGS-B", bounds=bounds)
    return BgNbd(*(float(value) for value in np.exp(found.x)))


def _log_likelihood(model: BgNbd, repeats: Floats, last: Floats, age: Floats) -> Floats:
    """Of each customer, as in Fader, Hardie and Lee's "Implementing the BG/NBD model in Excel"."""
    from scipy.special import gammaln

    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    common = gammaln(r + repeats) - gammaln(r) + r * np.log(alpha)
    common += gammaln(a + b) + gammaln(b + repeats) - gammaln(b) - gammaln(a + b + repeats)
    still = -(r + repeats) * np.log(alpha + age)
    gone = np.log(a) - np.log(b + np.maximum(repeats, 1) - 1) - (r + repeats) * np.log(alpha + last)
    value: Floats = common + np.logaddexp(still, np.where(repeats > 0, gone, -np.inf))
    return value


def _beta_ratio(a: float, b: Floats, more_a: int, more_b: int) -> Floats:
    """``B(a + more_a, b + more_b) / B(a, b)``."""
    from scipy.special import gammaln

    value: Floats = np.exp(
        gammaln(a + more_a) + gammaln(b + more_b) - gammaln(a + b + more_a + more_b)
        - gammaln(a) - gammaln(b) + gammaln(a + b)
    )  # fmt: skip
    return value


def _part(known: History, part: "slice | np.typing.NDArray[np.bool_]") -> History:
    """Some customers, without the ages of their purchases: what forecasts need."""
    return History(
        known.customer[part], known.first_day[part], known.repeats[part], known.last[part], known.age[part],
        known.mean_spend[part], known.repeat_ages[:0],
    )  # fmt: skip
