"""What the tests of distributed runs share: Redis, and a database with two months in it."""

import shutil
import socket
import subprocess
from collections.abc import Iterator

import pytest
from fakes.databases import copy, name_of
from fakes.pipeline import bring_in
from fakes.waiting import until
from fakes.workers import DAYS, FIRST

from mhc_core.business import pricing
from mhc_jobs import sample


@pytest.fixture(scope="session")
def server_url(_server_url: str) -> str:
    """The PostgreSQL of the tests."""
    return _server_url


@pytest.fixture(scope="session")
def template(_template: str) -> str:
    """Name of the empty database that has the schema."""
    return _template


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of one's own; its URL."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is missing: install Debian's package, or Redis")
    folder = tmp_path_factory.mktemp("redis")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as process:
        until(lambda: _answers(port), 20, process)
        yield f"redis://127.0.0.1:{port}/1"
        process.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def two_months(_server_url: str, _template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Name of a database that holds conversations of 60 days and nothing else."""
    with copy(_server_url, _template) as url:
        # The first night in UTC is still the evening before where the business is.
        records = list(sample.generate(11, 2 * DAYS, FIRST, DAYS - 1, pricing.load(None)))
        bring_in(url, records, tmp_path_factory.mktemp("two_months"))
        yield name_of(url)
