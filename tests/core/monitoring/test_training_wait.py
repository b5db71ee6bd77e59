"""The status says why training waits, and its numbers add up to the verified examples that it shows."""

import sqlalchemy as sa
from fakes.stored import example

from mhc_core.db.queries import stats
from mhc_core.db.tables import dataset_members, dataset_versions
from mhc_core.monitoring.training_wait import waiting
from mhc_core.settings import Settings

SETTINGS = Settings(retraining_threshold=10)


def verified(connection: sa.Connection, count: int) -> list[object]:
    return [example(connection, f"q{number}", "a", verified=True, verified_by="kim") for number in range(count)]


def test_before_the_first_data_set_all_are_new(connection: sa.Connection) -> None:
    verified(connection, 4)
    wait = waiting(connection, SETTINGS)
    assert (wait.verified, wait.held, wait.left_out, wait.new, wait.missing) == (4, 0, 0, 4, 6)
    assert str(wait) == "4 verified examples, no data set yet; 6 more start a run"


def test_what_a_data_set_holds_and_what_it_left_out_is_not_new(connection: sa.Connection) -> None:
    held = verified(connection, 5)
    example(connection, "not decided", "a")
    connection.execute(
        sa.insert(dataset_versions).values(
            id="ds-1", train_uri="t", validation_uri="v", train_count=3, validation_count=0, last_sequence=1,
            manifest={"available": 4},
        )
    )  # fmt: skip
    connection.execute(
        sa.insert(dataset_members),
        [
            {"dataset_id": "ds-1", "example_id": identifier, "split": "train", "position": position}
            for position, identifier in enumerate(held[:3])
        ],
    )
    wait = waiting(connection, SETTINGS)
    assert wait == ("ds-1", 5, 3, 1, 1, 9)
    assert wait.held + wait.left_out + wait.new == wait.verified == stats.counts(connection)["verified_examples"]
    assert str(wait) == ("5 verified examples: 3 in ds-1, 1 left out of it by its rules, 1 new; 9 more start a run")
    assert str(waiting(connection, Settings(retraining_threshold=1))).endswith("1 new; enough to start a run")
