"""The detectors that watch an installation, and how they share one promise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mhc_core.statistics.e_detectors import REFERENCE_WEEKS, log_threshold
from mhc_core.vocabulary import Channel, Intent

FALSE_ALARMS_A_YEAR = 0.05
"""The chance that any detector of all raises any false alarm within a year."""
_GROWING_WEEKS = 8


@dataclass(frozen=True, slots=True)
class Detector:
    """What is counted, of how many, and which changes are looked for.

    ``counted`` and ``of`` name series of hours; without ``of``, what is counted stands alone. ``factors`` are multiples
    of the usual level, each as likely as ``weights`` says. ``alpha`` is its share of the promise.
    """

    name: str
    title: str
    counted: str
    of: str | None
    factors: Sequence[float]
    weights: Sequence[float]
    alpha: float

    @property
    def level_weeks(self) -> int:
        """Weeks that the usual level is of. Numbers of conversations grow, shares of them hardly do."""
        return REFERENCE_WEEKS if self.of else _GROWING_WEEKS

    @property
    def log_threshold(self) -> float:
        """Log of the evidence from which it is an alarm."""
        return log_threshold(self.alpha)


def _family() -> dict[str, Detector]:
    groups: list[list[Detector]] = [
        [_rising("escalations", "Conversations handed to a person", "escalated", "conversations")],
        [_rising("satisfaction", "Answers that were disliked", "disliked", "votes")],
        [_rising("answer_time", "Slow answers", "slow", "answers")],
        [_rising("cost", "Cost of a call of a provider", "cost", "calls")],
        [Detector("volume", "Conversations", "conversations", None, (1 / 3, 1 / 2, 2.0, 3.0), (0.25,) * 4, 1.0)],
        [
            Detector(f"intent:{one}", f"Conversations about {one}", f"intent:{one}", "conversations", (2.0,), (1.0,), 1)
            for one in Intent
        ],
        [
            Detector(f"channel:{one}", f"Conversations by {one}", f"channel:{one}", None, (0.05,), (1.0,), 1.0)
            for one in Channel
        ],
    ]
    return {
        one.name: Detector(
            one.name, one.title, one.counted, one.of, one.factors, one.weights,
            FALSE_ALARMS_A_YEAR / len(groups) / len(group),
        )
        for group in groups
        for one in group
    }  # fmt: skip


def _rising(name: str, title: str, counted: str, of: str) -> Detector:
    """Most of the weight is on a doubling, the change that should be found soonest."""
    return Detector(name, title, counted, of, (1.5, 2.0), (0.25, 0.75), 1.0)


FAMILY: Mapping[str, Detector] = _family()
"""By name. Seven groups have an equal share of the promise, and the detectors of a group of its share."""
