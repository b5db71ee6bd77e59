"""What a request of any OpenAI client comes down to: a message with its turns, what the answer is to be like, and the
answer, or the call that the client is to make first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID, uuid4

import orjson

from mhc_core.concierge.agents.choices import choices
from mhc_core.concierge.turn import schemas
from mhc_core.concierge.turn.concierge import Incoming, Outgoing
from mhc_core.concierge.turn.functions import MODEL_ID, Call, Function
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.errors import DataError
from mhc_core.providers import tokens
from mhc_core.vocabulary import Channel
from mhc_serving.access.callers import Caller
from mhc_serving.errors import Unfit

COUNTED_AS = "gpt-6-luna"
MAX_TOOLS_BYTES = 200_000
_WORD = re.compile(r"\s*\S+|\s+$")
_DOCUMENT = ("answer", "citations", "intent", "confidence", "escalated")


@dataclass(frozen=True, slots=True)
class Said:
    """One item of a transcript: a turn, or the result of a function (role ``tool``)."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the answer is to be like. ``schema`` is that of ``json_schema``; ``choice`` names a function, or is one of
    OpenAI's words."""

    stop: Sequence[str] = ()
    max_tokens: int | None = None
    format: Literal["text", "json_object", "json_schema"] = "text"
    schema: Mapping[str, Any] = field(default_factory=dict)
    schema_param: str = "response_format"
    functions: Sequence[Function] = ()
    choice: str = "auto"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. ``tools`` counts with the prompt."""

    said: Sequence[Said]
    customer: str | None
    channel: Channel
    conversation_id: UUID | None
    follows: UUID | None
    key: str | None
    wanted: Wanted
    tools: Any = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What the client gets: a text, or a call and no text. ``details`` is what OpenAI's shapes have no place for."""

    id: UUID
    model: str
    text: str
    finish: Literal["stop", "length", "tool_calls"]
    call: Call | None
    details: Mapping[str, Any]
    prompt_tokens: int
    completion_tokens: int

    @property
    def pieces(self) -> Sequence[str]:
        """The text word by word, as it is streamed."""
        return _WORD.findall(self.text)

    @property
    def arguments(self) -> str:
        """The arguments of the call as JSON."""
        return orjson.dumps(self.call.arguments).decode() if self.call else "{}"

    @property
    def call_id(self) -> str:
        """The id of the call."""
        return f"call_{self.id.hex[:24]}"


def answer(asked: Asked, caller: Caller) -> Answered:
    """Answer a request and store the exchange; where a function of the client is to be called first, nothing is stored
    until its result comes.

    Raises:
        Unfit: the transcript ends with nothing to answer, or the answer cannot have the shape that is wanted.
    """
    concierge = caller.app.concierge
    wanted = asked.wanted
    _require_possible(wanted)
    incoming = _incoming(asked, caller)
    tools = orjson.dumps(asked.tools or ()).decode()
    if len(tools) > MAX_TOOLS_BYTES:
        raise Unfit(
            f"the tools have more than {MAX_TOOLS_BYTES:,} bytes; send fewer, or describe them in less", "tools"
        )
    prompt = tokens.count_chat(({"role": one.role, "content": one.text} for one in asked.said), COUNTED_AS)
    prompt += tokens.count(tools, COUNTED_AS) if asked.tools else 0
    if wanted.functions and wanted.choice != "none" and not incoming.results:
        forced = wanted.choice != "auto"
        named = [one for one in wanted.functions if wanted.choice in ("auto", "required", one.name)]
        call = concierge.call(incoming, named, forced=forced)
        if call is not None:
            count = tokens.count(call.name, COUNTED_AS) + tokens.count(
                orjson.dumps(call.arguments).decode(), COUNTED_AS
            )
            return Answered(uuid4(), MODEL_ID, "", "tool_calls", call, {}, prompt, count)
    given = caller.app.answer(incoming)
    text, finish = _shaped(given, wanted)
    received = tokens.count(text, COUNTED_AS)
    return Answered(given.message_id, given.reply.model_id, text, finish, None, _details(given), prompt, received)


