"""Whether a person must answer a message, and why.

Two classifiers of each segment that err differently are multiplied, as in the tagger: logistic regression on words and
vectors, and a network on the states of the words. The network also learns what messages that need nobody are about and
do, which keeps it from taking a word for a reason. How often they are right is measured on people whom neither met
(out of fold by writer): that calibrates the probability (Platt 1999) and sets from which one on a person is called.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.understanding import folds, heads, network
from mhc_core.understanding.heads import Floats, Head, Inputs
from mhc_core.understanding.logistic import Rows
from mhc_core.understanding.network import Network
from mhc_core.understanding.result import PersonNeed

NO_REASON = "none"
RECALL, FALSE_CALLS = 0.97, 0.05
"""Of unknown writers: the recall that is wanted, and the share of messages without need for which nobody may be called
more often. The gold is written to mislead, so among ordinary messages it is less than half of that."""
REGULARISATION, TOLERANCE = 5.0, 1e-3
HIDDEN, EPOCHS, BATCH = 128, 8, 128
_FOLDS = 3
_SMALL = 1e-7


@dataclass(frozen=True)
class Needs:
    """``platt`` are slope and bias of the calibration, ``call_from`` the probability from which a person is called."""

    reasons: Head
    network: Network
    platt: NDArray[np.float64]
    call_from: float

    def person(self, inputs: Inputs, pooled: Floats) -> PersonNeed | None:
        """Who must answer the message with these segments; None where the concierge may."""
        by_words, by_states = self.reasons.probabilities(inputs), self.network.probabilities(pooled)
        scores, shares = _scored(self.reasons, by_words, self.network, by_states)
        row = int(scores.argmax())
        probability = float(_sigmoid(self.platt[0] * scores[row] + self.platt[1]))
        if probability < self.call_from:
            return None
        names = [name for name in self.reasons.classes if name != NO_REASON]
        return PersonNeed(names[int(shares[row].argmax())], probability)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it as plain arrays."""
        return {
            **{f"reasons.{name}": array for name, array in self.reasons.arrays.items()},
            **{f"network.{name}": array for name, array in self.network.arrays.items()},
            "platt": self.platt,
            "call_from": np.array(self.call_from),
        }

    @staticmethod
    def from_arrays(arrays: dict[str, NDArray[Any]]) -> "Needs":
        """What ``arrays`` describe."""
        parts = [
            {key.removeprefix(f"{part}."): array for key, array in arrays.items() if key.startswith(f"{part}.")}
            for part in ("reasons", "network")
        ]
        call_from = arrays["call_from"].item()
        return Needs(Head.from_arrays(parts[0]), Network.from_arrays(parts[1]), arrays["platt"], call_from)


@dataclass(frozen=True)
class Taught:
    """Segments to learn from: their features and pooled states, why each needs a person (or ``NO_REASON``), what it is
    about and does, and the number of its message."""

    rows: Rows
    pooled: Floats
    reasons: NDArray[np.str_]
    about: NDArray[np.str_]
    message: NDArray[np.int64]

    def some(self, rows: NDArray[np.bool_]) -> "Taught":
        """Those of some rows."""
        return Taught(self.rows.some(rows), self.pooled[rows], self.reasons[rows], self.about[rows], self.message[rows])


def train(taught: Taught, writers: Sequence[str], seed: int) -> Needs:
    """``writers`` tells of each message whose words it is."""
    fold = folds.by_writer(writers, _FOLDS)[taught.message]
    scores = np.zeros(len(fold))
    for number in range(_FOLDS if NO_REASON in taught.reasons else 0):
        asked = fold == number
        if len(set(taught.reasons[~asked])) > 1 and asked.any():
            head, net = _classifiers(taught.some(~asked), seed)
            by_words, by_states = head.of_rows(taught.rows.some(asked)), net.probabilities(taught.pooled[asked])
            scores[asked] = _scored(head, by_words, net, by_states)[0]
    by_message = np.full(len(writers), -np.inf)
    np.maximum.at(by_message, taught.message, scores)
    needed = np.zeros(len(writers), dtype=bool)
    needed[taught.message[taught.reasons != NO_REASON]] = True
    platt, call_from = calibrated(by_message, needed)
    return Needs(*_classifiers(taught, seed), platt, call_from)


def pooled(states: Sequence[Floats], whole: Sequence[Floats], width: int) -> Floats:
    """What the network sees of segments: the mean of their words' states, the greatest and least of those in the first
    ``width`` columns, and the message's vector."""
    rows = [
        np.concatenate([held.mean(axis=0), held[:, :width].max(axis=0), held[:, :width].min(axis=0), around])
        if len(held)
        else np.concatenate([np.zeros(len(around) + 2 * width, np.float32), around])
        for held, around in zip(states, whole, strict=True)
    ]
    return np.asarray(rows, dtype=np.float32)


def _classifiers(taught: Taught, seed: int) -> tuple[Head, Network]:
    labels = np.where(taught.reasons == NO_REASON, np.char.add("about ", taught.about), taught.reasons)
    return (
        heads.fitted(taught.rows, taught.reasons, REGULARISATION, TOLERANCE),
        network.train(taught.pooled.copy(), labels.tolist(), HIDDEN, EPOCHS, BATCH, seed),
    )


def _scored(head: Head, by_words: Floats, net: Network, by_states: Floats) -> tuple[NDArray[np.float64], Floats]:
    """Of each segment the log-odds that it needs a person, and the shares of the reasons in the head's order."""
    names = [name for name in head.classes if name != NO_REASON]
    ours = by_words[:, [head.classes.index(name) for name in names]]
    theirs = by_states[:, [net.classes.index(name) for name in names]]
    odds = [_log_odds(each.sum(axis=1, dtype=np.float64)) for each in (ours, theirs)]
    return (odds[0] + odds[1]) / 2, ours * theirs


def calibrated(scores: NDArray[np.float64], needed: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float]:
    """Slope and bias of the calibration, and the probability from which a person is called."""
    from sklearn.linear_model import LogisticRegression

    if needed.all() or not needed.any():  # nothing to tell apart was ever seen
        return np.array([1.0, 0.0]), 0.5
    fitted = LogisticRegression(C=np.inf).fit(scores[:, None], needed)
    platt = np.array([float(fitted.coef_[0, 0]), float(fitted.intercept_[0])])
    wanted = np.quantile(scores[needed], 1 - RECALL)
    allowed = np.quantile(scores[~needed], 1 - FALSE_CALLS)
    return platt, float(_sigmoid(platt[0] * max(wanted, allowed) + platt[1]))


def _log_odds(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    kept = np.clip(shares, _SMALL, 1 - _SMALL)
    return np.log(kept) - np.log1p(-kept)


def _sigmoid(score: float) -> float:
    return float(1 / (1 + np.exp(-score)))
