"""Puts the stand-in servers of ``tests/standins`` within reach of the tests here."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "standins"))

from openai_endpoints import StandIn
from openai_server import running


@pytest.fixture(autouse=True)
def _no_proxy_for_standins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def openai_standin(tmp_path: Path) -> Iterator[StandIn]:
    """A fresh stand-in for OpenAI. What it was told and what it said must keep to the published description."""
    with running(tmp_path / "openai.json") as standin:
        yield standin
    assert standin.violations == []
