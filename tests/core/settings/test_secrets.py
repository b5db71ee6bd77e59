"""Secrets may be files: each holds the setting it is named after, and the environment wins over it."""

from pathlib import Path

import pytest

from mhc_core import settings as configuration
from mhc_core.errors import ConfigurationError
from mhc_core.settings import Settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MHC_SECRETS_DIR", str(tmp_path))
    return tmp_path


def revealed(settings: Settings) -> tuple[str | None, str | None]:
    return (
        settings.database_url.get_secret_value() if settings.database_url else None,
        settings.openai_api_key.get_secret_value() if settings.openai_api_key else None,
    )


def test_a_file_sets_what_it_is_named_after_without_its_last_line_feed(folder: Path) -> None:
    (folder / "mhc_database_url").write_text("postgresql://mhc:p@db/mhc\n")
    (folder / "openai_api_key").write_text("sk-1")
    (folder / "..data").mkdir()  # as Kubernetes lays secrets out
    (folder / "mhc_alert_urls").write_text('{"mail": "mailtos://a:b@example.com"}')
    settings = configuration.load()
    assert revealed(settings) == ("postgresql://mhc:p@db/mhc", "sk-1")
    assert settings.alert_urls["mail"].get_secret_value() == "mailtos://a:b@example.com"


def test_the_environment_wins_over_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "mhc_database_url").write_text("postgresql://file/mhc")
    monkeypatch.setenv("MHC_DATABASE_URL", "postgresql://environment/mhc")
    assert revealed(configuration.load())[0] == "postgresql://environment/mhc"


def test_an_empty_file_sets_nothing(folder: Path) -> None:
    (folder / "openai_api_key").write_text("\n")
    assert revealed(configuration.load()) == (None, None)


def test_a_value_that_does_not_fit_is_refused_without_being_shown(folder: Path) -> None:
    (folder / "mhc_metrics_key").write_text("too-short-and-secret")
    with pytest.raises(ConfigurationError, match="MHC_METRICS_KEY") as refused:
        configuration.load()
    assert "too-short-and-secret" not in str(refused.value)


def test_a_folder_that_is_named_and_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHC_SECRETS_DIR", str(tmp_path / "none"))
    with pytest.raises(ConfigurationError, match="is not a folder; mount the secrets there"):
        configuration.load()
