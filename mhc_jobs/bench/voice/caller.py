"""A caller who does not exist: announces a call as Twilio does, and speaks its Media Streams protocol in real time.

The caller says their turns one after the other, each after the line has been silent for a while, and notes when what
was heard: how long after the end of their speech, and how soon the line fell silent when they spoke in between.
"""

import asyncio
import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx2
import numpy as np
import orjson
import websockets
from numpy.typing import NDArray

from mhc_core.speech import mulaw
from mhc_serving.voice.signature import signature

FRAME_SECONDS = 0.02
QUIET_SECONDS = 0.6
"""The line has been silent for so long before the caller speaks."""
PATIENCE_SECONDS = 30.0
LOUD = 0.01
"""Amplitude from which a sample counts as speech of the caller."""


@dataclass
class Heard:
    """What a caller noticed. Delays are seconds from the end of a turn to the first sound after it."""

    delays: list[float] = field(default_factory=list)
    barge_in: list[float] = field(default_factory=list)
    after_clear: int = 0
    marks: int = 0
    frames: int = 0
    closed: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The server that is called, and the account under which Twilio would call it."""

    url: str
    token: str
    number: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing a caller says, at 8,000 samples a second; with ``into``, so many seconds after the line begins."""

    sound: NDArray[np.float32]
    into: float | None = None

    @property
    def begins(self) -> float:
        """Seconds of the sound before its first word."""
        return float(np.argmax(np.abs(self.sound) > LOUD)) / mulaw.RATE

    @property
    def ends(self) -> float:
        """Seconds of the sound up to the end of its last word."""
        loud = np.flatnonzero(np.abs(self.sound) > LOUD)
        return float(loud[-1] + 1) / mulaw.RATE if len(loud) else 0.0


