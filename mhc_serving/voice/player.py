"""Sound sent as it is played: a little ahead, so that little is lost when the customer speaks in between."""

import asyncio
from collections import deque

from mhc_serving.voice.outlet import Outlet

AHEAD = 0.24
"""Seconds that are sent before they are played, against hiccups of the network."""


class Player:
    """Sends the frames of one line in time.

    Args:
        frame: bytes of one frame.
        seconds: how long a frame is.
    """

    def __init__(self, outlet: Outlet, frame: int = 160, seconds: float = 0.02) -> None:
        self._outlet = outlet
        self._frame = frame
        self._seconds = seconds
        self._frames: deque[bytes | str] = deque()
        self._more = asyncio.Event()
        self._until = 0.0

    @property
    def playing(self) -> bool:
        """Whether the customer hears something, or is about to."""
        return bool(self._frames) or asyncio.get_running_loop().time() < self._until

    @property
    def left(self) -> float:
        """Seconds until all has been heard."""
        waiting = sum(isinstance(each, bytes) for each in self._frames) * self._seconds
        return max(0.0, self._until - asyncio.get_running_loop().time()) + waiting

    def add(self, sound: bytes, mark: str | None = None) -> None:
        """Play this after what is played already, and let the other side tell when it was heard."""
        self._frames += [sound[at : at + self._frame] for at in range(0, len(sound), self._frame)]
        if mark is not None:
            self._frames.append(mark)
        self._more.set()

    def drop(self) -> None:
        """Play nothing more; nobody is there."""
        self._frames.clear()
        self._until = 0.0

    async def stop(self) -> None:
        """Play nothing more, at once."""
        self.drop()
        await self._outlet.clear()

    async def finish(self) -> None:
        """Wait until all has been heard."""
        while self.playing:
            await asyncio.sleep(max(0.02, min(self.left, 0.2)))

    async def run(self) -> None:
        """Send until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            if not self._frames:
                self._more.clear()
                await self._more.wait()
            ahead = self._until - loop.time()
            if ahead >= AHEAD:
                await asyncio.sleep(ahead - AHEAD + self._seconds)
                continue
            if not self._frames:  # stopped meanwhile
                continue
            frame = self._frames.popleft()
            if isinstance(frame, str):
                await self._outlet.mark(frame)
                continue
            self._until = max(self._until, loop.time()) + self._seconds
            await self._outlet.send(frame)
