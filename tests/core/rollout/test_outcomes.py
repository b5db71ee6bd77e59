"""What is counted of a customer, from when, for how long, and in which arm."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from fakes.rollout_traffic import evaluated
from fakes.stored import NOW

from mhc_core.db.queries import held, installation, privacy, redaction
from mhc_core.db.queries import rollout_outcomes as queries
from mhc_core.db.queries.rollout import Rollout
from mhc_core.db.queries.rollout_outcomes import Cell, Yardstick
from mhc_core.db.tables import booking_requests, conversations, feedback, handovers, messages, rollout_exposures
from mhc_core.pseudonyms import customer_hash
from mhc_core.rollout import promotion as rollouts
from mhc_core.rollout import stages
from mhc_core.rollout.policy import COMPOSITE_WEIGHTS
from mhc_core.settings import Settings
from mhc_core.vocabulary import Arm

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SETTINGS = Settings(rollout_shadow_share=0)


@pytest.fixture
def rollout(connection: sa.Connection) -> Rollout:
    rollouts.open_for(connection, evaluated(connection, "m1"))
    return stages.start(connection, "m1", "kim", SETTINGS, NOW)


def meet(connection: sa.Connection, rollout: Rollout, customer: str, arm: Arm, at: datetime, share: int = 10) -> None:
    connection.execute(
        sa.insert(rollout_exposures).values(
            rollout_id=rollout.id, share=share, arm=arm, exposed_at=at,
            customer_hash=customer_hash(installation.salt(connection), customer),
        )
    )  # fmt: skip


def talk(connection: sa.Connection, customer: str | None, *answers: dict[str, Any], channel: str = "web") -> Any:
    """A conversation of serving; each answer has ``at`` and more columns of ``ai.messages``."""
    talk = uuid4()
    last = max(answer["at"] for answer in answers)
    connection.execute(
        sa.insert(conversations).values(
            id=talk, source="serving", source_id=str(talk), channel=channel, customer_id=customer,
            started_at=answers[0]["at"], last_message_at=last, updated_at=last,
        )
    )  # fmt: skip
    for place, answer in enumerate(answers):
        columns = {"confidence": 0.5, "latency_ms": 10.0} | {k: v for k, v in answer.items() if k != "at"}
        connection.execute(
            sa.insert(messages).values(
                id=uuid4(), conversation_id=talk, position=place, role="assistant", content="", sent_at=answer["at"],
                **columns,
            )
        )  # fmt: skip
    return talk


def cells(connection: sa.Connection, rollout: Rollout, now: datetime, during: timedelta = DAY) -> list[Cell]:
    return queries.outcomes(connection, rollout.id, during, COMPOSITE_WEIGHTS, Yardstick(1000.0, 0.01), now)


def only(found: list[Cell]) -> dict[str, tuple[int, float]]:
    [cell] = found
    return {name: (sums.customers, round(sums.total, 4)) for name, sums in cell.figures.items()}


def test_one_customer_over_two_channels_is_counted_once(connection: sa.Connection, rollout: Rollout) -> None:
    meet(connection, rollout, "ann", Arm.CANDIDATE, NOW)
    talk(connection, "ann", {"at": NOW, "confidence": 0.9, "cost_usd": 0.002})
    phone = talk(
        connection,
        "ann",
        {"at": NOW + HOUR, "latency_ms": 2000.0, "message_metadata": {"unsupported": 1}},
        channel="sms",
    )
    connection.execute(
        sa.insert(booking_requests).values(
            id=uuid4(), conversation_id=phone, adults=8, requested_at=NOW + HOUR, updated_at=NOW + HOUR
        )
    )
    given = {"id": uuid4(), "source": "s", "source_id": "1", "conversation_id": phone, "stars": 5}
    connection.execute(sa.insert(feedback).values(given_at=NOW + HOUR, **given))
    assert only(cells(connection, rollout, NOW + DAY)) == {
        "composite": (1, 0.97), "containment": (1, 1.0), "conversion": (1, 1.0),
        "satisfaction": (1, 1.0), "confidence": (1, 0.7), "escalation": (1, 0.0), "thumbs_down": (1, 0.0),
        "groundedness": (1, 0.5), "slow_turns": (1, 0.5), "cost": (1, 0.1),
    }  # fmt: skip


def test_what_was_not_said_is_spread_over_the_rest(connection: sa.Connection, rollout: Rollout) -> None:
    meet(connection, rollout, "ann", Arm.CONTROL, NOW)
    gone = talk(connection, "ann", {"at": NOW, "confidence": 0.4, "cached": True, "latency_ms": 5000.0})
    connection.execute(sa.insert(handovers).values(conversation_id=gone, queue="sales", opened_at=NOW + MINUTE))
    found = only(cells(connection, rollout, NOW + DAY))
    assert found["composite"] == (1, 0.05)
    assert (found["escalation"], found["containment"]) == ((1, 1.0), (1, 0.0))
    assert found["satisfaction"] == (0, 0.0)
    assert found["slow_turns"] == (0, 0.0), "a cached answer says nothing of how fast a model is"


@pytest.mark.parametrize("stars", [1, 2])
def test_a_bad_rating_is_a_thumb_down(connection: sa.Connection, rollout: Rollout, stars: int) -> None:
    meet(connection, rollout, "ann", Arm.CONTROL, NOW)
    said = talk(connection, "ann", {"at": NOW})
    given = {"id": uuid4(), "source": "s", "source_id": "1", "conversation_id": said, "stars": stars}
    connection.execute(sa.insert(feedback).values(given_at=NOW + MINUTE, **given))
    assert only(cells(connection, rollout, NOW + DAY))["thumbs_down"] == (1, 1.0)


def test_only_what_happened_in_the_time_after_meeting_counts(connection: sa.Connection, rollout: Rollout) -> None:
    meet(connection, rollout, "ann", Arm.CANDIDATE, NOW)
    early = talk(connection, "ann", {"at": NOW - HOUR, "confidence": 0.1}, {"at": NOW, "confidence": 0.8})
    late = talk(connection, "ann", {"at": NOW + DAY, "confidence": 0.1})
    for when, where in ((NOW - MINUTE, early), (NOW + DAY, late)):
        connection.execute(
            sa.insert(handovers).values(conversation_id=where, queue="q", opened_at=when, state="resolved")
        )
    found = only(cells(connection, rollout, NOW + DAY))
    assert found["confidence"] == (1, 0.8)
    assert found["escalation"] == (1, 0.0)


def test_a_customer_has_values_only_when_the_time_is_over(connection: sa.Connection, rollout: Rollout) -> None:
    meet(connection, rollout, "ann", Arm.CANDIDATE, NOW)
    talk(connection, "ann", {"at": NOW})
    [waiting] = cells(connection, rollout, NOW + DAY - MINUTE)
    assert (waiting.assigned, waiting.figures["composite"].customers) == (1, 0)
    [early] = cells(connection, rollout, NOW + HOUR, during=HOUR)
    assert early.figures["escalation"].customers == 1


def test_a_customer_stays_where_they_first_came(connection: sa.Connection, rollout: Rollout) -> None:
    meet(connection, rollout, "ann", Arm.CONTROL, NOW, share=10)
    meet(connection, rollout, "ann", Arm.CANDIDATE, NOW + 3 * DAY, share=50)
    meet(connection, rollout, "bob", Arm.CANDIDATE, NOW + 3 * DAY, share=50)
    found = [(cell.share, cell.day, cell.arm, cell.assigned) for cell in cells(connection, rollout, NOW + 9 * DAY)]
    first, later = NOW.date(), (NOW + 3 * DAY).date()
    assert found == [(10, first, Arm.CONTROL, 1), (50, later, Arm.CANDIDATE, 1)]


def test_nobody_is_lost_by_being_anonymous_or_by_retention(connection: sa.Connection, rollout: Rollout) -> None:
    unknown = talk(connection, None, {"at": NOW, "confidence": 0.25})
    meet(connection, rollout, str(unknown), Arm.CANDIDATE, NOW)
    meet(connection, rollout, "bob", Arm.CANDIDATE, NOW)
    hashed = customer_hash(installation.salt(connection), "bob")
    kept = talk(connection, hashed, {"at": NOW, "confidence": 0.5})
    connection.execute(
        sa.update(conversations)
        .where(conversations.c.id == kept)
        .values(channel_metadata={privacy.REDACTED: "retention"})
    )
    assert only(cells(connection, rollout, NOW + DAY))["confidence"] == (2, 0.75)


def test_what_was_usual_before(connection: sa.Connection) -> None:
    assert queries.usual(connection, NOW, NOW + DAY) == (None, None)
    talk(connection, "ann", {"at": NOW, "latency_ms": 100.0, "cost_usd": 0.2}, {"at": NOW, "latency_ms": 300.0})
    talk(connection, "bob", {"at": NOW, "latency_ms": 9000.0, "cached": True})
    slow, cost = queries.usual(connection, NOW, NOW + DAY)
    assert slow == pytest.approx(290.0)
    assert cost == pytest.approx(0.1)


def test_an_erased_customer_leaves_no_exposure_and_sees_it_before(connection: sa.Connection, rollout: Rollout) -> None:
    for name in ("ann", "bob"):
        meet(connection, rollout, name, Arm.CANDIDATE, NOW)
    hashed = customer_hash(installation.salt(connection), "ann")
    assert len(held.everything(connection, ["ann"], hashed)["rollout_exposures"]) == 1
    assert redaction.erase(connection, 1, hashed, ["ann"], NOW).counts["rollout_exposures"] == 1
    assert [cell.assigned for cell in cells(connection, rollout, NOW)] == [1]
