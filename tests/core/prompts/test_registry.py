"""Prompts in the database: the release's wordings first, then what people put in production, always under the rules."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import orjson
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.business import pricing
from mhc_core.dataset import build
from mhc_core.db.queries import prompts as queries
from mhc_core.db.rows.dataset import VerifiedExample
from mhc_core.db.rows.prompts import PromptVersion
from mhc_core.errors import Conflict, DataError, NotFound
from mhc_core.prompts import registry, wordings
from mhc_core.scrubbing import Scrubber, loading
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent

BUSINESS = pricing.load()
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NAME = "agent/booking"
TASK = "The customer wants a party. Ask one thing at a time."


@pytest.fixture
def settled(connection: sa.Connection) -> sa.Connection:
    registry.sync_with_release(connection, BUSINESS, NOW)
    return connection


@pytest.fixture
def scrubber(settled: sa.Connection) -> Scrubber:
    return loading.scrubber(settled, Settings())


def standing(connection: sa.Connection, name: str = NAME) -> PromptVersion:
    return registry.active(connection, BUSINESS).standing[name]


def added(connection: sa.Connection, scrubber: Scrubber, task: str = TASK) -> PromptVersion:
    return registry.add(connection, BUSINESS, NAME, task, "ann", scrubber, NOW)


@given(st.text(max_size=200))
def test_whatever_is_added_stands_below_the_same_rules(text: str) -> None:
    try:
        task = wordings.checked_task(text)
    except DataError:
        return
    rules = wordings.seed(BUSINESS, NAME).content.removesuffix(wordings.seed(BUSINESS, NAME).task)
    assert "Promise no discount" in rules
    version = wordings.version(BUSINESS, NAME, task)
    assert version.content == rules + task
    assert wordings.checked_task(task) == task


@pytest.mark.parametrize("name", wordings.NAMES)
def test_what_comes_with_the_release_could_be_added(name: str) -> None:
    seed = wordings.seed(BUSINESS, name)
    assert wordings.checked_task(seed.task) == seed.task
    assert not Scrubber.load(BUSINESS.allow_list, None, 30).scrub(seed.task).findings


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (" \n ", "no text"),
        ("word " * 1_000, "characters"),
        ("Be kind.\u200b", "invisible"),
        ("Be\tkind.", "invisible"),
        ("Adults cost $55 each.", "amount"),
        ("Give 10 % off.", "amount"),
    ],
)
def test_what_does_not_fit_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        wordings.checked_task(text)


def test_personal_data_is_refused_and_not_recorded(settled: sa.Connection, scrubber: Scrubber) -> None:
    before = len(queries.listed(settled))
    with pytest.raises(DataError, match="personal data") as refused:
        added(settled, scrubber, "Send them to Winifred Quattlebaum, (212) 555-0101.")
    assert "Quattlebaum" not in str(refused.value)
    assert len(queries.listed(settled)) == before


def test_an_installation_begins_with_the_release(settled: sa.Connection) -> None:
    assert {row.name for row in queries.standing(settled)} == set(wordings.NAMES)
    assert standing(settled) == wordings.seed(BUSINESS, NAME)
    assert standing(settled, wordings.knowledge(Intent.MENU)).content == wordings.system_prompt(BUSINESS, Intent.MENU)


def test_a_version_is_added_promoted_and_rolled_back(settled: sa.Connection, scrubber: Scrubber) -> None:
    version = added(settled, scrubber)
    assert added(settled, scrubber) == version
    assert standing(settled) == wordings.seed(BUSINESS, NAME)
    registry.promote(settled, version.id, "ann", "shorter", NOW)
    assert standing(settled) == version
    with pytest.raises(Conflict, match="already"):
        registry.promote(settled, version.id, "ann", "again", NOW)
    assert registry.roll_back(settled, NAME, "ann", "worse", NOW) == wordings.seed(BUSINESS, NAME).id
    assert standing(settled) == wordings.seed(BUSINESS, NAME)
    with pytest.raises(Conflict, match="mhc prompts list"):
        registry.roll_back(settled, NAME, "ann", "worse", NOW)


def test_names_and_versions_must_exist(settled: sa.Connection, scrubber: Scrubber) -> None:
    with pytest.raises(NotFound, match="mhc prompts list"):
        registry.add(settled, BUSINESS, "agent/nobody", TASK, "ann", scrubber, NOW)
    with pytest.raises(NotFound, match="mhc prompts list"):
        registry.promote(settled, "prompt-0", "ann", "", NOW)
    added(settled, scrubber)
    with pytest.raises(DataError, match="recorded as"):
        registry.add(settled, BUSINESS, "agent/lead", TASK, "ann", scrubber, NOW)


def test_another_wording_of_the_release_goes_live_only_where_nobody_chose_one(
    settled: sa.Connection, scrubber: Scrubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = added(settled, scrubber)
    registry.promote(settled, chosen.id, "ann", "shorter", NOW)
    newer = {name: f"{task} Be brief." for name, task in wordings._SEEDS.items()}
    monkeypatch.setattr(wordings, "_SEEDS", newer)
    registry.sync_with_release(settled, BUSINESS, NOW + timedelta(days=1))
    assert standing(settled) == chosen
    assert standing(settled, "agent/lead").task == newer["agent/lead"]


def test_new_rules_hold_for_old_versions_and_what_is_sent_is_recorded(
    settled: sa.Connection, scrubber: Scrubber
) -> None:
    chosen = added(settled, scrubber)
    registry.promote(settled, chosen.id, "ann", "shorter", NOW)
    renamed = BUSINESS.model_copy(update={"name": "Another House"})
    registry.sync_with_release(settled, renamed, NOW)
    found = registry.active(settled, renamed)
    registry.record_active(settled, found)
    sent = found.standing[NAME]
    assert sent.task == TASK
    assert sent.content.startswith("You are the concierge of Another House.")
    assert registry.recorded(settled, sent.id).content == sent.content
    assert sent.id != chosen.id


def test_training_data_opens_with_what_is_in_production(settled: sa.Connection) -> None:
    name = wordings.knowledge(Intent.MENU)
    version = wordings.version(BUSINESS, name, "Name what is on the menu, nothing else.")
    queries.record(settled, [version], "ann")
    registry.promote(settled, version.id, "ann", "shorter", NOW)
    examples = [
        VerifiedExample(
            UUID(int=number), number, f"customer-{number}", NOW.date(), Intent.MENU, "score", "web", 0.9, (),
            f"words{number} more{number}", "answer", np.eye(40, dtype=np.float32)[number],
        )
        for number in range(40)
    ]  # fmt: skip
    built = build.build(
        examples, BUSINESS, Settings(dataset_min_examples=10), wordings=registry.active(settled, BUSINESS)
    )
    line = orjson.loads(built.train.splitlines()[0])
    assert line["messages"][0] == {"role": "system", "content": version.content}


def test_what_editors_add_is_no_reason_to_refuse() -> None:
    assert wordings.checked_task("\ufeffDon’t\u00a0promise\u202fdates.") == "Don’t promise dates."
    with pytest.raises(DataError, match="line 3"):
        wordings.checked_task("Be kind.\nBe short.\nBe\u200b clear.")
