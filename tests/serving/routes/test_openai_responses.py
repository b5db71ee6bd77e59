"""What OpenAI's own client gets from the newer endpoints: responses that go on from each other, and embeddings."""

from typing import Any

import openai
import orjson
import pytest
from fakes.openai_contract import Contract, published
from fakes.openai_talk import BOOK_TABLE, RAIN, Answer, said
from fakes.understanding import Labelled
from fastapi.testclient import TestClient


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
