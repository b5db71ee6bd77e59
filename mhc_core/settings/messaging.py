"""Settings of messages that the platform sends by itself: mail, follow-ups, and the services that carry them."""

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings


class Twilio(BaseModel, frozen=True):
    """An account at Twilio and its senders, as +15551234567."""

    account_sid: str = ""
    auth_token: SecretStr | None = None
    sms_from: str = Field("", pattern=r"^(\+[1-9]\d{7,14})?$")
    whatsapp_from: str = Field("", pattern=r"^(\+[1-9]\d{7,14})?$")
    url: str = "https://api.twilio.com"


class RingCentral(BaseModel, frozen=True):
    """An app at RingCentral and the number that it sends from, as +15551234567."""

    client_id: str = ""
    client_secret: SecretStr | None = None
    jwt: SecretStr | None = None
    sms_from: str = Field("", pattern=r"^(\+[1-9]\d{7,14})?$")
    url: str = "https://platform.ringcentral.com"


class MessagingSettings(BaseSettings):
    """Follow-ups, their limits, and their services."""

    campaigns: bool = Field(
        False,
        description="Send follow-ups to customers who agreed to them. Off: they are planned, and nothing is sent.",
    )
    campaigns_file: Path | None = Field(
        None, description="Follow-ups and their offers. Empty: `mhc_core/campaigns/campaigns.toml`."
    )
    campaigns_weekly: int = Field(
        2, ge=1, le=7, description="Follow-ups that a person gets in any 7 days at most, over all campaigns."
    )
    twilio: Twilio = Field(
        Twilio(),
        description="Sends follow-ups by SMS and WhatsApp: `MHC_TWILIO__ACCOUNT_SID`, `__AUTH_TOKEN`, and a sender, "
        "`__SMS_FROM` or `__WHATSAPP_FROM`.",
    )
    ringcentral: RingCentral = Field(
        RingCentral(),
        description="Sends follow-ups by SMS: `MHC_RINGCENTRAL__CLIENT_ID`, `__CLIENT_SECRET`, `__JWT`, `__SMS_FROM`.",
    )
