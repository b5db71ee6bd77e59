"""Replicas that count requests together, with a real Redis."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.redis_server import PROGRAM, redis_server
from fastapi.testclient import TestClient
from pydantic import SecretStr

from mhc_core.settings import Settings
from mhc_serving.app import create_app

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="redis-server is not installed (Debian package redis-server)")


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address and the process of a Redis that keeps nothing on disk."""
    with redis_server(tmp_path) as made:
        yield made


def test_replicas_count_together_and_go_on_without_it(
    serving_engine: sa.Engine,
    settings: Settings,
    redis: tuple[str, subprocess.Popen[bytes]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    uri, process = redis
    shared = settings.model_copy(
        update={
            "serve_host": "0.0.0.0",
            "rate_limit_storage_uri": SecretStr(uri),
            "rate_limit_address": "3/minute",
        }
    )
    with TestClient(create_app(shared, serving_engine)) as one, TestClient(create_app(shared, serving_engine)) as other:

        def guess(client: TestClient) -> int:
            return client.get("/api/v1/models", headers={"X-API-Key": "mhc_wrong"}).status_code

        assert [guess(one), guess(other), guess(one), guess(other), guess(one)] == [401, 401, 401, 429, 429]
        process.kill()
        process.wait()
        assert [guess(one), guess(other)] == [401, 401]
    assert "nothing is limited" in caplog.text