def _incoming(asked: Asked, caller: Caller) -> Incoming:
    said = [one for one in asked.said if one.role in ("user", "assistant", "tool")]
    last = next((place for place in range(len(said) - 1, -1, -1) if said[place].role == "user"), None)
    if last is None or said[-1].role == "assistant" or not said[last].text.strip():
        raise Unfit(
            "the last message must be the customer's, with role user and a text, or the result of a function that was "
            "called for it; send that one last",
            "messages",
        )
    before = [StoredTurn(one.role, _plain(one), {}) for one in said[:last] if one.role != "tool" and one.text]
    results = [one.text for one in said[last + 1 :] if one.role == "tool"]
    return Incoming(
        said[last].text.strip(),
        caller.speaker(asked.customer),
        caller.channel(asked.channel),
        caller.conversation(asked.conversation_id),
        tuple(before),
        may_begin=caller.may_begin,
        client=caller.name,
        follows=asked.follows,
        key=asked.key,
        results=results,
        vouched=caller.vouched,
    )


def _plain(one: Said) -> str:
    """A turn as it was said: of an answer that was given as JSON its words."""
    if one.role == "assistant" and one.text.startswith("{"):
        try:
            document = orjson.loads(one.text)
        except orjson.JSONDecodeError:
            return one.text
        if isinstance(document, dict) and isinstance(document.get("answer"), str):
            return str(document["answer"])
    return one.text.strip() if one.role == "user" else one.text


def _shaped(given: Outgoing, wanted: Wanted) -> tuple[str, Literal["stop", "length"]]:
    text = given.reply.text
    ends = [place for word in wanted.stop if word and (place := text.find(word)) >= 0]
    if ends:
        text = text[: min(ends)]
    if wanted.format != "text":
        text = orjson.dumps(_document(text, given, wanted)).decode()
    if wanted.max_tokens is None:
        return text, "stop"
    cut = tokens.truncate(text, wanted.max_tokens, COUNTED_AS)
    return cut, "stop" if cut == text else "length"


def _document(text: str, given: Outgoing, wanted: Wanted) -> Mapping[str, Any]:
    whole = {
        "answer": text,
        "citations": [passage.title for passage in given.reply.citations],
        "intent": given.reply.intent,
        "confidence": round(given.reply.confidence, 4),
        "escalated": given.escalated,
    }
    if wanted.format == "json_object":
        return whole
    document = {name: whole[name] for name in wanted.schema.get("properties", {}) if name in whole}
    _validate(document, wanted)
    return document


def _require_possible(wanted: Wanted) -> None:
    """Refuse a schema that no answer of ours could fit, before anything is stored."""
    if wanted.format != "json_schema":
        return
    schema = wanted.schema
    properties, required = schema.get("properties"), schema.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        raise Unfit("the schema must be that of an object with properties", wanted.schema_param)
    unknown = [str(name) for name in required if name not in _DOCUMENT]
    if unknown or not any(name in _DOCUMENT for name in properties):
        fields = ", ".join(_DOCUMENT)
        raise Unfit(
            f"an answer has the fields {fields}; ask for some of these and require no others", wanted.schema_param
        )


def _validate(document: Mapping[str, Any], wanted: Wanted) -> None:
    try:
        fits = schemas.fits(wanted.schema, document)
    except DataError as error:
        raise Unfit(str(error), wanted.schema_param) from None
    if not fits:
        raise Unfit(
            "the answer does not fit this schema: answer and intent are strings, citations is an array of strings, "
            "confidence a number from 0 to 1, escalated a boolean; loosen it",
            wanted.schema_param,
        )


def _details(given: Outgoing) -> Mapping[str, Any]:
    return {
        "conversation_id": str(given.conversation_id),
        "message_id": str(given.message_id),
        "citations": [
            {"id": passage.article_id, "title": passage.title, "score": round(passage.score, 4)}
            for passage in given.reply.citations
        ],
        "intent": given.reply.intent,
        "confidence": round(given.reply.confidence, 4),
        "escalated": given.escalated,
        "choices": list(choices(given.reply.notes)),
    }
