"""Answers of an OpenAI chat model through the real SDK."""

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from fakes.openai_endpoints import StandIn
from hypothesis import example, given
from hypothesis import strategies as st

from mhc_core.errors import DataError, ProviderUnavailable
from mhc_core.protocols import ChatRequest, Passage, Tool, Turn
from mhc_core.providers.openai.chat import OpenAIChatModel, _without_marks
from mhc_core.providers.openai.client import client
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent

PASSAGES = (
    Passage(41, "KB-042", "Cancellation", "14 or more days before: full refund less 10 %.", 0.75),
    Passage(87, "KB-087", "Weather", "The host provides overhead cover.", 0.5),
)
REQUEST = ChatRequest(
    question="and if it rains?",
    history=(Turn("user", "can I cancel"), Turn("assistant", "Yes, up to 14 days before.")),
    passages=PASSAGES,
    intent=Intent.POLICY,
    system_prompt="You are the concierge.",
)


def model(standin: StandIn, name: str = "gpt-4.1-mini") -> OpenAIChatModel:
    settings = Settings(_env_file=None, openai_api_key=standin.key, openai_base_url=standin.base_url)
    return OpenAIChatModel(client(settings), name, "m-7")


def test_the_model_sees_prompt_passages_history_and_question(openai_standin: StandIn) -> None:
    model(openai_standin).answer(REQUEST)
    messages = openai_standin.bodies[-1]["messages"]
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[0]["content"].startswith("You are the concierge.")
    assert "[kb:41] Cancellation\n14 or more days" in messages[0]["content"]
    assert messages[-1]["content"] == "and if it rains?"


def test_cited_are_the_passages_the_model_names_and_no_invented_ones(openai_standin: StandIn) -> None:
    openai_standin.reply = "Please have a tent [kb:87]. We come anyway [kb:999] [kb:41, 87]."
    answer = model(openai_standin).answer(REQUEST)
    assert answer.cited_chunk_ids == (87, 41)
    assert answer.text == "Please have a tent. We come anyway."
    assert answer.intent is Intent.POLICY


def test_tokens_are_those_reported_and_cached_ones_cost_less(openai_standin: StandIn) -> None:
    openai_standin.cached_tokens = 10
    answer = model(openai_standin).answer(REQUEST)
    sent = sum(len(message["content"].split()) for message in openai_standin.bodies[-1]["messages"])
    assert (answer.input_tokens, answer.output_tokens) == (sent, 6)
    millionths = (sent - 10) * Decimal("0.40") + 10 * Decimal("0.10") + 6 * Decimal("1.60")
    assert answer.cost_usd == millionths / 1_000_000


def test_confidence_is_the_mean_token_probability(openai_standin: StandIn) -> None:
    assert model(openai_standin).answer(REQUEST).confidence == pytest.approx(math.exp(-0.1))


def test_a_model_without_log_probabilities_falls_back_to_the_fixed_rule_and_is_asked_plainly_from_then_on(
    openai_standin: StandIn,
) -> None:
    luna = model(openai_standin, "gpt-6-luna")
    openai_standin.reply = "Have a tent [kb:41]."
    assert luna.answer(REQUEST).confidence == pytest.approx(0.5 + 0.4 * 0.75)
    assert openai_standin.sent("POST", "/chat/completions") == 3
    openai_standin.reply = "I do not know."
    assert luna.answer(REQUEST).confidence == pytest.approx(0.4)
    assert openai_standin.sent("POST", "/chat/completions") == 4


def test_an_answer_that_was_cut_off_is_not_trusted(openai_standin: StandIn) -> None:
    openai_standin.finish_reason = "length"
    assert model(openai_standin).answer(REQUEST).confidence <= 0.2


def test_an_empty_answer_is_an_error_and_not_an_answer(openai_standin: StandIn) -> None:
    openai_standin.reply = "  "
    with pytest.raises(ProviderUnavailable, match="empty answer"):
        model(openai_standin).answer(REQUEST)


def test_a_question_that_nobody_read_has_no_intent_of_its_own(openai_standin: StandIn) -> None:
    request = ChatRequest(question="how much is it for 12 adults, what is the price?")
    assert model(openai_standin).answer(request).intent is Intent.OTHER
    assert model(openai_standin).answer(replace(request, intent=Intent.PRICING)).intent is Intent.PRICING


def test_a_streamed_answer_reads_like_the_whole_one(openai_standin: StandIn) -> None:
    openai_standin.reply = "Please [PERSON_1], have a tent ready [kb:87]. We come anyway [kb:41]!"
    asked = model(openai_standin)
    pieces = list(asked.stream(REQUEST))
    assert len(pieces) > 3
    assert "".join(pieces) == asked.answer(REQUEST).text == "Please [PERSON_1], have a tent ready. We come anyway!"


