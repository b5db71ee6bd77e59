"""SMS and WhatsApp through Twilio: ``POST /2010-04-01/Accounts/{sid}/Messages.json``, one form for each message.

Twilio knows no key against doubles here, so a request whose answer was lost is not repeated. WhatsApp takes free text
within 24 hours of the person's own message; later it refuses it (63016), and that is final for us.
"""

from dataclasses import dataclass

import httpx2

from mhc_core.providers.messaging.http import fields, post
from mhc_core.providers.messaging.result import Message, Result, of_status

LONGEST = 1600
"""Characters of one message."""


@dataclass(frozen=True, slots=True)
class Twilio:
    """One sender of an account. ``prefix`` is ``whatsapp:`` for WhatsApp and empty for SMS."""

    account_sid: str
    auth_token: str
    sender: str
    prefix: str = ""
    url: str = "https://api.twilio.com"

    def send(self, message: Message) -> Result:
        """Send one message; nothing is raised."""
        answer = post(
            f"{self.url}/2010-04-01/Accounts/{self.account_sid}/Messages.json",
            auth=(self.account_sid, self.auth_token),
            data={
                "To": self.prefix + message.to,
                "From": self.prefix + self.sender,
                "Body": message.text[:LONGEST],
            },
        )
        if not isinstance(answer, httpx2.Response):
            return answer
        said = fields(answer)
        if answer.status_code == 201:
            return Result("accepted", str(said.get("sid", "")) or None)
        if answer.is_success:
            return Result("unknown", failure=f"HTTP {answer.status_code}")
        return of_status(answer.status_code, str(said.get("code", "")))
