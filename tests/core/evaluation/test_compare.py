import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mhc_core.errors import DataError
from mhc_core.evaluation.answer_quality import Answered, Judged, score_answers, statements
from mhc_core.evaluation.compare import compare
from mhc_core.evaluation.metrics import metrics
from mhc_core.language.answer_text import presentable, without_placeholders
from mhc_core.language.similarity import RIGHT, number_agreement
from mhc_core.providers.minilm import embedder
from mhc_core.statistics.calibration import expected_calibration_error
from mhc_core.statistics.cluster_bootstrap import paired_interval
from mhc_core.vocabulary import Verdict

UNIT = st.floats(0, 1, allow_nan=False).map(lambda value: round(value, 3))
PAIRS = st.lists(st.tuples(UNIT, UNIT, st.integers(0, 12)), min_size=2, max_size=80)


def model(values: Sequence[float], **also: Any) -> list[Judged]:
    """Answers of these similarities; ``also`` are other measures, the same for all of them."""
    measures = {"grounded": 1.0, "confidence": 0.5, "latency_ms": 5.0, "cost_usd": 0.0, **also}
    return [Judged(similarity=value, right=value >= RIGHT, **measures) for value in values]


def noisy(seed: int, questions: int, gain: float = 0.0) -> tuple[list[float], list[float], list[int]]:
    """Two models over customers who ask several questions each and are all a little different."""
    draw = np.random.default_rng(seed)
    groups = draw.integers(0, max(questions // 3, 1), questions)
    taste = draw.normal(0, 0.08, questions + 1)[groups]
    base = np.clip(draw.normal(0.55, 0.15, questions), 0, 1)
    other = np.clip(base + gain + taste + draw.normal(0, 0.1, questions), 0, 1)
    return other.tolist(), base.tolist(), groups.tolist()


@settings(max_examples=60, deadline=None)
@given(PAIRS, st.integers(0, 2**32))
def test_the_order_of_questions_and_the_names_of_groups_do_not_matter(
    rows: list[tuple[float, float, int]], seed: int
) -> None:
    ours, theirs, groups = map(list, zip(*rows, strict=True))
    shuffled = random.Random(seed).sample(rows, len(rows))
    ours2, theirs2, groups2 = map(list, zip(*shuffled, strict=True))
    one = paired_interval(ours, theirs, groups, seed)
    other = paired_interval(ours2, theirs2, [f"customer {group}" for group in groups2], seed)
    assert (other.mean, other.low, other.high) == pytest.approx((one.mean, one.low, one.high), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(PAIRS, st.integers(0, 2**32))
def test_swapping_the_models_mirrors_the_interval(rows: list[tuple[float, float, int]], seed: int) -> None:
    ours, theirs, groups = map(list, zip(*rows, strict=True))
    one, other = paired_interval(ours, theirs, groups, seed), paired_interval(theirs, ours, groups, seed)
    assert one.mean == pytest.approx(-other.mean, abs=1e-12)
    if abs(one.mean) > 1e-9:
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-9)
    assert one.low <= one.high


@settings(max_examples=30, deadline=None)
@given(PAIRS, st.integers(0, 2**32))
def test_a_model_is_not_better_than_itself(rows: list[tuple[float, float, int]], seed: int) -> None:
    values, _, groups = map(list, zip(*rows, strict=True))
    same = compare(model(values), model(values), groups, seed)
    assert same.similarity.mean == 0
    assert len(set(groups)) == 1 or same.similarity.low == same.similarity.high == 0
    assert same.verdict is Verdict.HOLD


def test_the_same_seed_gives_the_same_comparison_and_another_nearly_the_same() -> None:
    ours, theirs, groups = noisy(1, 120, 0.05)
    one, again, other = (compare(model(ours), model(theirs), groups, seed) for seed in (7, 7, 8))
    assert one == again
    assert other.similarity.low == pytest.approx(one.similarity.low, abs=0.01)


def test_equal_models_are_promoted_no_more_often_than_declared() -> None:
    runs = 100
    verdicts = [compare(model(a), model(b), g, 3).verdict for a, b, g in (noisy(seed, 90) for seed in range(runs))]
    # 2.5 % by construction; 100 runs scatter. `mhc bench offline` measures it on thousands.
    assert verdicts.count(Verdict.PROMOTE) <= 6
    assert verdicts.count(Verdict.REJECT) <= 8


def test_ignoring_customers_would_promote_too_often() -> None:
    """The reason for resampling customers: questions of one customer go up and down together."""

    def promoted(seed: int, clustered: bool) -> bool:
        draw = np.random.default_rng(seed)
        groups = np.repeat(np.arange(15), 8)
        difference = draw.normal(0, 0.1, 15)[groups] + draw.normal(0, 0.03, 120)
        names = groups if clustered else np.arange(120)
        return paired_interval(difference.tolist(), [0.0] * 120, names.tolist(), 5).low > 0

    alone = sum(promoted(seed, clustered=False) for seed in range(40))
    together = sum(promoted(seed, clustered=True) for seed in range(40))
    assert alone > 6
    assert together < 4


def test_a_better_model_is_promoted_and_a_worse_one_rejected() -> None:
    ours, theirs, groups = noisy(2, 150, 0.15)
    better = compare(model(ours), model(theirs), groups, 1)
    assert better.verdict is Verdict.PROMOTE
    assert better.similarity.low > 0
    assert compare(model(theirs), model(ours), groups, 1).verdict is Verdict.REJECT


def test_the_margin_must_be_exceeded() -> None:
    ours, theirs, groups = noisy(2, 150, 0.05)
    low = compare(model(ours), model(theirs), groups, 1).similarity.low
    assert compare(model(ours), model(theirs), groups, 1, margin=low - 0.001).verdict is Verdict.PROMOTE
    assert compare(model(ours), model(theirs), groups, 1, margin=low).verdict is Verdict.HOLD


def test_less_than_a_model_that_only_quotes_is_no_loss() -> None:
    ours, theirs, groups = noisy(2, 150, 0.15)
    quoting_less = compare(model(ours, grounded=0.85), model(theirs, grounded=1.0), groups, 1)
    assert quoting_less.verdict is Verdict.PROMOTE, "grounded enough by itself"


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ({"grounded": 0.6}, {"grounded": 0.9}, "rest on the knowledge"),
        ({"figures": 0.5}, {"figures": 0.9}, "figures are right"),
        ({"contradicts": True}, {}, "contradict"),
        ({"handover_right": False}, {}, "Hand-overs"),
        ({"personal": True}, {}, "personal data"),
        ({"rude": True}, {}, "rude words"),
        ({"confidence": 0.99}, {}, "confidence cannot be trusted"),
        ({"latency_ms": 6500.0}, {"latency_ms": 5000.0}, "too slow"),
        ({"cost_usd": 0.02}, {"cost_usd": 0.01}, "too dear"),
    ],
)
def test_a_better_model_that_loses_on_a_guardrail_is_held(
    now: dict[str, Any], before: dict[str, Any], said: str
) -> None:
    ours, theirs, groups = noisy(2, 150, 0.15)
    found = compare(model(ours, **now), model(theirs, **before), groups, 1)
    assert found.verdict is Verdict.HOLD
    assert any(said in reason for reason in found.reasons), found.reasons
    assert compare(model(ours, **now), model(theirs, **now), groups, 1).verdict is Verdict.PROMOTE or said in (
        "confidence cannot be trusted",
        "rest on the knowledge",
    ), "what both share is no loss"


