"""A state folder can be moved or copied: models answer and are evaluated from where it lies now."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from fakes.pipeline import execute, metadata

from mhc_core import settings as configuration
from mhc_core.artifacts import store
from mhc_core.db.engine import database
from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import retired, training
from mhc_core.errors import NotFound
from mhc_core.review import decisions
from mhc_core.vocabulary import Decision

ADDRESSES = """
    select train_uri from ai.dataset_versions union all select validation_uri from ai.dataset_versions
    union all select artifact_uri from ai.training_jobs where artifact_uri is not null
    union all select artifact_uri from ai.model_versions where artifact_uri is not null
"""


@pytest.fixture
def approved(reviewed_engine: sa.Engine) -> sa.Engine:
    """Enough to train a model on."""
    with reviewed_engine.begin() as connection:
        later = datetime.now(UTC) + timedelta(seconds=1)
        decisions.decide_bulk(connection, decisions.BulkFilter(limit=40), Decision.APPROVE, "ana", later)
    return reviewed_engine


@pytest.fixture
def trained(approved: sa.Engine, instance: dg.DagsterInstance) -> Path:
    """The state folder with a data set and a model."""
    execute("train", instance)
    return Path(os.environ["MHC_STATE_DIR"])


def absolute(engine: sa.Engine, state: Path) -> None:
    """Addresses as they were stored before."""
    with engine.begin() as connection:
        for table, column in (
            ("dataset_versions", "train_uri"),
            ("dataset_versions", "validation_uri"),
            ("training_jobs", "artifact_uri"),
            ("model_versions", "artifact_uri"),
        ):
            connection.execute(
                sa.text(f"update ai.{table} set {column} = :state || '/' || {column} where {column} is not null"),
                {"state": state.absolute().as_uri()},
            )


@pytest.mark.parametrize("stored", ["relative", "absolute"])
def test_a_candidate_is_evaluated_from_the_folder_as_it_lies_now(
    stored: str,
    trained: Path,
    approved: sa.Engine,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with approved.connect() as connection:
        addresses = set(connection.scalars(sa.text(ADDRESSES)))
    assert len(addresses) == 3
    assert all(address.startswith("artifacts/") for address in addresses)
    if stored == "absolute":
        absolute(approved, trained)
    shutil.move(trained, tmp_path / "elsewhere")
    with pytest.raises(NotFound, match="does not exist"):
        execute("finish_training", instance)

    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path / "elsewhere"))
    again = execute("finish_training", instance)
    assert metadata(again, "shadow_evaluation")["questions"] > 0
    with database(configuration.load()) as engine, engine.connect() as connection:
        version = datasets.usable(connection)
        data = store.read_verified(version.train_uri, version.manifest["sha256"]["train"])
        model = training.latest_trained(connection)
        assert model is not None
        assert retired.artifacts_in_use(connection) == {model.artifact_uri}
        assert str(model.artifact_uri).startswith((tmp_path / "elsewhere").as_uri())
    assert len(data.splitlines()) == version.train_count


def test_what_lies_elsewhere_keeps_its_address(
    approved: sa.Engine, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    monkeypatch.setenv("MHC_ARTIFACT_URI", kept.as_uri())
    execute("train", instance)
    with approved.connect() as connection:
        assert all(address.startswith(kept.as_uri()) for address in connection.scalars(sa.text(ADDRESSES)))
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path / "other"))
    monkeypatch.delenv("MHC_ARTIFACT_URI")
    assert execute("finish_training", instance).success
    shutil.rmtree(kept)
    with database(configuration.load()) as engine, engine.connect() as connection:
        version = datasets.usable(connection)
    with pytest.raises(NotFound, match="kept"):
        store.read_bytes(version.train_uri)
