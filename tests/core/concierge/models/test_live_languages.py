"""A server learns the languages in the background; what it embedded for that the next process and start find."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from fakes.api import ARTICLES, NOW, publish_knowledge
from numpy.typing import NDArray

from mhc_core.business import pricing
from mhc_core.concierge.models import live
from mhc_core.concierge.models.live import LiveVersions
from mhc_core.concierge.models.providers import ConfiguredProviders
from mhc_core.knowledge import language_vectors
from mhc_core.knowledge.translations import import_translations
from mhc_core.providers.minilm import embedder as minilm
from mhc_core.settings import Settings


class Counting:
    """The multilingual embedder of one process, which notes every text that it is asked for."""

    id = "counting/1"
    dimensions = 384

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return minilm.load().embed(texts)


@pytest.fixture
def translated(empty_engine: sa.Engine, tmp_path: Path) -> sa.Engine:
    """Published articles, all of them in Spanish and two in Japanese."""
    publish_knowledge(empty_engine, tmp_path, ARTICLES)
    folder = tmp_path / "translations"
    folder.mkdir()
    with empty_engine.begin() as connection:
        rows = connection.execute(sa.text("select id, body from ai.knowledge_articles order by id")).all()
        for number, (article_id, body) in enumerate(rows):
            word = "abcdefgh"[number] * 5
            for language in ("es", "ja")[: 2 if number < 2 else 1]:
                head = f"id: {article_id}\nlanguage: {language}\ntitle: {word} en {language}\nquestions:\n  - {word}?"
                (folder / f"{language}{number}.md").write_text(f"---\n{head}\n---\n{body}\n", "utf-8")
        report = import_translations(connection, [folder], "Ana", NOW)
        assert not report.rejected, report
    return empty_engine


def started(engine: sa.Engine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[LiveVersions, Counting]:
    """A process of a server after it looked once for everything."""
    embedder = Counting()
    monkeypatch.setattr(live.e5, "load", lambda: embedder)
    settings = Settings(_env_file=None, state_dir=folder)
    versions = LiveVersions(engine, pricing.load(), ConfiguredProviders(settings), 60)
    versions.refresh()
    versions.refresh_languages()
    return versions, embedder


def test_the_second_start_finds_what_the_first_embedded(
    translated: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, made = started(translated, tmp_path, monkeypatch)
    assert set(first.now.foreign) >= {"es", "ja"}
    assert made.asked
    assert len(made.asked) == len(set(made.asked))
    again, second = started(translated, tmp_path, monkeypatch)
    assert set(again.now.foreign) == set(first.now.foreign)
    assert second.asked == []


def test_a_server_that_is_stopped_meanwhile_ends_after_a_turn_and_keeps_it(
    translated: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language_vectors, "AT_ONCE", 1)
    embed = Counting.embed

    def stopping(self: Counting, texts: Sequence[str]) -> Any:
        stopped._stop.set()
        return embed(self, texts)

    embedder = Counting()
    monkeypatch.setattr(live.e5, "load", lambda: embedder)
    monkeypatch.setattr(Counting, "embed", stopping)
    settings = Settings(_env_file=None, state_dir=tmp_path)
    stopped = LiveVersions(translated, pricing.load(), ConfiguredProviders(settings), 60)
    stopped.refresh()
    stopped.refresh_languages()
    assert len(embedder.asked) == 1
    assert not stopped.now.foreign
    with translated.connect() as connection:
        assert (
            connection.scalar(sa.text("select count(*) from ai.knowledge_vectors where embedder = 'counting/1'")) == 1
        )
