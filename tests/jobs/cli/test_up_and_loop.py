"""What `mhc up` loads by itself, and what a redirected `mhc loop` says on its way."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.rote_reader import rote
from fakes.stored import say, talk

from mhc_core.db import engine as engines
from mhc_core.db.queries import versions
from mhc_core.db.queries.understanding_versions import KIND
from mhc_core.settings import Settings
from mhc_core.understanding import recipe
from mhc_jobs import loop as loops
from mhc_jobs.cli import loop, up
from mhc_jobs.cli.loop import SECONDS_BETWEEN_LINES
from mhc_jobs.loop import LoopResult


def articles(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(sa.text("select count(*) from ai.knowledge_articles")).scalar_one())


def test_sample_articles_are_never_loaded_beside_real_conversations(
    fresh_database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        talk(connection, say("user", "hello"))
    up._sample_knowledge(engine, Settings())
    assert articles(engine) == 0
    assert "mhc import knowledge" in capsys.readouterr().err
    with engine.begin() as connection:
        connection.execute(sa.text("update ai.conversations set source = 'sample'"))
    up._sample_knowledge(engine, Settings())
    loaded = articles(engine)
    assert loaded > 20
    up._sample_knowledge(engine, Settings())
    assert articles(engine) == loaded
    engine.dispose()


def test_a_first_version_of_understanding_is_trained_once(
    fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(recipe, "standard", lambda: rote(80))
    engine = engines.create(fresh_database_url)
    said = []
    for _ in range(2):
        up._first_understanding(engine, Settings(state_dir=tmp_path))
        said.append("learning to read" in capsys.readouterr().err)
        with engine.connect() as connection:
            [move] = versions.history(connection, KIND)
    engine.dispose()
    assert said == [True, False]
    assert (move.moved_by, move.version_id[:14]) == ("mhc up", "understanding-")


def test_progress_reaches_a_redirected_log_now_and_then(
    fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(loop.time, "monotonic", lambda: clock[0])

    def run_loop(engine: object, instance: object, settings: object, report: Callable[[str], None]) -> LoopResult:
        for second in range(25):
            clock[0] += 1
            report(f"collect: day {second}")
        return LoopResult()

    monkeypatch.setattr(loops, "run_loop", run_loop)
    engine = engines.create(fresh_database_url)
    loop.run(engine, Settings(state_dir=tmp_path))
    engine.dispose()
    lines = [line.strip() for line in capsys.readouterr().err.splitlines()]
    assert lines[-3:] == ["collect …", *(f"collect: day {int(SECONDS_BETWEEN_LINES) * time}" for time in (1, 2))]
