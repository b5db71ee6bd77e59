"""A version of understanding goes live within seconds, and so does its rollback; a broken one changes nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.rote_reader import rote
from fakes.stored import NOW
from fakes.waiting import until

from mhc_core.business import pricing
from mhc_core.concierge.models.live import LiveVersions
from mhc_core.concierge.models.providers import ConfiguredProviders
from mhc_core.db.queries import versions
from mhc_core.db.queries.understanding_versions import KIND
from mhc_core.scrubbing import Scrubber
from mhc_core.settings import Settings
from mhc_core.understanding import examples, learning, recipe


@pytest.fixture
def live(empty_engine: sa.Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveVersions]:
    monkeypatch.setattr(recipe, "standard", lambda: rote(80))
    with empty_engine.begin() as connection:
        examples.gather(connection, examples.gold()[:200], Scrubber.load(), NOW)
    found = LiveVersions(empty_engine, pricing.load(), ConfiguredProviders(settings), settings.refresh_seconds)
    found._now = replace(found._now, reader=None)  # no reader of the tests
    found.start()
    yield found
    found.stop()


def publish(engine: sa.Engine, right: int, folder: Path) -> str:
    made = learning.train(engine, rote(right), folder.as_uri(), 7, NOW + timedelta(seconds=right))
    with engine.begin() as connection:
        versions.move(connection, KIND, made.id, "Ann", "test", NOW)
    return made.id


def reads(live: LiveVersions) -> str | None:
    return live.now.reader.model_id if live.now.reader else None


def test_a_version_and_its_rollback_are_picked_up_within_five_seconds(
    live: LiveVersions, empty_engine: sa.Engine, tmp_path: Path
) -> None:
    assert live.now.reader is None
    assert "mhc loop" in live.problems["understanding"]
    assert "understanding" not in live.missing  # the knowledge answers meanwhile
    first = publish(empty_engine, 80, tmp_path)
    until(lambda: reads(live) == first, 5)
    assert "understanding" not in live.problems
    second = publish(empty_engine, 90, tmp_path)
    until(lambda: reads(live) == second, 5)
    with empty_engine.begin() as connection:
        assert learning.roll_back(connection, "Ann", "odd answers", NOW) == first
    until(lambda: reads(live) == first, 5)


def test_a_version_whose_file_is_damaged_leaves_the_one_before_and_says_why(
    live: LiveVersions, empty_engine: sa.Engine, tmp_path: Path
) -> None:
    first = publish(empty_engine, 80, tmp_path / "sound")
    until(lambda: reads(live) == first, 5)
    made = learning.train(empty_engine, rote(90), (tmp_path / "spoiled").as_uri(), 7, NOW)
    next((tmp_path / "spoiled").rglob("*.zip")).write_bytes(b"other")
    with empty_engine.begin() as connection:
        versions.move(connection, KIND, made.id, "Ann", "test", NOW)
    until(lambda: "recorded hash" in live.problems.get("understanding", ""), 5)
    assert reads(live) == first
