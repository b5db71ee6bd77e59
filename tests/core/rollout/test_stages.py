"""A candidate goes through its stages on what customers did, one candidate at a time, and leaves when it does harm."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from fakes.rollout_traffic import Rates, arrive, evaluated
from fakes.stored import NOW
from sqlalchemy.exc import IntegrityError

from mhc_core.db import engine as engines
from mhc_core.db.queries import rollout as queries
from mhc_core.db.queries import rollout_shadow, versions
from mhc_core.db.queries.rollout import Rollout
from mhc_core.db.queries.rollout_shadow import Pair
from mhc_core.db.queries.training import BASELINE_ID
from mhc_core.db.tables import rollouts
from mhc_core.errors import Conflict, NotFound
from mhc_core.rollout import promotion, stages
from mhc_core.rollout import tick as rollout_tick
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent, RolloutAction, RolloutStatus, Verdict

DAY = timedelta(days=1)
CANARY = Settings(rollout_shadow_share=0, rollout_holdback=10)
POOR = Rates(escalation=0.5, booking=0.2, down=0.3, up=0.1, ungrounded=0.3, slow=0.3, confidence=0.6)
GOOD = Rates(escalation=0.05, booking=0.7, down=0.01, up=0.6, ungrounded=0.0, slow=0.0, confidence=0.9)


def candidate(connection: sa.Connection, model: str = "m1", verdict: Verdict = Verdict.PROMOTE) -> None:
    promotion.open_for(connection, evaluated(connection, model, verdict))


def begun(connection: sa.Connection, settings: Settings = CANARY) -> Rollout:
    candidate(connection)
    return stages.start(connection, "m1", "kim", settings, NOW)


def week(connection: sa.Connection, start: datetime, ours: Rates, theirs: Rates, each_day: int, days: int = 7) -> None:
    found = queries.in_flight(connection)
    assert found is not None
    first = (start - NOW).days * 10_000
    for day in range(days):
        names = range(first + day * each_day, first + (day + 1) * each_day)
        arrive(connection, found, names, start + day * DAY, Random(first + day), ours, theirs)


def tick(connection: sa.Connection, now: datetime, settings: Settings = CANARY) -> rollout_tick.Tick:
    return rollout_tick.tick(connection, settings, now)


def state(connection: sa.Connection, model: str = "m1") -> tuple[str, int]:
    found = queries.of_model(connection, model)
    assert found is not None
    return found.status, found.share


def actions(connection: sa.Connection, model: str = "m1") -> list[str]:
    return [found.action for found in queries.decisions(connection, model)]


def test_a_better_candidate_walks_from_ten_percent_to_production(connection: sa.Connection) -> None:
    candidate(connection)
    assert tick(connection, NOW).action is RolloutAction.START
    week(connection, NOW, GOOD, POOR, 250, days=3)
    early = tick(connection, NOW + 4 * DAY)
    assert early.action is None
    assert state(connection) == ("canary", 10)
    assert early.look is not None
    assert any("7 is the minimum" in reason for reason in early.look.reasons)
    week(connection, NOW + 3 * DAY, GOOD, POOR, 100, days=4)
    second = NOW + 8 * DAY
    assert tick(connection, second).action is RolloutAction.ADVANCE
    assert state(connection) == ("canary", 50)

    week(connection, second, GOOD, POOR, 150, days=1)
    proven = tick(connection, second + 2 * DAY)
    assert proven.action is None
    assert "mhc rollout approve" in proven.said
    assert versions.live(connection, "model") is None
    promotion.approve(connection, "m1", "kim", second + 2 * DAY)
    with pytest.raises(Conflict, match="approved already, by kim"):
        promotion.approve(connection, "m1", "lee", second + 2 * DAY)
    third = second + 3 * DAY
    assert tick(connection, third).action is RolloutAction.ADVANCE
    assert state(connection) == ("canary", 100)

    week(connection, third, GOOD, POOR, 700, days=1)
    assert tick(connection, third + 2 * DAY).action is RolloutAction.PROMOTE
    assert state(connection)[0] == "promoted"
    assert versions.live(connection, "model") == "m1"
    assert actions(connection) == ["start", "advance", "approve", "advance", "promote"]
    last = queries.decisions(connection, "m1")[-1]
    assert last.evidence["numbers"]["metrics"]["composite"]["low"] > 0
    shares = [look.share for look in queries.looks(connection, queries.of_model(connection, "m1").id, 50)]  # type: ignore[union-attr]
    assert shares == [10, 10, 50, 50, 100]
    assert promotion.roll_back(connection, "kim", "odd", NOW) == BASELINE_ID
    assert state(connection)[0] == "rolled_back"


def test_without_a_holdback_the_step_to_all_is_the_promotion(connection: sa.Connection) -> None:
    settings = CANARY.model_copy(update={"rollout_holdback": 0, "auto_approve": True, "rollout": "canary"})
    begun(connection, settings)
    week(connection, NOW, GOOD, POOR, 150)
    assert tick(connection, NOW + 8 * DAY, settings).action is RolloutAction.ADVANCE
    week(connection, NOW + 8 * DAY, GOOD, POOR, 150, days=1)
    assert tick(connection, NOW + 10 * DAY, settings).action is RolloutAction.PROMOTE
    assert versions.live(connection, "model") == "m1"
    approvals = [found for found in queries.decisions(connection, "m1") if found.action == "approve"]
    assert [found.decided_by for found in approvals] == [promotion.AUTO_APPROVER]


def test_a_harmful_candidate_is_rolled_back_within_hours(connection: sa.Connection) -> None:
    begun(connection)
    week(connection, NOW, POOR, GOOD, 2000, days=1)
    found = tick(connection, NOW + timedelta(hours=2))
    assert found.action is RolloutAction.ROLLBACK
    assert "is harm" in found.said
    assert state(connection)[0] == "rolled_back"
    assert tick(connection, NOW + DAY).action is None, "it does not come back"
    assert versions.live(connection, "model") == BASELINE_ID or versions.live(connection, "model") is None


def test_at_the_deadline_without_proof_a_person_is_told_how_many_are_missing(connection: sa.Connection) -> None:
    found = begun(connection)
    same = replace(GOOD, booking=0.3)
    week(connection, NOW, same, same, 60)
    late = NOW + 15 * DAY
    held = tick(connection, late)
    assert held.action is RolloutAction.HOLD
    assert held.look is not None
    assert held.look.numbers["needed_customers"] > 100
    assert any("more customers would be needed" in reason for reason in held.look.reasons)
    assert state(connection) == ("held", 10)
    assert stages.plan(queries.in_flight(connection)).share == 10, "who had it keeps it"  # type: ignore[arg-type]
    assert tick(connection, late + DAY).action is None
    resumed = stages.start(connection, None, "kim", CANARY, late + DAY)
    assert (resumed.id, resumed.status, resumed.salt) == (found.id, RolloutStatus.CANARY, found.salt)
    assert tick(connection, late + DAY).action is None, "it has a new deadline"


def test_harm_is_acted_on_while_it_is_held(connection: sa.Connection) -> None:
    begun(connection)
    stages.hold(connection, "kim", "a holiday", NOW)
    with pytest.raises(Conflict, match="held already"):
        stages.hold(connection, "kim", "again", NOW)
    week(connection, NOW, POOR, GOOD, 2000, days=1)
    assert tick(connection, NOW + DAY).action is RolloutAction.ROLLBACK


def test_a_kill_gives_it_to_nobody_until_a_person_starts_it_again(connection: sa.Connection) -> None:
    begun(connection)
    killed = stages.kill(connection, "kim", "it swears", NOW)
    assert stages.plan(killed).share == 0
    assert (killed.status, killed.share) == (RolloutStatus.HELD, 10)
    assert "was killed" in tick(connection, NOW + 20 * DAY).said
    again = stages.start(connection, "m1", "lee", CANARY, NOW + DAY)
    assert stages.plan(again).share == 10
    assert actions(connection) == ["start", "kill", "resume"]
    promotion.reject(connection, "m1", "lee", "it still swears", NOW)
    assert queries.in_flight(connection) is None
    with pytest.raises(Conflict, match="no rollout is under way"):
        stages.kill(connection, "kim", "?", NOW)


def test_one_at_a_time_and_the_next_one_waits(connection: sa.Connection) -> None:
    begun(connection)
    candidate(connection, "m2")
    with pytest.raises(Conflict, match=r"m1 is under way.*waits for its end"):
        stages.start(connection, "m2", "kim", CANARY, NOW)
    assert tick(connection, NOW).rollout.model_version_id == "m1"  # type: ignore[union-attr]
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(sa.update(rollouts).values(status="canary"))
    promotion.reject(connection, "m1", "kim", "no", NOW)
    assert tick(connection, NOW).rollout.model_version_id == "m2"  # type: ignore[union-attr]


def test_who_may_not_start(connection: sa.Connection) -> None:
    with pytest.raises(Conflict, match="no candidate waits"):
        stages.start(connection, None, "kim", CANARY, NOW)
    with pytest.raises(NotFound, match="never evaluated"):
        stages.start(connection, "m9", "kim", CANARY, NOW)
    candidate(connection, "m1", Verdict.HOLD)
    with pytest.raises(Conflict, match="the verdict is hold"):
        stages.start(connection, "m1", "kim", CANARY, NOW)
    candidate(connection, "m2")
    versions.move(connection, "model", "m1", "test", "test", NOW)
    assert "evaluate it again" in tick(connection, NOW).said
    with pytest.raises(Conflict, match="m1 is live now"):
        stages.start(connection, "m2", "kim", CANARY, NOW)


def test_when_production_moves_the_comparison_ends(connection: sa.Connection) -> None:
    begun(connection)
    evaluated(connection, "m2")
    versions.move(connection, "model", "m2", "test", "test", NOW)
    found = tick(connection, NOW)
    assert found.action is RolloutAction.ROLLBACK
    assert "m2 is live now" in found.said


def test_where_candidates_are_promoted_directly_none_starts(connection: sa.Connection) -> None:
    candidate(connection)
    for settings in (Settings(rollout="direct"), Settings(auto_approve=True)):
        assert tick(connection, NOW, settings).rollout is None
    assert Settings().promotes_directly is False
    assert Settings(auto_approve=True, rollout="canary").promotes_directly is False


def test_looks_that_change_nothing_are_kept_now_and_then(connection: sa.Connection) -> None:
    found = begun(connection)
    for minute in range(25):
        tick(connection, NOW + timedelta(minutes=minute))
    assert len(queries.looks(connection, found.id, 100)) == 3


def pairs(rollout_id: int, intent: Intent, count: int, similarity: float = 0.9, ours: float = 0.8) -> list[Pair]:
    return [Pair(rollout_id, intent, similarity, similarity > 0.8, ours, 0.8, 5.0, NOW)] * count


def test_the_shadow_lets_in_what_is_ready_and_says_what_blocks_the_rest(connection: sa.Connection) -> None:
    settings = Settings()
    found = begun(connection, settings)
    assert (found.status, found.share) == (RolloutStatus.SHADOW, 0)
    for intent, count, similarity, ours in (
        (Intent.MENU, 30, 0.9, 0.8), (Intent.POLICY, 30, 0.3, 0.8), (Intent.TRAVEL, 30, 0.9, 0.2),
        (Intent.ALLERGY, 3, 0.9, 0.8),
    ):  # fmt: skip
        rollout_shadow.save(connection, pairs(found.id, intent, count, similarity, ours))
    assert tick(connection, NOW + timedelta(hours=23), settings).action is None
    assert tick(connection, NOW + DAY, settings).action is RolloutAction.ADVANCE
    now = queries.in_flight(connection)
    assert now is not None
    assert (now.status, now.share, now.intents) == (RolloutStatus.CANARY, 10, ["menu"])
    blocked = queries.decisions(connection, "m1")[-1].evidence["blocked"]
    assert {name: why[0].split()[0] for name, why in blocked.items()} == {
        "policy": "similarity", "travel": "confidence", "allergy": "3",
    }  # fmt: skip


def test_a_shadow_that_saw_nothing_waits_for_a_person_at_its_deadline(connection: sa.Connection) -> None:
    settings = Settings()
    begun(connection, settings)
    assert tick(connection, NOW + 2 * DAY, settings).action is None
    assert tick(connection, NOW + 14 * DAY, settings).action is RolloutAction.HOLD
    started = stages.start(connection, None, "kim", settings, NOW + 15 * DAY, {Intent.MENU, Intent.POLICY})
    assert (started.status, started.share, started.intents) == (RolloutStatus.CANARY, 10, ["menu", "policy"])


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    found = engines.create(fresh_database_url)
    yield found
    found.dispose()


def test_of_ticks_at_once_one_decides(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        begun(connection)
        week(connection, NOW, POOR, GOOD, 2000, days=1)

    def look(_: int) -> RolloutAction | None:
        with engine.begin() as connection:
            return tick(connection, NOW + DAY).action

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(look, range(4)))
    assert done.count(RolloutAction.ROLLBACK) == 1
    assert done.count(None) == 3
    with engine.connect() as connection:
        assert actions(connection) == ["start", "rollback"]
