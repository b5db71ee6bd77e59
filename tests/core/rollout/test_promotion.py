"""Production moves only after a verdict and an approval, and moves back at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from fakes.rollout_traffic import evaluated
from fakes.stored import NOW

from mhc_core.db import engine as engines
from mhc_core.db.queries import rollout as queries
from mhc_core.db.queries import versions
from mhc_core.db.queries.training import BASELINE_ID
from mhc_core.db.tables import audit_log
from mhc_core.errors import Conflict, NotFound
from mhc_core.rollout import promotion
from mhc_core.settings import Settings
from mhc_core.vocabulary import Verdict

BASELINE = BASELINE_ID
BY_HAND, BY_ITSELF = Settings(rollout="direct"), Settings(auto_approve=True)


def actions(connection: sa.Connection, model: str) -> list[tuple[str, str]]:
    return [(found.action, found.decided_by) for found in queries.decisions(connection, model)]


def live(connection: sa.Connection) -> str | None:
    return versions.live(connection, "model")


def test_a_verdict_alone_moves_nothing(connection: sa.Connection) -> None:
    found = evaluated(connection, "m1")
    assert promotion.apply_verdict(connection, found, BY_HAND, NOW) is False
    assert promotion.promote(connection, "m1", "kim", NOW) is False
    assert live(connection) is None
    assert queries.of_model(connection, "m1").status == "pending"  # type: ignore[union-attr]


@pytest.mark.parametrize("verdict", [Verdict.HOLD, Verdict.REJECT])
def test_without_a_positive_verdict_nobody_can_approve(connection: sa.Connection, verdict: Verdict) -> None:
    found = evaluated(connection, "m1", verdict)
    assert promotion.apply_verdict(connection, found, BY_ITSELF, NOW) is False
    with pytest.raises(Conflict, match=rf"verdict is {verdict} \(because\)"):
        promotion.approve(connection, "m1", "kim", NOW)
    assert live(connection) is None
    assert actions(connection, "m1") == []


def test_an_unknown_candidate_is_said(connection: sa.Connection) -> None:
    with pytest.raises(NotFound, match="mhc models list"):
        promotion.approve(connection, "m9", "kim", NOW)
    with pytest.raises(NotFound, match="mhc models list"):
        promotion.reject(connection, "m9", "kim", "no", NOW)
    assert promotion.promote(connection, "m9", "kim", NOW) is False


def test_verdict_and_approval_move_production_with_the_evidence(connection: sa.Connection) -> None:
    found = evaluated(connection, "m1")
    promotion.apply_verdict(connection, found, BY_HAND, NOW)
    promotion.approve(connection, "m1", "kim", NOW)
    assert live(connection) is None
    assert promotion.apply_verdict(connection, found, BY_HAND, NOW) is True
    assert live(connection) == "m1"
    assert actions(connection, "m1") == [("approve", "kim"), ("promote", "pipeline")]
    (approved, _) = queries.decisions(connection, "m1")
    assert approved.evidence == {
        "evaluation": found.id, "baseline": BASELINE, "questions": 40,
        "difference": 0.1, "interval": [0.05, 0.15], "verdict": "promote",
    }  # fmt: skip
    noted = connection.execute(sa.select(audit_log.c.actor, audit_log.c.action).where(audit_log.c.subject == "m1"))
    assert noted.all() == [("kim", "model.approved"), ("pipeline", "model.moved")]

    assert promotion.apply_verdict(connection, found, BY_HAND, NOW) is False, "a rerun promotes nothing twice"
    assert len(actions(connection, "m1")) == 2
    with pytest.raises(Conflict, match="already promoted"):
        promotion.approve(connection, "m1", "lee", NOW)
    with pytest.raises(Conflict, match="mhc models rollback"):
        promotion.reject(connection, "m1", "lee", "late", NOW)


def test_the_demos_approval_says_that_nobody_looked(connection: sa.Connection) -> None:
    found = evaluated(connection, "m1")
    assert promotion.apply_verdict(connection, found, BY_ITSELF, NOW) is True
    assert actions(connection, "m1") == [("approve", promotion.AUTO_APPROVER), ("promote", "pipeline")]
    assert "MHC_AUTO_APPROVE" in promotion.AUTO_APPROVER
    assert live(connection) == "m1"


def test_on_a_server_with_customers_an_approval_moves_nothing_yet(connection: sa.Connection) -> None:
    found = evaluated(connection, "m1")
    settings = Settings(auto_approve=True, rollout="canary")
    assert promotion.apply_verdict(connection, found, settings, NOW) is False
    assert actions(connection, "m1") == [("approve", promotion.AUTO_APPROVER)]
    assert live(connection) is None
    assert [waiting.model_version_id for waiting in queries.waiting(connection)] == ["m1"]


@pytest.mark.parametrize("approved", [True, False])
def test_a_rejected_candidate_stays_out(connection: sa.Connection, approved: bool) -> None:
    found = evaluated(connection, "m1")
    promotion.open_for(connection, found)
    if approved:
        promotion.approve(connection, "m1", "kim", NOW)
    promotion.reject(connection, "m1", "lee", "too curt", NOW)
    assert promotion.apply_verdict(connection, found, BY_ITSELF, NOW) is False
    assert live(connection) is None
    assert queries.decisions(connection, "m1")[-1].evidence == {"reason": "too curt", "share": 0}
    with pytest.raises(Conflict, match="already rejected"):
        promotion.approve(connection, "m1", "kim", NOW)


def test_a_comparison_with_a_model_that_is_no_longer_live_promotes_nothing(connection: sa.Connection) -> None:
    first, second = evaluated(connection, "m1"), evaluated(connection, "m2")
    promotion.apply_verdict(connection, first, BY_ITSELF, NOW)
    promotion.open_for(connection, second)
    promotion.approve(connection, "m2", "kim", NOW)
    with pytest.raises(Conflict, match=f"compared with {BASELINE}, but m1 is live.*evaluate it again"):
        promotion.promote(connection, "m2", "kim", NOW)
    assert live(connection) == "m1"
    assert actions(connection, "m2") == [("approve", "kim")]


def test_an_undecided_rollout_follows_the_newest_evaluation(connection: sa.Connection) -> None:
    promotion.open_for(connection, evaluated(connection, "m1", Verdict.HOLD))
    newer = evaluated(connection, "m1")
    promotion.open_for(connection, newer)
    promotion.approve(connection, "m1", "kim", NOW)
    worse = evaluated(connection, "m1", Verdict.REJECT)
    assert promotion.open_for(connection, worse).evaluation_id == newer.id, "what was decided stays as it was seen"


def test_a_rollback_is_immediate_and_recorded_and_stays(connection: sa.Connection) -> None:
    first = evaluated(connection, "m1")
    promotion.apply_verdict(connection, first, BY_ITSELF, NOW)
    second = evaluated(connection, "m2", baseline="m1")
    promotion.apply_verdict(connection, second, BY_ITSELF, NOW)
    assert live(connection) == "m2"
    assert promotion.roll_back(connection, "kim", "wrong prices", NOW) == "m1"
    assert live(connection) == "m1"
    last = queries.decisions(connection, "m2")[-1]
    assert (last.action, last.decided_by, last.evidence) == (
        "rollback", "kim", {"reason": "wrong prices", "to": "m1"},
    )  # fmt: skip
    assert promotion.apply_verdict(connection, second, BY_ITSELF, NOW) is False, "the next loop does not bring it back"
    assert live(connection) == "m1"


def test_the_first_promotion_can_be_taken_back_too(connection: sa.Connection) -> None:
    promotion.apply_verdict(connection, evaluated(connection, "m1"), BY_ITSELF, NOW)
    assert promotion.roll_back(connection, "kim", "wrong prices", NOW) == BASELINE
    assert live(connection) == BASELINE
    assert actions(connection, "m1")[-1] == ("rollback", "kim")
    with pytest.raises(Conflict, match="no earlier model"):
        promotion.roll_back(connection, "kim", "again", NOW)


def test_before_any_promotion_there_is_nothing_to_roll_back(connection: sa.Connection) -> None:
    with pytest.raises(Conflict, match="no earlier model"):
        promotion.roll_back(connection, "kim", "?", NOW)


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    found = engines.create(fresh_database_url)
    yield found
    found.dispose()


def test_of_approvals_at_once_one_counts(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        promotion.open_for(connection, evaluated(connection, "m1"))

    def approve(name: str) -> bool:
        try:
            with engine.begin() as connection:
                promotion.approve(connection, "m1", name, NOW)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        approved = list(pool.map(approve, ["a", "b", "c", "d"]))
    with engine.connect() as connection:
        assert approved.count(True) == 1 == len(actions(connection, "m1"))


def test_of_promotions_at_once_one_moves_production(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for model in ("m1", "m2"):
            promotion.open_for(connection, evaluated(connection, model))
            promotion.approve(connection, model, "kim", NOW)

    def promote(model: str) -> str:
        try:
            with engine.begin() as connection:
                return f"{model}: {promotion.promote(connection, model, 'pipeline', NOW)}"
        except Conflict:
            return f"{model}: refused"

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(promote, ["m1", "m2", "m1", "m2"]))
    with engine.connect() as connection:
        winner = live(connection)
        assert sum(result.endswith("True") for result in found) == 1
        assert f"{winner}: True" in found
        assert [move.version_id for move in versions.history(connection, "model")] == [winner, BASELINE]
