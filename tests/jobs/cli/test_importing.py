"""`mhc import`: what a person and a script see."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mhc_jobs.cli.importing import app

TALK = {"id": "c1", "channel": "web", "messages": [{"role": "user", "content": "hi there"}]}


@pytest.fixture(autouse=True)
def _settings(fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path / "state"))


def test_conversations_then_feedback(tmp_path: Path) -> None:
    talks, votes = tmp_path / "talks.jsonl", tmp_path / "votes.csv"
    talks.write_text(json.dumps(TALK) + "\n")
    votes.write_text("conversation_id,vote\nc1,up\n")
    first = CliRunner().invoke(app, ["conversations", str(talks), "--source", "crm", "--date", "2026-01-31", "--json"])
    assert first.exit_code == 0, first.output
    told = json.loads(first.stdout)["files"][0]
    assert (told["inserted"], told["messages_inserted"], told["reject_file"]) == (1, 1, None)
    again = CliRunner().invoke(app, ["conversations", str(talks), "--source", "crm"])
    assert again.exit_code == 0
    assert "1 unchanged" in again.stdout
    voted = CliRunner().invoke(app, ["feedback", str(votes), "--source", "crm", "--json"])
    assert json.loads(voted.stdout)["files"][0]["inserted"] == 1


def test_rejected_lines_give_exit_code_1_and_name_the_list(tmp_path: Path) -> None:
    path = tmp_path / "talks.jsonl"
    path.write_text(json.dumps(TALK) + "\nno json\n")
    result = CliRunner().invoke(app, ["conversations", str(path), "--format", "jsonl"])
    assert result.exit_code == 1
    assert "1 new" in result.stdout
    [listed] = (tmp_path / "state" / "rejects").iterdir()
    assert listed.name in result.stderr
    assert "line 2: not valid JSON" in result.stderr.replace("\n", " ")
    assert json.loads(listed.read_text())["line"] == 2


def test_wrong_usage() -> None:
    assert CliRunner().invoke(app, ["conversations", "x", "--date", "soon"]).exit_code == 2
    assert CliRunner().invoke(app, ["conversations", "x", "--format", "xml"]).exit_code == 2


def test_knowledge(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("---\nid: KB-900\ntitle: Parking\n---\nThe chef needs one parking space.\n")
    (tmp_path / "bad.md").write_text("no front matter")
    result = CliRunner().invoke(app, ["knowledge", str(tmp_path), "--json"])
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["inserted"] == 1
    assert [Path(item["file"]).name for item in told["rejected"]] == ["bad.md"]
