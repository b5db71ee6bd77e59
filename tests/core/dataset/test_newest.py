"""A data set is chosen by what an index says and read in whole only where it is taken: the same set as ever."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.stored import DAY, WordEmbedder, example

from mhc_core.business import pricing
from mhc_core.dataset import build, newest
from mhc_core.db import engine as engines
from mhc_core.db.queries import dataset as queries
from mhc_core.errors import DataError
from mhc_core.settings import Settings

BUSINESS = pricing.load()
STORED = 60


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    found = engines.create(fresh_database_url)
    with found.begin() as connection:
        for number in range(STORED):
            topic = f"topic{number} thing{number}"
            example(
                connection, topic, f"answer {topic}", verified=True, language=("en", "es", None)[number % 3],
                customer_hash=f"c{number}", intent=("menu", "policy")[number % 2], quality=0.5 + number % 7 / 20,
                day=DAY - timedelta(days=number % 5),
            )  # fmt: skip
        example(connection, "not verified", "answer", language="en")
        example(connection, "of another embedder", "answer", verified=True, embedder="another")
        example(connection, "merged", "answer", verified=True, active=False)
    yield found
    found.dispose()


def settings(folder: Path, limit: int) -> Settings:
    return Settings(dataset_min_examples=10, dataset_max_examples=limit, artifact_uri=folder.as_uri())


@pytest.mark.parametrize("limit", [20, STORED, 1000])
@pytest.mark.parametrize("only", [None, "es"])
def test_the_version_is_the_one_of_all_examples_read_in_whole(
    engine: sa.Engine, tmp_path: Path, limit: int, only: str | None
) -> None:
    chosen = settings(tmp_path, limit)
    with engine.connect() as connection:
        of_all = build.build(queries.verified(connection, WordEmbedder.id), BUSINESS, chosen, only=only)
        choice = newest.choose(connection, WordEmbedder.id, chosen, only)
    stored = newest.store_newest(engine, WordEmbedder.id, BUSINESS, chosen, only)
    available = STORED if only is None else STORED // 3
    assert len(choice.examples) == min(limit, available)
    assert stored.id == of_all.id
    assert stored.manifest == of_all.manifest
    assert stored.manifest["available"] == available


def test_too_few_are_refused_by_how_many_there_are(engine: sa.Engine, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="20 verified examples in es, 50 needed"):
        newest.store_newest(
            engine,
            WordEmbedder.id,
            BUSINESS,
            settings(tmp_path, 1000).model_copy(update={"dataset_min_examples": 50}),
            "es",
        )


def test_candidates_are_read_from_the_index_alone(engine: sa.Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("vacuum analyze ai.training_examples"))
    with engine.connect() as connection:
        connection.execute(sa.text("set enable_seqscan = off"))
        plan = connection.scalars(
            sa.text("""
                explain select id, day, intent, language, quality, conversation_id from ai.training_examples
                where active and verified and embedder = 'words-384'
            """)
        ).all()
        assert "Index Only Scan using ix_training_examples_candidates" in plan[0]
