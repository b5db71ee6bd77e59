"""A talk through LangChain: the address of the API is the first argument."""

import sys
from typing import Any

from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel


@tool
def hold_date(date: str, adults: int) -> str:
    """Hold a date in the calendar."""
    return f"{date} is held for {adults}."


class Answer(BaseModel):
    """An answer with how sure it is."""

    answer: str
    confidence: float


address = f"{sys.argv[1]}/v1"
chat = ChatOpenAI(model="mhc-concierge", base_url=address, api_key="anything", max_retries=0)

talk: list[Any] = [HumanMessage("how much for 20 people?")]
talk.append(chat.invoke(talk))
talk.append(HumanMessage("all adults, 10 miles"))
talk.append(chat.invoke(talk))
assert "Total: $1,100" in talk[-1].content, talk[-1]
assert talk[-1].usage_metadata["total_tokens"] > 10

talk.append(HumanMessage("we are 20 adults on june 14th"))
talk.append(chat.bind_tools([hold_date]).invoke(talk))
(call,) = talk[-1].tool_calls
assert call["args"]["adults"] == 20, call
talk.append(ToolMessage(hold_date.invoke(call["args"]), tool_call_id=call["id"]))
assert "is held for 20" in chat.bind_tools([hold_date]).invoke(talk).content

structured = chat.with_structured_output(Answer, method="json_schema").invoke("What happens when it rains?")
assert "cover" in structured.answer, structured
in_pieces = [piece.content for piece in chat.stream("What happens when it rains?")]
assert len(in_pieces) > 5

by_responses = ChatOpenAI(
    model="mhc-concierge", base_url=address, api_key="anything", max_retries=0, use_responses_api=True
)
assert "cover" in str(by_responses.invoke("What happens when it rains?").content)

# Counting tokens before sending would fetch a vocabulary from the internet.
embeddings = OpenAIEmbeddings(
    model="text-embedding-3-small", base_url=address, api_key="anything", check_embedding_ctx_length=False
)
one, other = embeddings.embed_documents(["rain at the party", "a tent"])
assert len(one) == len(other) == len(embeddings.embed_query("rain"))
sys.stdout.write("ok\n")
