"""``mhc prompts`` against a real database: what scripts read, what is refused, and the exit codes."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from mhc_core.errors import Conflict, DataError
from mhc_core.prompts import wordings
from mhc_jobs.cli.prompts import app

NAME = "agent/lead"
RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def _database(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path / "state"))


def run(*arguments: str, code: int = 0) -> str:
    result = RUNNER.invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.stdout


def read(*arguments: str) -> dict[str, Any]:
    return orjson.loads(run(*arguments, "--json"))  # type: ignore[no-any-return]


def written(folder: Path, text: str) -> str:
    file = folder / "task.txt"
    file.write_text(text)
    return str(file)


def add(folder: Path, text: str) -> str:
    return str(read("add", written(folder, text), "--name", NAME, "--by", "ann")["id"])


def test_a_wording_is_added_compared_promoted_and_rolled_back(tmp_path: Path) -> None:
    listed = read("list")["prompts"]
    assert {row["name"] for row in listed} == set(wordings.NAMES)
    assert all(row["production"] and row["added_by"] == "release" for row in listed)
    [seed] = [row["id"] for row in listed if row["name"] == NAME]
    new = add(tmp_path, "Thank them.\nOffer one next step.\n")
    assert "+Thank them." in read("diff", new)["diff"]
    assert read("diff", new, new)["diff"] == []
    assert read("promote", new, "--by", "ann", "--reason", "clearer") == {"name": NAME, "production": new}
    shown = read("show", new)
    assert (shown["production"], shown["task"], shown["moves"][0]["reason"]) == (
        True, "Thank them.\nOffer one next step.", "clearer",
    )  # fmt: skip
    assert "Promise no discount" in shown["content"]
    assert [row["production"] for row in read("list", "--name", NAME)["prompts"]] == [True, False]
    assert read("rollback", "--name", NAME, "--by", "ann") == {"name": NAME, "production": seed}
    assert f"{seed}  production" in run("list")
    assert "Thank them." in run("show", new)


def test_what_may_not_be_said_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="personal data"):
        run("add", written(tmp_path, "Write to ann.smith@example.com."), "--name", NAME, "--by", "ann")
    with pytest.raises(DataError, match="amount"):
        run("add", written(tmp_path, "Adults cost $55."), "--name", NAME, "--by", "ann")
    assert run("add", str(tmp_path / "missing.txt"), "--name", NAME, "--by", "ann", code=2) == ""


def test_an_experiment_is_started_shown_paused_and_ended(tmp_path: Path) -> None:
    new = add(tmp_path, "Thank them.")
    started = read("experiment", "start", "thanks", "--prompt", NAME, "--variant", f"{new}=3", "--by", "ann")
    assert [(each["version_id"] == new, each["weight"]) for each in started["variants"]] == [(False, 1), (True, 3)]
    assert started["experiment"]["status"] == "running"
    assert "salt" not in started["experiment"]
    with pytest.raises(Conflict, match="thanks"):
        run("promote", new, "--by", "ann")
    shown = read("experiment", "show", "thanks")
    assert [each["state"] for each in shown["variants"]] == ["control", "collecting"]
    assert "running" in run("experiment", "show", "thanks")
    for command, status in (("pause", "paused"), ("resume", "running")):
        told = read("experiment", command, "thanks", "--by", "ann")
        assert (told["experiment"]["status"], told["variants"]) == (status, started["variants"])
    stopped = read("experiment", "stop", "thanks", new, "--by", "ann", "--reason", "rude")
    assert [each["stopped_because"] for each in stopped["variants"]] == [None, "rude"]
    assert stopped["experiment"]["status"] == "ended", "the last variant is gone"
    assert read("experiment", "list")["experiments"][0]["status"] == "ended"
    with pytest.raises(Conflict, match="ended"):
        run("experiment", "end", "thanks", "--by", "ann")
    run("experiment", "start", "x", "--prompt", NAME, "--variant", f"{new}=many", "--by", "ann", code=2)