def test_a_stream_that_breaks_off_is_a_transient_error(openai_standin: StandIn) -> None:
    openai_standin.cut_streams = True
    stream = model(openai_standin).stream(REQUEST)
    with pytest.raises(ProviderUnavailable):
        list(stream)


def quoting(seen: list[Mapping[str, Any]]) -> Tool:
    def call(arguments: Mapping[str, Any]) -> str:
        seen.append(arguments)
        if arguments.get("adults") == 13:
            raise DataError("SECRET reason; try another")
        return f"The total is {arguments['adults'] * 55} USD."

    schema = {"type": "object", "properties": {"adults": {"type": "integer"}}, "required": ["adults"]}
    return Tool("quote", "Works out a price.", schema, call)


def test_a_tool_is_called_and_its_result_read_before_the_answer(openai_standin: StandIn) -> None:
    seen: list[Mapping[str, Any]] = []
    openai_standin.calls = [[("quote", '{"adults": 10}')]]
    openai_standin.reply = lambda messages: f"In short: {messages[-1]['content']}"
    answer = model(openai_standin).answer(replace(REQUEST, tools=[quoting(seen)]))
    assert seen == [{"adults": 10}]
    assert answer.text == "In short: The total is 550 USD."
    [call] = answer.tool_calls
    assert (call.name, call.arguments, call.result) == ("quote", {"adults": 10}, "The total is 550 USD.")
    first, second = openai_standin.bodies[-2:]
    assert first["tools"][0]["function"]["name"] == "quote"
    assert [message["role"] for message in second["messages"][-2:]] == ["assistant", "tool"]
    assert answer.input_tokens > 2 * sum(len(message["content"].split()) for message in first["messages"])


def test_several_calls_in_one_round_are_all_made(openai_standin: StandIn) -> None:
    seen: list[Mapping[str, Any]] = []
    openai_standin.calls = [[("quote", '{"adults": 10}'), ("quote", '{"adults": 12}')]]
    answer = model(openai_standin).answer(replace(REQUEST, tools=[quoting(seen)]))
    assert [call.result for call in answer.tool_calls] == ["The total is 550 USD.", "The total is 660 USD."]
    assert openai_standin.sent("POST", "/chat/completions") == 2


def test_a_model_that_never_stops_calling_has_to_answer_after_four_rounds(openai_standin: StandIn) -> None:
    openai_standin.calls = [[("quote", '{"adults": 10}')] for _ in range(20)]
    answer = model(openai_standin).answer(replace(REQUEST, tools=[quoting([])]))
    assert answer.text == "We cook for you at home."
    assert len(answer.tool_calls) == 4
    assert [body["tool_choice"] for body in openai_standin.bodies] == ["auto"] * 4 + ["none"]


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("transfer_money", "{}", "no such tool"),
        ("quote", "{adults: ten", "not a JSON object"),
        ("quote", "[10]", "not a JSON object"),
        ("quote", '{"adults": 13}', "does not work at the moment"),
    ],
)
def test_what_is_wrong_with_a_call_is_told_to_the_model(
    openai_standin: StandIn, name: str, arguments: str, told: str
) -> None:
    openai_standin.calls = [[(name, arguments)]]
    answer = model(openai_standin).answer(replace(REQUEST, tools=[quoting([])]))
    assert answer.text == "We cook for you at home."
    assert told in answer.tool_calls[0].result
    assert "SECRET" not in answer.tool_calls[0].result


def test_the_agents_temperature_is_used_where_the_model_knows_one(openai_standin: StandIn) -> None:
    model(openai_standin).answer(replace(REQUEST, temperature=0.7))
    assert openai_standin.bodies[-1]["temperature"] == 0.7
    luna = model(openai_standin, "gpt-6-luna")
    luna.answer(replace(REQUEST, temperature=0.7))
    luna.answer(replace(REQUEST, temperature=0.7))
    assert "temperature" not in openai_standin.bodies[-1]


@example(["aa[kb", ":a[kb:1", "2]]"])
@given(st.lists(st.sampled_from(["a", " ", "[", "kb:", "1", "]", "[kb:12]", "\n", "[P]"]), max_size=30))
def test_marks_vanish_wherever_the_stream_is_cut(pieces: list[str]) -> None:
    whole = "".join(pieces)
    for size in (1, 3, 7):
        cut = [whole[i : i + size] for i in range(0, len(whole), size)]
        assert "".join(_without_marks(cut)) == "".join(_without_marks([whole]))
