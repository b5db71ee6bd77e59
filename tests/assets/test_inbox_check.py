"""The check of the inbox: what is not in is told without names, opens an incident, and closes it when all is in."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from mhc_assets.checks.collection import inbox_is_in
from mhc_assets.resources import Platform
from mhc_core.collection.importing.inbox import collect
from mhc_core.db import engine as engines
from mhc_core.monitoring import incidents
from mhc_core.settings import load


def test_a_refused_file_is_an_incident_until_it_is_in(
    fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path))
    settings, now = load(), datetime.now(UTC)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "Dana Prewitt.pdf").write_bytes(b"%PDF-1.4")
    engine = engines.create(fresh_database_url)
    try:
        for passed in (False, True):
            collect(engine, settings.inbox, now, settings.reject_dir)
            with dg.build_resources({"platform": Platform()}) as opened:
                result = inbox_is_in(platform=opened.platform)
            assert isinstance(result, dg.AssetCheckResult)
            assert result.passed is passed
            assert "Dana" not in str(result.metadata)
            with engine.connect() as connection:
                found = incidents.current(connection, now)
            assert ["a PDF" in incidents.sentence(one) for one in found] == ([] if passed else [True])
            assert "Dana" not in str(found)
            (tmp_path / "inbox" / "Dana Prewitt.pdf").unlink(missing_ok=True)
    finally:
        engine.dispose()
