"""Detectors of changes in counts keep their bound, find changes, and know what they do not know."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mhc_core.statistics.e_detectors import (
    LEAST_WEEKS,
    LIVE_DAYS,
    Baseline,
    baseline,
    log_evidence,
    log_threshold,
)

Floats = NDArray[np.float64]
FACTORS, WEIGHTS = (1.5, 2.0), (0.25, 0.75)
WEEKS = 20


def counts(series: int, mean: Floats | float, dispersion: float = 0.05, seed: int = 1, weeks: int = WEEKS) -> Floats:
    """Hours of negative binomial days."""
    random = np.random.default_rng(seed)
    days = random.gamma(1 / dispersion, dispersion, (series, weeks * 7, 1))
    return random.poisson(days * np.broadcast_to(mean, (weeks * 7, 24))).astype(float)


def known(like: Floats, mean: float, dispersion: float, doubt: float) -> Baseline:
    days = like.shape[:2]
    return Baseline(np.full(like.shape, mean), np.full(days, dispersion), np.full(days, doubt))


def test_one_day_of_evidence_has_expectation_one_after_every_hour() -> None:
    mean, dispersion = 0.2, 0.1
    day = counts(40_000, mean, dispersion, weeks=1)[:, :1]
    evidence = np.exp(log_evidence(day, known(day, mean, dispersion, 1e-6), FACTORS, WEIGHTS))
    assert evidence.mean(axis=0)[0] == pytest.approx(np.ones(24), abs=0.05)


def test_the_evidence_grows_by_one_a_day_at_most_in_the_mean_while_nothing_changes() -> None:
    quiet = counts(4_000, 0.2, 0.1, weeks=2)
    evidence = np.exp(log_evidence(quiet, known(quiet, 0.2, 0.1, 1e-6), FACTORS, WEIGHTS))
    assert (evidence[:, :, -1].mean(axis=0) <= 1.2 * np.arange(1, 15)).all()


def test_an_error_of_the_baseline_that_was_to_be_expected_is_no_evidence() -> None:
    """All levels are wrong by up to a fifth; who believes the baseline sees changes that are none."""
    random = np.random.default_rng(3)
    wrong = np.exp(0.2 * random.standard_normal((2_000, 1, 1)))
    seen = random.poisson(np.broadcast_to(wrong, (2_000, LIVE_DAYS, 24))).astype(float)
    threshold = log_threshold(0.05)

    def alarms(doubt: float) -> float:
        evidence = log_evidence(seen, known(seen, 1.0, 0.001, doubt), FACTORS, WEIGHTS)
        return float((evidence.max(axis=(1, 2)) >= threshold).mean())

    assert alarms(0.2) < 0.05
    assert alarms(1e-6) > 0.1


def test_a_baseline_follows_hour_and_weekday_and_waits_for_enough_past() -> None:
    season = np.where(np.arange(24) < 12, 0.5, 4.0)[None] * np.where(np.arange(WEEKS * 7) % 7 < 5, 1.0, 2.0)[:, None]
    base = baseline(counts(3, 10 * season), np.ones((3, WEEKS * 7, 24)))
    assert np.isnan(base.expected[:, : (LEAST_WEEKS + 1) * 7]).all()
    last = base.expected[:, -7:]
    assert np.abs(last / (10 * season[-7:]) - 1).max() < 0.3
    assert (base.dispersion[:, -1] > 0.03).all()
    assert (base.dispersion[:, -1] < 0.12).all()


def test_a_baseline_of_shares_depends_on_how_often_it_could_have_happened() -> None:
    asked = counts(1, 5.0)
    asked[:, -7:] *= 3
    rare = np.random.default_rng(1).binomial(asked.astype(int), 0.1).astype(float)
    expected = baseline(rare, asked).expected[:, -7:]
    assert expected.sum() == pytest.approx(0.1 * asked[:, -7:].sum(), rel=0.1)


def test_the_day_that_is_judged_is_no_part_of_its_own_baseline() -> None:
    usual = counts(1, 1.0)
    changed = usual.copy()
    changed[:, -14:] *= 5
    exposure = np.ones_like(usual)
    assert np.array_equal(baseline(usual, exposure).expected[:, -7:], baseline(changed, exposure).expected[:, -7:])


@pytest.mark.parametrize("factor", [2.0, 0.05])
def test_a_change_in_either_direction_is_found_within_days(factor: float) -> None:
    seen = counts(20, 1.0)
    mean = np.ones((WEEKS * 7, 24))
    mean[-7:] = factor
    seen[:, -7:] = counts(20, mean)[:, -7:]
    evidence = log_evidence(seen, baseline(seen, np.ones_like(seen)), (factor,), (1.0,))
    assert (evidence[:, -8, -1] < log_threshold(0.01)).all()
    assert (evidence[:, -7:].max(axis=(1, 2)) >= log_threshold(0.01)).all()


def test_overwhelming_evidence_stays_a_number() -> None:
    seen = counts(1, 50.0)
    seen[:, -7:] *= 20
    evidence = log_evidence(seen, baseline(seen, np.ones_like(seen)), FACTORS, WEIGHTS)
    assert np.isfinite(evidence[:, -7:]).all()
    assert evidence[0, -1, -1] > 20


def test_a_level_of_few_weeks_follows_growth_and_knows_less() -> None:
    growing = counts(20, 2.0 * 1.03 ** (np.arange(WEEKS * 7)[:, None] / 7), weeks=WEEKS)
    slow, quick = (baseline(growing, np.ones_like(growing), level_weeks=weeks) for weeks in (26, 4))
    now = growing[:, -7:].sum(axis=(1, 2)).mean()
    assert abs(quick.expected[:, -7:].sum(axis=(1, 2)).mean() / now - 1) < 0.15
    assert slow.expected[:, -7:].sum(axis=(1, 2)).mean() / now < 0.8
    assert (quick.doubt[:, -1] > slow.doubt[:, -1]).all()
