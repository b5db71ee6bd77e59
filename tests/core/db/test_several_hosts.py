"""A database behind two addresses, as a primary and its replica have: whichever takes writes is used."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from mhc_core.db import dump
from mhc_core.db import engine as engines
from mhc_core.errors import DatabaseUnavailable

NOBODY = "127.0.0.1:9"


def behind(url: str, *hosts: str) -> sa.URL:
    """The same database, said to be at one of these hosts."""
    given = sa.make_url(url)
    query = {"host": [*hosts, f"{given.host}:{given.port}"], "target_session_attrs": "read-write"}
    return given._replace(host=None, port=None).update_query_dict(query)


def test_the_host_that_answers_is_used(fresh_database_url: str) -> None:
    engine = engines.create(behind(fresh_database_url, NOBODY).render_as_string(hide_password=False))
    engines.check_server(engine)
    engine.dispose()


def test_a_dump_is_taken_from_the_host_that_answers(fresh_database_url: str, tmp_path: Path) -> None:
    dump.write(behind(fresh_database_url, NOBODY), tmp_path / "dump")
    assert (tmp_path / "dump").read_bytes().startswith(b"PGDMP")


def test_dagsters_storage_keeps_the_hosts(fresh_database_url: str) -> None:
    url = engines.dagster_url(behind(fresh_database_url, NOBODY).render_as_string(hide_password=False))
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("show search_path")) == "dagster"
    engine.dispose()


def test_when_none_answers_all_are_named() -> None:
    url = f"postgresql://mhc:secret@/mhc?host={NOBODY}&host=127.0.0.1:10"
    engine = engines.create(url)
    with pytest.raises(DatabaseUnavailable, match=r"127\.0\.0\.1:9 or 127\.0\.0\.1:10/mhc does not answer") as caught:
        engines.check_server(engine)
    assert "secret" not in str(caught.value)
    engine.dispose()
