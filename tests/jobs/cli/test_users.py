"""``mhc users``: accounts by the command line."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from mhc_core.db import engine as engines
from mhc_jobs.cli.users import app

Run = Callable[..., Any]


@pytest.fixture
def run(fresh_database_url: str) -> Run:
    def call(*arguments: str, typed: str = "") -> Any:
        done = CliRunner().invoke(app, [*arguments, "--json"], typed, env={"MHC_DATABASE_URL": fresh_database_url})
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return json.loads(done.stdout)

    return call


def test_accounts_are_made_shown_and_switched_off(run: Run, fresh_database_url: str) -> None:
    assert run("create", "--name", "Ana", "--role", "reviewer", typed="seven quiet grills\n") == {
        "name": "Ana",
        "role": "reviewer",
    }
    made = run("create", "--name", "Bo", "--role", "agent", "--generate")
    assert len(made["password"]) >= 20
    assert run("role", "bo", "--role", "operator") == {"name": "bo", "role": "operator"}
    assert run("end-sessions", "Ana") == {"name": "Ana", "sessions_ended": 0}
    run("disable", "Ana")
    listed = run("list")["accounts"]
    assert [(one["name"], one["role"], one["disabled_at"] is not None) for one in listed] == [
        ("Ana", "reviewer", True),
        ("Bo", "operator", False),
    ]
    assert run("password", "Ana", "--generate")["sessions_ended"] == 0
    run("enable", "Ana")
    assert run("codes", "Ana")["address"].startswith("otpauth://totp/")
    assert run("codes", "Ana", "--off") == {"name": "Ana", "codes": False}
    engine = engines.create(fresh_database_url)
    with engine.connect() as connection:
        actors = set(connection.scalars(sa.text("select actor from ai.audit_log")))
    engine.dispose()
    assert len(actors) == 1
    assert actors.pop().startswith("cli:")
