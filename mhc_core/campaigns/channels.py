"""The services that carry messages, as the settings name them."""

from collections.abc import Callable, Mapping
from datetime import datetime

from mhc_core.campaigns.rules import Campaigns
from mhc_core.errors import ConfigurationError
from mhc_core.providers.messaging.result import Send
from mhc_core.providers.messaging.ringcentral import RingCentral
from mhc_core.providers.messaging.smtp import Mail
from mhc_core.providers.messaging.twilio import Twilio
from mhc_core.settings import Settings


def of(settings: Settings, campaigns: Campaigns, clock: Callable[[], datetime]) -> Mapping[str, Send]:
    """What sends on each channel that is set up. Nobody is called yet.

    Raises:
        ConfigurationError: nothing is set up, or half of something is.
    """
    found: dict[str, Send] = {}
    twilio, central = settings.twilio, settings.ringcentral
    if twilio.account_sid or twilio.auth_token:
        if not twilio.account_sid or twilio.auth_token is None:
            raise ConfigurationError("set both MHC_TWILIO__ACCOUNT_SID and MHC_TWILIO__AUTH_TOKEN")
        token = twilio.auth_token.get_secret_value()
        if twilio.sms_from:
            found["sms"] = Twilio(twilio.account_sid, token, twilio.sms_from, url=twilio.url).send
        if twilio.whatsapp_from:
            sender = Twilio(twilio.account_sid, token, twilio.whatsapp_from, "whatsapp:", twilio.url)
            found["whatsapp"] = sender.send
    if central.sms_from:
        if not central.client_id or central.client_secret is None or central.jwt is None:
            raise ConfigurationError(
                "MHC_RINGCENTRAL__SMS_FROM needs MHC_RINGCENTRAL__CLIENT_ID, __CLIENT_SECRET and __JWT"
            )
        if "sms" in found:
            raise ConfigurationError(
                "SMS would go through two services; clear MHC_TWILIO__SMS_FROM or MHC_RINGCENTRAL__SMS_FROM"
            )
        found["sms"] = RingCentral(
            central.client_id,
            central.client_secret.get_secret_value(),
            central.jwt.get_secret_value(),
            central.sms_from,
            clock,
            central.url,
        ).send
    if settings.mail_url is not None and settings.mail_from and campaigns.postal_address:
        found["email"] = Mail(settings.mail_url.get_secret_value(), settings.mail_from, clock).send
    if not found:
        raise ConfigurationError(
            "no channel is set up: set MHC_TWILIO__…, MHC_RINGCENTRAL__…, or MHC_MAIL_URL and MHC_MAIL_FROM with a "
            "postal_address in the file of campaigns"
        )
    return found
