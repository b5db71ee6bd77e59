"""The tests behind the offline gate, its slices, and how often it errs."""

import itertools

import numpy as np
import pytest
from fakes.places import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.evaluation import guardrails, measures
from mhc_core.evaluation.answer_quality import Judged
from mhc_core.evaluation.compare import Passes, compare
from mhc_core.evaluation.slices import compare_slices
from mhc_core.language.similarity import RIGHT
from mhc_core.statistics.paired_tests import holm, mcnemar, sign_flips
from mhc_core.vocabulary import Verdict
from mhc_jobs.bench import offline_gate


def judged(values: list[float]) -> list[Judged]:
    return [Judged(value, value >= RIGHT, 1.0, 0.5, 5.0, 0.0) for value in values]


def test_mcnemar_is_the_exact_binomial_of_the_pairs_that_differ() -> None:
    found = mcnemar([True] * 7 + [False] + [True] * 40, [False] * 7 + [True] + [True] * 40)
    assert (found.gained, found.lost) == (7, 1)
    assert found.p_better == pytest.approx(9 / 256)  # (8 choose 7 + 8 choose 8) / 2^8
    assert found.p_worse == pytest.approx(255 / 256)
    assert mcnemar([True, False], [True, False]).p_better == 1


@settings(deadline=None)
@given(st.lists(st.floats(-1, 1).map(lambda value: round(value, 3)), min_size=1, max_size=8))
def test_sign_flips_are_those_of_every_sign_counted_by_hand(values: list[float]) -> None:
    sums = np.array(values)
    flipped = [np.dot(signs, sums) for signs in itertools.product((-1, 1), repeat=len(sums))]
    above = np.mean([total >= sums.sum() - 1e-9 for total in flipped])
    better, worse = sign_flips(sums, seed=1)
    assert better == pytest.approx(above)
    assert sign_flips(-sums, seed=1) == pytest.approx((worse, better))


def test_many_customers_are_flipped_at_random_and_alike_in_any_order() -> None:
    sums = np.random.default_rng(4).normal(0.05, 0.1, 40)
    better, worse = sign_flips(sums, seed=2)
    assert sign_flips(sums[::-1], seed=2) == (better, worse)
    assert better < 0.05 < 0.9 < worse
    assert sign_flips(np.full(40, 0.1), seed=2)[0] == pytest.approx(1e-4)


def test_holm_corrects_step_by_step() -> None:
    assert holm([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.09, 0.09, 0.5])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_a_corrected_p_value_is_never_smaller_and_keeps_the_order(raw: list[float]) -> None:
    adjusted = holm(raw)
    assert all(one >= other for one, other in zip(adjusted, raw, strict=True))
    assert all(adjusted[a] <= adjusted[b] for a in range(len(raw)) for b in range(len(raw)) if raw[a] < raw[b])


def test_a_gain_on_the_whole_does_not_hide_a_loss_in_a_part() -> None:
    draw = np.random.default_rng(3)
    base = np.full(240, 0.58)
    intents = ["allergy"] * 40 + ["pricing"] * 200
    change = np.r_[draw.normal(-0.15, 0.05, 40), draw.normal(0.15, 0.05, 200)]
    groups, labels = list(range(240)), {"intent": intents}
    found = compare(judged((base + change).tolist()), judged(base.tolist()), groups, 1, labels=labels)
    assert found.similarity.low > 0
    assert found.verdict is Verdict.HOLD
    assert any("intent is allergy" in reason for reason in found.reasons)
    unlabelled = compare(judged((base + change).tolist()), judged(base.tolist()), groups, 1)
    assert unlabelled.verdict is Verdict.PROMOTE, "the slice alone held it"


def test_of_many_equal_slices_few_are_called_different() -> None:
    """Without the correction every second comparison of ten equal slices would find one."""
    called = raw = 0
    for seed in range(25):
        draw = np.random.default_rng(seed)
        values = draw.normal(0.5, 0.1, 200)
        labels = {"intent": [f"i{n % 10}" for n in range(200)]}
        other = values + draw.normal(0, 0.05, 200)
        parts = compare_slices(other.tolist(), values.tolist(), list(range(200)), labels, 1)
        called += any(part.worse for part in parts)
        raw += any(part.p_worse is not None and part.p_worse <= 0.5 for part in parts)
    assert called <= 4
    assert raw > called


def test_a_slice_of_few_customers_says_so_and_decides_nothing() -> None:
    labels = {"channel": ["web"] * 20 + ["sms"] * 20}
    groups = [*range(20), *([20, 21] * 10)]
    web, sms = compare_slices([0.1] * 40, [0.9] * 40, groups, labels, 1)
    assert (sms.value, web.value) == ("web", "sms") or (web.value, sms.value) == ("web", "sms")
    few = next(part for part in (web, sms) if part.value == "sms")
    assert few.groups == 2
    assert few.p_worse is None
    assert not few.worse
    assert next(part for part in (web, sms) if part.value == "web").worse


def test_who_may_decide_decides_what_passes() -> None:
    drawn = offline_gate.draw(2, 50, 0.12)
    ours, theirs = judged(drawn.candidate), judged(drawn.baseline)
    assert compare(ours, theirs, drawn.groups, 1).verdict is Verdict.PROMOTE
    unmoved = Passes("gpt", [True] * len(ours), [True] * len(ours))
    held = compare(ours, theirs, drawn.groups, 1, passes=unmoved)
    assert held.verdict is Verdict.HOLD
    assert "judged by gpt" in held.reasons[-1]
    assert any("Not shown that more answers pass" in reason for reason in held.reasons)


def test_the_benchmark_shows_the_gate_err_less_than_simpler_rules() -> None:
    rows = {(row["customers"], row["true_gain"]): row for row in offline_gate.measure(25, 11, (30,), (-0.05, 0.0, 0.1))}
    equal, better = rows[30, 0.0]["promoted"], rows[30, 0.1]["promoted"]
    assert equal["gate"] <= equal["interval_alone"] <= equal["questions_as_independent"] <= equal["mean_is_higher"]
    assert equal["gate"] <= 0.08
    assert better["gate"] >= 0.9
    assert rows[30, -0.05]["promoted"]["gate"] == 0
    assert rows[30, -0.05]["gate_rejected"] > 0.4


def test_the_documentation_says_what_the_code_declares() -> None:
    said = (ROOT / "docs" / "evaluation.md").read_text()
    for name, measure in measures.MEASURES.items():
        assert f"| `{name}` | {measure.label} | {measure.definition} |" in said, name
    for rail in guardrails.GUARDRAILS:
        assert f"| {rail.name} | {rail.margin:g} | {rail.enough:g} |" in said, rail.name
