"""When a provider's model ends is data, and everybody who depends on it hears of it 90 days before."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx2
import openai
import pytest
import sqlalchemy as sa
from fakes.openai_endpoints import StandIn
from fakes.stored import NOW
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.db.queries import versions
from mhc_core.db.tables import model_versions
from mhc_core.errors import AccessDenied
from mhc_core.protocols import JobState, TrainingFiles
from mhc_core.providers.openai import deprecations, prices
from mhc_core.providers.openai.deprecations import Use
from mhc_core.providers.openai.fine_tuner import OpenAIFineTuner
from mhc_core.settings import Settings
from mhc_core.training import deadlines
from mhc_core.vocabulary import JobStatus

CLOSING, SHUTDOWN = date(2027, 1, 6), date(2027, 1, 14)
MINI = "gpt-4.1-mini-2025-04-14"
NEW = JobState(JobStatus.INTENDED)


@pytest.mark.parametrize(
    "name", ["gpt-4.1-mini", MINI, f"ft:{MINI}:org:suffix:abc", f"{MINI}.ft-0a1b-mhc", f"{MINI}@1f"]
)
def test_a_model_is_found_by_family_snapshot_and_trained_name(name: str) -> None:
    found = deprecations.find("openai", name)
    assert found is not None
    assert found.retires == deprecations.Deadline(SHUTDOWN)


def test_what_is_not_known_is_not_guessed_and_what_holds_for_all_models_of_a_provider_holds_for_it() -> None:
    assert deprecations.find("lora", "SmolLM2-135M") is None
    for name in ("gpt-6-luna", "gpt-99"):
        found = deprecations.find("openai", name)
        assert found is not None
        assert found.retires is None
        with pytest.raises(AccessDenied, match="6 January 2027"):
            deprecations.require_open("openai", name, CLOSING)


@pytest.mark.parametrize(("days", "warned"), [(91, False), (90, True), (1, True), (0, True), (-40, True)])
def test_a_warning_comes_ninety_days_before_and_stays(days: int, warned: bool) -> None:
    found = deprecations.due([Use("in production", "openai", MINI)], SHUTDOWN - timedelta(days=days))
    assert [due.days for due in found] == ([days] if warned else [])
    if warned:
        said = str(found[0])
        assert f"{MINI} (in production) answers no more" in said
        assert "14 January 2027" in said
        assert f"in {days} days" in said if days > 0 else "now" in said


def test_a_base_to_train_on_has_two_dates_soonest_first() -> None:
    uses = [Use("MHC_FINE_TUNE_BASE", "openai", MINI, trains=True)]
    found = deprecations.due(uses, date(2026, 11, 21))
    assert [(due.deadline.on, due.days) for due in found] == [(CLOSING, 46), (SHUTDOWN, 54)]


def test_azure_lets_trained_models_live_longer_and_promises_only_an_earliest_day() -> None:
    trained = Use("in production", "azure", f"{MINI}.ft-0a1b-mhc")
    assert deprecations.due([trained], date(2027, 7, 1)) == []
    assert [due.days for due in deprecations.due([trained], date(2027, 9, 14))] == [30]
    base = Use("MHC_FINE_TUNE_BASE", "azure", MINI, trains=True)
    (closing,) = deprecations.due([base], date(2027, 3, 15))
    assert "at some time from 14 April 2027" in str(closing)
    deprecations.require_open("azure", MINI, date(2027, 5, 1))  # not firm: Azure itself decides


@given(st.dates(date(2026, 1, 1), date(2029, 1, 1)))
def test_no_job_is_sold_from_the_closing_day_on_and_any_before(today: date) -> None:
    if today < CLOSING:
        deprecations.require_open("openai", MINI, today)
    else:
        with pytest.raises(AccessDenied, match="6 January 2027"):
            deprecations.require_open("openai", MINI, today)


def test_a_base_that_was_retired_is_refused_before_the_closing_day() -> None:
    with pytest.raises(AccessDenied, match="23 October 2026"):
        deprecations.require_open("openai", "gpt-4.1-nano", date(2026, 11, 21))


@pytest.fixture
def files(tmp_path: Path) -> TrainingFiles:
    line = '{"messages": [{"role": "user", "content": "price?"}, {"role": "assistant", "content": "550"}]}\n'
    (tmp_path / "train.jsonl").write_text(line * 12)
    return TrainingFiles("ds-1", (tmp_path / "train.jsonl").as_uri(), "", 12, 0)


def test_after_the_closing_day_openai_is_not_even_asked_and_the_way_out_is_said(files: TrainingFiles) -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(500)

    with httpx2.Client(transport=httpx2.MockTransport(answer)) as http:
        sdk = openai.OpenAI(api_key="k-123", base_url="https://api.openai.com/v1", http_client=http)
        tuner = OpenAIFineTuner(sdk, MINI, 3, Decimal(50), CLOSING)
        saved: list[JobState] = []
        with pytest.raises(AccessDenied, match=r"nothing was uploaded or paid.*MHC_FINE_TUNER=lora.*=local"):
            tuner.submit(files, "ds-1", NEW, saved.append)
    assert (asked, saved) == ([], [])


def test_another_server_of_the_same_protocol_has_dates_of_its_own(
    openai_standin: StandIn, files: TrainingFiles
) -> None:
    sdk = openai.OpenAI(api_key=openai_standin.key, base_url=openai_standin.base_url)
    state = OpenAIFineTuner(sdk, MINI, 3, Decimal(50), date(2030, 1, 1)).submit(files, "ds-1", NEW, lambda state: None)
    assert state.status is JobStatus.SUBMITTED


LEFT = timedelta(days=180)
"""A default with less is to be replaced: customers upgrade seldom, and a provider gives half a year's notice."""


