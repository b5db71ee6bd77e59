"""An erasure and adapters on open weights: no state of a training stays, and the certificate says what does."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.training_shop import dataset, engine

from mhc_core.artifacts import store
from mhc_core.db.queries import retired
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.tables import model_versions, training_jobs
from mhc_core.privacy import models
from mhc_core.settings import Settings

__all__ = ["dataset", "engine"]

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize("provider", ["lora", "openai"])
def test_an_adapter_is_ours_to_delete_and_its_checkpoint_goes_at_once(
    engine: sa.Engine, dataset: DatasetVersion, tmp_path: Path, provider: str
) -> None:
    checkpoint = (tmp_path / "checkpoints" / "key.safetensors").as_uri()
    store.write_bytes(checkpoint, b"weights")
    with engine.begin() as connection:
        columns = {"provider": provider, "base_model": "base", "dataset_id": dataset.id}
        connection.execute(
            sa.insert(training_jobs), [
                {"key": "killed", "progress": {"checkpoint": checkpoint, "step": 3}, **columns},
                {"key": "other", "progress": {}, **columns},
            ],
        )  # fmt: skip
        connection.execute(sa.insert(model_versions).values(id="model-1", **columns))
    (found,) = models.clean_all(engine, [dataset.id], [], 1, Settings(state_dir=tmp_path), NOW)
    assert not store.exists(checkpoint)
    assert found["outcome"] == (models.ADAPTER if provider == "lora" else models.REMOTE)
    with engine.connect() as connection:
        assert len(retired.uploads(connection, [dataset.id])) == (0 if provider == "lora" else 2)
