"""Speech by a provider: asked for as its published description says, streamed, and counted in the ledger."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import openai
import pytest
import sqlalchemy as sa
from fakes.openai_endpoints import StandIn

from mhc_core.db import engine as engines
from mhc_core.errors import AccessDenied, BudgetExceeded, DataError, ProviderUnavailable
from mhc_core.providers.openai.client import client
from mhc_core.settings import Settings
from mhc_core.speech.openai import OpenAISpeaker, OpenAITranscriber

SECONDS = 3
SOUND = np.zeros(SECONDS * 16_000, dtype=np.float32)


@pytest.fixture
def standin(openai_standin: StandIn) -> Iterator[StandIn]:
    yield openai_standin
    assert openai_standin.violations == []


@pytest.fixture
def opened(fresh_database_url: str) -> Iterator[sa.Engine]:
    with engines.database(Settings(_env_file=None, database_url=fresh_database_url)) as engine:
        yield engine


def sdk(standin: StandIn, **more: Any) -> openai.OpenAI:
    key = {"openai_api_key": standin.key} | more
    return client(Settings(_env_file=None, openai_base_url=standin.base_url, **key))


def paid(engine: sa.Engine) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        rows = connection.execute(sa.text("select kind, model, outcome, cost_usd from ai.provider_calls"))
        return [tuple(row) for row in rows]


def test_words_come_with_their_times_and_confidence_and_cost_by_the_second(standin: StandIn, opened: sa.Engine) -> None:
    standin.words = "for twelve"
    with sdk(standin) as api:
        [heard] = OpenAITranscriber(api).transcribe(SOUND)
    assert (heard.text, heard.start, heard.end) == ("for twelve", 0.0, SECONDS)
    assert heard.confidence == pytest.approx(0.8187, abs=1e-4)
    [call] = paid(opened)
    assert call == ("transcription", "whisper-1", "answered", Decimal("0.0003"))


def test_an_example_of_what_callers_say_goes_before_the_sound(standin: StandIn) -> None:
    with sdk(standin) as api:
        OpenAITranscriber(api, example="A hibachi party for 20 adults.").transcribe(SOUND)
    assert standin.prompts == ["A hibachi party for 20 adults."]


def test_what_the_model_takes_for_no_speech_is_kept_only_when_it_is_sure(standin: StandIn) -> None:
    standin.no_speech = 0.99
    with sdk(standin) as api:
        assert len(OpenAITranscriber(api).transcribe(SOUND)) == 1  # sure of its words all the same


def test_speech_is_streamed_and_costs_by_the_character(standin: StandIn, opened: sa.Engine) -> None:
    with sdk(standin) as api:
        speaker = OpenAISpeaker(api)
        chunks = list(speaker.speak("twelve guests"))
    assert len(chunks) > 1
    assert sum(map(len, chunks)) == 2 * 2_400 * len("twelve guests")
    [call] = paid(opened)
    assert call == ("speech", "tts-1", "answered", Decimal("0.000195"))


def test_nothing_to_say_and_too_much_are_refused_before_anything_is_sent(standin: StandIn) -> None:
    with sdk(standin) as api:
        for text in (" ", "word " * 1_000):
            with pytest.raises(DataError, match="read aloud at once"):
                list(OpenAISpeaker(api).speak(text))
    assert standin.requests == []


@pytest.mark.parametrize(("fault", "error"), [("500", ProviderUnavailable), ("drop", ProviderUnavailable)])
def test_a_fault_is_told_in_a_sentence(standin: StandIn, fault: str, error: type[Exception]) -> None:
    standin.fail("POST", "/audio/transcriptions", fault, times=3)
    with sdk(standin) as api, pytest.raises(error, match="try again"):
        OpenAITranscriber(api).transcribe(SOUND)


def test_a_wrong_key_is_told_without_the_key(standin: StandIn) -> None:
    with sdk(standin, openai_api_key="sk-another") as api, pytest.raises(AccessDenied) as caught:
        list(OpenAISpeaker(api).speak("hello"))
    assert "another" not in str(caught.value)


def test_nothing_is_bought_past_the_hard_limit(standin: StandIn, opened: sa.Engine) -> None:
    with sdk(standin, budget_day_usd="0.0001") as api:
        OpenAITranscriber(api).transcribe(SOUND)
    with sdk(standin, budget_day_usd="0.0001") as api, pytest.raises(BudgetExceeded):
        OpenAITranscriber(api).transcribe(SOUND)
    assert len(standin.requests) == 1
