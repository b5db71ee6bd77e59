"""The same comparison for each intent, channel and language: a gain on the whole must not hide a loss in a part.

Each slice is tested by sign flips of its customers, and the p-values are corrected for their number (Holm). A slice of
few customers is named as such: it decides nothing.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from mhc_core.statistics.cluster_bootstrap import Interval, clusters, paired_interval
from mhc_core.statistics.paired_tests import holm, sign_flips

MIN_GROUPS = 8
"""Customers from which sign flips can show anything beside nine other slices."""
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of the questions. ``p_better`` and ``p_worse`` are one-sided and corrected; None with few customers."""

    by: str
    value: str
    questions: int
    groups: int
    difference: Interval
    p_better: float | None
    p_worse: float | None

    @property
    def worse(self) -> bool:
        return self.p_worse is not None and self.p_worse <= ALPHA

    @property
    def better(self) -> bool:
        return self.p_better is not None and self.p_better <= ALPHA


def compare_slices(
    candidate: Sequence[float],
    baseline: Sequence[float],
    groups: Sequence[Hashable],
    labels: Mapping[str, Sequence[str]],
    seed: int,
) -> list[Slice]:
    """Every slice by the kinds of ``labels`` (such as intent, channel, language), each kind's largest first."""
    parts: list[tuple[str, str, list[int]]] = [
        (by, value, [row for row, found in enumerate(values) if found == value])
        for by, values in labels.items()
        for value, _ in sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    ]
    found: list[Slice] = []
    raw: dict[int, tuple[float, float]] = {}
    for at, (by, value, rows) in enumerate(parts):
        ours, theirs = ([column[row] for row in rows] for column in (candidate, baseline))
        owners = [groups[row] for row in rows]
        sums, _ = clusters(ours, theirs, owners)
        found.append(Slice(by, value, len(rows), len(sums), paired_interval(ours, theirs, owners, seed), None, None))
        if len(sums) >= MIN_GROUPS:
            raw[at] = sign_flips(sums, seed)
    corrected = zip(*(holm([pair[side] for pair in raw.values()]) for side in (0, 1)), strict=True)
    for at, (better, worse) in zip(raw, corrected, strict=True):
        found[at] = replace(found[at], p_better=better, p_worse=worse)
    return found
