"""Channels that alerts go through, spoken to by Apprise: e-mail, Slack, SMS, WhatsApp, Teams, webhooks and more.

An address holds passwords and tokens. It is never logged, and neither is what Apprise logs of it.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from mhc_core.db.queries.alert_messages import Outgoing
from mhc_core.errors import ConfigurationError
from mhc_core.monitoring.weekly import mailing
from mhc_core.settings import Settings
from mhc_core.vocabulary import MessageKind, Severity

if TYPE_CHECKING:
    from apprise import NotifyBase

SEND_SECONDS = 8.0
"""How long a channel may take to connect, and again for its answer."""
NO_SERVER = "no server for e-mails: set MHC_MAIL_URL"
KEY_HEADER = "Idempotency-Key"
"""Of webhooks and e-mails: the same at every attempt, so a receiver knows a message that it has."""


class Channels:
    """The channels of the settings, by name. Addresses are read when the first message is sent.

    Reports are whole e-mails and go through ``mail``, which says why one did not arrive.
    """

    def __init__(
        self, addresses: Mapping[str, str], mail: Callable[[str], str | None] = lambda source: NO_SERVER
    ) -> None:
        self._addresses = dict(addresses)
        self._mail = mail

    @property
    def names(self) -> Sequence[str]:
        """All channels that have an address."""
        return sorted(self._addresses)

    def send(self, message: Outgoing) -> str | None:
        """Send to the message's channel; why it did not arrive, or None. Nothing is raised."""
        if message.kind is MessageKind.REPORT:
            return self._mail(message.body)
        address = self._addresses.get(message.channel)
        if address is None:
            return f"no address: set MHC_ALERT_URLS__{message.channel.upper()}"
        try:
            service = _service(message.channel, address)
            if isinstance(headers := getattr(service, "headers", None), dict):
                headers[KEY_HEADER] = message.key
            arrived = service.notify(
                body=message.body, title=message.title, notify_type=_look(message), body_format=_form(service)
            )
        except ConfigurationError as error:
            return str(error)
        except Exception as error:  # some of its services raise what their libraries raise
            return type(error).__name__
        return None if arrived else "not accepted, or not reached"

    def check(self) -> None:
        """Read all addresses.

        Raises:
            ConfigurationError: one of them is no address of a service.
        """
        for name, address in self._addresses.items():
            _service(name, address)


def of(settings: Settings) -> Channels:
    """The channels that the settings name."""
    addresses = {name.lower(): url.get_secret_value() for name, url in settings.alert_urls.items()}
    return Channels(addresses, partial(mailing.send, settings))


def _service(name: str, address: str) -> "NotifyBase":
    import apprise

    # They log addresses of receivers, paths with tokens in them, and what servers said.
    logging.getLogger("apprise").disabled = True
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    service = apprise.Apprise.instantiate(address)
    if not isinstance(service, apprise.NotifyBase):
        raise ConfigurationError(
            f"MHC_ALERT_URLS__{name.upper()} is no address that Apprise knows; write one such as "
            "mailtos://user:password@example.com?to=ops@example.com"
        )
    service.socket_connect_timeout = service.socket_read_timeout = SEND_SECONDS
    return service


def _form(service: "NotifyBase") -> str | None:
    """Text for those who take it: e-mails are HTML otherwise and lose the lines. Markdown would break addresses."""
    return "text" if "text" in service.notify_format else None


def _look(message: Outgoing) -> str:
    """Which of Apprise's colours and signs a message has."""
    if message.kind in (MessageKind.RESOLVED, MessageKind.TEST):
        return "success"
    return {Severity.CRITICAL: "failure", Severity.WARNING: "warning"}.get(message.severity, "info")
