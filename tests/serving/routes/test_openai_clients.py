"""What OpenAI's own client may rely on beyond a single answer: transcripts, functions, formats, limits, repeats."""

import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import openai
import orjson
import pytest
import sqlalchemy as sa
from fakes.api import NOW
from fakes.openai_contract import Contract, published
from fakes.openai_server import running
from fakes.understanding import Labelled
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from mhc_core.concierge.turn import threads
from mhc_core.concierge.turn.threads import Place
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.db.tables import conversations, messages
from mhc_core.settings import Settings
from mhc_core.vocabulary import Channel
from mhc_serving.app import create_app

Serve = Callable[[FastAPI], AbstractContextManager[str]]
RAIN = "What happens when it rains?"
SPACE = "How much space does the chef need?"
PRICE = "How much for 8 adults, 10 miles?"
BOOK_TABLE: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "hold_date",
        "description": "Holds a date in our own calendar.",
        "parameters": {
            "type": "object",
            "properties": {"date": {"type": "string"}, "adults": {"type": "integer"}},
            "required": ["date", "adults"],
        },
    },
}


importlib.import_module("httpx")  # the client stumbles where the server, in the same process, imports it meanwhile


@pytest.fixture(scope="module")
def sdk(serving_engine: sa.Engine, tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[openai.OpenAI]:
    app = create_app(Settings(state_dir=tmp_path_factory.mktemp("state")), serving_engine)
    with serve(app) as url, openai.OpenAI(base_url=f"{url}/v1", api_key="anything", max_retries=0) as client:
        yield client


def said(*texts: str) -> list[Any]:
    """A transcript: the customer's words and the answers by turns."""
    return [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(texts)]


def ask(sdk: openai.OpenAI, *texts: str, **more: Any) -> tuple[str, str]:
    """The answer, and the conversation it is stored in."""
    given = sdk.chat.completions.create(model="mhc-concierge", messages=said(*texts), **more)
    return given.choices[0].message.content or "", (given.model_extra or {})["mhc"]["conversation_id"]


def asked_in(engine: sa.Engine, conversation: str) -> list[str]:
    with engine.connect() as connection:
        return list(
            connection.scalars(
                sa.select(messages.c.content)
                .where(messages.c.conversation_id == conversation, messages.c.role == "user")
                .order_by(messages.c.position)
            )
        )


def test_a_transcript_without_user_is_read_and_stays_one_conversation(
    sdk: openai.OpenAI, serving_engine: sa.Engine, customer: str, reader: Labelled
) -> None:
    first = reader.learn(f"ask/price_party: how much for [guests:20 people]? ({customer})")
    answer, conversation = ask(sdk, first)
    total, again = ask(sdk, first, answer, "all adults, 10 miles")
    assert "Total: $1,100" in total
    assert again == conversation
    assert asked_in(serving_engine, conversation) == [first, "all adults, 10 miles"]


@pytest.mark.parametrize("named", [True, False], ids=["with user", "without user"])
def test_asking_again_and_editing_stay_in_the_conversation(
    sdk: openai.OpenAI, serving_engine: sa.Engine, customer: str, reader: Labelled, named: bool
) -> None:
    who = {"user": customer} if named else {}
    first = f"{RAIN} ({customer})"
    answer, conversation = ask(sdk, first, **who)
    price = reader.learn("ask/price_party: How much for [adults:20 adults], [miles:10 miles]?")
    ask(sdk, first, answer, price, **who)
    regenerated, second = ask(sdk, first, answer, price, **who)
    edited, third = ask(sdk, first, answer, PRICE, **who)
    assert "Total: $1,100" in regenerated
    assert "Total: $550" in edited
    assert {second, third} == {conversation}
    followed, fourth = ask(sdk, first, answer, PRICE, edited, SPACE, **who)
    assert fourth == conversation
    assert "8 by 6" in followed


def test_after_an_edit_only_what_the_client_shows_is_known(sdk: openai.OpenAI, customer: str) -> None:
    first = "how much for 20 people?"
    answer, conversation = ask(sdk, first, user=customer)
    assert "Total: $1,100" in ask(sdk, first, answer, "all adults, 10 miles", user=customer)[0]
    edited, again = ask(sdk, first, answer, "what is the total for us, 40 miles", user=customer)
    assert again == conversation
    assert "$1,1" not in edited  # that they are all adults was taken back


def test_a_first_message_sent_again_by_a_known_customer_opens_no_twin(
    sdk: openai.OpenAI, serving_engine: sa.Engine, customer: str
) -> None:
    conversations_of = {ask(sdk, RAIN, user=customer)[1] for _ in range(3)}
    assert len(conversations_of) == 1
    assert ask(sdk, SPACE, user=customer)[1] not in conversations_of


def test_strangers_who_say_the_same_do_not_share_a_conversation(sdk: openai.OpenAI, customer: str) -> None:
    first = f"{RAIN} ({customer})"
    answer, one = ask(sdk, first)
    _, other = ask(sdk, first)
    assert one != other
    assert {ask(sdk, first, answer, SPACE)[1], ask(sdk, first, answer, SPACE)[1]} == {one, other}


def test_a_strangers_booking_is_not_found_by_going_back_in_a_transcript(
    sdk: openai.OpenAI, serving_engine: sa.Engine, customer: str
) -> None:
    first = f"{RAIN} ({customer})"
    answer, conversation = ask(sdk, first)
    handed, _ = ask(sdk, first, answer, "I want to talk to a person")
    assert ask(sdk, first, answer, "I want to talk to a person", handed, SPACE)[1] == conversation
    _, elsewhere = ask(sdk, first, answer, SPACE)
    assert elsewhere != conversation


def test_the_same_message_sent_four_times_at_once_is_one_turn(
    sdk: openai.OpenAI, serving_engine: sa.Engine, customer: str
) -> None:
    given: list[Any] = []
    start = threading.Barrier(4)

    def send() -> None:
        start.wait()
        given.append(
            sdk.chat.completions.create(
                model="m", messages=said(RAIN), user=customer, extra_headers={"Idempotency-Key": customer}
            )
        )

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == 4
    assert len({one.id for one in given}) == 1
    assert len({one.choices[0].message.content for one in given}) == 1
    with serving_engine.connect() as connection:
        stored = connection.scalar(
            sa.select(sa.func.count())
            .select_from(messages.join(conversations))
            .where(conversations.c.customer_id == customer)
        )
    assert stored == 2
    with pytest.raises(openai.ConflictError, match="new key"):
        sdk.chat.completions.create(
            model="m", messages=said(SPACE), user=customer, extra_headers={"Idempotency-Key": customer}
        )


def test_chat_takes_a_key_too(client: TestClient, customer: str) -> None:
    body = {"message": RAIN, "customer_id": customer, "channel": "web"}
    given = [client.post("/api/v1/chat", json=body, headers={"Idempotency-Key": "a-1"}).json() for _ in range(2)]
    assert given[0]["message_id"] == given[1]["message_id"]
    assert given[0]["answer"] == given[1]["answer"]
    assert given[0]["citations"] == given[1]["citations"]


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
        assert "Bring a tent." in [message["content"] for message in standin.bodies[-1]["messages"]]


def test_what_the_customer_took_back_is_read_no_more(
    sdk: openai.OpenAI, serving_engine: sa.Engine, customer: str
) -> None:
    first, _ = ask(sdk, RAIN, user=customer)
    ask(sdk, RAIN, first, "Is there a rule for storms?", user=customer)
    ask(sdk, RAIN, first, SPACE, user=customer)
    again, _ = ask(sdk, RAIN, first, SPACE, user=customer)
    shown = [StoredTurn(one["role"], one["content"], {}) for one in said(RAIN, first, SPACE, again)]
    with serving_engine.connect() as connection:
        place = Place(customer, Channel.WEB, client="this machine", transcript=shown)
        found = threads.find(connection, place, "And for the tables?", NOW)
    assert found is not None
    assert [turn.content for turn in found.turns] == [RAIN, first, SPACE, again]
    assert "agent" in found.turns[-1].notes


class Answer(BaseModel):
    answer: str
    confidence: float


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


def test_a_wrong_key_is_refused_as_openai_does(sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError) as refused:
        sdk.with_options(api_key="mhc_wrong").chat.completions.create(model="m", messages=said(RAIN))
    assert refused.value.code == "invalid_api_key"


def test_embeddings_are_those_of_the_knowledge(sdk: openai.OpenAI) -> None:
    near, far = RAIN, "Which day is your birthday?"
    given = sdk.embeddings.create(model="text-embedding-3-small", input=["bad weather at the party", near, far])
    vectors = [one.embedding for one in given.data]
    plain = sdk.embeddings.create(model="m", input=near, encoding_format="float").data[0].embedding
    assert plain == pytest.approx(vectors[1], abs=1e-6)

    def likeness(one: list[float], other: list[float]) -> float:
        return sum(a * b for a, b in zip(one, other, strict=True))

    assert likeness(vectors[1], vectors[1]) == pytest.approx(1, abs=1e-3)
    assert likeness(vectors[0], vectors[1]) > likeness(vectors[0], vectors[2])
    in_tokens: list[int] = [3923, 8741, 994, 433, 62555, 30]
    assert sdk.embeddings.create(model="m", input=in_tokens).data[0].embedding == pytest.approx(vectors[1], abs=1e-6)
    assert given.usage.prompt_tokens > 10
    with pytest.raises(openai.BadRequestError, match="384"):
        sdk.embeddings.create(model="m", input=near, dimensions=256)


def test_responses_go_on_from_each_other(sdk: openai.OpenAI, customer: str, reader: Labelled) -> None:
    first = sdk.responses.create(
        model="m", input=reader.learn("ask/price_party: how much for [guests:20 people]?"), user=customer
    )
    second = sdk.responses.create(model="m", input="all adults, 10 miles", user=customer, previous_response_id=first.id)
    assert "Total: $1,100" in second.output_text
    assert second.usage is not None
    assert second.usage.total_tokens == second.usage.input_tokens + second.usage.output_tokens
    branch = sdk.responses.create(
        model="m", input=reader.learn("@ages inform/price_party: all adults, [miles:40 miles]"), user=customer,
        previous_response_id=first.id,
    )  # fmt: skip
    assert "Total: $1,120" in branch.output_text
    conversation = [(one.model_extra or {})["mhc"]["conversation_id"] for one in (first, second, branch)]
    assert len(set(conversation)) == 1
    with pytest.raises(openai.NotFoundError):
        sdk.responses.create(model="m", input="hi", user=f"{customer}-other", previous_response_id=first.id)


def test_a_response_is_streamed_as_the_client_knows_it(sdk: openai.OpenAI, customer: str) -> None:
    with sdk.responses.stream(model="m", input=RAIN, user=customer) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert kinds[0] == "response.created"
    assert kinds.count("response.output_text.delta") > 5
    assert kinds[-1] == "response.completed"
    assert "cover" in final.output_text
    cut = sdk.responses.create(model="m", input=RAIN, user=customer, max_output_tokens=4)
    assert cut.status == "incomplete"
    assert cut.incomplete_details is not None


def test_responses_call_functions_and_give_documents(sdk: openai.OpenAI, customer: str, reader: Labelled) -> None:
    function: Any = {"type": "function", "strict": None, **BOOK_TABLE["function"]}
    message = reader.learn("inform/book: [adults:9 adults] on [date:june 21st]")
    talk: list[Any] = [{"role": "user", "content": message}]
    asked = sdk.responses.create(model="m", input=talk, user=customer, tools=[function])
    (call,) = asked.output
    assert call.type == "function_call"
    assert orjson.loads(call.arguments)["adults"] == 9
    talk += [
        call.model_dump(exclude_none=True),
        {"type": "function_call_output", "call_id": call.call_id, "output": "Held."},
    ]
    assert sdk.responses.create(model="m", input=talk, user=customer, tools=[function]).output_text == "Held."
    parsed = sdk.responses.parse(model="m", input=RAIN, user=customer, text_format=Answer)
    assert parsed.output_parsed is not None
    assert "cover" in parsed.output_parsed.answer


def test_what_comes_back_keeps_openais_published_contract(client: TestClient, customer: str, reader: Labelled) -> None:
    path = published()
    if path is None:
        pytest.skip("OpenAI's API description is not beside the repository")
    contract = Contract(path)
    message = reader.learn("inform/book: [adults:9 adults] on [date:june 28th]")
    function: Any = {"type": "function", **BOOK_TABLE["function"]}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("/responses", {"input": RAIN}),
        ("/responses", {"input": RAIN, "max_output_tokens": 3}),
        ("/responses", {"input": message, "tools": [function]}),
        ("/chat/completions", {"messages": said(message), "tools": [BOOK_TABLE]}),
        ("/chat/completions", {"messages": said(RAIN), "response_format": {"type": "json_object"}}),
        ("/embeddings", {"input": RAIN}),
    ]
    for path_, body in asked:
        given = client.post(f"/v1{path_}", json={"model": "m", "user": customer, **body}).json()
        assert contract.response_problem(path_, "post", 200, "application/json", given) is None, path_
    one = client.get("/v1/models/mhc-concierge").json()
    assert contract.response_problem("/models/{model}", "get", 200, "application/json", one) is None
