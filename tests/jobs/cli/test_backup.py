"""`mhc backup`, `mhc restore` and the loop after it; `mhc audit verify`; `mhc db roles`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.databases import server_folder
from fakes.pipeline import RANGE, execute
from typer.testing import CliRunner

from mhc_core import settings as configuration
from mhc_core.db import engine as engines
from mhc_core.errors import ConfigurationError, Conflict
from mhc_jobs import dagster_home
from mhc_jobs.cli.main import app

pytestmark = pytest.mark.long


def run(*arguments: str, code: int = 0, **variables: str) -> str:
    done = CliRunner().invoke(app, [*arguments], env=variables, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


@pytest.fixture
def elsewhere() -> Iterator[dict[str, str]]:
    """Variables of an installation that holds nothing, with an embedded server of its own."""
    with server_folder() as folder:
        yield {"MHC_STATE_DIR": str(folder), "MHC_DATABASE_URL": ""}


def test_the_loop_goes_on_after_a_restore(
    reviewed_engine: sa.Engine, elsewhere: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = json.loads(run("backup", "--json"))
    with reviewed_engine.connect() as connection:
        known = connection.scalar(sa.text("select sha256 from ai.audit_chain order by position desc limit 1"))
        customer = str(connection.scalar(sa.text("select min(customer_id) from ai.conversations")))
    run("privacy", "erase", "--customer", customer, "--yes")
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, value)
    done = json.loads(run("restore", made["file"], "--json"))
    assert len(done["erased"]) == 1
    assert json.loads(run("audit", "verify", "--known", str(known), "--json"))["problem"] is None
    with pytest.raises(Conflict, match="--replace"):
        run("restore", made["file"])
    settings = configuration.load()
    with engines.database(settings) as engine:
        url = engine.url.render_as_string(hide_password=False)
        with engine.connect() as connection:
            assert connection.scalar(sa.text("select current_user")) == "mhc_app"
            held = sa.text("select count(*) from ai.conversations where customer_id = :id")
            assert connection.scalar(held, {"id": customer}) == 0
        with dagster_home.instance(settings, url) as instance:  # in PostgreSQL, as Dagster's own role
            for job in ("collect", "review", "knowledge"):
                assert execute(job, instance, RANGE if job == "collect" else None).success
            assert len(instance.get_runs()) == 3


def test_a_changed_entry_of_the_audit_log_is_named(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    run("keys", "create", "--role", "admin", "--name", "Ann")
    run("keys", "create", "--role", "admin", "--name", "Bob")
    before = json.loads(run("audit", "verify", "--json"))
    assert (before["entries"], before["problem"]) == (2, None)
    engine = sa.create_engine(fresh_database_url)
    with engine.begin() as connection:
        connection.execute(
            sa.text("update ai.audit_log set actor = 'nobody' where id = (select min(id) from ai.audit_log)")
        )
    engine.dispose()
    assert "was changed" in run("audit", "verify", code=1)


def test_logins_are_made_and_a_backup_is_restored_with_them(
    owned: tuple[str, str], reviewed_engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = json.loads(run("backup", "--json"))
    url, name = owned
    monkeypatch.setenv("MHC_DATABASE_URL", url)
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path / "other"))
    told = json.loads(run("db", "roles", "--app", f"{name}_app", "--dagster", f"{name}_dagster", "--json"))
    monkeypatch.setenv("MHC_DATABASE_URL", told["database_url"])
    monkeypatch.setenv("MHC_DAGSTER_STORAGE_URL", told["dagster_storage_url"])
    monkeypatch.setenv("MHC_OWNER_DATABASE_URL", url)
    run("restore", made["file"], "--json")
    with engines.database(configuration.load()) as engine, engine.connect() as connection:
        assert connection.scalar(sa.text("select current_user")) == f"{name}_app"
        assert connection.scalar(sa.text("select count(*) from ai.conversations")) == 60
        owner = sa.text("select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'dagster'")
        assert connection.scalar(owner) == f"{name}_dagster"
    assert json.loads(run("backup", "--json"))["artifacts"] == made["artifacts"]


def test_the_embedded_server_has_its_logins_already(elsewhere: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="already"):
        run("db", "roles", **elsewhere)
