"""The primary database is lost for good while customers write, and its streaming replica takes over: what of the
answers that customers read is there, and how long nobody was answered.

The servers' address is the one of two machines, as an owner would write it into ``MHC_DATABASE_URL``: libpq asks the
first host that takes writes.
"""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.databases import server_folder
from fakes.understanding import Labelled
from fakes.waiting import until
from fakes.writer import Writer, unlimited

from mhc_core.db import embedded
from mhc_core.db import engine as engines
from mhc_core.db.embedded import EmbeddedServer, account, cluster, wheel
from mhc_core.db.embedded.files import HOST, ROLE
from mhc_core.db.upgrade import upgrade

WRITERS = 4


@pytest.fixture
def primary() -> Iterator[EmbeddedServer]:
    with server_folder() as folder, embedded.join(folder) as server:
        yield server


def execute(url: str, statement: str) -> object:
    engine = engines.create(url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        result = connection.execute(sa.text(statement))
        value = result.scalar() if result.returns_rows else None
    engine.dispose()
    return value


def free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def replica_of(primary: EmbeddedServer) -> Iterator[sa.URL]:
    """A copy of the server that follows it by streaming replication; its URL."""
    files, url, port = primary.files, sa.make_url(primary.url), free_port()
    data, owner = files.home / "replica", account.for_data(files.data)
    with (files.data / "pg_hba.conf").open("a") as access:
        access.write(f"host replication {ROLE} {HOST}/32 scram-sha-256\n")
    execute(primary.url, "select pg_reload_conf()")
    data.mkdir(mode=0o700)
    owner.give(data)
    source = f"host={HOST} port={url.port} user={ROLE} password={url.password} application_name=replica"
    backup = [
        str(wheel.programs() / "pg_basebackup"),
        "-d",
        source,
        "-D",
        str(data),
        "-R",
        "-X",
        "stream",
        "-c",
        "fast",
    ]
    subprocess.run(backup, check=True, capture_output=True, **owner.popen)
    with (files.home / "replica.log").open("wb") as log:
        process = subprocess.Popen(cluster.command(data, port), stdout=log, stderr=log, **owner.popen)
    try:
        until(lambda: execute(primary.url, "select state from pg_stat_replication") == "streaming", 60, process)
        yield url.set(port=port)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def lose(server: EmbeddedServer) -> None:
    """End the owner and then the server at once, as when a machine loses its power; nobody starts them again."""
    status = server.files.read_status()
    assert status is not None
    assert status.server_pid is not None
    os.kill(status.owner_pid, signal.SIGKILL)
    os.kill(status.server_pid, signal.SIGQUIT)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("synchronous", [True, False], ids=["synchronous", "asynchronous"])
def test_the_replica_takes_over_when_the_primary_is_lost(
    primary: EmbeddedServer,
    tmp_path: Path,
    publish: Callable[..., str],
    reader: Labelled,
    serve: Callable[..., AbstractContextManager[str]],
    record_property: Callable[[str, object], None],
    synchronous: bool,
) -> None:
    from mhc_serving.app import create_app

    prepared = engines.create(primary.url)
    engines.check_server(prepared)
    upgrade(prepared)
    publish(prepared)
    prepared.dispose()
    settings = unlimited(tmp_path)
    with replica_of(primary) as replica:
        if synchronous:
            execute(primary.url, "alter system set synchronous_standby_names = 'replica'")
            execute(primary.url, "select pg_reload_conf()")
        hosts = [f"{HOST}:{sa.make_url(primary.url).port}", f"{HOST}:{replica.port}"]
        either = sa.make_url(primary.url)._replace(host=None, port=None)
        either = either.update_query_dict({"host": hosts, "target_session_attrs": "read-write"})
        engine, end = engines.create(either.render_as_string(hide_password=False)), threading.Event()
        writers = []
        try:
            with serve(create_app(settings, engine)) as address:
                writers = [Writer(address, f"region-{number}", end) for number in range(WRITERS)]
                for writer in writers:
                    writer.start()
                until(lambda: all(len(writer.answered) >= 3 for writer in writers), 60)
                lose(primary)
                lost = time.monotonic()
                until(lambda: all(writer.refused for writer in writers), 30)
                before = {ids for writer in writers for ids in writer.answered.values()}
                promoted = time.monotonic()
                assert execute(replica.render_as_string(hide_password=False), "select pg_promote()")
                counts = [len(writer.answered) for writer in writers]
                until(lambda: all(len(each.answered) > was for each, was in zip(writers, counts, strict=True)), 60)
                answering = time.monotonic()
                end.set()
                for writer in writers:
                    writer.join(timeout=30)
        finally:
            end.set()
        with engine.connect() as connection:
            query = sa.text("select conversation_id, id from ai.messages where role <> 'user'")
            stored = {(str(conversation), str(message)) for conversation, message in connection.execute(query)}
        engine.dispose()
    answers = {ids for writer in writers for ids in writer.answered.values()}
    record_property("read_before", len(before))
    record_property("lost", len(answers - stored))
    record_property("refused_until_promoted_seconds", round(promoted - lost, 2))
    record_property("answering_after_promotion_seconds", round(answering - promoted, 2))
    assert not [other for writer in writers for other in writer.others]
    assert answers - before <= stored, "an answer that was given after the promotion is gone"
    if synchronous:
        assert before <= stored, "an answer that a customer read is gone"