class Caller:
    """One call."""

    def __init__(self, account: Account, call_sid: str, noise: NDArray[np.float32] | None = None) -> None:
        self._account = account
        self._sid = call_sid
        self._noise = noise if noise is not None else np.zeros(mulaw.RATE, dtype=np.float32)
        self._at = 0
        self._number = 0
        self._echoing: list[asyncio.Future[None]] = []
        self._until = 0.0  # when what was received has been played
        self._first: asyncio.Event = asyncio.Event()
        self._cleared: asyncio.Event = asyncio.Event()
        self.heard = Heard()

    async def call(self, turns: Sequence[Turn], hang_up_in_the_last: bool = False) -> Heard:
        """Say the turns and hang up."""
        url, parameters = await announce(self._account, self._sid)
        async with websockets.connect(url, max_size=None) as socket:
            await self._start(socket, parameters)
            listening = asyncio.create_task(self._listen(socket))
            try:
                for number, turn in enumerate(turns):
                    last = number == len(turns) - 1
                    await self._turn(socket, turn, cut=hang_up_in_the_last and last)
                if not hang_up_in_the_last:
                    await self._quiet(socket)
                await socket.send(self._written("stop", stop={"accountSid": "AC0", "callSid": self._sid}))
            except websockets.ConnectionClosed:
                pass
            listening.cancel()
            self.heard.closed = socket.close_code
        return self.heard

    async def press(self, keys: str, wait: float = 3.0) -> Heard:
        """Listen to the notice, press keys, listen, hang up."""
        url, parameters = await announce(self._account, self._sid)
        async with websockets.connect(url, max_size=None) as socket:
            await self._start(socket, parameters)
            listening = asyncio.create_task(self._listen(socket))
            try:
                await self._quiet(socket)
                for key in keys:
                    await socket.send(self._written("dtmf", dtmf={"track": "inbound_track", "digit": key}))
                    await self._frames(socket, np.zeros(mulaw.RATE // 5, dtype=np.float32))
                await self._frames(socket, np.zeros(int(mulaw.RATE * wait), dtype=np.float32))
                await self._quiet(socket)
                await socket.send(self._written("stop", stop={"accountSid": "AC0", "callSid": self._sid}))
            except websockets.ConnectionClosed:
                pass
            listening.cancel()
            self.heard.closed = socket.close_code
        return self.heard

    async def _start(self, socket: Any, parameters: dict[str, str]) -> None:
        await socket.send(orjson.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}).decode())
        about = {
            "accountSid": "AC0", "streamSid": "MZ0", "callSid": self._sid, "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": parameters,
        }  # fmt: skip
        await socket.send(self._written("start", start=about))

    async def _turn(self, socket: Any, turn: Turn, cut: bool) -> None:
        if turn.into is None:
            await self._quiet(socket)
        else:
            await self._quiet(socket, begun=turn.into)
        self._first.clear()
        self._cleared.clear()
        began = time.perf_counter()
        interrupting = self._until > began
        watching = asyncio.create_task(self._watch_clear(began + turn.begins)) if interrupting else None
        sound = turn.sound[: int((turn.begins + turn.ends) / 2 * mulaw.RATE)] if cut else turn.sound
        await self._frames(socket, sound)
        if watching is not None:
            watching.cancel()
        if cut:
            return
        ended = began + turn.ends
        self._first.clear() if interrupting and not self._cleared.is_set() else None
        deadline = ended + PATIENCE_SECONDS
        while not self._first.is_set() and time.perf_counter() < deadline:
            await self._frames(socket, np.zeros(mulaw.FRAME, dtype=np.float32))
        self.heard.delays.append(self._first_at - ended if self._first.is_set() else float("inf"))

    async def _watch_clear(self, began: float) -> None:
        await self._cleared.wait()
        self.heard.barge_in.append(time.perf_counter() - began)

    async def _quiet(self, socket: Any, begun: float | None = None) -> None:
        """Send silence until the line has been silent for a while, or has spoken for ``begun`` seconds."""
        deadline = time.perf_counter() + PATIENCE_SECONDS
        spoke_from: float | None = None
        silent_from = time.perf_counter()
        while time.perf_counter() < deadline:
            now = time.perf_counter()
            if now < self._until:
                spoke_from = spoke_from or now
                silent_from = now
                if begun is not None and now - spoke_from >= begun:
                    return
            elif (spoke_from or self.heard.frames) and now - silent_from >= QUIET_SECONDS:
                return
            await self._frames(socket, np.zeros(mulaw.FRAME, dtype=np.float32))

    async def _frames(self, socket: Any, sound: NDArray[np.float32]) -> None:
        """Send sound as it would be spoken, over the noise of the room."""
        start = time.perf_counter()
        for count, at in enumerate(range(0, len(sound), mulaw.FRAME), 1):
            piece = sound[at : at + mulaw.FRAME]
            noise = np.take(self._noise, np.arange(self._at, self._at + len(piece)), mode="wrap")
            self._at += len(piece)
            self._number += 1
            media = {
                "track": "inbound", "chunk": str(self._number), "timestamp": str(self._number * 20),
                "payload": base64.b64encode(mulaw.encode((piece + noise).astype(np.float32))).decode(),
            }  # fmt: skip
            await socket.send(self._written("media", media=media))
            await asyncio.sleep(max(0.0, start + count * FRAME_SECONDS - time.perf_counter()))

    async def _listen(self, socket: Any) -> None:
        async for text in socket:
            message, now = orjson.loads(text), time.perf_counter()
            if message["event"] == "media":
                size = len(base64.b64decode(message["media"]["payload"]))
                self._until = max(self._until, now) + size / mulaw.RATE
                self.heard.frames += 1
                if not self._first.is_set():
                    self._first_at = now
                    self._first.set()
            elif message["event"] == "clear":
                self._until = now
                self._first.clear()
                self._cleared.set()
            elif message["event"] == "mark":
                self.heard.marks += 1
                name = message["mark"]["name"]
                delay = max(0.0, self._until - now)
                asyncio.get_running_loop().call_later(delay, self._echo_later, socket, name)

    def _echo_later(self, socket: Any, name: str) -> None:
        self._echoing.append(asyncio.ensure_future(self._echo(socket, name)))

    async def _echo(self, socket: Any, name: str) -> None:
        try:
            await socket.send(self._written("mark", mark={"name": name}))
        except websockets.ConnectionClosed:
            return

    def _written(self, event: str, **more: Any) -> str:
        self._number += 1
        return orjson.dumps({"event": event, "sequenceNumber": str(self._number), "streamSid": "MZ0", **more}).decode()


async def announce(account: Account, call_sid: str) -> tuple[str, dict[str, str]]:
    """Tell the server of a call; the address of its stream and the parameters for it."""
    form = {"CallSid": call_sid, "From": account.number, "To": "+19165550100", "CallStatus": "ringing"}
    answer = await post(account, "incoming", form)
    tree = ElementTree.fromstring(answer.content)
    stream = tree.find("./Connect/Stream")
    if stream is None:
        raise RuntimeError(f"the call was not taken: {answer.text}")
    return stream.attrib["url"], {each.attrib["name"]: each.attrib["value"] for each in stream.findall("Parameter")}


async def post(account: Account, what: str, form: dict[str, str]) -> httpx2.Response:
    """One signed request of Twilio's."""
    url = f"{account.url}/v1/voice/twilio/{what}"
    headers = {
        "X-Twilio-Signature": signature(account.token, url, form.items()),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    async with httpx2.AsyncClient(timeout=30) as client:
        answer = await client.post(url, content=urlencode(form), headers=headers)
    answer.raise_for_status()
    return answer
