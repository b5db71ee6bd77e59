"""The tagger in the pipeline."""

from collections.abc import Iterator

import dagster as dg
import pytest
import sqlalchemy as sa
from fakes.pipeline import execute, metadata

from mhc_core.db import engine as engines


@pytest.fixture
def engine(fresh_database_url: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path))
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


@pytest.mark.usefixtures("engine")
def test_where_nothing_was_marked_that_of_the_release_stays(instance: dg.DagsterInstance) -> None:
    told = metadata(execute("train_tagger", instance), "tagger")
    assert told["live"] == "that of the release"
    assert told["marks"] == 0
