"""The ``mhc`` command as a script calls it: JSON, exit codes, one line for an error."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
import typer
from fastapi import FastAPI
from typer.testing import CliRunner, Result

from mhc_core.db import upgrade as migrations
from mhc_core.errors import MHCError
from mhc_core.settings import Settings
from mhc_jobs.cli.main import app, main
from mhc_serving.app import create_app

Serve = Callable[[FastAPI], AbstractContextManager[str]]
COMMANDS = (
    "up", "serve", "demo", "loop", "keys", "import", "scrub", "review", "dataset", "models", "knowledge", "chat",
    "status", "db", "openapi",
)  # fmt: skip


def mhc(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=given)


def told(*arguments: str) -> Any:
    result = mhc(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return orjson.loads(result.stdout)


def exit_code(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """How the command ends, as its script sees it."""
    monkeypatch.setattr(sys, "argv", ["mhc", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def one(engine: sa.Engine, query: str) -> Any:
    with engine.connect() as connection:
        return connection.execute(sa.text(query)).scalar()


def test_help_names_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    command = [str(Path(sys.executable).parent / "mhc"), "--help"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    for name in COMMANDS:
        assert f" {name} " in said, name
    assert exit_code(monkeypatch, "no-such-command") == 2


def test_what_prints_a_result_prints_it_as_json_too() -> None:
    def commands(command: Any, *path: str) -> Iterator[tuple[str, bool]]:
        if hasattr(command, "commands"):
            for name, inner in command.commands.items():
                yield from commands(inner, *path, name)
        else:
            yield " ".join(path), any("--json" in parameter.opts for parameter in command.params)

    without = {name for name, as_json in commands(typer.main.get_command(app)) if not as_json}
    servers = {"up", "serve", "console", "worker"}
    servers |= {f"pipeline {name}" for name in ("code", "daemon", "daemon-check", "pages")}
    documents = {"config", "graphql", "openapi", "db url", "scrub", "dataset members", "import example"}
    documents |= {"pipeline instance"}
    assert without == servers | documents | {"dagster"}


def test_an_error_is_one_line_with_what_to_do(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = "postgresql://mhc:secret@127.0.0.1:1/mhc"
    for arguments, variables in (
        (["status"], {"MHC_DATABASE_URL": refused}),
        (["status"], {"MHC_SEED": "many"}),
        (["dataset", "validate", str(tmp_path / "none.jsonl")], {}),
        (["db", "downgrade", "9999", "--yes"], {"MHC_DATABASE_URL": database_url}),
        (["status", "--message", "nothing"], {"MHC_DATABASE_URL": database_url}),
    ):
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            assert exit_code(patch, *arguments) == 1, arguments
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("error: ")
        assert len(said.err.splitlines()) == 1, said.err
        assert "secret" not in said.err
    assert isinstance(mhc("chat", "hi", "--url", "http://127.0.0.1:1").exception, MHCError)


def test_status_of_an_empty_database(fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path))
    document = told("status")
    assert set(document["counts"].values()) == {0}
    for name in ("dataset", "model", "evaluation", "production", "knowledge", "understanding", "loop"):
        assert document[name] is None
    for arguments in (["status"], ["models", "list"], ["models", "jobs"], ["dataset", "list"], ["review", "list"]):
        assert mhc(*arguments).exit_code == 0, arguments
    assert mhc("review").stdout.strip() == "the queue is empty"
    assert f"revision {migrations.HEAD}" in mhc("db", "upgrade").stdout
    assert told("db", "upgrade") == {"revision": migrations.HEAD}
    assert mhc("db", "url").stdout.startswith("postgresql://")


def test_dagsters_own_command_works_on_the_platforms_instance(
    fresh_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path))
    assert mhc("dagster", "instance", "info").exit_code == 0
    said = capfd.readouterr().out
    assert f"DAGSTER_HOME: {tmp_path}/dagster" in said.replace("$", "")
    assert "mhc_jobs.run_launcher" in said
    assert mhc("dagster", "no-such-command").exit_code == 2


def test_a_revoked_key_is_listed_as_that(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    assert told("keys", "create", "--role", "reviewer", "--name", "Ana")["key"]
    [key] = told("keys", "list")["keys"]
    assert told("keys", "revoke", str(key["id"])) == {"revoked": key["id"]}
    assert told("keys", "list")["keys"][0]["revoked_at"]


def test_status_counts_what_is_there(reviewed_engine: sa.Engine) -> None:
    counts = told("status")["counts"]
    assert counts["conversations"] == 60
    assert counts["training_examples"] == one(reviewed_engine, "select count(*) from ai.training_examples")
    assert counts["review_pending"] > counts["verified_examples"] > 0
    assert told("status")["knowledge"]["articles"] >= 60


def test_review_one_item_at_a_time(reviewed_engine: sa.Engine) -> None:
    listed = told("review", "list")
    assert listed["pending"] > len(listed["items"]) == 20
    priorities = [item["priority"] for item in listed["items"]]
    assert priorities == sorted(priorities, reverse=True)
    first, second, third = (str(item["id"]) for item in listed["items"][:3])
    decided = told("review", "decide", first, "approve", "--by", "ana")
    assert decided == {"item": int(first), "decision": "approve", "by": "ana"}
    edited = "Call Priya Raman at 650-555-0177 and she books it."
    assert mhc("review", "decide", second, "edit", "--by", "ana", "--answer", edited).exit_code == 0
    stored = one(reviewed_engine, f"select edited_answer from ai.review_decisions where item_id = {second}")
    assert "Priya" not in stored
    assert "0177" not in stored
    assert mhc("review", "decide", third, "reject", "--by", "ana", "--reason", "wrong price").exit_code == 0
    assert told("review", "list")["pending"] == listed["pending"] - 3
    assert one(reviewed_engine, "select count(*) from ai.review_decisions where decided_by = 'ana'") == 3
    interactive = mhc("review", "--by", "bob", given="a\nr\ns\nq\n")
    assert interactive.exit_code == 0
    assert one(reviewed_engine, "select count(*) from ai.review_decisions where decided_by = 'bob'") == 3


def test_review_in_bulk(reviewed_engine: sa.Engine) -> None:
    before = told("review", "list")["pending"]
    said = mhc("review", "bulk", "approve", "--by", "ana", "--min-quality", "0.85", "--limit", "5")
    assert said.exit_code == 0
    assert said.stdout.startswith("5 items")
    assert told("review", "list")["pending"] == before - 5
    bulk = told("review", "bulk", "skip", "--by", "bob", "--limit", "2")
    assert bulk == {"decided": 2, "decision": "skip", "by": "bob"}
    query = "select count(*) from ai.review_decisions where bulk_filter is not null and decided_by = 'ana'"
    assert one(reviewed_engine, query) == 5
    refused = mhc("review", "bulk", "edit", "--by", "ana")
    assert isinstance(refused.exception, MHCError)
    assert mhc("review", "decide", "1", "maybe", "--by", "ana").exit_code == 2
    assert isinstance(mhc("review", "decide", "999999", "approve", "--by", "ana").exception, MHCError)


def test_dataset_validate(tmp_path: Path) -> None:
    line = orjson.dumps({"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}) + b"\n"
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_bytes(line * 10)
    bad.write_bytes(line * 10 + b'{"messages": []}\n')
    assert mhc("dataset", "validate", str(good)).exit_code == 0
    said = mhc("dataset", "validate", str(bad))
    assert said.exit_code == 1
    assert "line 11" in said.stderr
    assert told("dataset", "validate", str(good)) == {"valid": True, "problems": []}
    read = mhc("dataset", "validate", str(bad), "--json")
    assert read.exit_code == 1
    document = orjson.loads(read.stdout)
    assert (document["valid"], [problem["line"] for problem in document["problems"]]) == (False, [11])


def test_downgrading_asks_first(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    assert mhc("db", "downgrade", "base", given="n\n").exit_code == 1
    assert told("status")["counts"]["messages"] == 0
    assert told("db", "downgrade", "base", "--yes") == {"revision": "base"}
    engine = sa.create_engine(sa.make_url(fresh_database_url).set(drivername="postgresql+psycopg"))
    assert one(engine, "select to_regclass('ai.conversations')") is None
    engine.dispose()


@pytest.fixture
def address(reviewed_engine: sa.Engine, tmp_path: Path, serve: Serve) -> Iterator[str]:
    """The API on a free port."""
    with serve(create_app(Settings(state_dir=tmp_path / "state"), reviewed_engine)) as url:
        yield url


def test_chat_with_a_running_server_and_what_is_behind_an_answer(address: str) -> None:
    answer = told("chat", "What happens if it rains?", "--url", address)
    assert answer["answer"]
    assert answer["citations"]
    behind = told("status", "--message", answer["message_id"])
    assert behind["conversation"] == answer["conversation_id"]
    assert behind["knowledge_version"] == answer["knowledge_version"] is not None
    talk = mhc("chat", "--url", address, given="how far do you travel?\nand on a sunday?\nexit\n")
    assert talk.exit_code == 0
    assert talk.stdout.count("confidence") == 2
    too_long = mhc("chat", "x" * 5000, "--url", address)
    assert too_long.exit_code == 1
    assert isinstance(mhc("status", "--message", "00000000-0000-0000-0000-000000000000").exception, MHCError)
