"""The stand-in for OpenAI, a fresh one for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.openai_endpoints import StandIn
from fakes.openai_server import running


@pytest.fixture(autouse=True)
def _no_proxy_for_standins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def openai_standin(tmp_path: Path) -> Iterator[StandIn]:
    """A fresh stand-in for OpenAI. What it was told and what it said must keep to the published description."""
    with running(tmp_path / "openai.json") as standin:
        yield standin
    assert standin.violations == []