@pytest.mark.parametrize(("questions", "groups"), [(29, 29), (200, 9), (1, 1)])
def test_little_data_decides_nothing(questions: int, groups: int) -> None:
    names = [row % groups for row in range(questions)]
    result = compare(model([0.9] * questions), model([0.1] * questions), names, 1)
    assert result.verdict is Verdict.HOLD
    assert "Not enough data" in result.reasons[-1]


def test_different_questions_can_not_be_compared() -> None:
    with pytest.raises(DataError):
        compare(model([0.5]), model([0.5, 0.5]), [1, 2], 1)
    with pytest.raises(DataError):
        compare([], [], [], 1)


def test_calibration_error_of_known_cases() -> None:
    claimed: NDArray[np.float64] = np.array([0.9] * 10 + [0.1] * 10)
    honest = np.array([1.0] * 9 + [0.0] + [0.0] * 9 + [1.0])
    assert expected_calibration_error(claimed, honest) == pytest.approx(0)
    assert expected_calibration_error(claimed, 1 - honest) == pytest.approx(0.8)
    assert expected_calibration_error(np.array([1.0, 1.0]), np.array([1.0, 0.0])) == pytest.approx(0.5)


def test_metrics_are_averages_and_percentiles() -> None:
    found = metrics(
        [Judged(0.8, True, 1.0, 1.0, 10.0, 0.01, figures=0.5), Judged(0.4, False, 0.5, 0.0, 30.0, 0.02, rude=True)]
    )
    assert found["figures"] == 0.5, "of the answers that had figures to state"
    assert "citation_recall" not in found
    assert found["rude"] == 0.5
    assert found["similarity"] == pytest.approx(0.6)
    assert found["right"] == 0.5
    assert found["groundedness"] == 0.75
    assert found["brier"] == 0
    assert found["latency_p50_ms"] == 20
    assert found["cost_usd"] == pytest.approx(0.03)


