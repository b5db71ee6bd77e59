"""``mhc understanding`` and ``mhc review understanding`` as people call them."""

from pathlib import Path

import orjson
import pytest
from fakes.rote_reader import rote
from fakes.stored import NOW, say, talk
from typer.testing import CliRunner

from mhc_core.db import engine as engines
from mhc_core.errors import Conflict
from mhc_core.scrubbing import Scrubber
from mhc_core.understanding import examples, learning
from mhc_core.understanding.labelled import as_understood, parse_line
from mhc_core.understanding.notes import READING, reading_notes
from mhc_jobs.cli.main import app

runner = CliRunner()


@pytest.fixture(autouse=True)
def _own_database(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)


def run(*words: str) -> str:
    result = runner.invoke(app, [*words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_versions_are_listed_with_their_verdict_and_rolled_back(fresh_database_url: str, tmp_path: Path) -> None:
    assert "no version yet: run `mhc loop`" in run("understanding", "list")
    engine = engines.create(fresh_database_url)
    made = []
    with engine.begin() as connection:
        examples.gather(connection, examples.gold(), Scrubber.load(), NOW)
    for right in (80, 95):
        version = learning.train(engine, rote(right), tmp_path.as_uri(), 7, NOW)
        judged = learning.evaluate(engine, rote(right), version.id, 7)
        made.append(version.id)
        with engine.begin() as connection:
            assert learning.promote(connection, judged, "pipeline", NOW)
    engine.dispose()
    listed = orjson.loads(run("understanding", "list", "--json"))
    assert listed["live"] == made[1]
    assert [(row["id"], row["verdict"]) for row in listed["versions"]] == [(made[1], "promote"), (made[0], "promote")]
    shown = run("understanding", "show", made[1])
    assert "slots f1" in shown
    assert "Not worse: topics" in shown
    assert made[0] in run("understanding", "rollback", "--by", "Ann", "--reason", "odd answers")
    assert orjson.loads(run("understanding", "list", "--json"))["live"] == made[0]
    again = runner.invoke(app, ["understanding", "rollback", "--by", "Ann"])
    assert isinstance(again.exception, Conflict)


def test_a_reading_is_listed_shown_and_corrected(fresh_database_url: str) -> None:
    assert "no reading waits" in run("review", "understanding", "list")
    message = parse_line("@confirm ask/menu: any gyoza")
    engine = engines.create(fresh_database_url)
    noted = {READING: reading_notes(as_understood(message), message.context, message.text) | {"confidence": 0.2}}
    with engine.begin() as connection:
        _, [asked] = talk(connection, say("user", message.text, message_metadata=noted))
    engine.dispose()
    [listed] = orjson.loads(run("review", "understanding", "list", "--json"))
    assert (listed["message_id"], listed["why"]) == (str(asked), "low_confidence")
    assert "@confirm ask/menu: any gyoza" in run("review", "understanding", "show", str(asked))
    line = "@confirm ask/menu: any [dish:gyoza]"
    assert line in run("review", "understanding", "correct", str(asked), line, "--by", "Ann")
    assert "no reading waits" in run("review", "understanding", "list")


def test_labelled_messages_are_imported_from_a_file(fresh_database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "ours.jsonl"
    file.write_text('{"line": "inform/book: for [guests:12]"}\n{"line": "ask/menu: got rice"}\n', "utf-8")
    assert "2 labelled messages, 2 of them new" in run("understanding", "import", str(file), "--by", "Ann")
    assert orjson.loads(run("understanding", "list", "--json"))["labelled"] == {"imported": 2}
