"""What the stand-in for OpenAI answers to each operation, and the faults it can be asked for."""

import hashlib
import io
import json
import re
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from fakes.openai_contract import Contract
from fakes.openai_state import FINAL, State

KEY = "sk-standin-0123456789abcdef"
MODELS = ("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", "gpt-6-luna", "text-embedding-3-small")
DIMENSIONS = 1536

FAULTS: dict[str, tuple[int, str, str | None, str]] = {
    "500": (500, "server_error", None, "The server had an error while processing your request"),
    "rate_limit": (429, "requests", "rate_limit_exceeded", "Rate limit reached for requests"),
    "quota": (429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota"),
    "closed": (403, "invalid_request_error", None, "Fine-tuning is no longer available to your organization"),
    "closed_400": (400, "invalid_request_error", None, "Fine-tuning jobs are no longer available for this model"),
}


class Refusal(Exception):
    """Answered as OpenAI answers an error."""

    def __init__(self, status: int, kind: str, code: str | None, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}


class Drop(Exception):
    """The connection is cut instead of answering."""


@dataclass
class Fault:
    """``kind`` is ``drop`` or a key of FAULTS; after the effect when ``after`` is set, else instead of it."""

    method: str
    path: str
    kind: str
    after: bool
    times: int


@dataclass
class StandIn:
    """What a test sees of the running server."""

    state: State
    contract: Contract | None
    url: str = ""
    key: str = KEY
    advance_on_poll: bool = True
    reply: str | Callable[[list[dict[str, Any]]], str] = "We cook for you at home."
    calls: list[list[tuple[str, str]]] = field(default_factory=list)
    """Tool calls (name, arguments as text) to ask for, round by round, before answering."""
    finish_reason: str = "stop"
    refuses: str = ""
    """Questions that hold this word are refused, as models refuse in structured outputs."""
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    cut_streams: bool = False
    requests: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    looks_until_processed: int = 0
    """How often Azure says of an uploaded file that it still looks through it."""
    without_usage: bool = False
    """Answers of chat do not say what they used; they are billed all the same."""
    reasoning_tokens: int = 0
    billed: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """What was charged: the model and the usage, answered or not."""
    words: str = "a party for twelve"
    """What is heard in every sound."""
    no_speech: float = 0.01
    heard: list[float] = field(default_factory=list)
    """Seconds of each sound that was sent."""
    prompts: list[str] = field(default_factory=list)
    """What transcriptions were given as the text before them."""
    deployments: dict[str, str] = field(default_factory=dict)
    """Azure's deployments: the model that each name answers with."""

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    def fail(self, method: str, path: str, kind: str, *, after: bool = False, times: int = 1) -> None:
        """Let the next ``times`` requests of ``method`` to ``path`` (without ``/v1``) go wrong."""
        self.faults.append(Fault(method, path, kind, after, times))

    def sent(self, method: str, path: str) -> int:
        """How many such requests arrived."""
        return self.requests.count((method, path))

    def take_fault(self, request: Request, *, after: bool) -> None:
        for fault in self.faults:
            here = (fault.method, fault.path, fault.after) == (
                request.method,
                request.url.path.removeprefix("/v1"),
                after,
            )
            if here and fault.times > 0:
                fault.times -= 1
                if fault.kind == "drop":
                    raise Drop
                status, kind, code, message = FAULTS[fault.kind]
                # As hostile as a server can be: the message carries the whole request and the key.
                said = self.bodies[-1] if self.bodies else {}
                raise Refusal(
                    status, kind, code, f"{message} {json.dumps(said)} {request.headers.get('authorization')}"
                )


def _page(items: list[dict[str, Any]], request: Request, default: int) -> dict[str, Any]:
    """Newest first, from ``after`` on, ``limit`` at most."""
    after, limit = request.query_params.get("after"), int(request.query_params.get("limit", default))
    start = next((i + 1 for i, item in enumerate(items) if item["id"] == after), 0)
    chosen = items[start : start + limit]
    return {"object": "list", "data": chosen, "has_more": start + limit < len(items)}


def _missing(kind: str, name: str) -> Refusal:
    return Refusal(404, "invalid_request_error", None, f"No such {kind}: {name}", "id")


class Endpoints:
    """One method an operation; each takes the request and its body and returns the response body."""

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin
        self._state = standin.state

    def upload(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        return self._state.add_file(body["filename"], body["purpose"], body["content"])

    def list_files(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        purpose = request.query_params.get("purpose")
        files = [f for f in reversed(self._state.files.values()) if purpose in (None, f["purpose"])]
        page = _page(files, request, 10_000)
        ids = [file["id"] for file in page["data"]] or [""]
        return page | {"first_id": ids[0], "last_id": ids[-1]}

    def get_file(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        return self._file(request)

    def delete_file(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        file = self._file(request)
        self._state.remove_file(file["id"])
        return {"id": file["id"], "object": "file", "deleted": True}

    def create_job(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        if body["model"] not in MODELS:
            raise Refusal(
                400, "invalid_request_error", "model_not_available", f"{body['model']} cannot be trained", "model"
            )
        for name in ("training_file", "validation_file"):
            if body.get(name) and body[name] not in self._state.files:
                raise Refusal(400, "invalid_request_error", "file_not_found", "no such file", name)
        return self._state.add_job(body)

    def list_jobs(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        return _page(list(reversed(self._state.jobs.values())), request, 20)

    def get_job(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        job = self._job(request)
        if self._standin.advance_on_poll:
            self._state.advance(job["id"])
        return job

    def list_events(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        return _page(self._state.events[self._job(request)["id"]], request, 20)

    def cancel_job(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        job = self._job(request)
        if job["status"] in FINAL:
            raise Refusal(400, "invalid_request_error", None, "the job has ended")
        self._state.cancel(job["id"])
        return job

    def embed(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        vectors = [{"object": "embedding", "index": i, "embedding": vector(text)} for i, text in enumerate(texts)]
        used = sum(len(text.split()) for text in texts)
        self._standin.billed.append((body["model"], {"prompt_tokens": used, "completion_tokens": 0}))
        # The order of the answer is not promised: it is turned round here.
        return {
            "object": "list",
            "model": body["model"],
            "data": vectors[::-1],
            "usage": {"prompt_tokens": used, "total_tokens": used},
        }

    def chat(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        model, messages = body["model"], body["messages"]
        trained = [job["fine_tuned_model"] for job in self._state.jobs.values()]
        if model not in MODELS and model not in trained:
            raise Refusal(404, "invalid_request_error", "model_not_found", f"The model {model} does not exist", "model")
        if model.startswith("gpt-6"):
            for option in ("temperature", "logprobs"):
                if option in body:
                    raise Refusal(400, "invalid_request_error", "unsupported_parameter", "not with this model", option)
        asks_for = self._asks_for(body)
        reply = self._standin.reply if not asks_for else ""
        text = reply if isinstance(reply, str) else reply(messages)
        refusal = None
        if self._standin.refuses and self._standin.refuses in str(messages[-1]["content"]):
            text, refusal = "", "I'm sorry, I can't help with that."
        words = re.findall(r"\S+\s*", refusal or text)
        logprobs = [{"token": w, "logprob": -0.1, "bytes": None, "top_logprobs": []} for w in words]
        sent, received = sum(len(str(m["content"]).split()) for m in messages), len(words)
        thought = self._standin.reasoning_tokens
        usage = {
            "prompt_tokens": sent,
            "completion_tokens": received + thought,
            "total_tokens": sent + received + thought,
            "prompt_tokens_details": {
                "cached_tokens": self._standin.cached_tokens,
                "cache_write_tokens": self._standin.cache_write_tokens,
            },
            "completion_tokens_details": {"reasoning_tokens": thought},
        }
        self._standin.billed.append((model, usage))
        return {
            "id": "chatcmpl-standin",
            "object": "chat.completion",
            "created": 1_790_000_000,
            "model": model,
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text or None, "refusal": refusal, **asks_for},
                    "finish_reason": "tool_calls" if asks_for else self._standin.finish_reason,
                    "logprobs": {"content": logprobs, "refusal": None} if body.get("logprobs") else None,
                }
            ],
            **({} if self._standin.without_usage else {"usage": usage}),
        }

    def _asks_for(self, body: dict[str, Any]) -> dict[str, Any]:
        """The next round of tool calls, where tools are offered; every earlier call must have its result by then."""
        asked = [call["id"] for message in body["messages"] for call in message.get("tool_calls") or []]
        results = [message["tool_call_id"] for message in body["messages"] if message["role"] == "tool"]
        if sorted(asked) != sorted(results):
            raise Refusal(400, "invalid_request_error", None, "a tool call has no result", "messages")
        if not body.get("tools") or body.get("tool_choice") == "none" or not self._standin.calls:
            return {}
        return {
            "tool_calls": [
                {
                    "id": f"call_{len(asked) + number}",
                    "type": "function",
                    "function": {"name": name, "arguments": arguments},
                }
                for number, (name, arguments) in enumerate(self._standin.calls.pop(0))
            ]
        }

    def transcribe(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """The words that the test says are heard, with the length of the sound that was sent."""
        with wave.open(io.BytesIO(body["content"])) as sound:
            seconds = sound.getnframes() / sound.getframerate()
        self._standin.heard.append(seconds)
        self._standin.prompts.append(body.get("prompt", ""))
        self._standin.billed.append((body["model"], {"seconds": seconds}))
        return {
            "task": "transcribe",
            "language": "english",
            "duration": seconds,
            "text": self._standin.words,
            "usage": {"type": "duration", "seconds": seconds},
            "segments": [
                {
                    "id": 0, "seek": 0, "start": 0.0, "end": seconds, "text": f" {self._standin.words}",
                    "tokens": [1], "temperature": 0.0, "avg_logprob": -0.2, "compression_ratio": 1.1,
                    "no_speech_prob": self._standin.no_speech,
                }
            ],
        }  # fmt: skip

    def speak(self, request: Request, body: dict[str, Any]) -> bytes:
        """A tenth of a second of sound for each character, at 24,000 samples a second."""
        self._standin.billed.append((body["model"], {"characters": len(body["input"])}))
        return b"\x01\x00" * (2_400 * len(body["input"]))

    def list_models(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        trained = [job["fine_tuned_model"] for job in self._state.jobs.values() if job["fine_tuned_model"]]
        described = [
            {"id": name, "object": "model", "created": 1_790_000_000, "owned_by": "standin"}
            for name in (*MODELS, *trained)
        ]
        return {"object": "list", "data": described}

    def _file(self, request: Request) -> dict[str, Any]:
        try:
            return self._state.files[request.path_params["file_id"]]
        except KeyError as error:
            raise _missing("file", str(error)) from None

    def _job(self, request: Request) -> dict[str, Any]:
        try:
            return self._state.jobs[request.path_params["fine_tuning_job_id"]]
        except KeyError as error:
            raise _missing("job", str(error)) from None


def vector(text: str) -> list[float]:
    """A vector that depends on the text alone; not of unit length."""
    seed = hashlib.sha256(text.encode()).digest()
    return [(seed[i % 32] - 127.5) / 64 + (i % 7) / 100 for i in range(DIMENSIONS)]