PASSAGE = "## Travel\nThe first 30 miles are free. After that each mile costs $2. We do not drive over 200 miles."


def judge(answer: str, reference: str = "The first 30 miles are free, then it is $2 a mile.") -> Judged:
    return score_answers([Answered(reference, answer, 0.7, [PASSAGE])], embedder.load(1))[0]


def test_the_approved_answer_itself_is_right_and_grounded() -> None:
    found = judge("The first 30 miles are free, then it is $2 a mile.")
    assert found.similarity == pytest.approx(1, abs=1e-5)
    assert found.right
    assert found.grounded == 1


def test_a_wrong_number_costs_similarity_and_ground() -> None:
    wrong = judge("The first 50 miles are free, then it is $7 a mile.")
    assert not wrong.right
    assert wrong.grounded == 0


def test_an_invented_statement_is_not_grounded_and_small_talk_needs_no_ground() -> None:
    half = judge("The first 30 miles are free. Our chef also brings a live jazz band and fireworks.")
    assert half.grounded == 0.5
    assert judge("Happy to help! Where is the party?").grounded == 1


def test_numbers_agree_however_they_are_written() -> None:
    same = score_answers([Answered("Total: $1,100.00", "The total is 1100", 0.5)], embedder.load(1))[0]
    other = score_answers([Answered("Total: $1,100.00", "The total is 1200", 0.5)], embedder.load(1))[0]
    assert same.similarity > 1.6 * other.similarity


@given(st.frozensets(st.text("0123456789", min_size=1), max_size=5), st.frozensets(st.text("0123456789", min_size=1)))
def test_number_agreement_is_symmetric_and_bounded(ours: frozenset[str], theirs: frozenset[str]) -> None:
    assert number_agreement(ours, theirs) == number_agreement(theirs, ours)
    assert 0.5 <= number_agreement(ours, theirs) <= 1
    assert number_agreement(ours, ours) == 1


def test_questions_and_greetings_state_nothing() -> None:
    assert statements("Hi there! Could you tell me your guest count and date? We bring grill, propane and food.") == [
        "We bring grill, propane and food."
    ]


@pytest.mark.parametrize(
    ("approved", "shown"),
    [
        ("Hi [PERSON_1], the deposit is $100.", "Hi, the deposit is $100."),
        ("Thanks, [PERSON_1]! We bring the grill.", "Thanks! We bring the grill."),
        ("[PERSON_1], we bring the grill.", "We bring the grill."),
        (
            "We bring the grill, food and propane. I sent it to [EMAIL_ADDRESS_1].",
            "We bring the grill, food and propane.",
        ),
        ("I called [PHONE_1] and left word with [PERSON_2].", None),
        ("No placeholder here.", "No placeholder here."),
    ],
)
def test_no_placeholder_is_shown_to_another_customer(approved: str, shown: str | None) -> None:
    assert presentable(approved) == shown


@given(st.text(alphabet="ab [PERSON_1].,!?\n", max_size=80))
def test_what_is_presentable_never_holds_a_placeholder(text: str) -> None:
    shown = presentable(text)
    assert shown is None or ("[PERSON_1]" not in shown and shown.strip())
    assert "[PERSON_1]" not in without_placeholders(text)
