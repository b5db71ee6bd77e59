"""Links that callers asked to have sent, as a text message to the number that they call from."""

import logging
from collections.abc import Sequence

from mhc_core.providers.messaging.result import Message
from mhc_core.providers.messaging.twilio import Twilio
from mhc_serving.voice.line import PhoneLine

log = logging.getLogger(__name__)


def text_links(line: PhoneLine, number: str | None, links: Sequence[str]) -> bool:
    """Send links to a number; whether the service took them."""
    settings = line.services.settings.twilio
    if not line.texts_links or settings.auth_token is None or not (number or "").startswith("+"):
        return False
    sender = Twilio(settings.account_sid, settings.auth_token.get_secret_value(), settings.sms_from, url=settings.url)
    result = sender.send(Message(key="links", to=str(number), text=f"{line.services.business.name}: {' '.join(links)}"))
    log.info("links were texted: %s", result.outcome)
    return result.outcome == "accepted"
