"""Experiments in the database: one at a time on a prompt, kept decisions, outcomes counted by customer."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from mhc_core.business import pricing
from mhc_core.db.queries import audit, bookings, redaction
from mhc_core.db.queries import experiments as queries
from mhc_core.db.queries import prompts as prompt_queries
from mhc_core.db.tables import (
    conversations,
    erasures,
    experiment_exposures,
    feedback,
    handovers,
    messages,
)
from mhc_core.errors import Conflict, DataError, NotFound
from mhc_core.prompts import experiment_control as control
from mhc_core.prompts import registry, wordings
from mhc_core.vocabulary import ExperimentMetric, ExperimentStatus

BUSINESS = pricing.load()
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAME = "agent/lead"


@pytest.fixture
def settled(connection: sa.Connection) -> sa.Connection:
    registry.sync_with_release(connection, BUSINESS, NOW)
    return connection


def version(connection: sa.Connection, task: str = "Be brief.", prompt: str = NAME) -> str:
    made = wordings.version(BUSINESS, prompt, task)
    prompt_queries.record(connection, [made], "ann")
    return made.id


def start(
    connection: sa.Connection, name: str = "brief", *candidates: tuple[str, int], weight: int = 1
) -> queries.StoredExperiment:
    split = candidates or ((version(connection), 1),)
    return control.start(
        connection, name, NAME, split, weight, ExperimentMetric.CONTAINED, 24 * HOUR, "salt", "ann", NOW
    )


def answered(
    connection: sa.Connection,
    experiment: queries.StoredExperiment,
    customer: str | None,
    position: int,
    *,
    at: datetime = NOW,
    exposed: bool = True,
    latency: float = 800.0,
) -> tuple[UUID, UUID]:
    """A conversation with one answer, under a variant where the customer is new to the experiment."""
    conversation, message = uuid4(), uuid4()
    connection.execute(
        sa.insert(conversations).values(
            id=conversation, source="serving", source_id=str(conversation), channel="web", customer_id=customer,
            started_at=at, last_message_at=at,
        )
    )  # fmt: skip
    connection.execute(
        sa.insert(messages).values(
            id=message, conversation_id=conversation, position=1, role="assistant", content="words", sent_at=at,
            latency_ms=latency, cost_usd=0.01,
        )
    )  # fmt: skip
    if exposed:
        connection.execute(
            sa.insert(experiment_exposures).values(
                experiment_id=experiment.id, customer_hash=f"hash of {customer or conversation}", position=position,
                message_id=message, exposed_at=at,
            )
        )  # fmt: skip
    return conversation, message


def hand_over(connection: sa.Connection, conversation: UUID, at: datetime) -> None:
    connection.execute(sa.insert(handovers).values(conversation_id=conversation, queue="team", opened_at=at))


def rate(
    connection: sa.Connection, conversation: UUID, at: datetime, source: str = "serving", **rating: object
) -> None:
    connection.execute(
        sa.insert(feedback).values(
            id=uuid4(), source=source, source_id=str(uuid4()), conversation_id=conversation, given_at=at, **rating
        )
    )


def test_the_control_is_what_is_in_production_and_serving_sees_the_split(settled: sa.Connection) -> None:
    brief, kind = version(settled), version(settled, "Be kind.")
    made = start(settled, "brief", (brief, 2), (kind, 1), weight=3)
    [running] = registry.active(settled, BUSINESS).experiments.values()
    assert [variant.version.id for variant in running.variants] == [wordings.seed(BUSINESS, NAME).id, brief, kind]
    assert [variant.weight for variant in running.variants] == [3, 2, 1]
    assert (running.id, running.salt) == (made.id, "salt")
    assert audit.latest(settled, "experiment.started") is not None


def test_one_experiment_runs_on_a_prompt_and_production_stays_as_it_is(settled: sa.Connection) -> None:
    start(settled)
    with pytest.raises(Conflict, match="experiment end brief"):
        start(settled, "second")
    with pytest.raises(Conflict, match="experiment end brief"):
        registry.promote(settled, version(settled), "ann", "", NOW)
    with pytest.raises(Conflict, match="experiment end brief"):
        registry.roll_back(settled, NAME, "ann", "", NOW)


def test_the_database_itself_refuses_a_second_one(settled: sa.Connection) -> None:
    start(settled)
    with pytest.raises(sa.exc.IntegrityError, match="uq_experiments_running"):
        queries.create(
            settled, "second", NAME, "s", [(version(settled), 1)], ExperimentMetric.BOOKED, HOUR, "ann", NOW
        )  # fmt: skip


def test_what_does_not_fit_is_refused(settled: sa.Connection) -> None:
    with pytest.raises(DataError, match="no name"):
        start(settled, "Not a name!")
    with pytest.raises(NotFound, match="mhc prompts list"):
        start(settled, "brief", ("prompt-0", 1))
    with pytest.raises(DataError, match="is a version of agent/booking"):
        start(settled, "brief", (version(settled, "Else.", "agent/booking"), 1))
    with pytest.raises(DataError, match="says the same"):
        start(settled, "brief", (wordings.seed(BUSINESS, NAME).id, 1))
    with pytest.raises(DataError, match="weight 0"):
        start(settled, "brief", (version(settled), 0))
    start(settled)
    control.end(settled, "brief", "ann", "", NOW)
    with pytest.raises(Conflict, match="another name"):
        start(settled)


def test_a_paused_one_is_not_in_force_and_goes_on_as_it_was(settled: sa.Connection) -> None:
    start(settled)
    before = registry.active(settled, BUSINESS)
    control.pause(settled, "brief", "ann", "a holiday", NOW)
    assert registry.active(settled, BUSINESS).experiments == {}
    with pytest.raises(Conflict, match="paused"):
        control.pause(settled, "brief", "ann", "", NOW)
    control.resume(settled, "brief", "ann", NOW)
    assert registry.active(settled, BUSINESS) == before
    with pytest.raises(Conflict, match="only a paused"):
        control.resume(settled, "brief", "ann", NOW)


def test_it_does_not_go_on_against_a_control_that_has_left_production(settled: sa.Connection) -> None:
    start(settled)
    control.pause(settled, "brief", "ann", "", NOW)
    registry.promote(settled, version(settled, "Be kind."), "ann", "", NOW)
    with pytest.raises(Conflict, match="not in production"):
        control.resume(settled, "brief", "ann", NOW)


def test_a_variant_is_stopped_and_the_last_one_ends_the_experiment(settled: sa.Connection) -> None:
    brief, kind = version(settled), version(settled, "Be kind.")
    start(settled, "brief", (brief, 1), (kind, 1))
    control.stop_variant(settled, "brief", brief, "ann", "rude", NOW)
    [running] = registry.active(settled, BUSINESS).experiments.values()
    assert [variant.stopped for variant in running.variants] == [False, True, False]
    with pytest.raises(Conflict, match="before"):
        control.stop_variant(settled, "brief", brief, "ann", "rude", NOW)
    with pytest.raises(Conflict, match="the control"):
        control.stop_variant(settled, "brief", wordings.seed(BUSINESS, NAME).id, "ann", "", NOW)
    control.stop_variant(settled, "brief", kind, "ann", "rude", NOW)
    assert control.existing(settled, "brief").status is ExperimentStatus.ENDED


def test_outcomes_are_counted_once_for_each_customer_within_the_window(settled: sa.Connection) -> None:
    made = start(settled)
    first, _ = answered(settled, made, "ann", 1, latency=100.0)
    second, _ = answered(settled, made, "ann", 1, at=NOW + 2 * HOUR, exposed=False, latency=300.0)
    hand_over(settled, second, NOW + 3 * HOUR)
    rate(settled, first, NOW + HOUR, vote="up")
    rate(settled, second, NOW + HOUR, stars=3)
    rate(settled, second, NOW + HOUR, "agent", vote="down")
    bookings.save(settled, second, NOW.date(), NOW.time(), (2, 0, 0), None, {}, NOW + 4 * HOUR)
    quiet, _ = answered(settled, made, "bob", 0, at=NOW + HOUR)
    hand_over(settled, quiet, NOW + 30 * HOUR)
    before, _ = answered(settled, made, "bob", 0, at=NOW - 2 * HOUR, exposed=False)
    hand_over(settled, before, NOW - HOUR)
    nobody, _ = answered(settled, made, None, 0, at=NOW + 2 * HOUR)
    answered(settled, made, None, 0, at=NOW + 2 * HOUR, exposed=False)
    hand_over(settled, nobody, NOW + 3 * HOUR)

    ann, bob, unknown = queries.outcomes(settled, made.id, 24 * HOUR)

    assert (ann.position, ann.escalated, ann.booked, ann.feedback) == (1, True, True, 0.75)
    assert (sorted(ann.latencies_ms), ann.cost_usd) == ([100.0, 300.0], 0.02)
    assert (bob.position, bob.escalated, bob.booked, bob.feedback, len(bob.latencies_ms)) == (0, False, False, None, 1)
    assert (unknown.escalated, len(unknown.latencies_ms)) == (True, 1)


def test_what_loses_is_stopped_with_its_figures_and_what_does_not_goes_on(settled: sa.Connection) -> None:
    brief, kind = version(settled), version(settled, "Be kind.")
    made = start(settled, "brief", (brief, 1), (kind, 1))
    for at in range(330):
        conversation, _ = answered(settled, made, f"customer {at}", at % 3, at=NOW + at * timedelta(minutes=1))
        if at % 3 == 1:
            hand_over(settled, conversation, NOW + at * timedelta(minutes=1))
    assert control.evaluate(settled, NOW + 10 * HOUR)["brief"][1].state == "collecting"
    shown = control.evaluate(settled, NOW + 48 * HOUR)
    assert [variant.state for variant in shown["brief"]] == ["control", "losing", "undecided"]
    stopped = queries.variants(settled, made.id)
    assert [variant.stopped_by for variant in stopped] == [None, control.EVALUATOR, None]
    evidence = audit.latest(settled, "experiment.variant_stopped")
    assert evidence is not None
    assert evidence["version"] == brief
    assert evidence["shown"]["differences"]["contained"]["high"] < 0
    assert control.evaluate(settled, NOW + 49 * HOUR)["brief"][1].state == "stopped"
    assert control.existing(settled, "brief").running


def test_ending_keeps_what_it_showed(settled: sa.Connection) -> None:
    made = start(settled)
    answered(settled, made, "ann", 1)
    control.end(settled, "brief", "ann", "enough", NOW + 48 * HOUR)
    kept = audit.latest(settled, "experiment.ended")
    assert kept is not None
    assert (kept["reason"], kept["variants"][1]["counted"]) == ("enough", 1)
    with pytest.raises(Conflict, match="ended"):
        control.end(settled, "brief", "ann", "", NOW)
    assert control.evaluate(settled, NOW) == {}


def test_an_erased_customer_leaves_the_experiment(settled: sa.Connection) -> None:
    made = start(settled)
    answered(settled, made, "ann", 1)
    answered(settled, made, "bob", 0)
    ident = settled.execute(
        sa.insert(erasures).values(customer_hash="h", requested_by="t", requested_at=NOW).returning(erasures.c.id)
    ).scalar_one()
    redaction.erase(settled, ident, "h", ["ann"], NOW)
    assert settled.scalars(sa.select(experiment_exposures.c.customer_hash)).all() == ["hash of bob"]
