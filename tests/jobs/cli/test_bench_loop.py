"""``mhc bench loop`` as people call it."""

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from mhc_core.errors import ConfigurationError
from mhc_jobs.cli import bench_loop

app = typer.Typer()
app.command()(bench_loop.command)


def test_it_fills_no_database_that_somebody_uses(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("MHC_DATABASE_URL", database_url)
    result = CliRunner().invoke(app, ["--conversations", "800"])
    assert isinstance(result.exception, ConfigurationError)
    assert "without MHC_DATABASE_URL" in str(result.exception)


def test_the_table_ends_with_the_target() -> None:
    line = {"conversations": 800, "rows": 100, "seconds": 2.0, "peak_mb": 300, "cpu_ms_per_row": 20.0}
    lines = [{**line, "stage": stage, "against_smallest": 1.0} for stage in ("score", "dataset")]
    lines += [{**line, "stage": "score", "conversations": 1600, "against_smallest": 1.31}]
    shown = bench_loop._shown({"lines": lines, "met": False, "target": 1.2, "worst_at_the_end": 1.31})
    console = Console(width=120, record=True)
    console.print(*shown)
    text = console.export_text()
    assert "1.31" in text
    assert "no stage above 1.2 × a row at the end: NOT met (1.31 ×)" in text
