"""Gauges tell what waits and how old everything is, by one statement that no size of the tables makes slow."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import sqlalchemy as sa
from fakes.stored import NOW

from mhc_core.db.queries import gauges as queries
from mhc_core.db.tables import conversations, handovers, metadata, signs_of_life
from mhc_core.monitoring import gauges

BUDGET = Decimal(50)


def told(connection: sa.Connection) -> dict[tuple[str, ...], float]:
    return {(one.name, *one.labels): one.value for one in gauges.read(connection, BUDGET, NOW)}


def waiting(connection: sa.Connection, queue: str, state: str, minutes: int) -> None:
    id_, at = uuid4(), NOW - timedelta(minutes=minutes)
    connection.execute(
        conversations.insert().values(
            id=id_, source="live", source_id=str(id_), channel="web", started_at=at, last_message_at=at
        )
    )
    connection.execute(handovers.insert().values(conversation_id=id_, queue=queue, state=state, opened_at=at))


def test_an_empty_platform_has_empty_queues_and_no_ages(connection: sa.Connection) -> None:
    found = told(connection)
    assert found["mhc_review_pending",] == found["mhc_erasures_unfinished",] == found["mhc_rollout_share_percent",] == 0
    assert found["mhc_budget_day_usd",] == 50
    assert not [name for name in found if "timestamp" in name[0]]


def test_hand_overs_are_told_by_queue_and_the_one_that_waits_longest_by_its_time(connection: sa.Connection) -> None:
    waiting(connection, "front-desk", "waiting", 10)
    waiting(connection, "front-desk", "waiting", 90)
    waiting(connection, "front-desk", "resolved", 500)
    waiting(connection, "owner", "claimed", 200)
    found = told(connection)
    assert found["mhc_handovers", "front-desk", "waiting"] == 2
    assert found["mhc_handovers", "owner", "claimed"] == 1
    assert found["mhc_oldest_handover_timestamp_seconds",] == (NOW - timedelta(minutes=90)).timestamp()


def test_signs_of_life_are_moments(connection: sa.Connection) -> None:
    connection.execute(signs_of_life.insert().values(process="dagster-daemon", seen_at=NOW))
    assert told(connection)["mhc_process_seen_timestamp_seconds", "dagster-daemon"] == NOW.timestamp()


def test_every_reading_belongs_to_a_gauge_with_its_labels(reviewed_engine: sa.Engine) -> None:
    shapes = {gauge.name: len(gauge.labels) for gauge in gauges.GAUGES}
    with reviewed_engine.connect() as connection:
        found = gauges.read(connection, BUDGET, datetime.now(UTC))
    assert {one.name: len(one.labels) for one in found}.items() <= shapes.items()
    stages = {one.labels[0] for one in found if one.name == "mhc_stage_newest_row_timestamp_seconds"}
    assert {"conversations", "scored_conversations", "scrubbed_training_data", "review_decisions"} <= stages
    assert next(one.value for one in found if one.name == "mhc_version_moved_timestamp_seconds") > 0


def test_no_table_that_grows_with_customers_is_read_as_a_whole(connection: sa.Connection) -> None:
    """With sequential scans made dear, a plan that still has one of a growing table has no index to use."""
    connection.execute(sa.text("set local enable_seqscan = off"))
    plan = "\n".join(connection.scalars(sa.text(f"explain {queries._READ.text}")))
    growing = {"conversations", "messages", "feedback", "conversation_scores", "training_examples", "review_decisions"}
    assert growing <= {table.name for table in metadata.sorted_tables}
    scanned = {line.split(" on ")[1].split()[0] for line in plan.splitlines() if "Seq Scan on " in line}
    assert scanned & growing == set(), plan
