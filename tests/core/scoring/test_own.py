"""The learned score: shipped until an installation's own ratings say enough, and never with a weight the wrong way."""

import hashlib
from importlib import resources

import numpy as np
import pytest
import sqlalchemy as sa
from fakes.stored import DAY, NOW, START, opinion, say, talk
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mhc_core.db.queries import scoring as queries
from mhc_core.db.tables import conversation_scores
from mhc_core.scoring import own, satisfaction, trained
from mhc_core.statistics import monotone

WIDTH = len(satisfaction.FEATURES)


def rate(connection: sa.Connection, number: int, features: list[float], **said: object) -> None:
    conversation, _ = talk(
        connection, say("user", "hi"), say("assistant", "hello"), score=0.5, customer_id=f"c{number}"
    )
    connection.execute(
        sa.update(conversation_scores)
        .where(conversation_scores.c.conversation_id == conversation)
        .values(features=features, weights={"feedback": 0.5, "outcome": 0.5}, feedback=1.0)
    )
    opinion(connection, conversation, at=START.replace(minute=number % 60, hour=9 + number // 60), **said)


def test_few_ratings_leave_the_shipped_score_in_force(connection: sa.Connection) -> None:
    rate(connection, 1, [0.0] * WIDTH, vote="up")
    found = own.current(connection)
    assert (found.source, found.rated, found.learned_spearman) == ("shipped", 1, None)
    assert found.model is trained.shipped().satisfaction


def test_enough_ratings_make_an_own_score_that_is_judged_on_later_customers(connection: sa.Connection) -> None:
    rng = np.random.default_rng(2)
    for number in range(240):
        features = rng.random(WIDTH)
        features[1] = number % 2 + 0.3 * rng.random()  # the customer's feeling decides, whatever was shipped
        rate(connection, number, features.tolist(), helpful=bool(number % 2))
    found = own.current(connection)
    assert (found.source, found.rated) == ("own", 240)
    assert found.learned_spearman is not None
    assert found.weighted_spearman is not None
    assert found.learned_spearman > 0.7 > found.weighted_spearman
    assert found.calibration_error is not None
    assert found.calibration_error < 0.3
    assert (found.model.weights * satisfaction.SIGNS >= 0).all()


def test_a_rating_is_read_with_the_score_that_did_not_see_it(connection: sa.Connection) -> None:
    rate(connection, 3, [0.5] * WIDTH, stars=2)
    rate(connection, 4, [0.5] * WIDTH, vote="up", stars=4)
    first, second = queries.rated(connection, 10)
    assert (first.customer, first.truth, first.unrated_score) == ("c3", 0.0, pytest.approx(0.0))
    assert second.truth == 0.75


def test_usual_lengths_are_medians_by_what_was_asked(connection: sa.Connection) -> None:
    asked, answer = say("user", "book", intent="booking"), say("assistant", "when?")
    talk(connection, say("user", "hi", intent="smalltalk"), answer, asked, answer)
    talk(connection, asked, answer)
    talk(connection, asked, answer, asked, answer, asked, answer, intent="menu")
    talk(connection, asked, answer, status="active")
    found = queries.usual_lengths(connection, DAY)
    assert found == {"": (4.0, 3), "booking": (3.0, 2), "menu": (6.0, 1)}


def test_what_was_asked_is_told_from_greetings(connection: sa.Connection) -> None:
    talk(connection, say("user", "hi", intent="smalltalk"), say("assistant", "hello"))
    talk(connection, say("user", "hi", intent="smalltalk"), say("user", "prices?", intent="pricing"))
    found = {(item.asked, item.intent) for item in queries.pending(connection, DAY, "x")}
    assert found == {(False, None), (True, "pricing")}


ROWS = arrays.arrays(np.float64, (12, 3), elements=st.floats(-2, 2))


@settings(deadline=None)  # the first example loads SciPy
@given(ROWS, arrays.arrays(np.float64, 12, elements=st.floats(0, 1)), st.sampled_from([-1.0, 1.0]))
def test_more_of_what_is_good_never_lowers_a_monotone_model(rows: np.ndarray, truth: np.ndarray, sign: float) -> None:
    signs = np.array([sign, 1.0, -1.0])
    model = monotone.fit(rows, truth, np.ones(12), signs, 1.0, 0.2)
    assert (model(rows + signs) >= model(rows) - 1e-12).all()


def test_the_shipped_models_survive_their_file_and_have_the_right_signs() -> None:
    shipped = trained.shipped()
    data = resources.files("mhc_core.scoring").joinpath(trained.FILE).read_bytes()
    assert hashlib.sha256(trained.parse(data).dump()).digest() == hashlib.sha256(data).digest()
    assert (shipped.satisfaction.weights * satisfaction.SIGNS >= 0).all()
    assert set(shipped.about["trained_on"]) == {
        "feedback_answer_ratings_dstc9", "feedback_answer_ratings_dstc10", "feedback_votes_taskmaster",
        "conversations_star",
    }  # fmt: skip


def test_a_conversation_of_the_latest_ratings_is_read_with_all_of_its_ratings(connection: sa.Connection) -> None:
    for number in range(12):
        rate(connection, number, [0.5] * WIDTH, stars=5)
    rated = connection.scalars(sa.text("select conversation_id from ai.feedback order by given_at desc limit 1")).one()
    opinion(connection, rated, at=START, stars=1)  # long before
    found = queries.rated(connection, 2)
    assert [row.customer for row in found] == ["c10", "c11"]
    assert [row.truth for row in found] == [1.0, 0.5]


def test_how_the_score_agrees_is_told_from_the_last_scoring(connection: sa.Connection) -> None:
    rate(connection, 1, [0.0] * WIDTH, vote="up")
    assert own.judged(connection)["rated_conversations"] == 1
    for _ in range(2):
        own.keep(connection, own.current(connection), NOW)
    assert connection.scalar(sa.text("select count(*) from ai.audit_log where action = 'scores.judged'")) == 1
    rate(connection, 2, [0.0] * WIDTH, vote="up")
    assert own.judged(connection) == {
        "learned": "shipped", "rated_conversations": 1, "learned_spearman": None, "weighted_spearman": None,
        "learned_calibration_error": None,
    }  # fmt: skip