def test_no_default_model_ends_within_half_a_year_of_today() -> None:
    defaults = Settings(_env_file=None)
    chosen = (defaults.chat_model, defaults.strong_chat_model, defaults.embedding_model, defaults.fine_tune_base)
    assert ending(chosen, datetime.now(UTC).date()) == []
    assert ending(["gpt-4.1-mini"], SHUTDOWN - LEFT) == []
    assert ending(["gpt-4.1-mini"], SHUTDOWN - LEFT + timedelta(days=1)) == ["gpt-4.1-mini"]
    assert ending([MINI], CLOSING) == [MINI]


def ending(models: Iterable[str | None], today: date) -> list[str]:
    """Those of OpenAI's models that answer for less than ``LEFT``, or are not listed at all."""
    found = []
    for model in models:
        listed = deprecations.find("openai", model) if model else None
        ends = listed.retires.on if listed and listed.retires else None
        if model and (listed is None or (ends is not None and ends - today < LEFT)):
            found.append(model)
    return found


def test_every_default_has_a_price() -> None:
    defaults = Settings(_env_file=None)
    assert prices.load().find(defaults.chat_model) is not None
    assert prices.load().find(defaults.embedding_model) is not None


def used(connection: sa.Connection, **settings: object) -> set[tuple[str, str, str]]:
    found = deadlines.in_use(connection, Settings(_env_file=None, **settings))  # type: ignore[arg-type]
    return {(use.what, use.provider, use.model) for use in found}


def test_what_is_in_use_follows_settings_and_production(connection: sa.Connection) -> None:
    assert used(connection) == set()
    assert used(connection, openai_api_key="k", fine_tuner="openai") == {("MHC_CHAT_MODEL", "openai", "gpt-6-luna")}
    assert used(connection, openai_api_key="k", chat_model="gpt-4o", fine_tuner="openai", fine_tune_base=MINI) == {
        ("MHC_CHAT_MODEL", "openai", "gpt-4o"),
        ("MHC_FINE_TUNE_BASE", "openai", MINI),
    }
    assert used(connection, openai_api_key="k", openai_api_version="1", chat_model="gpt-4o", embedder="openai") == {
        ("MHC_CHAT_MODEL", "azure", "gpt-4o"),
        ("MHC_EMBEDDING_MODEL", "azure", "text-embedding-3-small"),
    }
    trained = {"id": "openai-1", "provider": "openai", "base_model": MINI, "provider_model_id": f"ft:{MINI}:o::1"}
    connection.execute(sa.insert(model_versions).values(**trained))
    versions.move(connection, "model", "openai-1", "Ada", "better", NOW)
    assert used(connection) == {("in production", "openai", f"ft:{MINI}:o::1")}
    near = deadlines.near(connection, Settings(_env_file=None), date(2026, 12, 1))
    assert [due.deadline.on for due in near] == [SHUTDOWN]
