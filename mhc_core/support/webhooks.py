"""Telling another system that a conversation waits for a person: signed, sent again until it arrived.

The intent stands in an outbox that is written with the hand-over, so none is lost and none is told that never was. It
is sent at least once; the receiver knows a repeated one by its ``webhook-id``. Signing follows Standard Webhooks
(https://www.standardwebhooks.com). The payload holds ids, the rule's reason and the queue, never a customer's words.
"""

import base64
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson
import sqlalchemy as sa

from mhc_core.db.queries import webhooks as queries
from mhc_core.db.queries.webhooks import Delivery
from mhc_core.errors import ConfigurationError

if TYPE_CHECKING:
    import httpx2
    from standardwebhooks import Webhook

    from mhc_core.settings import Settings

log = logging.getLogger(__name__)

EVENT = "handover.opened"
SECRET_BYTES = 24
"""The shortest that Standard Webhooks allows."""
SEND_SECONDS = 10.0
"""How long a receiver may take for its answer."""
AT_ONCE = 10
LEASE = timedelta(seconds=2 * SEND_SECONDS * AT_ONCE)
"""A sender that died with deliveries in hand leaves them to others after this time."""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(hours=24)
"""A hand-over opened longer ago is not told any more."""


class Sender:
    """Sends what is due. One for each thread; several may run at once."""

    def __init__(self, url: str, signer: "Webhook", client: "httpx2.Client", random: Random) -> None:
        self._url = url
        self._signer = signer
        self._client = client
        self._random = random

    def close(self) -> None:
        """Close the connections to the receiver."""
        self._client.close()

    def send_due(self, engine: sa.Engine, clock: Callable[[], datetime]) -> int:
        """Send the deliveries that are due, some at once; how many were tried.

        Whatever the receiver does, the outcome is written down and nothing is raised but a database error.
        """
        with engine.begin() as connection:
            taken = queries.take(connection, clock(), LEASE, AT_ONCE)
        for delivery in taken:
            started = clock()
            if started - delivery.opened_at > GIVEN_UP_AFTER:
                with engine.begin() as connection:
                    queries.give_up(connection, delivery.id, started)
                log.error("webhook %s given up after %d attempts", delivery.id, delivery.attempts - 1)
                continue
            failure = self._send(delivery, started)
            with engine.begin() as connection:
                self._note(connection, delivery, failure, clock())
        return len(taken)

    def _send(self, delivery: Delivery, now: datetime) -> str | None:
        """Send one; why it did not arrive, or None."""
        import httpx2

        body = payload(delivery)
        headers = {
            "content-type": "application/json",
            "webhook-id": str(delivery.id),
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(str(delivery.id), now, body.decode()),
        }
        try:
            with self._client.stream("POST", self._url, content=body, headers=headers) as response:
                return None if response.is_success else f"HTTP {response.status_code}"
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return type(error).__name__

    def _note(self, connection: sa.Connection, delivery: Delivery, failure: str | None, now: datetime) -> None:
        if failure is None:
            queries.delivered(connection, delivery.id, now)
            log.info("webhook %s delivered at attempt %d", delivery.id, delivery.attempts)
        else:
            queries.failed(connection, delivery.id, failure, now + wait(delivery.attempts, self._random))
            log.warning("webhook %s did not arrive at attempt %d (%s)", delivery.id, delivery.attempts, failure)


def sender(settings: "Settings", random: Random) -> Sender | None:
    """The sender that the settings name; None when no address is set.

    Raises:
        ConfigurationError: an address without a secret, a secret that is none, or an address that anybody on the way
            can listen to.
    """
    if settings.webhook_url is None:
        return None
    if not _private(settings.webhook_url):
        raise ConfigurationError("MHC_WEBHOOK_URL goes over a network: write it with https://")
    import httpx2
    from standardwebhooks import Webhook
    from standardwebhooks.webhooks import EmptyWebhookSecretError

    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        if 0 < len(key) < SECRET_BYTES:
            raise ValueError
        signer = Webhook(key)
    except (ValueError, EmptyWebhookSecretError):
        raise ConfigurationError(
            f"MHC_WEBHOOK_URL needs MHC_WEBHOOK_SECRET of {SECRET_BYTES} bytes or more in base64, with or without "
            "`whsec_` before it; make one with `openssl rand -base64 32` and give it to the receiver as well"
        ) from None
    return Sender(settings.webhook_url, signer, httpx2.Client(timeout=SEND_SECONDS), random)


def _private(url: str) -> bool:
    """Whether nobody else can read what is sent there: it is encrypted, or stays on this machine."""
    address = urlsplit(url)
    try:
        local = address.hostname == "localhost" or ip_address(address.hostname or "").is_loopback
    except ValueError:
        local = False
    return address.scheme == "https" or local


def payload(delivery: Delivery) -> bytes:
    """What the receiver reads: the same bytes at every attempt."""
    return orjson.dumps(
        {
            "type": EVENT,
            "timestamp": delivery.opened_at.astimezone(UTC),
            "data": {
                "handover_id": delivery.handover_id,
                "conversation_id": delivery.conversation_id,
                "reason": delivery.reason,
                "queue": delivery.queue,
                "urgent": delivery.urgent,
            },
        }
    )


def wait(attempts: int, random: Random) -> timedelta:
    """Time until the next attempt: doubled with each, up to an hour, of which a random half is left out at most."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts - 1, 20))
    return longest * random.uniform(0.5, 1.0)
