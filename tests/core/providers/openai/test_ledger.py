"""What providers charge is in the ledger, call by call, to the cent of their own bill."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from fakes.openai_endpoints import StandIn

from mhc_core.concierge.models.breaker import Breaker
from mhc_core.concierge.models.choice import RemoteModel, ask
from mhc_core.db import engine as engines
from mhc_core.db.queries import ledger as queries
from mhc_core.errors import BudgetExceeded, DatabaseUnavailable, ProviderUnavailable
from mhc_core.evaluation.judge import Exchange, Judge
from mhc_core.protocols import ChatRequest, JobState, Passage, Tool, TrainingFiles, Turn
from mhc_core.providers import attribution
from mhc_core.providers.local.knowledge import KnowledgeOnlyModel
from mhc_core.providers.openai.chat import OpenAIChatModel
from mhc_core.providers.openai.client import client
from mhc_core.providers.openai.embedder import OpenAIEmbedder
from mhc_core.providers.openai.fine_tuner import OpenAIFineTuner
from mhc_core.providers.openai.structured import StructuredModel
from mhc_core.settings import Settings
from mhc_core.vocabulary import JobStatus

RATES = {  # USD a million tokens: input, cached input, input written into the cache, output; and of training
    "gpt-4.1-mini": ("0.40", "0.10", "0.40", "1.60"),
    "gpt-6-luna": ("0.10", "0.01", "0.125", "0.50"),
    "text-embedding-3-small": ("0.02", "0.02", "0.02", "0"),
    "ft:gpt-4.1-mini": ("0.80", "0.20", "0.80", "3.20"),
}
TRAINING = Decimal(5)
PASSAGE = Passage(41, "KB-042", "Cancellation", "14 or more days before: full refund less 10 %.", 0.75)
REQUEST = ChatRequest("and if it rains?", (Turn("user", "can I cancel"),), (PASSAGE,), system_prompt="You are brief.")


@pytest.fixture
def settings(openai_standin: StandIn, fresh_database_url: str) -> Settings:
    return Settings(
        _env_file=None,
        openai_api_key=openai_standin.key,
        openai_base_url=openai_standin.base_url,
        database_url=fresh_database_url,
    )


@pytest.fixture
def opened(settings: Settings) -> Iterator[sa.Engine]:
    with engines.database(settings) as engine:
        yield engine


def chat(settings: Settings, name: str = "gpt-4.1-mini", timeout: float = 15) -> OpenAIChatModel:
    return OpenAIChatModel(client(settings), name, "m-7", timeout)


def rows(engine: sa.Engine) -> list[sa.Row[Any]]:
    with engine.connect() as connection:
        return list(connection.execute(sa.text("select * from ai.provider_calls order by asked_at")))


def total(engine: sa.Engine) -> Decimal:
    with engine.connect() as connection:
        summed: Decimal = connection.scalar(sa.text("select sum(cost_usd) from ai.figures_costs"))
    assert summed == sum(row.cost_usd or Decimal(0) for row in rows(engine))
    return summed


def bill(standin: StandIn) -> Decimal:
    """What the provider charges, by its own usage."""
    charged = Decimal(0)
    for model, used in standin.billed:
        name = ":".join(model.split(":")[:2]).replace("-2025-04-14", "")
        fresh, cached, write, output = (Decimal(rate) for rate in RATES[name])
        details = used.get("prompt_tokens_details") or {}
        of_cache, written = details.get("cached_tokens", 0), details.get("cache_write_tokens", 0)
        charged += (used["prompt_tokens"] - of_cache - written) * fresh + of_cache * cached + written * write
        charged += used["completion_tokens"] * output
    trained = sum(job["trained_tokens"] or 0 for job in standin.state.jobs.values())
    return (charged + trained * TRAINING) / 1_000_000


def files(folder: Path) -> TrainingFiles:
    path = folder / "train.jsonl"
    path.write_text(
        '{"messages": [{"role": "user", "content": "how much"}, {"role": "assistant", "content": "55 each"}]}\n' * 40
    )
    return TrainingFiles("ds-1", str(path), str(path), 40, 0)


def test_a_replay_of_every_endpoint_costs_what_the_provider_bills(
    openai_standin: StandIn, settings: Settings, opened: sa.Engine, tmp_path: Path
) -> None:
    openai_standin.cached_tokens, openai_standin.cache_write_tokens, openai_standin.reasoning_tokens = 3, 2, 11
    tool = Tool("quote", "A price.", {"type": "object", "properties": {}}, lambda _: "590 USD")
    openai_standin.calls = [[("quote", "{}")], [("quote", "{}"), ("quote", "{}")]]
    chat(settings).answer(ChatRequest("how much", tools=[tool]))
    openai_standin.fail("POST", "/chat/completions", "500")
    chat(settings).answer(REQUEST)  # asked twice, billed once
    chat(settings, "gpt-6-luna").answer(REQUEST)  # two options are refused first
    list(chat(settings).stream(REQUEST))
    Judge(chat(settings), "gpt-4.1-mini").passes([Exchange([Turn("user", "hi")], [PASSAGE], "hello")] * 2)
    openai_standin.reply = '{"parts": []}'
    StructuredModel(client(settings), "gpt-4.1-mini", "understanding", {"type": "object"}, 4).ask("Read.", "hello")
    embedder = OpenAIEmbedder(client(settings))
    embedder.embed([f"text {number}" for number in range(600)])
    embedder.embed(["alone"])
    tuner = OpenAIFineTuner(client(settings), "gpt-4.1-mini", 3, Decimal(50), date(2026, 1, 1))
    state = tuner.submit(files(tmp_path), "key-1", JobState(JobStatus.INTENDED), lambda state: None)
    while not state.status.final:
        state = tuner.poll(state)
    tuner._client.fine_tuning.jobs.retrieve(str(state.provider_job_id))  # looked at again: billed once
    openai_standin.reply = "From the trained model."
    chat(settings, str(state.provider_model_id)).answer(REQUEST)

    assert total(opened) == bill(openai_standin)
    assert not any(row.estimated or row.outcome == "asked" for row in rows(opened))
    by_feature = {(row.kind, row.feature) for row in rows(opened)}
    assert {("chat", "judge"), ("chat", "understanding"), ("embeddings", "other"), ("fine_tuning", "training")} <= (
        by_feature
    )
    failed = [row for row in rows(opened) if row.outcome == "failed"]
    assert len(failed) == 3
    assert {row.cost_usd for row in failed} == {Decimal(0)}
    assert sum(row.reasoning_tokens for row in rows(opened)) == 11 * sum(
        row.kind == "chat" and row.outcome == "answered" for row in rows(opened)
    )


def test_the_answer_costs_what_the_ledger_has_of_it(
    openai_standin: StandIn, settings: Settings, opened: sa.Engine
) -> None:
    conversation, message = uuid4(), uuid4()
    with attribution.calls_for(feature="answers", conversation_id=conversation, message_id=message):
        answer = chat(settings).answer(REQUEST)
    (row,) = rows(opened)
    assert (row.cost_usd, row.input_tokens) == (answer.cost_usd, answer.input_tokens)
    assert (row.feature, row.conversation_id, row.message_id) == ("answers", conversation, message)


@pytest.mark.parametrize("leave_after", [None, 2])
def test_a_stream_that_breaks_or_is_left_is_billed_for_what_was_written(
    openai_standin: StandIn, settings: Settings, opened: sa.Engine, leave_after: int | None
) -> None:
    openai_standin.reply = "We cook for you at home, and bring all that is needed for it along with us."
    stream = chat(settings).stream(REQUEST)
    if leave_after is None:
        openai_standin.cut_streams = True
        with pytest.raises(ProviderUnavailable):
            list(stream)
    else:
        for _ in range(leave_after):
            next(stream)
        stream.close()  # type: ignore[attr-defined]
    (row,) = rows(opened)
    assert row.outcome == ("lost" if leave_after is None else "cancelled")
    assert row.estimated
    assert 0 < row.output_tokens < 10
    assert row.cost_usd > 0


def test_an_answer_that_never_came_counts_with_the_most_it_can_be_billed_for(
    openai_standin: StandIn, settings: Settings, opened: sa.Engine
) -> None:
    openai_standin.fail("POST", "/chat/completions", "drop", after=True, times=2)
    with pytest.raises(ProviderUnavailable):
        chat(settings).answer(REQUEST)
    assert [(row.outcome, row.output_tokens) for row in rows(opened)] == [("lost", 1000), ("lost", 1000)]
    assert total(opened) >= bill(openai_standin) > 0
    assert all(row.estimated for row in rows(opened))


def test_a_request_that_reached_nobody_costs_nothing(settings: Settings, opened: sa.Engine) -> None:
    nobody = settings.model_copy(update={"openai_base_url": "http://127.0.0.1:9/v1"})
    with pytest.raises(ProviderUnavailable):
        chat(nobody).answer(REQUEST)
    assert {(row.outcome, row.cost_usd) for row in rows(opened)} == {("failed", Decimal(0))}


def test_a_call_that_was_under_way_when_its_process_died_is_counted_as_lost(
    settings: Settings, opened: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "settle", lambda *args, **named: None)
    chat(settings).answer(REQUEST)
    now = datetime.now(UTC)
    with opened.begin() as connection:
        assert queries.spent(connection, now).day > 0
        assert queries.give_up(connection, now + timedelta(hours=1), now) == 1
    assert [(row.outcome, row.estimated) for row in rows(opened)] == [("lost", True)]
    assert total(opened) > 0


def test_a_model_without_a_price_is_counted_as_unpriced_and_not_as_free(
    openai_standin: StandIn, settings: Settings, opened: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fakes.openai_endpoints.MODELS", ("gpt-new",))
    chat(settings, "gpt-new").answer(REQUEST)
    assert [row.cost_usd for row in rows(opened)] == [None]
    with opened.connect() as connection:
        assert queries.spent(connection, datetime.now(UTC)).unpriced == 1


def test_a_server_that_reports_no_usage_is_counted_here(
    openai_standin: StandIn, settings: Settings, opened: sa.Engine
) -> None:
    openai_standin.without_usage = True
    answer = chat(settings).answer(REQUEST)
    openai_standin.violations.clear()
    (row,) = rows(opened)
    assert row.estimated
    assert (row.input_tokens, row.output_tokens) == (answer.input_tokens, answer.output_tokens)
    assert row.output_tokens == 7


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_above_the_hard_limit_the_local_model_answers_and_nothing_is_sent(
    openai_standin: StandIn, settings: Settings, opened: sa.Engine, period: str
) -> None:
    tight = settings.model_copy(update={f"budget_{period}_usd": Decimal("0.00001"), "budget_hard_percent": 100})
    remote = RemoteModel(chat(tight), Breaker(), 0.0)
    local = KnowledgeOnlyModel("baseline")
    first = ask([remote, local], REQUEST)
    assert first is not None
    assert first.model is remote
    sent = len(openai_standin.requests)
    spent = OpenAIChatModel(client(tight), "gpt-4.1-mini", "m-7")
    second = ask([RemoteModel(spent, Breaker(), 0.0), local], REQUEST)
    assert second is not None
    assert second.model is local
    assert len(openai_standin.requests) == sent
    with pytest.raises(BudgetExceeded, match=rf"this {period}.*MHC_BUDGET_{period.upper()}_USD.*mhc costs"):
        spent.answer(REQUEST)
    assert OpenAIEmbedder(client(tight)).embed(["the local model looks questions up by it"]).shape == (1, 1536)


def test_nothing_is_bought_that_cannot_be_written_down(
    openai_standin: StandIn, settings: Settings, opened: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*args: object) -> None:
        raise sa.exc.OperationalError("insert", {}, Exception())

    monkeypatch.setattr(queries, "ask", gone)
    with pytest.raises(DatabaseUnavailable, match="MHC_DATABASE_URL"):
        chat(settings).answer(REQUEST)
    assert openai_standin.sent("POST", "/chat/completions") == 0


def test_a_time_out_is_billed_as_lost(openai_standin: StandIn, settings: Settings, opened: sa.Engine) -> None:
    def late(messages: list[dict[str, Any]]) -> str:
        time.sleep(0.6)
        return "late"

    openai_standin.reply = late
    with pytest.raises(ProviderUnavailable):
        chat(settings, timeout=0.3).answer(REQUEST)
    assert [row.outcome for row in rows(opened)] == ["lost", "lost"]
    assert total(opened) >= bill(openai_standin)
