"""`mhc import`: what a person and a script see."""

import json
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
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


def test_bookings(tmp_path: Path) -> None:
    path = tmp_path / "till.csv"
    path.write_text("id,customer,booked_at,status\n1,ann,2026-01-31,completed\n2,ann,2026-01-31,lost\n")
    result = CliRunner().invoke(app, ["bookings", str(path), "--source", "till"])
    assert result.exit_code == 1
    assert "2 bookings read, 1 new" in result.stdout
    assert "rejected: line 3: status: unknown status" in result.stderr.replace("\n", " ")
    example = CliRunner().invoke(app, ["example", "--format", "bookings"]).stdout
    path.write_text(example)
    again = CliRunner().invoke(app, ["bookings", str(path), "--json"])
    assert json.loads(again.stdout)["files"][0]["inserted"] == 2


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


def test_a_file_alone_is_enough_and_what_did_not_go_in_is_said(tmp_path: Path) -> None:
    path = tmp_path / "talks.jsonl"
    path.write_text('{"id": 1, "channel": "pigeon", "messages": []}\n' * 3)
    result = CliRunner().invoke(app, [str(path)])
    assert result.exit_code == 1
    assert "nothing went in" in result.stdout
    assert "nothing is in" in result.stderr
    assert "(3 times)" in result.stderr
    assert "the rest is in" not in result.output


def test_one_file_that_cannot_be_read_does_not_keep_the_others_out(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "b.csv").write_text("ticket,from,text\n7,inbound,hi\n7,boss,hello\n")
    said = ["--channel", "sms", "--role", "boss=agent", "--timezone", "UTC", "--date-order", "mdy"]
    result = CliRunner().invoke(app, ["conversations", str(tmp_path / "a.pdf"), str(tmp_path / "b.csv"), *said])
    assert result.exit_code == 1
    assert "a PDF" in result.stderr
    assert "1 new" in result.stdout


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_the_example_is_a_file_that_goes_in(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"example.{kind}"
    path.write_text(CliRunner().invoke(app, ["example", "--format", kind]).stdout)
    result = CliRunner().invoke(app, [str(path), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["files"][0]["inserted"] == 1


def test_the_schema_takes_the_example_and_refuses_what_an_import_refuses() -> None:
    schema = json.loads(CliRunner().invoke(app, ["example", "--format", "schema"]).stdout)
    judge = Draft202012Validator(schema)
    example = json.loads(CliRunner().invoke(app, ["example"]).stdout)
    judge.validate(example)
    for broken in ({"channel": "pigeon"}, {"messages": []}, {"id": ""}, {"messages": [{"role": "boss"}]}):
        assert not judge.is_valid(example | broken), broken


def test_calls_come_in_with_what_was_agreed_to(tmp_path: Path) -> None:
    call = tmp_path / "call.txt"
    call.write_text("Agent: How can I help?\nCustomer: um i want a party\n")
    words = ["--consent", "given", "--consent-wording", "May we record this call?", "--customer", "510 555 0177"]
    first = CliRunner().invoke(app, ["calls", str(call), *words, "--json"])
    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout)["files"][0]["inserted"] == 1
    again = CliRunner().invoke(app, ["calls", str(call)])
    assert "1 unchanged" in again.stdout


def test_a_recording_without_consent_is_not_listened_to(tmp_path: Path) -> None:
    (tmp_path / "call.wav").write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt ")
    result = CliRunner().invoke(app, ["calls", str(tmp_path / "call.wav")])
    assert result.exit_code == 1
    assert "only when its caller agreed" in result.stderr.replace("\n", " ")


def test_a_recording_without_the_extra_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("av", "faster_whisper"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "call.wav").write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt ")
    result = CliRunner().invoke(app, ["calls", str(tmp_path / "call.wav"), "--consent", "given"])
    assert result.exit_code == 1
    assert "mhc[voice]" in result.stderr
