"""What a person on call sees of a candidate among customers, and what the commands do to it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import orjson
import pytest
import sqlalchemy as sa
from fakes.rollout_traffic import Rates, arrive, evaluated
from typer.testing import CliRunner, Result

from mhc_core.db import engine as engines
from mhc_core.db.queries import rollout as queries
from mhc_core.db.queries import versions
from mhc_core.errors import Conflict
from mhc_core.rollout import promotion, stages, tick
from mhc_core.settings import Settings
from mhc_jobs.cli.main import app


def mhc(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def engine(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[sa.Engine]:
    monkeypatch.setenv("MHC_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("MHC_STATE_DIR", str(tmp_path))
    found = engines.create(fresh_database_url)
    with found.begin() as connection:
        promotion.open_for(connection, evaluated(connection, "m1"))
    yield found
    found.dispose()


def test_a_night_with_a_candidate(engine: sa.Engine) -> None:
    assert "m1" in mhc("rollout", "show").stdout
    assert "m1 is shadow, in the shadow" in mhc("rollout", "start", "--by", "kim").stdout
    killed = orjson.loads(mhc("rollout", "kill", "--by", "kim", "--reason", "it swears", "--json").stdout)["rollout"]
    assert killed["model_version_id"] == "m1"
    assert killed["killed_at"]
    assert "production answers everybody" in mhc("rollout", "show").stdout
    again = mhc("rollout", "start", "--by", "lee", "--intent", "menu", "--intent", "policy")
    assert "m1 is canary, at 10 % of customers" in again.stdout
    assert "m1 is approved" in mhc("rollout", "approve", "--by", "kim").stdout
    assert mhc("rollout", "hold", "--by", "kim").exit_code == 0
    shown = mhc("rollout", "show", "m1").stdout
    assert "intents menu, policy" in shown
    assert "approved by kim" in shown
    document = orjson.loads(mhc("rollout", "show", "--json").stdout)
    assert (document["rollout"]["status"], document["rollout"]["share"]) == ("held", 10)
    assert [found["action"] for found in document["decisions"]] == ["start", "kill", "resume", "approve", "hold"]
    refused = mhc("rollout", "hold", "--by", "kim")
    assert isinstance(refused.exception, Conflict)


def test_the_newest_look_is_a_table_with_what_is_missing(engine: sa.Engine) -> None:
    now, settings = datetime.now(UTC), Settings(rollout_shadow_share=0)
    with engine.begin() as connection:
        found = stages.start(connection, "m1", "kim", settings, now - timedelta(days=4))
        arrive(connection, found, range(600), now - timedelta(days=3), Random(1), Rates(), Rates())
        tick.tick(connection, settings, now)
    shown = " ".join(mhc("rollout", "show").stdout.split())
    for words in ("composite", "slow turns", "must exceed", "more customers would be needed", "7 is the minimum"):
        assert words in shown


def test_a_candidate_is_rejected(engine: sa.Engine) -> None:
    told = mhc("models", "reject", "m1", "--by", "kim", "--reason", "too brief", "--json")
    assert orjson.loads(told.stdout) == {"model": "m1", "rejected_by": "kim"}
    document = orjson.loads(mhc("rollout", "show", "--json").stdout)
    assert document["rollout"]["status"] == "rejected"


@pytest.mark.parametrize(("mode", "status"), [("direct", "promoted"), ("canary", "approved")])
def test_an_approval_moves_production_only_where_that_is_set(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, mode: str, status: str
) -> None:
    monkeypatch.setenv("MHC_ROLLOUT", mode)
    told = orjson.loads(mhc("models", "approve", "m1", "--by", "kim", "--json").stdout)
    assert told == {"model": "m1", "live": mode == "direct"}
    with engine.connect() as connection:
        found = queries.of_model(connection, "m1")
        assert found is not None
        assert found.status == status
        assert (versions.live(connection, "model") == "m1") == (mode == "direct")
