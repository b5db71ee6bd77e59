"""What a message is made of, and what a service says became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["accepted", "refused", "not_taken", "unknown"]
"""``refused``: never again; ``not_taken``: not sent, so it may be tried later; ``unknown``: it may be on its way."""

SECONDS = 15.0
"""How long a service may take to connect, and again for its answer."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one address. ``unsubscribe`` is where the person says that they want no more (e-mails carry it)."""

    key: str
    to: str
    text: str
    subject: str = ""
    html: str = ""
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it. ``failure`` names the kind of failure and holds no word or address of the message."""

    outcome: Outcome
    provider_message_id: str | None = None
    failure: str | None = None


Send = Callable[[Message], Result]
"""One call of a service; nothing is raised."""


def of_status(status: int, code: str = "") -> Result:
    """What an HTTP answer other than success means.

    A 5xx may have come after the message was taken, so it is unknown. 401, 408 and 429 are said before anything is
    done, and are no fault of the message: a wrong password must not use up what is planned.
    """
    failure = f"HTTP {status}{f' ({code})' if code else ''}"
    if status in (401, 408, 425, 429):
        return Result("not_taken", failure=failure)
    return Result("refused" if 400 <= status < 500 else "unknown", failure=failure)
