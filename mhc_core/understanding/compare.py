"""Whether a candidate may read customers' messages: not worse than the live version on the same held-out messages.

A candidate saw all that the live version saw, and more, so it need not be shown to be better, as a model that answers
must be: it is promoted when on every measure the interval of the paired difference shows that no more than the margin
is lost, or when it is good enough alone. It is rejected when it is shown to be worse on any by half of the margin.

Calling a person is one measure, not two: each version sets its own threshold, and who calls more people sees more needs
and spares fewer customers. Taken apart, an honest candidate that moved along that line would always be worse on one.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mhc_core.statistics.cluster_bootstrap import Interval, paired_interval
from mhc_core.understanding.measures import Marks, totals
from mhc_core.vocabulary import Verdict

MIN_MESSAGES = 100
FIRST = 0.5
"""What the first version, which has nothing beside it, must reach on slots and topics."""
MISSED = 2.0
"""So many customers called to a person without need weigh as much as one who needed a person and met none."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A measure of single messages; ``margin`` may be lost, and from ``enough`` on nothing is asked (both 0..1).

    ``counts`` is how much a message counts.
    """

    name: str
    reads: Callable[[Marks], float | None]
    margin: float
    enough: float
    counts: Callable[[Marks], float] = lambda one: 1.0


GATES = (
    Gate("slots", lambda one: one.slots, 0.03, 0.98),
    Gate("topics", lambda one: one.topics, 0.04, 0.98),
    Gate("acts", lambda one: one.acts, 0.04, 0.98),
    Gate(
        "hand-overs",
        lambda one: one.person_spared if one.person_seen is None else one.person_seen,
        0.03,
        0.98,
        lambda one: 1.0 if one.person_seen is None else MISSED,
    ),
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A verdict with the numbers and plain words it rests on. Differences are candidate minus baseline."""

    verdict: Verdict
    reasons: tuple[str, ...]
    candidate: dict[str, float]
    baseline: dict[str, float]
    differences: dict[str, Any]


def first(candidate: Sequence[Marks]) -> Comparison:
    """Judge a version that has no other beside it: whether it reads messages at all."""
    measured = totals(candidate)
    said = f"There is no version to compare with; slots F1 {measured['slots_f1']:.3f}, topics {measured['topics']:.3f}"
    if len(candidate) < MIN_MESSAGES:
        return Comparison(Verdict.HOLD, tuple(_too_few(len(candidate))), measured, {}, {})
    if min(measured["slots_f1"], measured["topics"]) < FIRST:
        return Comparison(Verdict.REJECT, (f"{said}: below {FIRST}.",), measured, {}, {})
    return Comparison(Verdict.PROMOTE, (f"{said} on {len(candidate)} held-out messages.",), measured, {}, {})


def compare(candidate: Sequence[Marks], baseline: Sequence[Marks], groups: Sequence[str], seed: int) -> Comparison:
    """Judge a candidate beside the live version, message by message; ``groups`` names the customer of each.

    Too few messages hold it.
    """
    found = {gate.name: _interval(gate, candidate, baseline, groups, seed) for gate in GATES}
    worse, unsure, said = [], [], []
    for gate in GATES:
        difference, mean = found[gate.name]
        change = (
            f"{gate.name} {mean:.3f}, {difference.mean:+.3f} (95 % interval {difference.low:+.3f} to "
            f"{difference.high:+.3f})"
        )
        if difference.high < 0 and difference.mean < -gate.margin / 2:
            worse.append(f"Worse: {change}.")
        elif difference.low <= -gate.margin and mean < gate.enough:
            unsure.append(f"A loss of over {gate.margin:.2f} cannot be ruled out: {change}.")
        else:
            said.append(f"Not worse: {change}.")
    verdict, reasons = Verdict.PROMOTE, said
    if len(candidate) < MIN_MESSAGES:
        verdict, reasons = Verdict.HOLD, _too_few(len(candidate))
    elif worse:
        verdict, reasons = Verdict.REJECT, worse
    elif unsure:
        verdict, reasons = Verdict.HOLD, unsure
    differences = {name: asdict(interval) for name, (interval, _) in found.items()}
    return Comparison(verdict, tuple(reasons), totals(candidate), totals(baseline), differences)


def _too_few(messages: int) -> list[str]:
    return [f"Not enough data to decide: {messages} held-out messages, at least {MIN_MESSAGES} are needed."]


def _interval(
    gate: Gate, candidate: Sequence[Marks], baseline: Sequence[Marks], groups: Sequence[str], seed: int
) -> tuple[Interval, float]:
    """The difference with its interval, and the candidate's mean; no difference where no message has the measure."""
    owners, ours, theirs, weights = list[str](), list[float](), list[float](), list[float]()
    for one, other, group in zip(candidate, baseline, groups, strict=True):
        mine, before = gate.reads(one), gate.reads(other)
        if mine is not None and before is not None:
            owners.append(group)
            ours.append(mine)
            theirs.append(before)
            weights.append(gate.counts(one))
    if not owners:
        return Interval(0.0, 0.0, 0.0), 1.0
    share = len(weights) / sum(weights)
    ours, theirs = (
        [value * weight * share for value, weight in zip(values, weights, strict=True)] for values in (ours, theirs)
    )
    return paired_interval(ours, theirs, owners, seed), sum(ours) / len(ours)
