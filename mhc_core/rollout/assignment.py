"""Who is given the candidate: a salted hash of the customer puts each at one place of a line from 0 to 100 %.

The candidate takes the line's beginning, the holdback its end. So everybody keeps their place on every channel, in
every process and after every restart; when the share grows nobody loses the candidate; and another rollout's salt
mixes customers anew (Kohavi, Tang & Xu 2020, *Trustworthy Online Controlled Experiments*, ch. 13).
"""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from mhc_core.pseudonyms import Pseudonym
from mhc_core.vocabulary import Arm, Intent

STAGES = (10, 50, 100)
"""Percent of customers that are given the candidate, one stage after the other."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What every replica must know of a rollout to agree with all others.

    ``share`` and ``holdback`` are percent of customers; ``intents`` None allows all. With ``share`` 0 the candidate is
    shown to nobody: in the shadow, or after a kill.
    """

    rollout_id: int
    candidate_id: str
    control_id: str
    salt: str
    share: int
    holdback: int = 0
    intents: frozenset[Intent] | None = None

    def allows(self, intent: Intent) -> bool:
        """Whether questions of this intent may be answered by the candidate at all."""
        return self.share > 0 and (self.intents is None or intent in self.intents)


class RolloutExposure(NamedTuple):
    """A customer, by pseudonym, who met a rollout in one of its stages."""

    rollout_id: int
    share: int
    customer_hash: Pseudonym
    arm: Arm


def place(salt: str, customer: str) -> float:
    """Where a customer stands on the line, 0 <= place < 100. ``customer`` is any text that names one."""
    digest = hashlib.sha256(f"{salt}\n{customer}".encode("utf-8", "surrogatepass")).digest()
    return (int.from_bytes(digest[:8]) >> 11) / 2**53 * 100


def arm(plan: Plan, customer: Pseudonym) -> Arm:
    """The arm of a customer; the other one is the concurrent control."""
    return Arm.CANDIDATE if place(plan.salt, customer) < min(plan.share, 100 - plan.holdback) else Arm.CONTROL


def expected_share(share: int, holdback: int) -> float:
    """The share of customers, 0..1, that ``arm`` gives the candidate: what a sample-ratio test expects."""
    return min(share, 100 - holdback) / 100


def next_stage(share: int) -> int | None:
    """The stage after this share; None after the last."""
    return next((stage for stage in STAGES if stage > share), None)
