"""``mhc report``: the report of last week at any time; people are only written to when that is asked for."""

from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from mhc_core.db import engine as engines
from mhc_core.db.tables import alert_messages
from mhc_jobs.cli.main import app


@pytest.mark.parametrize("mail", [False, True])
def test_the_report_is_printed_and_mailed_on_request(fresh_database_url: str, tmp_path: Path, mail: bool) -> None:
    environment = {
        "MHC_DATABASE_URL": fresh_database_url, "MHC_STATE_DIR": str(tmp_path), "MHC_REPORT_TO": "ann@example.org",
        "MHC_MAIL_FROM": "mhc@example.org", "MHC_MAIL_URL": "smtp://127.0.0.1:1",
    }  # fmt: skip
    asked = ["report", *(["--mail"] if mail else [])]
    shown = CliRunner().invoke(app, asked, env=environment)
    assert shown.exit_code == 0, shown.output
    assert "# My Hibachi Chef: week" in shown.output
    found: dict[str, Any] = orjson.loads(CliRunner().invoke(app, ["report", "--json"], env=environment).stdout)
    assert Path(found["pdf"].removeprefix("file://")).read_bytes().startswith(b"%PDF")
    assert found["conversations"] == [0, 0]
    engine = engines.create(fresh_database_url)
    with engine.connect() as connection:
        titles = list(connection.scalars(sa.select(alert_messages.c.title)))
    engine.dispose()
    assert len(titles) == mail


def test_another_week_is_asked_for_by_its_name(fresh_database_url: str, tmp_path: Path) -> None:
    environment = {"MHC_DATABASE_URL": fresh_database_url, "MHC_STATE_DIR": str(tmp_path)}
    shown = CliRunner().invoke(app, ["report", "--week", "2026-W10"], env=environment)
    assert "week 10 of 2026, 2 Mar to 8 Mar" in shown.output
    for wrong, said in (("2026-W60", "is no week"), ("2099-W10", "is not over before Monday")):
        refused = CliRunner().invoke(app, ["report", "--week", wrong], env=environment)
        assert said in str(refused.exception)
