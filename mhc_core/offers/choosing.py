"""Which of the offers that fit is made: Thompson sampling on how often each was taken by parties of this kind.

Thompson (1933): each offer's rate is drawn from its Beta posterior and the highest draw is made, so an offer is tried
as often as it is likely to be the best. The prior is worth ``PRIOR`` parties that took an offer as often as past
bookings with the same items hold it (co-purchase), so that the first customers are not asked at random.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np

from mhc_core.pseudonyms import customer_hash, keyed_hash
from mhc_core.vocabulary import PartySegment

PRIOR = 6.0
"""Parties that the co-purchase rate counts as."""
UNKNOWN_RATE = 0.1
"""The rate of an offer that no past booking says anything of."""
LARGE_FROM = 20
SALT = "offers"


@dataclass(frozen=True, slots=True)
class OfferCounts:
    """How an offer fared with parties of one segment. ``bookings`` were made in it, ``bought`` of them hold the offer's
    items; ``companions`` gives by another item the share of its bookings that hold them too, 0..1."""

    shown: int = 0
    accepted: int = 0
    bookings: int = 0
    bought: int = 0
    companions: Mapping[str, float] = field(default_factory=dict)

    def rate(self, ordered: Iterable[str]) -> float:
        """How often the offer is taken by who ordered these items, as past bookings tell."""
        known = [self.companions[item] for item in ordered if item in self.companions]
        if known:
            return max(known)
        return (self.bought + 1) / (self.bookings + 1 / UNKNOWN_RATE)


@dataclass(frozen=True, slots=True)
class OfferState:
    """What is known of offers right now: the counts by offer and segment, the key of customers' pseudonyms, and
    the seed of all draws."""

    counts: Mapping[tuple[str, PartySegment], OfferCounts] = field(default_factory=dict)
    salt: bytes = field(default=b"", repr=False)
    seed: int = 0


def segment(adults: int, children: int) -> PartySegment:
    """The kind of a party. ``children`` counts the free youngest too."""
    if adults + children >= LARGE_FROM:
        return PartySegment.LARGE
    return PartySegment.FAMILY if children else PartySegment.ADULTS


def held_out(state: OfferState, customer: str, percent: int) -> bool:
    """Whether a customer is one of the ``percent`` who are suggested nothing: always the same ones.

    Without the key of an installation nobody is.
    """
    if not state.salt:
        return False
    return int(keyed_hash(state.salt, f"{SALT}/{customer_hash(state.salt, customer)}")[:12], 16) % 100 < percent


def choose(
    state: OfferState, names: Sequence[str], kind: PartySegment, ordered: Sequence[str], conversation: UUID
) -> str | None:
    """One of the offers, None where there is none. The same state and conversation give the same one."""
    if not names:
        return None
    draw = np.random.default_rng([state.seed, *conversation.bytes])
    drawn = []
    for name in names:
        known = state.counts.get((name, kind), OfferCounts())
        rate = known.rate(ordered)
        taken, left = 1 + PRIOR * rate + known.accepted, 1 + PRIOR * (1 - rate) + known.shown - known.accepted
        drawn.append(draw.beta(taken, max(left, 1.0)))
    return names[int(np.argmax(drawn))]
