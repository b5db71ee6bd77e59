"""``/v1/voice/twilio/stream``: the sound of one call, both ways, as Twilio's Media Streams carry it."""

import asyncio
import contextlib
import logging

from fastapi import APIRouter, WebSocket
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocketDisconnect, WebSocketState

from mhc_core.errors import DataError
from mhc_core.speech import mulaw
from mhc_serving.voice import admission, desk, media_streams
from mhc_serving.voice.call import Call
from mhc_serving.voice.line import PhoneLine, line_of
from mhc_serving.voice.media_streams import Connected, Dtmf, Mark, Media, Start, Stop

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)

START_SECONDS = 10.0
"""A socket that has not said by then which call it is for is closed."""
REFUSED, UNREADABLE, FULL = 4403, 4400, 4503
"""Codes with which sockets are closed."""
MALFORMED_MOST = 20


class TwilioOutlet:
    """The way to one caller."""

    def __init__(self, socket: WebSocket, stream_sid: str) -> None:
        self._socket = socket
        self._sid = stream_sid

    async def send(self, sound: bytes) -> None:
        """A frame of µ-law."""
        await self._put(media_streams.media(self._sid, sound))

    async def mark(self, name: str) -> None:
        """Asks to be told when this was reached."""
        await self._put(media_streams.mark(self._sid, name))

    async def clear(self) -> None:
        """Drops what was not played."""
        await self._put(media_streams.clear(self._sid))

    async def tell(self, who: str, text: str) -> None:
        """A telephone shows no words."""

    async def _put(self, text: str) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # the caller hung up meanwhile
                await self._socket.send_text(text)


@router.websocket("/v1/voice/twilio/stream")
async def stream(socket: WebSocket) -> None:
    """One call from its first message to its last."""
    line = line_of(socket)
    if not line.services.settings.voice:
        await socket.close(REFUSED)
        return
    await socket.accept()
    try:
        async with asyncio.timeout(START_SECONDS):
            started = await _started(socket)
    except (TimeoutError, DataError, WebSocketDisconnect, KeyError):
        await _close(socket, UNREADABLE)
        return
    body = started.start
    sent = body.customParameters.get(admission.PARAMETER, "")
    keys = await run_in_threadpool(lambda: line.keys)
    admitted = admission.read(keys, sent, body.callSid, line.services.clock())
    if admitted is None:
        log.warning("a stream was refused: it belongs to no call that was announced")
        await _close(socket, REFUSED)
        return
    with line.taken() as free:
        if not free:
            await _close(socket, FULL)
            return
        await _serve(socket, line, started, admitted)


async def _serve(socket: WebSocket, line: PhoneLine, started: Start, admitted: admission.Admitted) -> None:
    call = Call(
        line,
        TwilioOutlet(socket, started.streamSid),
        desk.conversation_of(admitted.call_sid),
        admitted.customer_id,
        f"phone {admitted.call_sid}",
    )
    talking = asyncio.create_task(call.run())
    hearing = asyncio.create_task(_hear(socket, call))
    done, _ = await asyncio.wait([talking, hearing], return_when=asyncio.FIRST_COMPLETED)
    if talking not in done:
        call.hang_up()
    hearing.cancel()
    await asyncio.wait([talking, hearing])
    await call.finish()
    await _close(socket, 1000)
    if (error := talking.exception()) is not None:
        raise error


async def _started(socket: WebSocket) -> Start:
    """The message that says which call this is."""
    while True:
        message = media_streams.read(await socket.receive_text())
        if isinstance(message, Start):
            return message
        if message is not None and not isinstance(message, Connected):
            raise DataError("the stream does not begin as one of Twilio's")


async def _hear(socket: WebSocket, call: Call) -> None:
    """Pass on what comes in, until it ends."""
    malformed, wide = 0, mulaw.Widener()
    while True:
        try:
            message = media_streams.read(await socket.receive_text())
            if isinstance(message, Media) and message.media.track == "inbound":
                await call.hear(wide(mulaw.decode(message.sound)))
            elif isinstance(message, Dtmf):
                await call.press(message.dtmf.digit)
            elif isinstance(message, Mark):
                call.played(message.mark.name)
            elif isinstance(message, Stop):
                return
        except DataError:
            malformed += 1
            if malformed > MALFORMED_MOST:
                log.warning("a stream was closed: too much of it cannot be read")
                return
        except (WebSocketDisconnect, KeyError, RuntimeError):  # KeyError: a binary message, which Twilio never sends
            return


async def _close(socket: WebSocket, code: int) -> None:
    if socket.application_state is WebSocketState.CONNECTED:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await socket.close(code)
