"""Who must reach a person: the threshold is set where people whom no model met are seen, or would be bothered."""

import numpy as np
import pytest

from mhc_core.understanding.needs import FALSE_CALLS, RECALL, calibrated


@pytest.mark.parametrize("apart", [0.5, 2.0, 8.0])
def test_the_wanted_recall_is_reached_unless_too_many_would_be_called(apart: float) -> None:
    rng = np.random.default_rng(5)
    needed = np.arange(4000) % 4 == 0
    scores = rng.normal(size=4000) + apart * needed
    platt, call_from = calibrated(scores, needed)
    called = 1 / (1 + np.exp(-(platt[0] * scores + platt[1]))) >= call_from
    assert called[~needed].mean() <= FALSE_CALLS + 0.001
    if apart > 5:
        assert called[needed].mean() == pytest.approx(RECALL, abs=0.002)
        assert called[~needed].mean() < 0.01
    else:
        assert called[~needed].mean() == pytest.approx(FALSE_CALLS, abs=0.002)


def test_probabilities_are_shares() -> None:
    rng = np.random.default_rng(6)
    needed = rng.random(8000) < 0.2
    scores = 3 * (rng.normal(size=8000) + 1.5 * needed)  # too sure of themselves
    platt, _ = calibrated(scores, needed)
    told = 1 / (1 + np.exp(-(platt[0] * scores + platt[1])))
    for low in (0.1, 0.3, 0.5, 0.7):
        inside = (told >= low) & (told < low + 0.2)
        assert needed[inside].mean() == pytest.approx(told[inside].mean(), abs=0.06)


@pytest.mark.parametrize("needed", [[False] * 9, [True] * 9])
def test_without_both_kinds_nothing_is_calibrated(needed: list[bool]) -> None:
    platt, call_from = calibrated(np.linspace(-3, 3, 9), np.array(needed))
    assert (platt.tolist(), call_from) == ([1.0, 0.0], 0.5)
