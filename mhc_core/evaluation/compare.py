"""Is the candidate better than the model in production, on the same held-out questions?

A candidate is promoted when three things agree on answers to identical questions: the interval of the mean difference
lies above the margin (``intervals``), sign flips of whole customers show the same, and exact McNemar shows that more
questions pass (``paired_tests``). Each alone errs a little more often than it says when customers are few; together
they do not (``mhc bench offline``). Then guardrails and slices must hold.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from mhc_core.db.rows.evaluation import NewEvaluation
from mhc_core.errors import DataError
from mhc_core.evaluation import guardrails
from mhc_core.evaluation.answer_quality import Judged
from mhc_core.evaluation.guardrails import Held
from mhc_core.evaluation.metrics import Metrics, metrics
from mhc_core.evaluation.slices import Slice, compare_slices
from mhc_core.statistics.cluster_bootstrap import Interval, clusters, paired_interval
from mhc_core.statistics.paired_tests import NO_DIFFERENCE, McNemar, mcnemar, sign_flips
from mhc_core.vocabulary import Verdict

MIN_QUESTIONS = 30
MIN_GROUPS = 10
FLIPS_ALPHA = 0.025
PASSES_ALPHA = 0.10


@dataclass(frozen=True, slots=True)
class Comparison:
    """A verdict with the numbers and the plain words it rests on. Differences are candidate minus baseline.

    ``p_flips`` is one-sided, for a difference above the margin.
    """

    questions: int
    groups: int
    candidate: Metrics
    baseline: Metrics
    similarity: Interval
    verdict: Verdict = Verdict.HOLD
    reasons: tuple[str, ...] = ()
    p_flips: float = 1.0
    passes: McNemar = NO_DIFFERENCE
    guardrails: tuple[Held, ...] = ()
    slices: tuple[Slice, ...] = ()

    def row(
        self,
        key: str,
        candidate_id: str,
        baseline_id: str,
        dataset_id: str,
        knowledge_version_id: str | None = None,
        evaluation_set_id: str | None = None,
        differences: Sequence[float] = (),
        more: Mapping[str, Any] | None = None,
    ) -> NewEvaluation:
        """This comparison as it is stored, with ``more`` beside its details."""
        return NewEvaluation(
            key=key,
            candidate_id=candidate_id,
            baseline_id=baseline_id,
            dataset_id=dataset_id,
            knowledge_version_id=knowledge_version_id,
            evaluation_set_id=evaluation_set_id,
            questions=self.questions,
            candidate_metrics=self.candidate,
            baseline_metrics=self.baseline,
            difference=self.similarity.mean,
            interval_low=self.similarity.low,
            interval_high=self.similarity.high,
            verdict=self.verdict,
            reasons=list(self.reasons),
            differences=list(differences),
            details={**self.details(), **(more or {})},
        )

    def details(self) -> dict[str, Any]:
        """What is stored beside the metrics, as JSON."""
        return {
            "customers": self.groups,
            "p_flips": self.p_flips,
            "passes": asdict(self.passes),
            "guardrails": [asdict(found) for found in self.guardrails],
            "slices": [{**asdict(found), "worse": found.worse, "better": found.better} for found in self.slices],
        }


@dataclass(frozen=True, slots=True)
class Passes:
    """Which answers pass, as somebody judged them who may decide, question by question."""

    by: str
    candidate: Sequence[bool]
    baseline: Sequence[bool]


def compare(
    candidate: Sequence[Judged],
    baseline: Sequence[Judged],
    groups: Sequence[Hashable],
    seed: int,
    margin: float = 0.0,
    labels: Mapping[str, Sequence[str]] | None = None,
    passes: Passes | None = None,
) -> Comparison:
    """Compare two models answer by answer; ``groups`` names the customer or conversation of each question.

    The verdict is *promote* when everything of the module's rule holds, *reject* when the interval of the similarity
    difference lies below zero, *hold* otherwise or with too few questions. Neither the order of the questions nor the
    names of the groups matter. ``labels`` names the slices, such as the intent of each question. Without ``passes`` an
    answer passes when it is right (``judging.RIGHT``).

    Raises:
        DataError: the sequences differ in length, or are empty.
    """
    if not candidate or not len(candidate) == len(baseline) == len(groups):
        raise DataError(
            "candidate, baseline and groups must be of one length, over 0; evaluate both on the same questions"
        )
    ours, theirs = ([item.similarity for item in judged] for judged in (candidate, baseline))
    sums, counts = clusters(ours, theirs, groups)
    measured = metrics(candidate), metrics(baseline)
    if passes is None:
        passes = Passes("", [item.right for item in candidate], [item.right for item in baseline])
    found = Comparison(
        questions=len(candidate),
        groups=len(sums),
        candidate=measured[0],
        baseline=measured[1],
        similarity=paired_interval(ours, theirs, groups, seed),
        p_flips=sign_flips(sums - margin * counts, seed)[0],
        passes=mcnemar(passes.candidate, passes.baseline),
        guardrails=tuple(guardrails.check(candidate, baseline, groups, *measured, seed)),
        slices=tuple(compare_slices(ours, theirs, groups, labels or {}, seed)),
    )
    verdict, reasons = _decide(found, margin)
    if passes.by:
        reasons.append(f"Whether an answer passes was judged by {passes.by}.")
    return replace(found, verdict=verdict, reasons=tuple(reasons))


def _decide(found: Comparison, margin: float) -> tuple[Verdict, list[str]]:
    similarity, passes = found.similarity, found.passes
    measured = [
        f"Similarity to the approved answers changed by {similarity.mean:+.3f} "
        f"(95 % interval {similarity.low:+.3f} to {similarity.high:+.3f}) "
        f"on {found.questions} questions of {found.groups} customers.",
    ]
    if found.questions < MIN_QUESTIONS or found.groups < MIN_GROUPS:
        needed = f"at least {MIN_QUESTIONS} questions of {MIN_GROUPS} customers are needed"
        return Verdict.HOLD, [*measured, f"Not enough data to decide: {needed}."]
    if similarity.high < 0:
        return Verdict.REJECT, [*measured, "The candidate is worse: the whole interval lies below zero."]
    if similarity.low <= margin:
        return Verdict.HOLD, [*measured, f"Not shown to be better: the interval does not lie above {margin:+.3f}."]
    if found.p_flips > FLIPS_ALPHA:
        return Verdict.HOLD, [
            *measured,
            f"Not shown to be better: so large a gain would come by chance with p = {found.p_flips:.3f} when whole "
            f"customers are flipped, {FLIPS_ALPHA} is the limit.",
        ]
    counted = f"{passes.gained} questions pass that did not before, and {passes.lost} no longer do"
    if passes.p_better > PASSES_ALPHA:
        return Verdict.HOLD, [
            *measured,
            f"Not shown that more answers pass: {counted} (McNemar, exact p = {passes.p_better:.3f}, "
            f"{PASSES_ALPHA} is the limit).",
        ]
    broken = [item.sentence for item in found.guardrails if not item.holds] + [
        f"Worse where the {part.by} is {part.value}: {part.difference.mean:+.3f} on {part.questions} questions, "
        f"p = {part.p_worse:.3f} after correcting for all slices."
        for part in found.slices
        if part.worse
    ]
    if broken:
        return Verdict.HOLD, [*measured, *broken]
    return Verdict.PROMOTE, [
        *measured,
        f"Better beyond chance: the whole interval lies above {margin:+.3f}; {counted} "
        f"(McNemar, exact p = {passes.p_better:.2g}).",
        f"Guardrails hold: groundedness {found.candidate['groundedness']:.0%} "
        f"(before {found.baseline['groundedness']:.0%}), calibration error {found.candidate['ece']:.2f}.",
        *_about_slices(found.slices),
    ]


def _about_slices(slices: Sequence[Slice]) -> list[str]:
    if not slices:
        return []
    tested = [part for part in slices if part.p_worse is not None]
    few = [f"{part.value} ({part.groups})" for part in slices if part.p_worse is None]
    said = f"Shown worse in none of {len(tested)} slices"
    return [f"{said}; too few customers to say for {', '.join(few)}." if few else f"{said}."]
