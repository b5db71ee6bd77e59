"""What customers say becomes points exactly as agreed, and never leaves 0..1."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.db.rows.feedback import FeedbackSignals
from mhc_core.feedback.points import factor, score
from mhc_core.settings import FeedbackPoints

POINTS = FeedbackPoints()
SIGNALS = st.builds(
    FeedbackSignals,
    vote=st.sampled_from([None, "up", "down"]),
    stars=st.none() | st.integers(1, 5),
    helpful=st.none() | st.booleans(),
    accurate=st.none() | st.booleans(),
    comment_chars=st.integers(0, 200),
)


@pytest.mark.parametrize(
    ("signals", "points"),
    [
        (FeedbackSignals(), 0.0),
        (FeedbackSignals(vote="up"), 0.3),
        (FeedbackSignals(vote="down"), 0.0),
        (FeedbackSignals(stars=5), 0.4),
        (FeedbackSignals(stars=4), 0.2),
        (FeedbackSignals(stars=3), 0.0),
        (FeedbackSignals(helpful=True), 0.2),
        (FeedbackSignals(helpful=False), 0.0),
        (FeedbackSignals(accurate=True), 0.3),
        (FeedbackSignals(comment_chars=20), 0.0),
        (FeedbackSignals(comment_chars=21), 0.1),
        (FeedbackSignals(vote="up", stars=4, helpful=True), 0.7),
        (FeedbackSignals(vote="down", stars=5, helpful=True), 0.3),
        (FeedbackSignals(stars=2, vote="up", accurate=True), 0.3),
        (FeedbackSignals(stars=1, vote="up"), 0.0),
        (FeedbackSignals("up", 5, True, True, 50), 1.0),
        (FeedbackSignals("down", 1, False, False, 0), 0.0),
    ],
)
def test_points_are_the_agreed_ones(signals: FeedbackSignals, points: float) -> None:
    assert score(signals, POINTS) == pytest.approx(points)


def test_points_are_settings() -> None:
    assert score(FeedbackSignals(vote="up"), FeedbackPoints(thumbs_up=0.9)) == pytest.approx(0.9)


@given(SIGNALS)
def test_score_and_factor_stay_between_0_and_1(signals: FeedbackSignals) -> None:
    assert 0 <= score(signals, POINTS) <= 1
    relative = factor(signals, POINTS)
    assert relative is None or 0 <= relative <= 1


@given(SIGNALS)
def test_a_better_opinion_never_lowers_either(signals: FeedbackSignals) -> None:
    better = [replace(signals, comment_chars=signals.comment_chars + 30)]
    if signals.vote == "down":
        better.append(replace(signals, vote="up"))
    if signals.stars is not None and signals.stars < 5:
        better.append(replace(signals, stars=signals.stars + 1))
    better += [replace(signals, **{name: True}) for name in ("helpful", "accurate") if getattr(signals, name) is False]
    for other in better:
        assert score(other, POINTS) >= score(signals, POINTS)
        if (before := factor(signals, POINTS)) is not None:
            after = factor(other, POINTS)
            assert after is not None
            assert after >= before - 1e-12


def test_the_factor_measures_against_what_was_asked() -> None:
    assert factor(FeedbackSignals(vote="up"), POINTS) == pytest.approx(1.0)
    assert factor(FeedbackSignals(stars=4), POINTS) == pytest.approx(0.5)
    assert factor(FeedbackSignals(vote="up", stars=4), POINTS) == pytest.approx(0.5 / 0.7)
    assert factor(FeedbackSignals(vote="down", stars=5), POINTS) == pytest.approx(0.1 / 0.7)
    assert factor(FeedbackSignals(vote="up", comment_chars=40), POINTS) == 1.0


def test_a_comment_alone_is_no_opinion() -> None:
    assert factor(FeedbackSignals(comment_chars=80), POINTS) is None
    assert factor(FeedbackSignals(), POINTS) is None
