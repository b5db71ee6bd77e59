"""Settings of the phone line and of the page on which one talks."""

from pydantic import Field
from pydantic_settings import BaseSettings


class VoiceSettings(BaseSettings):
    """Off unless they are switched on: they need the extra `voice` and a voice that reads aloud."""

    voice: bool = Field(
        False,
        description="Answer telephone calls that Twilio passes on to `/v1/voice/twilio/incoming`. Needs the extra "
        "`voice`, `MHC_TWILIO__AUTH_TOKEN` and `MHC_PUBLIC_URL`.",
    )
    voice_talk: bool = Field(
        False,
        description="Serve the page `/talk`, on which customers talk by holding a button. Needs the extra `voice`.",
    )
    voice_transfer_to: str = Field(
        "",
        pattern=r"^(\+[1-9]\d{7,14})?$",
        description="Number at which the team takes calls that need a person, as +15551234567. Empty: callers are "
        "called back.",
    )
    voice_calls: int = Field(
        4, ge=1, le=200, description="Calls at once in one process; who calls beyond hears so and may leave a text."
    )
    voice_minutes: int = Field(15, ge=1, le=120, description="Longest call with the concierge (minutes).")
    voice_pause_ms: int = Field(
        450, ge=250, le=2000, description="Silence after a whole sentence that ends what a caller says (milliseconds)."
    )
