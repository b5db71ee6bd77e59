"""``mhc knowledge`` against a real database: what scripts read, and the exit codes."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from mhc_core.db import engine as engines
from mhc_core.errors import Conflict, NotFound
from mhc_core.knowledge.articles import import_articles
from mhc_jobs.cli.knowledge import app

NOW = datetime(2026, 3, 1, tzinfo=UTC)

TRAVEL = """---
id: KB-1
title: Travel fee
category: travel
reviewed: 2026-01-05
questions: [how many miles are free]
---
Thirty miles are free.
"""
DEPOSIT = """---
id: KB-2
title: Deposit
questions: [does the deposit come off the bill]
---
A deposit holds the date and comes off the bill.
"""


@pytest.fixture
def stored(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A database with two articles that the commands find."""
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path / "state"))
    _import(fresh_database_url, tmp_path, TRAVEL, DEPOSIT)
    return fresh_database_url


def _import(url: str, folder: Path, *texts: str) -> None:
    paths = []
    for number, text in enumerate(texts):
        paths.append(folder / f"{number}.md")
        paths[-1].write_text(text)
    engine = engines.create(url)
    with engine.begin() as connection:
        import_articles(connection, paths, NOW)
    engine.dispose()


def _json(*arguments: str, code: int = 0) -> dict[str, Any]:
    result = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == code
    return orjson.loads(result.stdout)  # type: ignore[no-any-return]


def test_an_index_is_built_searched_replaced_and_rolled_back(stored: str, tmp_path: Path) -> None:
    first = _json("update")
    assert first["published"]
    assert first["new"]["questions"] == 2
    found = _json("search", "how far can you drive for free")
    assert found["version"] == first["version_id"]
    assert found["passages"][0]["article"] == "KB-1"
    _import(stored, tmp_path, TRAVEL.replace("Thirty", "Forty"))
    second = _json("update")
    listed = _json("versions")
    assert listed["live"] == second["version_id"]
    assert [version["live"] for version in listed["versions"]].count(True) == 1
    assert _json("rollback", "--by", "ann") == {"live": first["version_id"]}
    with pytest.raises(Conflict):
        _json("rollback", "--by", "ann")


def test_an_update_that_is_refused_exits_with_one(stored: str, tmp_path: Path) -> None:
    _json("update")
    swapped = [TRAVEL.replace("Thirty miles are free", "Nothing"), DEPOSIT.replace("A deposit holds the date", "Miles")]
    texts = [
        swapped[0].replace("Travel fee", "Deposit comes off the bill"),
        swapped[1].replace("Deposit", "Free miles"),
    ]
    texts += [
        f"---\nid: KB-1{n}\ntitle: Free miles {n}\n---\nHow many miles are free, does it come off." for n in range(5)
    ]
    _import(stored, tmp_path, *texts)
    assert not _json("update", code=1)["published"]


def test_articles_are_listed_shown_and_flagged_when_stale(stored: str) -> None:
    assert [row["id"] for row in _json("list")["articles"]] == ["KB-1", "KB-2"]
    assert _json("show", "KB-1")["body"] == "Thirty miles are free."
    assert {row["id"] for row in _json("stale")["articles"]} >= {"KB-1"}
    shown = CliRunner().invoke(app, ["list"])
    assert shown.exit_code == 0
    assert "Travel fee" in shown.stdout
    with pytest.raises(NotFound, match="mhc knowledge list"):
        _json("show", "KB-404")


def test_search_before_any_version_says_what_to_do(stored: str) -> None:
    with pytest.raises(Conflict, match="mhc knowledge update"):
        _json("search", "how far")
