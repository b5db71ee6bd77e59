"""The one place where requests to a provider leave, and where each is written into the ledger.

It is the SDK's HTTP client, so nothing the SDK does escapes it: attempts it repeats, streams, time-outs. Requests that
are not billed (files, lists, models) pass through.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx2
import openai
import orjson

from mhc_core.providers.openai import usage
from mhc_core.providers.openai.ledger import Ledger
from mhc_core.providers.openai.usage import Usage
from mhc_core.tracing.provider_calls import ProviderCall
from mhc_core.vocabulary import CallKind, CallOutcome, JobStatus

_BILLED = {
    "/chat/completions": CallKind.CHAT,
    "/responses": CallKind.CHAT,
    "/embeddings": CallKind.EMBEDDINGS,
    "/moderations": CallKind.MODERATION,
    "/audio/speech": CallKind.SPEECH,
    "/audio/transcriptions": CallKind.TRANSCRIPTION,
}
_JOB = re.compile(r"/fine_tuning/jobs/[^/]+$")
_ENDED = (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED)
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
_FORM_MODEL = re.compile(rb'name="model"\r\n\r\n([^\r\n]+)')
_BYTES_A_SECOND = 32_000
"""Of sound as ``speech.openai`` sends it, 16,000 samples of 16 bits; the provider's own count replaces it."""
_BYTES_A_TOKEN = 4
"""Of a request under way, roughly; what it is billed for replaces it."""
Settle = Callable[[CallOutcome, Usage, str | None, bool], None]


class MeteredClient(openai.DefaultHttpxClient):
    """An HTTP client that keeps the ledger."""

    def __init__(self, ledger: Ledger, **options: Any) -> None:
        super().__init__(**options)
        self._ledger = ledger

    def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        """Send a request; a billed one is written down before and settled after.

        Raises:
            BudgetExceeded: the hard limit is reached; nothing was sent.
            DatabaseUnavailable: the call cannot be written down; nothing was sent.
        """
        path = request.url.path
        kind = next((kind for ending, kind in _BILLED.items() if path.endswith(ending)), None)
        if kind is None or request.method != "POST":
            if path.endswith("/fine_tuning/jobs") and request.method == "POST":
                self._ledger.require_budget()
            response = super().send(request, stream=stream, **options)
            if _JOB.search(path) and not stream and response.is_success:
                self._settle_job(request, response)
            return response
        if kind in (CallKind.SPEECH, CallKind.TRANSCRIPTION):
            return self._send_sound(kind, request, stream, options)
        body: Mapping[str, Any] = orjson.loads(request.content)
        if body.get("stream"):
            request.headers["accept-encoding"] = "identity"  # the events are read on their way
        model, most = str(body.get("model", "")), int(body.get("max_completion_tokens") or 0)
        expected = len(request.content) // _BYTES_A_TOKEN
        call = self._ledger.ask(kind, _provider(request), model, expected, most)
        traced = _traced(kind, request, model, body)
        failed: str | None = None

        def settle(outcome: CallOutcome, used: Usage, answered_by: str | None, estimated: bool) -> None:
            self._ledger.settle(call, outcome, used, answered_by, estimated=estimated)
            error = failed or (None if outcome is CallOutcome.ANSWERED else outcome.value)
            traced.ended(used.input_tokens, used.output_tokens, answered_by, error)

        try:
            response = super().send(request, stream=stream, **options)
        except _NOT_SENT as error:
            failed = type(error).__name__
            settle(CallOutcome.FAILED, Usage(), None, False)
            raise
        except BaseException as error:
            failed = type(error).__name__
            # It may have been answered, and billed: nobody here knows how long the answer was.
            sent = usage.counted(body, model, "")
            settle(CallOutcome.LOST, Usage(sent.input_tokens, output_tokens=most), None, True)
            raise
        if not response.is_success:
            failed = str(response.status_code)
            settle(CallOutcome.FAILED, Usage(), None, False)
        elif body.get("stream"):
            response.stream = _Watched(response, body, settle)
        else:
            _settle_whole(response, body, settle)
        return response

    def _send_sound(
        self, kind: CallKind, request: httpx2.Request, stream: bool, options: Mapping[str, Any]
    ) -> httpx2.Response:
        """Speech is charged by the characters that are sent, a transcript by the seconds that the provider counts."""
        content = request.read()
        if kind is CallKind.SPEECH:
            body = orjson.loads(content)
            model, expected = str(body.get("model", "")), Usage(spoken_characters=len(str(body.get("input", ""))))
        else:
            named = _FORM_MODEL.search(content)
            model = named[1].decode("ascii", "replace") if named else ""
            expected = Usage(audio_seconds=round(len(content) / _BYTES_A_SECOND, 1))
        call = self._ledger.ask(kind, _provider(request), model, 0, 0, expected)
        traced = _traced(kind, request, model, {})
        try:
            response = super().send(request, stream=stream, **options)
        except _NOT_SENT as error:
            self._ledger.settle(call, CallOutcome.FAILED, Usage())
            traced.ended(error=type(error).__name__)
            raise
        except BaseException as error:
            self._ledger.settle(call, CallOutcome.LOST, expected, estimated=True)
            traced.ended(error=type(error).__name__)
            raise
        if not response.is_success:
            self._ledger.settle(call, CallOutcome.FAILED, Usage())
            traced.ended(error=str(response.status_code))
            return response
        told = None
        if kind is CallKind.TRANSCRIPTION:
            if not response.is_closed:
                response.read()
            told = usage.reported(_json(response))
        estimated = told is None and kind is CallKind.TRANSCRIPTION
        self._ledger.settle(call, CallOutcome.ANSWERED, told or expected, estimated=estimated)
        traced.ended()
        return response

    def _settle_job(self, request: httpx2.Request, response: httpx2.Response) -> None:
        job = _json(response)
        if job.get("object") == "fine_tuning.job" and job.get("status") in _ENDED and job.get("trained_tokens"):
            self._ledger.settle_job(str(job["id"]), _provider(request), str(job["model"]), int(job["trained_tokens"]))


