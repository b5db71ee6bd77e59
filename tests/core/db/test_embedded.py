"""The embedded server with real processes: who starts it, who keeps it, and what no SIGKILL may break."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from fakes.places import ROOT
from fakes.waiting import until

from mhc_core.db import embedded
from mhc_core.db.embedded.files import Files
from mhc_core.db.embedded.owner import LINGER_SECONDS
from mhc_core.errors import AccessDenied, ConfigurationError, Conflict, DatabaseUnavailable

pytestmark = pytest.mark.long
_USER = """
import sys
from pathlib import Path
from mhc_core.db import embedded
with embedded.join(Path(sys.argv[1])) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def _another_user(state_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of its own that joins and stays until its input closes; yields it and the URL it got."""
    process = subprocess.Popen(
        [sys.executable, "-c", _USER, str(state_dir)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            with suppress(BrokenPipeError):
                process.communicate(timeout=30)


def _execute(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=5) as connection:
        cursor = connection.execute(statement)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


def _pids(state_dir: Path) -> tuple[int, int]:
    """Process ids of owner and server."""
    status = Files(state_dir).read_status()
    assert status is not None
    assert status.server_pid is not None
    return status.owner_pid, status.server_pid


def _start_and_stop(state_dir: Path) -> None:
    with embedded.join(state_dir):
        _stop(state_dir)


def _stop(state_dir: Path) -> None:
    owner, postgres = _pids(state_dir)
    os.kill(owner, signal.SIGTERM)
    until(lambda: _gone(owner) and _gone(postgres))


def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def running(module_state_dir: Path) -> Iterator[tuple[Path, embedded.EmbeddedServer]]:
    """A server for the tests that do it no harm, and its state folder."""
    with embedded.join(module_state_dir) as server:
        yield module_state_dir, server


def test_users_share_one_server_that_stops_after_the_last(state_dir: Path) -> None:
    stack = ExitStack()
    with embedded.join(state_dir) as server:
        _execute(server.url, "create table kept (n int)")
        with _another_user(state_dir) as (_, url):
            assert url == server.url
            _execute(url, "insert into kept values (1)")
        assert _execute(server.url, "select n from kept") == [(1,)]
        owner, postgres = _pids(state_dir)
        last = stack.enter_context(_another_user(state_dir))[0]
        stack.callback(last.kill)  # a user that has no time to say good-bye
    with stack:
        time.sleep(LINGER_SECONDS + 0.5)  # this process is gone for longer than the owner waits
        assert _execute(server.url, "select n from kept") == [(1,)]

    until(lambda: _gone(owner) and _gone(postgres))
    with embedded.join(state_dir) as again:
        assert again.url == server.url  # same port, same password
        assert _execute(again.url, "select n from kept") == [(1,)]


def test_killed_owner_loses_no_committed_row(state_dir: Path) -> None:
    with embedded.join(state_dir) as server:
        _execute(server.url, "create table kept as select generate_series(1, 1000) as n")
        owner, postgres = _pids(state_dir)
        os.kill(owner, signal.SIGKILL)
        if sys.platform == "linux":
            until(lambda: _gone(postgres))  # it closes without its owner

        server.ensure()

        assert _execute(server.url, "select count(*) from kept") == [(1000,)]
        assert _pids(state_dir)[0] != owner


def test_killed_server_is_started_again(state_dir: Path) -> None:
    with embedded.join(state_dir) as server:
        _execute(server.url, "create table kept as select 7 as n")
        owner, postgres = _pids(state_dir)
        os.kill(postgres, signal.SIGKILL)
        until(lambda: _gone(postgres))

        server.ensure()

        assert _execute(server.url, "select n from kept") == [(7,)]
        assert _pids(state_dir)[0] == owner


def test_everything_killed_at_once(state_dir: Path) -> None:
    with _another_user(state_dir) as (process, url):
        _execute(url, "create table kept as select 7 as n")
        for pid in (process.pid, *_pids(state_dir)):
            os.kill(pid, signal.SIGKILL)

    with embedded.join(state_dir) as server:
        assert server.url == url
        assert _execute(server.url, "select n from kept") == [(7,)]


def test_users_that_come_at_the_same_time_get_one_server(state_dir: Path) -> None:
    with _another_user(state_dir) as (_, first), _another_user(state_dir) as (_, second):
        assert first == second != ""


def test_join_while_the_server_stops_gets_a_new_one(state_dir: Path) -> None:
    with embedded.join(state_dir):
        owner, _ = _pids(state_dir)
    os.kill(owner, signal.SIGTERM)

    with embedded.join(state_dir) as server:
        assert _execute(server.url, "select 1") == [(1,)]


def test_interrupted_first_start_is_repeated(state_dir: Path) -> None:
    half_made = Files(state_dir).home / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")

    with embedded.join(state_dir) as server:
        assert _execute(server.url, "select 1") == [(1,)]


def test_process_number_of_a_stranger_in_the_lock_file_is_no_obstacle(state_dir: Path) -> None:
    _start_and_stop(state_dir)
    (Files(state_dir).data / "postmaster.pid").write_text(
        f"{os.getpid()}\n{Files(state_dir).data}\n0\n1\n\n\n\nready\n"
    )

    with embedded.join(state_dir) as server:
        assert _execute(server.url, "select 1") == [(1,)]


def test_the_state_folder_is_closed_to_other_accounts(state_dir: Path) -> None:
    state_dir.mkdir(parents=True, mode=0o755)
    state_dir.chmod(0o755)  # as before
    for _ in range(2):  # the second start finds the server's account let through
        with embedded.join(state_dir) as server:
            assert _execute(server.url, "select 1") == [(1,)]
            assert state_dir.stat().st_mode & 0o007 == 0
            _stop(state_dir)
    new = state_dir.parent / "new"
    embedded.make_private(new)
    assert new.stat().st_mode & 0o777 == 0o700


def test_second_owner_is_refused(running: tuple[Path, embedded.EmbeddedServer]) -> None:
    state_dir, server = running
    second = subprocess.run(
        [sys.executable, "-m", "mhc_core.db.embedded", str(state_dir)], cwd=ROOT, capture_output=True, text=True
    )

    said = json.loads(second.stdout)
    assert second.returncode == 1
    assert said["error"] == Conflict.__name__
    assert "another process owns the database" in said["text"]
    assert _execute(server.url, "select 1") == [(1,)]


def test_taken_port_is_named(state_dir: Path) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]

        with (
            pytest.raises(ConfigurationError, match=f"port {port} .* is taken .*MHC_DATABASE_PORT"),
            embedded.join(state_dir, port),
        ):
            pass

    port = _free_port()
    with embedded.join(state_dir, port) as server:
        assert f":{port}/" in server.url


def test_another_port_than_the_running_one_is_a_conflict(running: tuple[Path, embedded.EmbeddedServer]) -> None:
    with pytest.raises(Conflict, match="already runs on port"), embedded.join(running[0], 1025):
        pass


def test_wrong_and_missing_password(state_dir: Path) -> None:
    with embedded.join(state_dir) as server:
        _execute(server.url, "create table kept as select 7 as n")
        password = Files(state_dir).password
        assert password.stat().st_mode & 0o777 == 0o600
        password.write_text("not the right one")
        with pytest.raises(AccessDenied, match="does not open the database"):
            server.ensure()
        _stop(state_dir)
    password.unlink()

    with embedded.join(state_dir) as again:  # the error's advice
        assert again.url != server.url
        assert _execute(again.url, "select n from kept") == [(7,)]


def test_password_is_asked_for_on_loopback(running: tuple[Path, embedded.EmbeddedServer]) -> None:
    state_dir, server = running
    port = Files(state_dir).read_port()

    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(f"postgresql://mhc@127.0.0.1:{port}/mhc", passfile="/nonexistent")
    assert _execute(server.url, "show unix_socket_directories") == [("",)]
    assert _execute(server.url, "show listen_addresses") == [("127.0.0.1",)]
    assert _execute(server.url, "show fsync") == [("on",)]
    assert _execute(server.url, "show timezone") == [("UTC",)]


def test_log_holds_nothing_a_customer_wrote(running: tuple[Path, embedded.EmbeddedServer]) -> None:
    _, server = running
    secret = "Tracy at 555-0166"
    _execute(server.url, "create table notes (note text primary key, stars int check (stars < 6))")
    for statement in (
        f"insert into notes values ('{secret}', 9)",
        f"insert into notes values ('{secret}', 1), ('{secret}', 1)",
        f"select '{secret}'::int",
        f"do $$ begin raise warning '{secret}'; end $$",
        f"select pg_terminate_backend(pg_backend_pid()), '{secret}'",
    ):
        with suppress(psycopg.Error):
            _execute(server.url, statement)

    written = server.log.read_text()
    assert "ready to accept connections" in written
    assert "terminating connection" in written
    assert secret not in written
    assert "notes" not in written


def test_data_of_another_version_is_left_alone(state_dir: Path) -> None:
    data = Files(state_dir).data
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("14\n")

    with pytest.raises(ConfigurationError, match="made by PostgreSQL 14 and this is 18"), embedded.join(state_dir):
        pass
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_folder_that_is_no_database_is_left_alone(state_dir: Path) -> None:
    Files(state_dir).data.mkdir(parents=True)

    with pytest.raises(ConfigurationError, match="not a PostgreSQL data folder"), embedded.join(state_dir):
        pass


def test_damaged_data_is_reported_with_the_servers_own_words(state_dir: Path) -> None:
    _start_and_stop(state_dir)
    control = Files(state_dir).data / "global" / "pg_control"
    control.write_bytes(b"\0" * control.stat().st_size)

    with pytest.raises(DatabaseUnavailable, match=r"FATAL.*postgres\.log"), embedded.join(state_dir):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")
def test_root_opens_closed_folders_to_the_servers_account_only(state_dir: Path) -> None:
    closed = state_dir / "closed"
    closed.mkdir(mode=0o700, parents=True)

    with embedded.join(closed / "state") as server:
        _, postgres = _pids(closed / "state")
        assert psutil.Process(postgres).uids().real != 0
        assert _execute(server.url, "select 1") == [(1,)]
        stranger = subprocess.run(["/bin/ls", closed], user=65534, group=65534, extra_groups=[], capture_output=True)
        assert stranger.returncode != 0
        _stop(closed / "state")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_full_disk_is_named_and_survived(state_dir: Path) -> None:
    state_dir.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", state_dir], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        with pytest.raises(ConfigurationError, match="no space left on the disk"), embedded.join(state_dir):
            pass
        subprocess.run(["mount", "-o", "remount,size=200m", state_dir], check=True)

        with embedded.join(state_dir) as server:  # the error's advice
            _execute(server.url, "create table kept as select 7 as n")
            with pytest.raises(psycopg.Error):
                _execute(
                    server.url, "create table big as select repeat(md5(n::text), 50) from generate_series(1, 300000) n"
                )
            subprocess.run(["mount", "-o", "remount,size=600m", state_dir], check=True)
            server.ensure()
            assert _execute(server.url, "select n from kept") == [(7,)]
            _stop(state_dir)
    finally:
        subprocess.run(["umount", "-l", state_dir], check=True)
