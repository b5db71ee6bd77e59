"""Opening a database: what is accepted, what is refused and in which words."""

import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from mhc_core.db import engine as engines
from mhc_core.db import upgrade as migrations
from mhc_core.db.embedded.files import Files
from mhc_core.errors import AccessDenied, ConfigurationError, DatabaseUnavailable
from mhc_core.settings import Settings, load


@contextlib.contextmanager
def _engine(url: str) -> Iterator[sa.Engine]:
    engine = engines.create(url)
    yield engine
    engine.dispose()


def _as_user(url: str, name: str, password: str = "x") -> str:
    return sa.make_url(url).set(username=name, password=password).render_as_string(hide_password=False)


@pytest.fixture
def plain_user(blank_database_url: str) -> Iterator[str]:
    """A role that owns nothing, on a database without the extension."""
    with _engine(blank_database_url) as admin:
        with admin.begin() as connection:
            connection.execute(sa.text("create role mhc_test_plain login password 'x'"))
        yield _as_user(blank_database_url, "mhc_test_plain")
        with admin.begin() as connection:
            connection.execute(sa.text("drop owned by mhc_test_plain"))
            connection.execute(sa.text("drop role mhc_test_plain"))


def test_database_at_a_url_is_checked_and_migrated(blank_database_url: str) -> None:
    settings = load(database_url=blank_database_url.replace("postgresql+psycopg://", "postgres://"))

    with engines.database(settings) as engine, engine.connect() as connection:
        assert migrations.current(connection) == migrations.HEAD
        assert connection.scalar(sa.text("show timezone")) == "UTC"
        assert connection.scalar(sa.text("show application_name")) == "mhc"


def test_database_without_a_url_is_the_embedded_one(state_dir: Path) -> None:
    with engines.database(Settings(state_dir=state_dir), as_owner=True) as engine:
        with engine.begin() as connection:
            connection.execute(sa.text("create table kept as select 7 as n; grant select on kept to public"))
        with engines.database(Settings(state_dir=state_dir)) as second, second.connect() as connection:
            assert connection.scalar(sa.text("select n from kept")) == 7
    assert (state_dir / "postgres" / "data" / "PG_VERSION").exists()


def test_open_database_survives_the_death_of_the_embedded_servers_owner(state_dir: Path) -> None:
    with engines.database(Settings(state_dir=state_dir), as_owner=True) as engine:
        with engine.begin() as connection:
            connection.execute(sa.text("create table kept as select 7 as n; grant select on kept to public"))
        status = Files(state_dir).read_status()
        assert status is not None
        assert status.server_pid is not None
        backends = psutil.Process(status.server_pid).children()
        os.kill(status.owner_pid, signal.SIGKILL)
        os.kill(status.server_pid, signal.SIGKILL)
        psutil.wait_procs(backends, timeout=15)  # a statement on a backend that is just dying is lost, as anywhere

        with engine.connect() as connection:
            assert connection.scalar(sa.text("select n from kept")) == 7


@pytest.mark.parametrize(
    ("version", "fits"),
    [("14.11 (Debian 14.11-1)", False), ("9.6.24", False), ("15.0", True), ("18.4", True), ("19beta1", True)],
)
def test_server_version(version: str, fits: bool) -> None:
    with contextlib.nullcontext() if fits else pytest.raises(ConfigurationError, match="too old"):
        engines.require_server(version)


@pytest.mark.parametrize(
    ("version", "fits"), [("0.5.1", False), ("0.6.2", False), ("0.7.0", True), ("0.10.0", True), ("1.0", True)]
)
def test_pgvector_version(version: str, fits: bool) -> None:
    with contextlib.nullcontext() if fits else pytest.raises(ConfigurationError, match="alter extension vector update"):
        engines.require_pgvector(version)


def test_missing_extension_is_made_when_allowed(blank_database_url: str) -> None:
    with _engine(blank_database_url) as engine:
        engines.check_server(engine)

        with engine.connect() as connection:
            assert connection.scalar(sa.text("select '[1,2]'::vector <-> '[1,2]'")) == 0


def test_missing_extension_without_the_right_to_make_it(plain_user: str) -> None:
    with (
        _engine(plain_user) as engine,
        pytest.raises(ConfigurationError, match=r"may not create it.*create extension vector"),
    ):
        engines.check_server(engine)


def test_server_without_pgvector(blank_database_url: str) -> None:
    name = sa.make_url(blank_database_url).database
    with _engine(blank_database_url) as engine, engine.begin() as connection:
        if int(str(connection.scalar(sa.text("show server_version_num")))) < 180000:
            pytest.skip("before PostgreSQL 18 a server cannot be told to look elsewhere for extensions")
        connection.execute(sa.text(f"alter database \"{name}\" set extension_control_path = '/nonexistent'"))

    with _engine(blank_database_url) as engine, pytest.raises(ConfigurationError, match="does not offer pgvector"):
        engines.check_server(engine)


def test_limited_user_may_work_where_the_schema_is_current(fresh_database_url: str) -> None:
    with _engine(fresh_database_url) as admin:
        with admin.begin() as connection:
            connection.execute(sa.text("create role reader login password 'x'"))
            connection.execute(sa.text("grant usage on schema ai to reader"))
            connection.execute(sa.text("grant select on all tables in schema ai to reader"))
        settings = load(database_url=_as_user(fresh_database_url, "reader"))
        with engines.database(settings) as engine, engine.connect() as connection:
            assert connection.scalar(sa.text("select count(*) from ai.messages")) == 0
        with admin.begin() as connection:
            connection.execute(sa.text("drop owned by reader"))
            connection.execute(sa.text("drop role reader"))


