"""What a line carries towards the customer, whatever it is made of."""

from typing import Protocol


class Outlet(Protocol):
    """One customer's line. Sending on one that was closed does nothing."""

    async def send(self, sound: bytes) -> None:
        """A frame of sound."""

    async def mark(self, name: str) -> None:
        """Asks the other side to tell when all that was sent has been played (``Call.played``)."""

    async def clear(self) -> None:
        """Drops what was sent and not played."""

    async def tell(self, who: str, text: str) -> None:
        """The words of the ``customer`` or the ``concierge``, for a line that shows them."""
