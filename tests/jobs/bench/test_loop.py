"""The loop bench on a small history: every stage in every step, and what it says of them adds up."""

from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.scrubbers import Clean
from fakes.stored import WordEmbedder

from mhc_core.db import engine as engines
from mhc_core.settings import Settings
from mhc_jobs.bench.loop import measure as bench
from mhc_jobs.bench.loop.measure import measure
from mhc_jobs.bench.loop.stages import STAGES, Loop, write_until
from mhc_jobs.bench.loop.watch import Spent, watch


@pytest.fixture
def loop(fresh_database_url: str, tmp_path: Path) -> Loop:
    settings = Settings(state_dir=tmp_path, dataset_min_examples=10)
    engine = engines.create(fresh_database_url)
    return Loop(engine, tmp_path, settings, WordEmbedder(), Clean(), datetime(2026, 11, 28, tzinfo=UTC))


def test_every_stage_is_measured_in_every_step(loop: Loop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "A_DAY", 60)
    said: list[str] = []
    report = measure(loop, 480, tmp_path, said.append)

    lines = report["lines"]
    assert [line["stage"] for line in lines] == [*STAGES] * 4
    assert [line["against_smallest"] for line in lines[: len(STAGES)]] == [1.0] * len(STAGES)
    known = sorted({line["conversations"] for line in lines})
    assert known[-1] == report["conversations"] == 480
    of_import = [line["rows"] for line in lines if line["stage"] == "import"]
    assert of_import == [known[0], *(after - before for before, after in pairwise(known))]
    last = {line["stage"]: line for line in lines[-len(STAGES) :]}
    assert report["worst_at_the_end"] == max(line["against_smallest"] for line in last.values())
    assert report["met"] is (report["worst_at_the_end"] <= report["target"])
    with loop.engine.connect() as connection:
        stored = connection.scalar(sa.text("select count(*) from ai.conversations"))
        verified = connection.scalar(sa.text("select count(*) from ai.training_examples where verified and active"))
        unseen = connection.scalar(
            sa.text("select count(*) from ai.conversations c where status <> 'active' and not exists "
                    "(select from ai.conversation_scores s where s.conversation_id = c.id and scrubbed_at is not null)")
        )  # fmt: skip
    assert (stored, unseen) == (480, 0)
    assert last["dataset"]["rows"] == verified
    assert len(said) == len(lines)
    assert not list(tmp_path.glob("until-*"))
    loop.engine.dispose()


def test_a_file_of_a_step_ends_with_its_day(tmp_path: Path) -> None:
    records = [{"id": str(day), "started_at": f"2026-10-{day:02d}T10:00:00Z"} for day in range(1, 10)]
    rest, written = write_until(tmp_path / "part.jsonl.gz", records, date(2026, 10, 4))
    assert written == 4
    assert [record["id"] for record in rest] == ["5", "6", "7", "8", "9"]


def test_memory_and_time_of_a_piece_of_work(tmp_path: Path) -> None:
    spent = Spent()
    with watch(spent, tmp_path):
        held = bytearray(b"x") * 50_000_000
    assert len(held) == 50_000_000
    assert spent.peak_mb > 50
    assert 0 < spent.cpu_seconds < 30
    assert spent.seconds > 0
