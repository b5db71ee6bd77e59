"""What is declared before a live rollout begins: stages, metrics, margins, and how the error is shared.

The primary is the ``composite`` of what the business wants; guardrails must not get worse by more than their margins.

**How the error of 5 % is shared** (``ErrorShares``; Bonferroni between the parts, so they need not be independent):

- *Promotion*: a candidate passes when the lower bound of the primary is above 0 **and** that of every guardrail is
  above minus its margin. Whatever is wrong with a candidate, the bound of that one metric must fail for it to pass, so
  metrics need no split (an intersection-union test: Berger 1982, "Multiparameter hypothesis testing and acceptance
  sampling"). The bounds hold at all looks together and rest on all stages so far, so neither looks nor stages need one.
  That the present stage alone must point the same way is one more condition; it can only make errors rarer.
- *Harm*: one wrong alarm of any metric rolls back, so here the error is split over metrics, the primary alone having
  more than all guardrails together. Harm is watched on the present stage alone, or a candidate that goes bad at 90 %
  would first have to use up the good record of its earlier stages; so it is also split over stages, the
  first, where a bad candidate should end, having four fifths.
- *Assignment*: a small rest for the test that the arms get their shares.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import numpy as np

from mhc_core.errors import ConfigurationError
from mhc_core.statistics.confidence_sequences import Floats

PRIMARY = "composite"
COMPOSITE_WEIGHTS: Mapping[str, float] = {"containment": 0.4, "conversion": 0.3, "satisfaction": 0.2, "confidence": 0.1}


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A metric that must not get worse by more than ``margin`` (in its own unit, 0..1)."""

    margin: float
    higher_is_better: bool = False


@dataclass(frozen=True, slots=True)
class ErrorShares:
    """Parts of the whole error; see the module's docstring."""

    promotion: float = 0.01
    primary_harm: float = 0.033
    guardrail_harm: float = 0.006
    sample_ratio: float = 0.001

    @property
    def whole(self) -> float:
        return self.promotion + self.primary_harm + self.guardrail_harm + self.sample_ratio


def _guardrails() -> dict[str, Guardrail]:
    return {
        "escalation": Guardrail(0.04),
        "thumbs_down": Guardrail(0.03),
        "groundedness": Guardrail(0.03, higher_is_better=True),
        "slow_turns": Guardrail(0.03),
        "cost": Guardrail(0.05),
    }


@dataclass(frozen=True, slots=True)
class Policy:
    """What was declared before the rollout began.

    ``shares``: the candidate's share of the customers in each stage; the last leaves the holdback. ``worthwhile``: gain
    of the composite that matters. ``minimum_days``: days that customers must have come on before a stage is promoted,
    so that no promotion rests on weekdays alone.

    Raises:
        ConfigurationError: shares, margins or errors do not make a policy.
    """

    shares: tuple[float, ...] = (0.10, 0.50, 0.95)
    guardrails: Mapping[str, Guardrail] = field(default_factory=_guardrails)
    minimum_customers: int = 50
    minimum_days: int = 7
    worthwhile: float = 0.05
    errors: ErrorShares = ErrorShares()

    def __post_init__(self) -> None:
        if not self.shares or not all(0 < share < 1 for share in self.shares):
            raise ConfigurationError("every stage needs a share between 0 and 1; leave a holdback in the last")
        if list(self.shares) != sorted(self.shares):
            raise ConfigurationError("the shares of the stages must rise; put them in order")
        if not all(0 < item.margin < 1 for item in self.guardrails.values()) or not 0 < self.worthwhile < 1:
            raise ConfigurationError("margins and the worthwhile gain lie between 0 and 1; correct them")
        if min(asdict(self.errors).values()) <= 0 or self.errors.whole > 0.05 + 1e-9:
            raise ConfigurationError("the error shares must be positive and 0.05 at most in all; lower them")

    @property
    def metrics(self) -> tuple[str, ...]:
        """The primary and then the guardrails."""
        return (PRIMARY, *self.guardrails)

    @property
    def signs(self) -> Floats:
        """+1 where higher is better, of each metric."""
        return np.array([1.0, *(1.0 if item.higher_is_better else -1.0 for item in self.guardrails.values())])

    @property
    def thresholds(self) -> Floats:
        """The gain that must be exceeded: 0 for the primary, minus its margin for a guardrail."""
        return np.array([0.0, *(-item.margin for item in self.guardrails.values())])

    @property
    def distances(self) -> Floats:
        """The difference from its threshold that each metric's bounds are tuned for."""
        return np.array([self.worthwhile, *(item.margin for item in self.guardrails.values())])

    def harm_error(self, stage: int) -> Floats:
        """Error of each metric's harm sequence in a stage: four fifths in the first, the rest over the others."""
        part = 1.0 if len(self.shares) == 1 else 0.8 if stage == 0 else 0.2 / (len(self.shares) - 1)
        each = self.errors.guardrail_harm / max(len(self.guardrails), 1)
        return part * np.array([self.errors.primary_harm, *(each for _ in self.guardrails)])
