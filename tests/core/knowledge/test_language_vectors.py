"""What languages are learned of is embedded once for an installation, whoever begins and whoever is killed."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db import engine as engines
from mhc_core.db.queries import knowledge as queries
from mhc_core.db.queries import versions
from mhc_core.knowledge import index, language_vectors, multilingual
from mhc_core.knowledge.articles import Article, store
from mhc_core.knowledge.known_vectors import digest
from mhc_core.knowledge.translations import import_translations
from mhc_core.providers.minilm import embedder as minilm

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = ("deposit", "rain", "parking", "chef", "menu", "rice", "noise", "children")


class Counting:
    """The embedder of the tests under another name, which notes every text that it is asked for."""

    id = "counting/1"
    dimensions = 384

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.dies_after: int | None = None

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.dies_after is not None and len(self.asked) >= self.dies_after:
            raise KeyboardInterrupt
        self.asked += texts
        return minilm.load().embed(texts)


@pytest.fixture
def database(fresh_database_url: str, tmp_path: Path) -> Iterator[sa.Engine]:
    """A published knowledge of eight articles with Spanish and Japanese translations."""
    engine = engines.create(fresh_database_url)
    articles = [
        Article(f"KB-{n}", f"About {word}", "other", (), f"We know the {word} well.", None, (f"what about {word}",))
        for n, word in enumerate(WORDS)
    ]
    for number, word in enumerate(WORDS):
        for language, said in (("es", f"Sobre {word}"), ("ja", f"{word}について")):
            head = f"id: KB-{number}\nlanguage: {language}\ntitle: {said}\nquestions:\n  - {said}?"
            text = f"---\n{head}\n---\n{said}. OK.\n"
            (tmp_path / f"{number}.{language}.md").write_text(text, "utf-8")
    with engine.begin() as connection:
        store(connection, articles, NOW)
        version = index.build(connection, minilm.load(), NOW)
        index.publish(connection, version.id, minilm.load(), NOW, "test")
        assert import_translations(connection, [tmp_path], "Ana", NOW).added == 2 * len(WORDS)
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def _small_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_vectors, "AT_ONCE", 5)


def live(engine: sa.Engine) -> str:
    with engine.connect() as connection:
        found = versions.live(connection, index.KIND)
    assert found is not None
    return found


def test_after_it_languages_are_learned_without_embedding_anything(database: sa.Engine) -> None:
    made = Counting()
    assert language_vectors.keep(database, live(database), lambda: made) == len(made.asked) > 5
    made.asked.clear()
    for language in ("es", "ja"):
        with database.connect() as connection:
            assert multilingual.load(connection, live(database), made, language) is not None
    assert made.asked == []


def test_the_second_process_loads_no_model_where_nothing_is_missing(database: sa.Engine) -> None:
    language_vectors.keep(database, live(database), Counting)
    second = Counting()
    assert language_vectors.keep(database, live(database), lambda: second) == 0
    assert second.asked == []


def test_processes_that_begin_at_once_share_the_work_and_make_nothing_twice(database: sa.Engine) -> None:
    alone = Counting()
    made = [Counting(), Counting(), Counting()]
    ready = threading.Barrier(len(made))

    def run(one: Counting) -> int:
        ready.wait()
        return language_vectors.keep(database, live(database), lambda: one)

    with ThreadPoolExecutor(len(made)) as threads:
        counts = list(threads.map(run, made))
    asked = [text for one in made for text in one.asked]
    assert sum(counts) == len(asked) == len(set(asked))
    assert language_vectors.keep(database, live(database), lambda: alone) == 0


def test_who_is_killed_loses_one_turn(database: sa.Engine) -> None:
    dying = Counting()
    dying.dies_after = 10
    with pytest.raises(KeyboardInterrupt):
        language_vectors.keep(database, live(database), lambda: dying)
    second = Counting()
    language_vectors.keep(database, live(database), lambda: second)
    assert not set(dying.asked) & set(second.asked)
    assert len(dying.asked) == 10


def test_who_is_told_to_stop_stops_after_the_turn(database: sa.Engine) -> None:
    made = Counting()
    assert language_vectors.keep(database, live(database), lambda: made, stopping=lambda: bool(made.asked)) == 5
    assert language_vectors.keep(database, live(database), lambda: made, ("ja",), stopping=lambda: True) == 0


def test_of_one_language_only_its_texts_are_made(database: sa.Engine) -> None:
    made = Counting()
    language_vectors.keep(database, live(database), lambda: made, ("es",))
    assert any("Sobre" in text for text in made.asked)
    assert not any("について" in text for text in made.asked)


def test_an_index_that_is_built_meanwhile_and_kept_the_same_texts_is_no_conflict(
    database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, other = queries.lock_index, Counting()

    def another_was_first(connection: sa.Connection) -> None:
        with database.begin() as beside:
            texts = sorted(made.asked)
            known = queries.kept_vectors(beside, other.id, [digest(text) for text in texts])
            fresh = [text for text in texts if digest(text) not in known]
            vectors = dict(zip(map(digest, fresh), minilm.load().embed(fresh), strict=True))
            queries.keep_vectors(beside, other.id, vectors)
        lock(connection)

    made = Counting()
    monkeypatch.setattr(queries, "lock_index", another_was_first)
    assert language_vectors.keep(database, live(database), lambda: made) == len(made.asked)
