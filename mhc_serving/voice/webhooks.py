"""``/v1/voice/twilio/…``: what Twilio asks before, in and after a call; each request carries its signature."""

import logging
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from starlette.concurrency import run_in_threadpool

from mhc_core.pseudonyms import person_id
from mhc_core.speech.aloud import aloud
from mhc_serving.access.deps import Services, count
from mhc_serving.voice import admission, desk, twiml
from mhc_serving.voice.admission import Admitted
from mhc_serving.voice.line import PhoneLine, calls_line
from mhc_serving.voice.signature import verified

log = logging.getLogger(__name__)

PREFIX = "/v1/voice/twilio"
router = APIRouter(prefix=PREFIX, include_in_schema=False)
_WITHHELD = {
    "",
    "anonymous",
    "restricted",
    "unavailable",
    "unknown",
    "+266696687",
    "+86282452253",
    "+464",
    "+7378742833",
}
"""What Twilio names a caller who withholds their number (words, and the same words typed on a telephone)."""
_FAILED = frozenset({"busy", "failed", "no-answer", "canceled"})


async def _form(request: Request) -> Mapping[str, str]:
    """The fields of a request that Twilio signed.

    Raises:
        NotFound: no calls are answered here.
        HTTPException: 403 when the signature is missing or another's, 429 after too many of these.
    """
    line = calls_line(request)
    services, settings = line.services, line.services.settings
    fields = [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{settings.public_address}{request.url.path}{query}"
    token = settings.twilio.auth_token
    sent = request.headers.get("x-twilio-signature", "")
    if token is None or not sent or not verified(token.get_secret_value(), url, fields, sent):
        await count(services, "address", services.access.limits.address(request))
        log.warning("a request that Twilio did not sign was refused")
        raise HTTPException(403, "the signature is not Twilio's for this address and form; check MHC_PUBLIC_URL")
    return dict(fields)


Form = Annotated[Mapping[str, str], Depends(_form)]


def _line(request: Request) -> PhoneLine:
    return calls_line(request)


Line = Annotated[PhoneLine, Depends(_line)]


@router.post("/incoming")
async def incoming(form: Form, line: Line) -> Response:
    """A call has come: it is connected with the concierge, or told why not."""
    services = line.services
    call_sid, number = form.get("CallSid", ""), form.get("From", "")
    if not call_sid:
        return _xml(twiml.hang_up())
    if line.full:
        log.warning("a call was turned away: %d at once are taken", services.settings.voice_calls)
        return _xml(twiml.say(_turned_away(services)))
    customer = None if number.lower() in _WITHHELD else person_id(number)
    keys = await run_in_threadpool(lambda: line.keys)
    admitted = admission.sign(keys, Admitted(call_sid, customer), services.clock())
    base = services.settings.public_address + PREFIX
    socket = f"{base}/stream".replace("http", "ws", 1)
    return _xml(twiml.stream(socket, {admission.PARAMETER: admitted}, f"{base}/next", f"{base}/status"))


@router.post("/next")
async def next_step(form: Form, line: Line) -> Response:
    """The stream has ended: the caller is put through where a person is to have the call, else the call ends."""
    services = line.services
    told = await run_in_threadpool(_told, services, form.get("CallSid", ""))
    if told.waits and desk.somebody_there(services):
        base = services.settings.public_address + PREFIX
        return _xml(twiml.dial(services.settings.voice_transfer_to, f"{base}/whisper", f"{base}/dialled"))
    return _xml(twiml.hang_up())


@router.post("/whisper")
async def whisper(form: Form, line: Line) -> Response:
    """Somebody of the team answers: they hear what the call is about before the caller hears them."""
    told = await run_in_threadpool(_told, line.services, form.get("ParentCallSid", ""))
    base = line.services.settings.public_address + PREFIX
    return _xml(twiml.whisper(told.summary, f"{base}/accepted"))


@router.post("/accepted")
async def accepted(form: Form) -> Response:
    """The person pressed a key: nothing more is said, and they talk."""
    return _xml(twiml.nothing())


@router.post("/dialled")
async def dialled(form: Form, line: Line) -> Response:
    """The call to the team has ended, or nobody took it."""
    if form.get("DialCallStatus", "") in _FAILED:
        return _xml(twiml.say(f"Nobody of our team can answer right now. {line.phrases.called_back}"))
    return _xml(twiml.hang_up())


@router.post("/status")
async def status(form: Form) -> Response:
    """How a call or its stream is getting on; only what went wrong is written down, without the number."""
    said = form.get("CallStatus", "") or form.get("StreamEvent", "")
    if said in _FAILED or said == "stream-error":
        log.warning(
            "Twilio reports %s for a call (error %s)", said, form.get("ErrorCode") or form.get("StreamError", "-")
        )
    return Response(status_code=204)


def _told(services: Services, call_sid: str) -> desk.Told:
    with services.engine.connect() as connection:
        return desk.told_of(connection, desk.conversation_of(call_sid))


def _turned_away(services: Services) -> str:
    contact = services.business.contact
    return (
        f"This is {services.business.name}. All our lines are taken right now. Please call again in a few minutes, or "
        f"text us at {aloud(contact.phone).text} Goodbye."
    )


def _xml(content: bytes) -> Response:
    return Response(content, media_type="text/xml")
