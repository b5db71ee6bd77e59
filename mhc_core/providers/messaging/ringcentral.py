"""SMS through RingCentral: a token for a JWT, then ``POST /restapi/v1.0/account/~/extension/~/sms``.

A token is asked for again when it is about to end or is refused (401), which is said before anything is sent.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx2

from mhc_core.providers.messaging.http import fields, post
from mhc_core.providers.messaging.result import Message, Result, of_status

LONGEST = 1000
"""UTF-16 units of one message."""
_SPARE = timedelta(seconds=60)
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(slots=True)
class RingCentral:
    """One extension that may send SMS. Safe to use from several threads."""

    client_id: str
    client_secret: str
    jwt: str
    sender: str
    clock: Callable[[], datetime]
    url: str = "https://platform.ringcentral.com"
    _token: str = field(default="", init=False)
    _until: datetime | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def send(self, message: Message) -> Result:
        """Send one message; nothing is raised."""
        for anew in (False, True):
            result = self._send(message, self._authorised(anew))
            if result is not None:
                return result
        return Result("not_taken", failure="HTTP 401")

    def _send(self, message: Message, token: str | Result) -> Result | None:
        """None when the token was refused."""
        if isinstance(token, Result):
            return token
        text = message.text.encode("utf-16-le")[: 2 * LONGEST].decode("utf-16-le", "ignore")
        answer = post(
            f"{self.url}/restapi/v1.0/account/~/extension/~/sms",
            headers={"Authorization": f"Bearer {token}"},
            json={"from": {"phoneNumber": self.sender}, "to": [{"phoneNumber": message.to}], "text": text},
        )
        if not isinstance(answer, httpx2.Response):
            return answer
        said = fields(answer)
        if answer.status_code == 401:
            return None
        if answer.status_code == 200 and said.get("messageStatus") not in ("SendingFailed", "DeliveryFailed"):
            return Result("accepted", str(said.get("id", "")) or None)
        if answer.is_success:
            return Result("refused", failure=str(said.get("messageStatus", "")) or f"HTTP {answer.status_code}")
        return of_status(answer.status_code, str(said.get("errorCode", "")))

    def _authorised(self, anew: bool) -> str | Result:
        with self._lock:
            if self._until is not None and not anew and self.clock() < self._until:
                return self._token
            answer = post(
                f"{self.url}/restapi/oauth/token",
                auth=(self.client_id, self.client_secret),
                data={"grant_type": _GRANT, "assertion": self.jwt},
            )
            if not isinstance(answer, httpx2.Response):
                return Result("not_taken", failure=f"token: {answer.failure}")
            said = fields(answer)
            token = said.get("access_token")
            if answer.status_code != 200 or not isinstance(token, str):
                return Result("not_taken", failure=f"token: HTTP {answer.status_code}")
            lasts = said.get("expires_in")
            self._token = token
            self._until = self.clock() + timedelta(seconds=lasts if isinstance(lasts, int) else 0) - _SPARE
            return token
