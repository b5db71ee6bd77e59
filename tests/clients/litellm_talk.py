"""A talk through LiteLLM: the address of the API is the first argument."""

import json
import sys
from typing import Any

import litellm

litellm.telemetry = False
TOOL = {
    "type": "function",
    "function": {
        "name": "hold_date",
        "parameters": {
            "type": "object",
            "properties": {"date": {"type": "string"}, "adults": {"type": "integer"}},
            "required": ["date", "adults"],
        },
    },
}


def ask(messages: list[Any], **more: Any) -> Any:
    return litellm.completion(
        model="openai/mhc-concierge",
        api_base=f"{sys.argv[1]}/v1",
        api_key=more.pop("api_key", "anything"),
        num_retries=0,
        messages=messages,
        **more,
    )


talk: list[Any] = [{"role": "user", "content": "how much for 20 people?"}]
talk.append(ask(talk).choices[0].message.model_dump())
talk.append({"role": "user", "content": "all adults, 10 miles"})
given = ask(talk)
assert "Total: $1,100" in given.choices[0].message.content, given
assert given.usage.total_tokens > 10
talk.append(given.choices[0].message.model_dump())

talk.append({"role": "user", "content": "we are 20 adults on june 14th"})
called = ask(talk, tools=[TOOL]).choices[0].message
(call,) = called.tool_calls
assert json.loads(call.function.arguments)["adults"] == 20
talk += [called.model_dump(), {"role": "tool", "tool_call_id": call.id, "content": "June 14 is held."}]
assert ask(talk, tools=[TOOL]).choices[0].message.content == "June 14 is held."

rain = [{"role": "user", "content": "What happens when it rains?"}]
assert "cover" in json.loads(ask(rain, response_format={"type": "json_object"}).choices[0].message.content)["answer"]
assert len([piece for piece in ask(rain, stream=True) if piece.choices[0].delta.content]) > 5
vectors = litellm.embedding(
    model="openai/any", api_base=f"{sys.argv[1]}/v1", api_key="anything", input=["rain", "a tent"]
)
assert len(vectors.data) == 2
for wrong, expected in (({"n": 2}, litellm.BadRequestError), ({"api_key": "mhc_wrong"}, litellm.AuthenticationError)):
    try:
        ask(rain, **wrong)
    except expected:
        continue
    raise AssertionError(f"{wrong} was taken")
sys.stdout.write("ok\n")
