"""Copies of the installation of ``forgotten``, one for each test, and the erasure of its customer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from fakes import forgotten
from fakes.databases import copy
from fakes.forgotten import NOW, VICTIM
from mhc_core.db import engine as engines
from mhc_core.privacy import erase

PLACES = {
    "conversations", "messages", "feedback", "training_examples", "review_decisions", "knowledge_articles",
    "knowledge_chunks", "knowledge_translations", "retrieval_questions", "understanding_examples", "diet_facts",
}  # fmt: skip

POINTS = [
    f"{step}: {moment}"
    for step in ("tombstone", *(step.name for step in erase.STEPS), "certificate")
    for moment in ("before", "done")
]  # the order in which they are passed


class World(NamedTuple):
    """An installation of one's own: its database and its files."""

    engine: sa.Engine
    root: Path


@pytest.fixture(scope="session")
def populated(_server_url: str, _template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Name of a database and a folder that hold the installation; nobody is connected."""
    root = tmp_path_factory.mktemp("populated")
    with opened(_server_url, _template) as engine:
        forgotten.populate(engine, root)
        name = str(engine.url.database)
        engine.dispose()
        yield name, root


@contextmanager
def opened(server_url: str, template: str) -> Iterator[sa.Engine]:
    """An engine on a copy of the template."""
    with copy(server_url, template) as url:
        engine = engines.create(url)
        yield engine
        engine.dispose()


@pytest.fixture
def world(_server_url: str, populated: tuple[str, Path], tmp_path: Path) -> Iterator[World]:
    """A copy of the installation of one's own."""
    with opened(_server_url, populated[0]) as engine:
        forgotten.moved(engine, populated[1], tmp_path / "root")
        yield World(engine, tmp_path / "root")


@pytest.fixture(scope="session")
def forgotten_once(
    _server_url: str, populated: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """The state after an erasure that nothing interrupted."""
    root = tmp_path_factory.mktemp("once") / "root"
    with opened(_server_url, populated[0]) as engine:
        forgotten.moved(engine, populated[1], root)
        points: list[str] = []
        forgotten.forgetter(engine, root, report=points.append).erase(VICTIM, "Ann", NOW)
        assert points == POINTS, "a step reports under another name: the tests below would not kill there"
        state: dict[str, Any] = forgotten.state(engine, root)
        return state


def forget(world: World) -> dict[str, Any]:
    """Erase the customer; the certificate."""
    made: dict[str, Any] = forgotten.forgetter(*world).erase(VICTIM, "Ann", NOW).certificate
    return made
