"""``mhc status --disk``: what takes space, in bytes for scripts and in units for people."""

from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from mhc_jobs.cli.disk import human
from mhc_jobs.cli.main import app


def test_the_folder_is_told_part_by_part_and_the_database_by_table(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MHC_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path))
    (tmp_path / "artifacts" / "models").mkdir(parents=True)
    (tmp_path / "artifacts" / "models" / "one.zip").write_bytes(b"x" * 1_500_000)
    (tmp_path / "artifacts" / "link").symlink_to(tmp_path)
    (tmp_path / "a file").write_bytes(b"xyz")
    found = orjson.loads(CliRunner().invoke(app, ["status", "--disk", "--json"]).stdout)
    assert found["parts"] == {"a file": 3, "artifacts": 1_500_000}
    assert found["database_bytes"] > 1_000_000
    assert {table["name"].partition(".")[0] for table in found["tables"]} <= {"ai", "dagster"}
    sizes = [table["bytes"] for table in found["tables"]]
    assert sizes == sorted(sizes, reverse=True)
    shown = CliRunner().invoke(app, ["status", "--disk"]).stdout
    assert "1.5 MB" in shown
    assert "the whole database" in shown


@pytest.mark.parametrize(
    ("size", "shown"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (123_456_789, "123 MB"), (5e15, "5000 TB")]
)
def test_sizes_have_three_digits_at_most(size: float, shown: str) -> None:
    assert human(size) == shown