def test_wrong_password_names_user_and_server_only(database_url: str) -> None:
    url = _as_user(database_url, sa.make_url(database_url).username or "", "s3cret-guess")

    with _engine(url) as engine, pytest.raises(AccessDenied, match=r"refuses user .*MHC_DATABASE_URL") as caught:
        engines.check_server(engine)
    assert "s3cret-guess" not in str(caught.value)


def test_unknown_database(database_url: str) -> None:
    url = sa.make_url(database_url).set(database="nowhere").render_as_string(hide_password=False)

    with _engine(url) as engine, pytest.raises(ConfigurationError, match="nowhere has no such database"):
        engines.check_server(engine)


def test_nothing_listens() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://mhc:s3cret@127.0.0.1:{closed.getsockname()[1]}/mhc"

        with _engine(url) as engine, pytest.raises(DatabaseUnavailable, match=r"does not answer .*refused") as caught:
            engines.check_server(engine)
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["sqlite:///x.db", "mysql://h/x", "not a url", "", "postgresql://h:port/x"])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="postgresql://"):
        engines.create(url)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into notes values (:text, 9)",  # check constraint: DETAIL quotes the row
        "insert into notes values (:text, 1), (:text, 1)",  # unique: DETAIL quotes the key
        "select cast(cast(:text as text) as int)",  # the message itself quotes the value
        "insert into notes values (:text, null)",
    ],
)
def test_errors_show_no_row_values(connection: sa.Connection, statement: str) -> None:
    connection.execute(sa.text("create temp table notes (t text primary key, n int not null check (n < 6))"))

    with pytest.raises(DBAPIError) as caught:
        connection.execute(sa.text(statement), {"text": "Tracy at 555-0166"})

    shown = "".join(map(str, (caught.value, repr(caught.value), caught.value.orig, repr(caught.value.orig))))
    assert "Tracy" not in shown
    assert "notes" in shown or "22P02" in shown


def test_copy_and_batches_show_no_row_values(connection: sa.Connection) -> None:
    connection.execute(sa.text("create temp table notes (t text primary key, n int not null check (n < 6))"))
    driver = connection.connection.driver_connection
    assert driver is not None

    def copy() -> None:
        with driver.cursor() as cursor, cursor.copy("copy notes from stdin") as rows:
            rows.write_row(("Tracy at 555-0166", "many"))

    def batch() -> None:
        with driver.cursor() as cursor:
            cursor.executemany(
                "insert into notes values (%s, %s)", [("Tracy at 555-0166", 1), ("Tracy at 555-0166", 9)]
            )

    for action in (copy, batch):
        with pytest.raises(psycopg.Error) as caught, connection.begin_nested():
            action()
        assert "Tracy" not in repr(caught.value) + str(caught.value)
        assert "many" not in str(caught.value)


def test_url_options_are_kept(database_url: str) -> None:
    url = sa.make_url(database_url).update_query_dict({"options": "-cstatement_timeout=1234ms"})

    with _engine(url.render_as_string(hide_password=False)) as engine, engine.connect() as connection:
        assert connection.scalar(sa.text("show statement_timeout")) == "1234ms"
        assert connection.scalar(sa.text("show timezone")) == "UTC"


def _backend(engine: sa.Engine, statement: str = "select pg_backend_pid()", **given: int) -> int:
    with engine.connect() as connection:
        return int(connection.execute(sa.text(statement), given).scalar_one())


def test_a_connection_that_broke_while_idle_is_replaced(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "PING_AFTER_SECONDS", 0.0)
    with _engine(database_url) as engine, _engine(database_url) as other:
        broken = _backend(engine)
        _backend(other, "select pg_terminate_backend(:pid)::int", pid=broken)
        assert _backend(engine) != broken


def test_vector_searches_look_far_and_go_on_when_filtered(database_url: str) -> None:
    with _engine(database_url) as engine, engine.connect() as connection:
        assert connection.scalar(sa.text("show hnsw.ef_search")) == "100"
        assert connection.scalar(sa.text("show hnsw.iterative_scan")) == "relaxed_order"


def test_dagster_keeps_its_tables_in_its_own_schema(
    fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dg = pytest.importorskip("dagster")
    pytest.importorskip("dagster_postgres")
    (tmp_path / "dagster.yaml").write_text(
        "storage: {postgres: {postgres_url: {env: DAGSTER_PG}}}\ntelemetry: {enabled: false}\n"
    )
    monkeypatch.setenv("DAGSTER_PG", engines.dagster_url(fresh_database_url))

    @dg.asset  # type: ignore[misc]
    def something() -> None: ...

    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert dg.materialize([something], instance=instance).success
        assert instance.get_latest_materialization_event(dg.AssetKey("something")) is not None

    with _engine(fresh_database_url) as engine, engine.connect() as connection:
        schemas = connection.execute(
            sa.text("select schemaname from pg_tables where tablename in ('runs', 'event_logs')")
        )
        assert set(schemas.scalars()) == {"dagster"}
        assert connection.scalar(sa.text("select count(*) from dagster.runs")) == 1
