"""``/talk``: a page on which one holds a button and talks, and its socket. The same pipeline as a telephone call.

The button ends what is said, not a pause. Who talks is a visitor of the widget, whose token the socket needs.
"""

import asyncio
import contextlib
import html
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, Request, WebSocket
from fastapi import Path as InPath
from fastapi.responses import FileResponse, HTMLResponse
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocketDisconnect, WebSocketState

from mhc_core.errors import DataError, NotFound
from mhc_serving.access import origins
from mhc_serving.access.tokens import Claims, TokenRefused
from mhc_serving.voice.call import Call
from mhc_serving.voice.line import PhoneLine, line_of

router = APIRouter(include_in_schema=False)

_FOLDER = Path(__file__).parent / "page"
_FILES = {"talk.css": "text/css", "talk.js": "text/javascript", "talk-worklet.js": "text/javascript"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "microphone=(self)",
    "Cache-Control": "no-cache",
}
START_SECONDS = 10.0
LARGEST = 64_000
"""Bytes of one message: two seconds of sound, of which 20 ms are usual."""
REFUSED, FULL = 4403, 4503


def _line(request: Request) -> PhoneLine:
    line = line_of(request)
    if not line.services.settings.voice_talk:
        raise NotFound("there is no such page; MHC_VOICE_TALK switches it on")
    return line


@router.get("/talk")
def page(request: Request) -> HTMLResponse:
    """The page."""
    line = _line(request)
    text = (_FOLDER / "talk.html").read_text("utf-8")
    told = {"{title}": line.services.business.name, "{notice}": line.phrases.talk_notice}
    for place, words in told.items():
        text = text.replace(place, html.escape(words))
    return HTMLResponse(text, headers=_HEADERS)


@router.get("/talk/{name}")
def part(request: Request, name: Annotated[str, InPath(max_length=40)]) -> FileResponse:
    """A file of the page."""
    _line(request)
    if name not in _FILES:
        raise NotFound("there is no such file; open /talk")
    return FileResponse(_FOLDER / name, media_type=_FILES[name], headers=_HEADERS)


class BrowserOutlet:
    """The way to one browser: µ-law in binary messages, all else as JSON."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def send(self, sound: bytes) -> None:
        """A frame of µ-law."""
        await self._put(sound)

    async def mark(self, name: str) -> None:
        """Asks to be told when this was reached."""
        await self._put({"event": "mark", "name": name})

    async def clear(self) -> None:
        """Drops what was not played."""
        await self._put({"event": "clear"})

    async def tell(self, who: str, text: str) -> None:
        """Words to show."""
        await self._put({"event": "said", "who": who, "text": text})

    async def _put(self, what: bytes | dict[str, str]) -> None:
        if self._socket.application_state is not WebSocketState.CONNECTED:
            return
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # the browser is gone
            if isinstance(what, bytes):
                await self._socket.send_bytes(what)
            else:
                await self._socket.send_text(orjson.dumps(what).decode())


@router.websocket("/talk/stream")
async def stream(socket: WebSocket) -> None:
    """One talk."""
    line = line_of(socket)
    if not line.services.settings.voice_talk:
        await socket.close(REFUSED)
        return
    await socket.accept()
    try:
        async with asyncio.timeout(START_SECONDS):
            claims = await _claims(socket, line)
    except (TimeoutError, DataError, TokenRefused, WebSocketDisconnect, KeyError):
        await _close(socket, REFUSED)
        return
    with line.taken() as free:
        if not free:
            await _close(socket, FULL)
            return
        key = f"talk {claims.conversation_id} {line.services.clock().timestamp()}"
        call = Call(
            line, BrowserOutlet(socket), claims.conversation_id, claims.customer_id, key,
            by_button=True, notice=line.phrases.talk_notice,
        )  # fmt: skip
        talking, hearing = asyncio.create_task(call.run()), asyncio.create_task(_hear(socket, call))
        done, _ = await asyncio.wait([talking, hearing], return_when=asyncio.FIRST_COMPLETED)
        if talking not in done:
            call.hang_up()
        hearing.cancel()
        await asyncio.wait([talking, hearing])
        await call.finish()
        await _close(socket, 1000)
        if (error := talking.exception()) is not None:
            raise error


async def _claims(socket: WebSocket, line: PhoneLine) -> Claims:
    """What the token of the first message allows on this page's site."""
    first = _message(await socket.receive_text())
    access, token = line.services.access, first.get("token")
    if first.get("event") != "start" or not isinstance(token, str):
        raise DataError("a talk begins with a token")
    signed = await run_in_threadpool(lambda: access.tokens)
    claims = signed.read(token, line.services.clock())
    if origins.normal(socket.headers.get("origin", "")) != claims.origin:
        raise DataError("the token was given to another site")
    return claims


async def _hear(socket: WebSocket, call: Call) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        sound, text = message.get("bytes"), message.get("text")
        try:
            if sound is not None and len(sound) <= LARGEST and len(sound) % 2 == 0:
                await call.hear((np.frombuffer(sound, dtype="<i2") / 32768).astype(np.float32))
            elif text is not None:
                await _told(call, _message(text))
        except DataError:
            return


async def _told(call: Call, message: dict[str, Any]) -> None:
    if message.get("event") == "press":
        await call.interrupt()
    elif message.get("event") == "release":
        await call.release()
    elif message.get("event") == "mark":
        call.played(str(message.get("name", "")))


def _message(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise DataError("a message is no JSON") from None
    if not isinstance(found, dict):
        raise DataError("a message is no JSON object")
    return found


async def _close(socket: WebSocket, code: int) -> None:
    if socket.application_state is WebSocketState.CONNECTED:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await socket.close(code)
