"""``mhc models train`` and ``mhc models export``: one stage by hand, and what is refused."""

from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from fakes.training_shop import dataset, engine
from typer.testing import CliRunner, Result

from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.errors import ConfigurationError, Conflict, MHCError, NotFound
from mhc_jobs.cli.main import app

__all__ = ["dataset", "engine"]


@pytest.fixture
def mhc(engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "type[Command]":
    monkeypatch.setenv("MHC_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path / "state"))
    return Command


class Command:
    """The command line in this process."""

    @staticmethod
    def told(*arguments: str) -> dict[str, object]:
        result = CliRunner().invoke(app, [*arguments, "--json"])
        assert result.exit_code == 0, result.output
        found: dict[str, object] = orjson.loads(result.stdout)
        return found

    @staticmethod
    def refused(*arguments: str) -> MHCError:
        result: Result = CliRunner().invoke(app, list(arguments))
        assert isinstance(result.exception, MHCError), result.output
        return result.exception


def test_training_twice_is_one_job_and_one_model(mhc: type[Command], dataset: DatasetVersion, tmp_path: Path) -> None:
    first = mhc.told("models", "train")
    assert first["status"] == "succeeded"
    assert first["model"]
    assert mhc.told("models", "train", "--dataset", dataset.id) == first
    error = mhc.refused("models", "export", str(first["model"]), str(tmp_path / "out"))
    assert isinstance(error, Conflict)
    assert not (tmp_path / "out").exists()


def test_what_is_missing_is_named(
    mhc: type[Command], dataset: DatasetVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(mhc.refused("models", "train", "--dataset", "ds-none"), NotFound)
    assert isinstance(mhc.refused("models", "export", "none", str(tmp_path / "out")), NotFound)
    monkeypatch.setenv("MHC_FINE_TUNER", "lora")
    error = mhc.refused("models", "train")
    assert isinstance(error, ConfigurationError)
    assert "MHC_LORA_BASE" in str(error)
