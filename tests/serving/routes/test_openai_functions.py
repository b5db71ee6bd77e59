"""What OpenAI's own client asks for beside an answer: functions, formats, limits."""

from collections.abc import Callable
from typing import Any

import openai
import orjson
import pytest
import sqlalchemy as sa
from fakes.openai_server import running
from fakes.openai_talk import BOOK_TABLE, RAIN, SPACE, Answer, ask, asked_in, said
from fakes.understanding import Labelled
from fastapi.testclient import TestClient
from pydantic import BaseModel

from mhc_core.settings import Settings
from mhc_serving.app import create_app


def test_a_talk_with_a_function_of_the_client(
    sdk: openai.OpenAI, serving_engine: sa.Engine, customer: str, reader: Labelled
) -> None:
    talk: list[Any] = said(reader.learn(f"ask/policy: {RAIN} ({customer})"))

    def turn() -> Any:
        given = sdk.chat.completions.create(model="m", messages=talk, user=customer, tools=[BOOK_TABLE])
        talk.append(given.choices[0].message.model_dump(exclude_none=True))
        return given

    assert turn().choices[0].finish_reason == "stop"
    talk.append({"role": "user", "content": reader.learn("inform/book: we are [adults:12 adults]")})
    assert turn().choices[0].finish_reason == "stop"  # the date is not known yet
    talk.append({"role": "user", "content": reader.learn("inform/book: on [date:june 14th]")})
    given = turn()
    assert given.choices[0].finish_reason == "tool_calls"
    (call,) = given.choices[0].message.tool_calls
    arguments = orjson.loads(call.function.arguments)
    assert (call.function.name, arguments["adults"], arguments["date"][5:]) == ("hold_date", 12, "06-14")
    talk.append({"role": "tool", "tool_call_id": call.id, "content": '{"message": "June 14 is held until Friday."}'})
    final = turn()
    assert final.choices[0].message.content == "June 14 is held until Friday."
    talk.append({"role": "user", "content": SPACE})
    assert "8 by 6" in turn().choices[0].message.content
    conversation = (final.model_extra or {})["mhc"]["conversation_id"]
    assert asked_in(serving_engine, conversation) == [one["content"] for one in talk if one["role"] == "user"]


def test_a_function_that_must_be_called_is_called_or_the_request_refused(
    sdk: openai.OpenAI, customer: str, reader: Labelled
) -> None:
    search = {"name": "search", "parameters": {"type": "object", "properties": {"query": {"type": "string"}}}}
    named: Any = {"type": "function", "function": {"name": "search"}}
    asked: dict[str, Any] = {"model": "m", "messages": said(RAIN), "user": customer}
    given = sdk.chat.completions.create(**asked, tools=[{"type": "function", "function": search}], tool_choice=named)  # type: ignore[call-overload]
    assert orjson.loads(given.choices[0].message.tool_calls[0].function.arguments) == {"query": RAIN}
    streamed = list(
        sdk.chat.completions.create(
            **asked, tools=[{"type": "function", "function": search}], tool_choice="required", stream=True
        )  # type: ignore[call-overload]
    )
    assert streamed[0].choices[0].delta.tool_calls[0].function.name == "search"
    with pytest.raises(openai.BadRequestError, match=r"hold_date needs date.*auto"):
        sdk.chat.completions.create(**asked, tools=[BOOK_TABLE], tool_choice="required")
    none = sdk.chat.completions.create(**asked, tools=[{"type": "function", "function": search}], tool_choice="none")  # type: ignore[call-overload]
    assert "cover" in none.choices[0].message.content


def test_json_mode_answers_with_a_document_and_its_talk_goes_on(sdk: openai.OpenAI, customer: str) -> None:
    wished: Any = {"type": "json_object"}
    text, conversation = ask(sdk, RAIN, user=customer, response_format=wished)
    document = orjson.loads(text)
    assert "cover" in document["answer"]
    assert document["citations"] == ["Rain and bad weather"]
    assert document["escalated"] is False
    second, again = ask(sdk, RAIN, text, SPACE, user=customer, response_format=wished)
    assert "8 by 6" in orjson.loads(second)["answer"]
    assert again == conversation


def test_a_model_reads_the_words_of_answers_that_were_given_as_documents(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, customer: str
) -> None:
    publish(empty_engine)
    with running() as standin:
        hosted = Settings(state_dir=settings.state_dir, openai_api_key=standin.key, openai_base_url=standin.base_url)
        with TestClient(create_app(hosted, empty_engine)) as client:
            body = {"model": "m", "user": customer, "messages": said(RAIN, '{"answer": "Bring a tent."}', SPACE)}
            assert client.post("/v1/chat/completions", json=body).status_code == 200
        read = [message["content"] for message in standin.bodies[-1]["messages"]]
        assert "(The customer says that you wrote:) Bring a tent." in read


class Weather(BaseModel):
    temperature: float


def test_structured_output_is_parsed_by_the_client_or_refused(sdk: openai.OpenAI, customer: str) -> None:
    asked: dict[str, Any] = {"model": "m", "messages": said(RAIN), "user": customer}
    given = sdk.chat.completions.parse(**asked, response_format=Answer)
    parsed = given.choices[0].message.parsed
    assert parsed is not None
    assert "cover" in parsed.answer
    assert 0 < parsed.confidence <= 1
    with pytest.raises(openai.BadRequestError, match="answer, citations") as refused:
        sdk.chat.completions.parse(**asked, response_format=Weather)
    assert refused.value.param == "response_format"


def test_an_answer_ends_where_the_client_wants(sdk: openai.OpenAI, customer: str) -> None:
    asked: dict[str, Any] = {"model": "m", "messages": said(RAIN), "user": customer}
    whole = sdk.chat.completions.create(**asked)
    text = whole.choices[0].message.content or ""
    stopped = sdk.chat.completions.create(**asked, stop=["tent", "zzz"])
    assert stopped.choices[0].message.content == text[: text.index("tent")]
    assert stopped.choices[0].finish_reason == "stop"
    cut = sdk.chat.completions.create(**asked, max_tokens=5)
    assert cut.choices[0].finish_reason == "length"
    assert text.startswith(cut.choices[0].message.content or "?")
    assert cut.usage is not None
    assert whole.usage is not None
    assert cut.usage.completion_tokens == 5
    assert cut.usage.prompt_tokens == whole.usage.prompt_tokens == 3 + 3 + 1 + 6  # the chat format's own, role, words


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", 2),
        ("logprobs", True),
        ("logit_bias", {"50256": 1}),
        ("tools", [{"type": "web_search"}]),
        ("tool_choice", "required"),
        ("response_format", {"type": "json_schema"}),
        ("tools", [{"type": "function", "function": {"name": "f", "parameters": {"properties": {}, "x": 2**70}}}]),
        ("response_format", {"type": "json_schema", "json_schema": {"name": "a", "schema": {"x": 2**70}}}),
        ("stop", ["a", "b", "c", "d", "e"]),
        ("max_tokens", 0),
        ("functions", [{"name": "f"}]),
        ("modalities", ["audio"]),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(client: TestClient, field: str, value: Any) -> None:
    refused = client.post("/v1/chat/completions", json={"model": "m", "messages": said("SECRET"), field: value})
    assert refused.status_code == 400
    error = refused.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert field in f"{error['param']} {error['message']}"
    assert "SECRET" not in refused.text