class _Watched(httpx2.SyncByteStream):
    """The events of a streamed answer, passed on as they come; the call is settled when the stream ends or is left."""

    def __init__(self, response: httpx2.Response, body: Mapping[str, Any], settle: Settle) -> None:
        assert isinstance(response.stream, httpx2.SyncByteStream)
        self._inner = response.stream
        self._body = body
        self._settle = settle
        self._rest = b""
        self._written: list[str] = []
        self._usage: Usage | None = None
        self._model: str | None = None
        self._ended = self._broken = self._settled = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self._inner:
                self._read(chunk)
                yield chunk
        except httpx2.TransportError:
            self._broken = True
            raise

    def close(self) -> None:
        self._inner.close()
        if self._settled:
            return
        self._settled = True
        if self._usage is not None:
            self._settle(CallOutcome.ANSWERED, self._usage, self._model, False)
            return
        # A stream that was left is billed for what was written until then.
        outcome = CallOutcome.LOST if self._broken else CallOutcome.CANCELLED
        used = usage.counted(self._body, str(self._body.get("model", "")), "".join(self._written))
        self._settle(CallOutcome.ANSWERED if self._ended else outcome, used, self._model, True)

    def _read(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            said = line.strip().removeprefix(b"data:").strip()
            if said == b"[DONE]":
                self._ended = True
            elif line.startswith(b"data:"):
                event = orjson.loads(said)
                self._model = event.get("model", self._model)
                self._usage = usage.reported(event) or self._usage
                for choice in event.get("choices") or ():
                    self._written.append((choice.get("delta") or {}).get("content") or "")


def _settle_whole(response: httpx2.Response, body: Mapping[str, Any], settle: Settle) -> None:
    if not response.is_closed:
        response.read()
    answer = _json(response)
    used = usage.reported(answer)
    if used is not None:
        settle(CallOutcome.ANSWERED, used, answer.get("model"), False)
        return
    written = "".join((choice.get("message") or {}).get("content") or "" for choice in answer.get("choices") or ())
    settle(CallOutcome.ANSWERED, usage.counted(body, str(body.get("model", "")), written), answer.get("model"), True)


def _json(response: httpx2.Response) -> Mapping[str, Any]:
    try:
        found = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}  # the SDK says what is wrong with it
    return found if isinstance(found, Mapping) else {}


def _traced(kind: CallKind, request: httpx2.Request, model: str, body: Mapping[str, Any]) -> ProviderCall:
    """The span of a call that is about to be made, which the provider is told to go on from."""
    asked: dict[str, Any] = {"max_tokens": body.get("max_completion_tokens"), "temperature": body.get("temperature")}
    if body.get("stream"):
        asked["stream"] = True
    numbers = {name: value for name, value in asked.items() if isinstance(value, int | float)}
    call = ProviderCall(kind.value, _provider(request), model, request.url.host, request.url.port, numbers)
    request.headers.update(call.headers())
    return call


def _provider(request: httpx2.Request) -> str:
    """Who is asked: OpenAI, Azure, or another server by its name."""
    if "api-version" in request.url.params:
        return "azure"
    return "openai" if request.url.host == "api.openai.com" else request.url.host
