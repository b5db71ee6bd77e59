"""``mhc bench gate`` as people call it."""

import json

import pytest
import typer
from typer.testing import CliRunner

from mhc_jobs.bench import rollout_gate
from mhc_jobs.cli import bench_gate

app = typer.Typer()
app.command()(bench_gate.command)
runner = CliRunner()


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollout_gate, "HORIZON", 150)
    few = {name: rollout_gate.SCENARIOS[name] for name in ("equal", "gain_5", "harm_5")}
    monkeypatch.setattr(rollout_gate, "SCENARIOS", few)


def test_json_has_every_rule_beside_the_gate_and_how_it_stands_to_its_targets() -> None:
    result = runner.invoke(app, ["--json", "--runs", "100", "--seed", "3"])
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert set(report["scenarios"]["equal"]) >= set(bench_gate.RULES)
    assert report["scenarios"]["equal"]["naive"]["any_stage_promoted"] > 0
    assert report["scenarios"]["equal"]["gate"]["any_stage_promoted"] <= 0.02
    assert report["targets"]["power"]["met"] is False  # 150 customers prove nothing
    assert report["targets"]["harm_rolled_back"]["measured"] == report["scenarios"]["harm_5"]["gate"]["rolled_back"]


def test_the_table_is_followed_by_the_targets() -> None:
    result = runner.invoke(app, ["--runs", "100"])
    assert result.exit_code == 0
    assert "z-test" in result.stdout
    assert "power: 0.0 (at least 0.85): NOT met" in result.stdout
