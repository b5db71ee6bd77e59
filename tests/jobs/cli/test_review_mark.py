"""``mhc review mark``: a mark from the command line."""

import orjson
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from mhc_core.errors import DataError
from mhc_jobs.cli.main import app


def test_a_mark_by_offsets_is_stored_and_listed(reviewed_engine: sa.Engine) -> None:
    with reviewed_engine.connect() as connection:
        message = connection.scalar(
            sa.text("select id from ai.messages where content like '%hibachi%' order by id limit 1")
        )
    command = ["review", "mark", str(message), "--kind", "wrong", "--type", "PERSON", "--at", "0:5", "--by", "ana"]
    result = CliRunner().invoke(app, [*command, "--everywhere", "--json"])
    assert result.exit_code == 0, result.output
    stored = orjson.loads(result.stdout)
    assert (stored["start"], stored["end"], stored["listed"], stored["withdrawn"]) == (0, 5, True, 0)
    with reviewed_engine.connect() as connection:
        row = connection.execute(sa.text('select kind, type, start, "end", marked_by from ai.scrub_marks')).one()
        listed = connection.execute(sa.text("select list, words from ai.scrub_terms")).all()
    assert tuple(row) == ("wrong", "PERSON", 0, 5, "ana")
    assert [one.list for one in listed] == ["allow"]


@pytest.mark.parametrize("at", ["5", "a:b", "9-12"])
def test_what_is_no_place_is_refused(reviewed_engine: sa.Engine, at: str) -> None:
    nobody = "00000000-0000-0000-0000-000000000001"
    result = CliRunner().invoke(
        app, ["review", "mark", nobody, "--kind", "missed", "--type", "PERSON", "--by", "ana", "--at", at]
    )
    assert isinstance(result.exception, DataError)
    assert "is no START:END" in str(result.exception)
