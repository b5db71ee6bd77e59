"""What customers say becomes points exactly as agreed, a worse opinion is never worth more, and all stays in 0..1."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
import sqlalchemy as sa
from fakes.stored import opinion, say, talk
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.db.rows.feedback import FeedbackSignals
from mhc_core.db.tables import feedback
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
    comment_polarity=st.none() | st.floats(-1, 1),
)
BAD = {"vote": "down", "stars": 1, "helpful": False, "accurate": False, "comment_polarity": -0.6}


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
        (FeedbackSignals(vote="up", helpful=False), 0.1),
        (FeedbackSignals(stars=5, accurate=False), 0.1),
        (FeedbackSignals(vote="up", comment_chars=60, comment_polarity=0.5), 0.4),
        (FeedbackSignals(vote="up", comment_chars=60, comment_polarity=-0.5), 0.2),
        (FeedbackSignals(vote="up", comment_chars=5, comment_polarity=-0.5), 0.2),
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


def worse(signals: FeedbackSignals) -> Iterator[FeedbackSignals]:
    """The same opinion with one signal replaced by a worse one, or with a bad one added."""
    if signals.stars is not None and signals.stars > 1:
        yield replace(signals, stars=signals.stars - 1)
    if signals.comment_polarity is not None:
        yield replace(signals, comment_polarity=max(-1.0, signals.comment_polarity - 0.7))
    for name, bad in BAD.items():
        if name not in ("stars", "comment_polarity") or getattr(signals, name) is None:
            yield replace(signals, **{name: bad})


@given(SIGNALS)
def test_a_worse_signal_never_raises_the_score_and_a_bad_one_more_neither(signals: FeedbackSignals) -> None:
    for other in worse(signals):
        assert score(other, POINTS) <= score(signals, POINTS)
        after, before = factor(other, POINTS), factor(signals, POINTS)
        assert after is not None or before is None or signals.comment_polarity is not None
        if after is not None:
            assert after <= (1 if before is None else before) + 1e-12


@pytest.mark.parametrize("name", BAD)
def test_any_dislike_lowers_what_is_praised_otherwise(name: str) -> None:
    praise = FeedbackSignals("up", 5, True, True, 0, None)
    assert factor(praise, POINTS) == 1.0
    disliked = factor(replace(praise, **{name: BAD[name]}), POINTS)  # type: ignore[arg-type]
    assert disliked is not None
    assert disliked < 1.0 or name == "comment_polarity"
    assert factor(FeedbackSignals(**{name: BAD[name]}), POINTS) == 0.0  # type: ignore[arg-type]


def test_one_dislike_of_any_kind_is_the_verdict_whatever_else_is_said(connection: sa.Connection) -> None:
    conversation, _ = talk(connection, say("user", "hi"), say("assistant", "hello"))
    said = [
        {"vote": vote, "stars": stars, "helpful": helpful, "accurate": accurate, "comment_polarity": polarity}
        for vote, stars, helpful, accurate, polarity in product(
            (None, "up", "down"), (None, 2, 3, 4), (None, True, False), (None, True, False), (None, 0.0, 0.5, -0.5)
        )
    ]
    given = {opinion(connection, conversation, **signals): signals for signals in said}
    for row in connection.execute(sa.select(feedback.c.id, feedback.c.verdict)):
        signals = given[row.id].values()
        disliked = not {"down", 2, -0.5}.isdisjoint(signals) or any(value is False for value in signals)
        liked = not {"up", 4, 0.5}.isdisjoint(signals) or any(value is True for value in signals)
        assert row.verdict == ("down" if disliked else "up" if liked else None), given[row.id]


def test_the_factor_measures_against_what_was_asked() -> None:
    assert factor(FeedbackSignals(vote="up"), POINTS) == pytest.approx(1.0)
    assert factor(FeedbackSignals(stars=4), POINTS) == pytest.approx(0.5)
    assert factor(FeedbackSignals(vote="up", stars=4), POINTS) == pytest.approx(0.5 / 0.7)
    assert factor(FeedbackSignals(vote="down", stars=5), POINTS) == pytest.approx(0.1 / 0.7)
    assert factor(FeedbackSignals(vote="up", comment_chars=40), POINTS) == 1.0


def test_a_comment_alone_is_an_opinion_when_its_words_are_one() -> None:
    assert factor(FeedbackSignals(comment_chars=80), POINTS) is None
    assert factor(FeedbackSignals(), POINTS) is None
    assert factor(FeedbackSignals(comment_chars=80, comment_polarity=-0.4), POINTS) == 0.0
    assert factor(FeedbackSignals(comment_polarity=0.4), POINTS) == 1.0
