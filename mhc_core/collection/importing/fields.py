"""The values of an incoming record: what each may be, which spellings are accepted, and what is said when it is not."""

import math
import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from mhc_core.collection.importing.times import Calendar
from mhc_core.vocabulary import Channel, Intent, Outcome

CHANNEL_SPELLINGS = {
    **{channel.value: channel for channel in Channel},
    **dict.fromkeys(("web_chat", "webchat", "website", "chat", "live_chat", "livechat", "widget"), Channel.WEB),
    **dict.fromkeys(("text", "text_message", "mms", "whatsapp", "whats_app", "wa", "imessage"), Channel.SMS),
    **dict.fromkeys(("e_mail", "mail"), Channel.EMAIL),
    **dict.fromkeys(("ig", "insta", "instagram_dm", "instagram_direct"), Channel.INSTAGRAM),
    **dict.fromkeys(("fb", "messenger", "facebook_messenger", "fb_messenger"), Channel.FACEBOOK),
    **dict.fromkeys(("call", "voice", "phone_call", "voice_call"), Channel.PHONE),
}
ROLE_SPELLINGS = {
    **dict.fromkeys(
        (
            "user",
            "customer",
            "human",
            "client",
            "guest",
            "visitor",
            "contact",
            "lead",
            "end_user",
            "enduser",
            "requester",
            "inbound",
            "incoming",
            "in",
            "received",
        ),
        "user",
    ),
    **dict.fromkeys(("assistant", "bot", "ai", "model", "chatbot", "concierge", "automation"), "assistant"),
    **dict.fromkeys(
        (
            "agent",
            "staff",
            "operator",
            "human_agent",
            "admin",
            "support",
            "representative",
            "rep",
            "team",
            "employee",
            "outbound",
            "outgoing",
            "out",
            "sent",
        ),
        "agent",
    ),
    **dict.fromkeys(("system", "developer"), "system"),
}
OUTCOME_MEANINGS = {
    **{outcome.value: outcome for outcome in Outcome},
    "ordered": Outcome.BOOKED,
    "booking_failed": Outcome.NOT_BOOKED,
    "info_only": Outcome.RESOLVED,
}
_INTENTS = frozenset(Intent)


def folded(value: str) -> str:
    """A word in the form in which spellings are listed."""
    return re.sub(r"[\s-]+", "_", value.strip().lower())


def intent_of(value: object) -> str | None:
    """The intent of our vocabulary that ``value`` names, else None."""
    return value if isinstance(value, str) and value in _INTENTS else None


def outcome_of(value: object) -> str | None:
    """The outcome of our vocabulary that ``value`` means, else None."""
    return OUTCOME_MEANINGS.get(folded(value)) if isinstance(value, str) else None


def stars_of(value: object) -> int | None:
    """A satisfaction of 1 to 5 as whole stars, a mean of several people rounded down; else None.

    Numbers may be written as text.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return int(number) if 1 <= number <= 5 else None


def moment(value: object) -> datetime:
    """A point in time in UTC; one that names no zone is taken as UTC.

    Raises:
        ValueError: it is no time, or can mean two.
    """
    return _ANY.read(value)


_ANY = Calendar()


def _moment(value: object, info: ValidationInfo) -> datetime:
    return (info.context.calendar if info.context else _ANY).read(value)


def folded_channel(value: object) -> object:
    """The channel that ``value`` names, or ``value`` itself when it is not known."""
    return CHANNEL_SPELLINGS.get(folded(value), value) if isinstance(value, str) else value


def _channel(value: object, info: ValidationInfo) -> Channel:
    found = folded_channel(value)
    if isinstance(found, Channel):
        return found
    if info.context and info.context.channel:
        said: Channel = info.context.channel
        return said
    if value in (None, ""):
        raise ValueError("names no channel; give it with --channel, such as --channel sms")
    raise ValueError(f"unknown channel (known: {', '.join(Channel)}); give it with --channel")


def _role(value: object, info: ValidationInfo) -> str:
    found = None
    if isinstance(value, str):
        said = info.context.role_of(value) if info.context else None
        found = said or ROLE_SPELLINGS.get(value) or ROLE_SPELLINGS.get(folded(value))
    if found is None:
        raise ValueError("unknown role (known: user, assistant, agent, system); say what it means, as --role WORD=user")
    return found


def text_of(value: object) -> str:
    """The text of a message: a string, or the text parts of an OpenAI content list; None is empty.

    Raises:
        ValueError: something else.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        parts = [part if isinstance(part, str) else _part_text(part) for part in value]
        return "\n".join(part for part in parts if part)
    raise ValueError("not text")


def _part_text(part: object) -> str:
    if not isinstance(part, dict):
        raise ValueError("not a list of content parts")
    text = part.get("text", part.get("refusal"))
    return text if isinstance(text, str) else ""


def _label(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return (value.strip() or None) if isinstance(value, str) else value


_GROUPED_USD = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PLAIN_USD = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


def _usd(value: object) -> object:
    """An amount as text. 1.250,00 and 1,25 are refused: read as dollars and cents they may be wrong by a thousand."""
    if not isinstance(value, str):
        return value
    text = value.strip().removeprefix("USD").removesuffix("USD").strip().lstrip("$").strip()
    if not text or _PLAIN_USD.fullmatch(text):
        return text
    if _GROUPED_USD.fullmatch(text):
        return text.replace(",", "")
    raise ValueError("can mean two amounts or none; write it as 1250.00")


def _vote(value: object) -> object:
    meanings: dict[object, str] = {"thumbs_up": "up", "+1": "up", "1": "up", "thumbs_down": "down", "-1": "down"}
    if isinstance(value, str | int) and not isinstance(value, bool):
        word = folded(str(value)) if str(value) != "-1" else "-1"
        return meanings.get(word, word) or None
    return value


def _blank_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


When = Annotated[datetime, BeforeValidator(_moment)]
Moment = Annotated[When | None, BeforeValidator(_blank_is_none)]
ChannelName = Annotated[Channel, BeforeValidator(_channel)]
Role = Annotated[str, BeforeValidator(_role)]
Content = Annotated[str, BeforeValidator(text_of)]


def _position(value: object) -> object:
    """A number, also written as text or with a fraction; what is none does not order anything."""
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return number if number is not None and math.isfinite(number) else None


Position = Annotated[float | None, BeforeValidator(_position)]
Key = Annotated[str, Field(min_length=1, max_length=400), BeforeValidator(_label)]
Label = Annotated[Annotated[str, Field(max_length=400)] | None, BeforeValidator(_label)]
ShortLabel = Annotated[Annotated[str, Field(max_length=100)] | None, BeforeValidator(_label)]
Usd = Annotated[
    Annotated[Decimal, Field(ge=0, lt=99_999_999, allow_inf_nan=False)] | None,
    BeforeValidator(_blank_is_none),
    BeforeValidator(_usd),
]
Share = Annotated[
    Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), AfterValidator(lambda share: round(share, 6))] | None,
    BeforeValidator(_blank_is_none),
]
Flag = Annotated[bool | None, BeforeValidator(_blank_is_none)]
Stars = Annotated[Annotated[int, Field(ge=1, le=5)] | None, BeforeValidator(_blank_is_none)]
VoteText = Annotated[Annotated[str, Field(pattern="^(up|down)$")] | None, BeforeValidator(_vote)]
