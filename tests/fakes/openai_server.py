"""A stand-in for OpenAI: the real protocol over HTTP, with memory, faults on request, and the contract as judge.

It serves files, fine-tuning jobs and their events, embeddings, chat completions (also streamed), speech and models,
under ``/v1`` and, by Azure's rules (``azure_habits``), under Azure's paths. Where OpenAI's OpenAPI description is at
hand, every query and body of every request, and every response but Azure's, is checked against it; what breaks it is
kept in ``violations``.
"""

import json
import re
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from fakes.azure_habits import AzureHabits
from fakes.openai_contract import Contract, published
from fakes.openai_endpoints import Drop, Refusal, StandIn
from fakes.openai_state import State
from fakes.waiting import until

_AZURE = re.compile(r"^/openai(?:/deployments/([^/]+))?/")


class Wire:
    """Between Starlette and the endpoints: key, body, contract, faults."""

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin

    def app(self) -> Callable[..., Any]:
        serve = AzureHabits(self._standin)
        jobs, job = "/fine_tuning/jobs", "/fine_tuning/jobs/{fine_tuning_job_id}"
        operations = [
            ("POST", "/files", serve.upload),
            ("GET", "/files", serve.list_files),
            ("GET", "/files/{file_id}", serve.get_file),
            ("DELETE", "/files/{file_id}", serve.delete_file),
            ("POST", jobs, serve.create_job),
            ("GET", jobs, serve.list_jobs),
            ("GET", job, serve.get_job),
            ("GET", f"{job}/events", serve.list_events),
            ("POST", f"{job}/cancel", serve.cancel_job),
            ("POST", "/embeddings", serve.embed),
            ("POST", "/chat/completions", serve.chat),
            ("POST", "/audio/transcriptions", serve.transcribe),
            ("POST", "/audio/speech", serve.speak),
            ("GET", "/models", serve.list_models),
        ]
        routes = [Route(f"/v1{path}", self._endpoint(path, act), methods=[method]) for method, path, act in operations]
        inner = Starlette(routes=routes)

        async def outer(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                azure = _AZURE.match(scope["path"])
                scope["azure"], scope["deployment"] = azure is not None, azure[1] if azure else None
                scope["path"] = _AZURE.sub("/v1/", scope["path"])
                scope["cut"] = lambda: send.__self__.transport.abort()
            await inner(scope, receive, send)

        return outer

    def _endpoint(self, path: str, act: Callable[[Request, dict[str, Any]], Any]) -> Callable[..., Any]:
        async def endpoint(request: Request) -> Response:
            standin, raw = self._standin, await request.body()
            standin.requests.append((request.method, request.url.path.removeprefix("/v1")))
            standin.headers.append(dict(request.headers))
            try:
                self._authorise(request)
                body, media = _parse(request, raw)
                standin.bodies.append({k: v for k, v in body.items() if k != "content"})
                self._require(self._check_query(path, request))
                if media:
                    told = _form(body) if media.startswith("multipart") else body
                    self._require(self._check(path, request, media, told))
                standin.take_fault(request, after=False)
                answer = act(request, body)
                standin.take_fault(request, after=True)
            except Drop:
                request.scope["cut"]()
                return Response(status_code=500)
            except Refusal as refusal:
                self._note(path, request, refusal.status, refusal.body)
                headers = {"retry-after-ms": "1", "x-request-id": "req_standin"}
                return JSONResponse(refusal.body, refusal.status, headers)
            if isinstance(answer, bytes):
                return StreamingResponse(_pieces(answer), media_type="application/octet-stream")
            if body.get("stream"):
                usage = answer.get("usage") if (body.get("stream_options") or {}).get("include_usage") else None
                return StreamingResponse(self._stream(path, request, answer, usage), media_type="text/event-stream")
            self._note(path, request, 200, answer)
            return JSONResponse(answer)

        return endpoint

    def _authorise(self, request: Request) -> None:
        given = request.headers.get("api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if request.scope["azure"] and ("api-key" not in request.headers or "api-version" not in request.query_params):
            raise Refusal(401, "invalid_request_error", "401", "no key or no api-version")
        if given != self._standin.key:
            raise Refusal(401, "invalid_request_error", "invalid_api_key", f"Incorrect API key provided: {given}.")

    def _check(self, path: str, request: Request, media: str, body: Any) -> str | None:
        contract = self._standin.contract
        problem = contract.request_problem(path, request.method.lower(), media, body) if contract else None
        if problem:
            self._standin.violations.append(f"request {request.method} {path} {problem}")
        return problem

    def _check_query(self, path: str, request: Request) -> str | None:
        contract = self._standin.contract
        query = {name: value for name, value in request.query_params.items() if name != "api-version"}
        problem = contract.query_problem(path, request.method.lower(), query) if contract else None
        if problem:
            self._standin.violations.append(f"request {request.method} {path} {problem}")
        return problem

    def _require(self, problem: str | None) -> None:
        if problem:
            raise Refusal(400, "invalid_request_error", "invalid_body", problem)

    def _note(self, path: str, request: Request, status: int, body: Any, media: str = "application/json") -> None:
        contract = None if request.scope["azure"] else self._standin.contract
        problem = contract.response_problem(path, request.method.lower(), status, media, body) if contract else None
        if problem:
            self._standin.violations.append(f"response {request.method} {path} {problem}")

    async def _stream(
        self, path: str, request: Request, answer: dict[str, Any], usage: dict[str, Any] | None
    ) -> AsyncIterator[str]:
        choice = answer["choices"][0]
        for piece in [*re.findall(r".{1,5}", choice["message"]["content"], re.DOTALL), None]:
            delta = {} if piece is None else {"role": "assistant", "content": piece}
            end = choice["finish_reason"] if piece is None else None
            chunk = {k: answer[k] for k in ("id", "created", "model")} | {
                "object": "chat.completion.chunk",
                "choices": [{"index": 0, "delta": delta, "finish_reason": end, "logprobs": None}],
            }
            self._note(path, request, 200, chunk, "text/event-stream")
            yield f"data: {json.dumps(chunk)}\n\n"
            if self._standin.cut_streams:
                request.scope["cut"]()
                return
        if usage is not None:
            last = {k: answer[k] for k in ("id", "created", "model")} | {
                "object": "chat.completion.chunk", "choices": [], "usage": usage,
            }  # fmt: skip
            self._note(path, request, 200, last, "text/event-stream")
            yield f"data: {json.dumps(last)}\n\n"
        yield "data: [DONE]\n\n"


async def _pieces(sound: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(sound), 1000):
        yield sound[start : start + 1000]


def _form(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of a form as the description has them: a list for a name that ends in brackets, numbers as numbers."""
    told: dict[str, Any] = {"file": ""}
    for name, value in body.items():
        if name.endswith("[]"):
            told[name.removesuffix("[]")] = [value]
        elif name not in ("filename", "content"):
            told[name] = float(value) if name == "temperature" else value
    return told


def _parse(request: Request, raw: bytes) -> tuple[dict[str, Any], str]:
    """The body as a dictionary and its media type; of a form, the file's name and content as well."""
    kind = request.headers.get("content-type", "")
    if not raw:
        return {}, ""
    if not kind.startswith("multipart/form-data"):
        return json.loads(raw), "application/json"
    message = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + raw)
    body: dict[str, Any] = {}
    for part in message.get_payload():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if name == "file":
            body |= {"filename": part.get_filename(), "content": content}
        else:
            body[str(name)] = content.decode()
    return body, "multipart/form-data"


@contextmanager
def running(state_path: Path | None = None) -> Iterator[StandIn]:
    """The stand-in on a free port of the loopback address, until the block ends."""
    described = published()
    standin = StandIn(State(state_path), _contract(described) if described else None)
    listener = socket.create_server(("127.0.0.1", 0))
    standin.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(Wire(standin).app(), log_config=None, access_log=False, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive())
        if not server.started:
            raise RuntimeError("the stand-in did not start")
        yield standin
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)
        listener.close()


_contracts: dict[Path, Contract] = {}


def _contract(path: Path) -> Contract:
    if path not in _contracts:
        _contracts[path] = Contract(path)
    return _contracts[path]
