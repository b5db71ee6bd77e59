"""The bench of anomalies: an oracle that is one, quiet years that are quiet, and a report with all that is promised."""

import numpy as np
import pytest

from mhc_core.monitoring.anomalies.detectors import FAMILY
from mhc_jobs.bench.anomalies import benchmark
from mhc_jobs.bench.anomalies.oracle import log_ratio
from mhc_jobs.bench.anomalies.quiet import World


def test_the_oracle_keeps_the_best_of_all_beginnings() -> None:
    counts = np.zeros((1, 3, 24))
    expected = np.full((1, 3, 24), 0.1)
    assert (log_ratio(counts, expected, 0.05) <= 0).all()
    counts[0, 1, 12:] = 1.0
    found = log_ratio(counts, expected, 0.05)[0]
    alone = log_ratio(counts[:, 1:, 12:], expected[:, 1:, 12:], 0.05)[0]
    assert found[1, -1] == pytest.approx(alone[0, -1]), "what was before the change does not count against it"
    assert found[1, -1] > 3


def test_a_simulated_year_has_the_series_of_every_detector_and_adds_up() -> None:
    seen = World(60.0, np.random.default_rng(1)).year(3, 28)
    for detector in FAMILY.values():
        assert seen[detector.counted].shape == (3, 28, 24)
        assert detector.of is None or detector.of in seen
    assert np.array_equal(sum(seen[name] for name in seen if name.startswith("intent:")), seen["conversations"])
    assert np.array_equal(sum(seen[name] for name in seen if name.startswith("channel:")), seen["conversations"])
    assert 50 < seen["conversations"].sum() / (3 * 28) < 70
    assert (seen["escalated"] <= seen["conversations"]).all()


def test_the_report_has_false_alarms_and_delays_beside_what_others_do() -> None:
    report = benchmark.measure(years=4, a_day=60.0, delays=[60.0], runs=12, seed=1)
    quiet, [delay] = report["quiet"], report["delay"]
    assert quiet["years_with_an_alarm"] <= 0.5
    assert quiet["rules_alarms_a_year"] > 30
    assert delay["missed"] == 0.0
    assert 1 < delay["median_days"] < 20
    assert 0.5 < delay["ratio_at_promised_run_length"] < 3
