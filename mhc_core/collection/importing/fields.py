"""The values of an incoming record: what each may be, which spellings are accepted, and what is said when it is not."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from mhc_core.vocabulary import Channel, Intent, Outcome

CHANNEL_SPELLINGS = {
    **{channel.value: channel for channel in Channel},
    **dict.fromkeys(("web_chat", "webchat", "website", "chat", "live_chat", "livechat", "widget"), Channel.WEB),
    **dict.fromkeys(("text", "text_message", "mms"), Channel.SMS),
    **dict.fromkeys(("e_mail", "mail"), Channel.EMAIL),
    **dict.fromkeys(("ig", "insta", "instagram_dm"), Channel.INSTAGRAM),
    **dict.fromkeys(("fb", "messenger", "facebook_messenger"), Channel.FACEBOOK),
    **dict.fromkeys(("call", "voice", "phone_call", "voice_call"), Channel.PHONE),
}
ROLE_SPELLINGS = {
    **dict.fromkeys(("user", "customer", "human", "client", "guest", "visitor"), "user"),
    **dict.fromkeys(("assistant", "bot", "ai", "model", "chatbot", "concierge"), "assistant"),
    **dict.fromkeys(("agent", "staff", "operator", "human_agent"), "agent"),
    **dict.fromkeys(("system", "developer"), "system"),
}
OUTCOME_MEANINGS = {
    **{outcome.value: outcome for outcome in Outcome},
    "ordered": Outcome.BOOKED,
    "booking_failed": Outcome.NOT_BOOKED,
    "info_only": Outcome.RESOLVED,
}
_INTENTS = frozenset(Intent)


def _folded(value: str) -> str:
    return re.sub(r"[\s-]+", "_", value.strip().lower())


def intent_of(value: object) -> str | None:
    """The intent of our vocabulary that ``value`` names, else None."""
    return value if isinstance(value, str) and value in _INTENTS else None


def outcome_of(value: object) -> str | None:
    """The outcome of our vocabulary that ``value`` means, else None."""
    return OUTCOME_MEANINGS.get(_folded(value)) if isinstance(value, str) else None


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
    """A point in time in UTC from ISO 8601 (no offset means UTC) or seconds or milliseconds since 1970.

    Raises:
        ValueError: neither of these.
    """
    try:
        if isinstance(value, str):
            text = value.strip()
            if re.fullmatch(r"\d{9,13}(\.\d+)?", text):
                return _since_1970(float(text))
            parsed = datetime.fromisoformat(text)
        elif isinstance(value, datetime):
            parsed = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            return _since_1970(float(value))
        else:
            raise ValueError
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError("not a time in ISO 8601 or seconds since 1970") from None


def _since_1970(number: float) -> datetime:
    return datetime.fromtimestamp(number / 1000 if abs(number) >= 1e11 else number, UTC)


def _channel(value: object) -> Channel:
    found = CHANNEL_SPELLINGS.get(_folded(value)) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"unknown channel (known: {', '.join(Channel)})")
    return found


def _role(value: object) -> str:
    found = None
    if isinstance(value, str):
        found = ROLE_SPELLINGS.get(value) or ROLE_SPELLINGS.get(_folded(value))
    if found is None:
        raise ValueError("unknown role (known: user, assistant, agent, system)")
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


def _usd(value: object) -> object:
    return value.strip().lstrip("$").replace(",", "") if isinstance(value, str) else value


def _vote(value: object) -> object:
    meanings: dict[object, str] = {"thumbs_up": "up", "+1": "up", "1": "up", "thumbs_down": "down", "-1": "down"}
    if isinstance(value, str | int) and not isinstance(value, bool):
        folded = _folded(str(value)) if str(value) != "-1" else "-1"
        return meanings.get(folded, folded) or None
    return value


def _blank_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


When = Annotated[datetime, BeforeValidator(moment)]
Moment = Annotated[When | None, BeforeValidator(_blank_is_none)]
ChannelName = Annotated[Channel, BeforeValidator(_channel)]
Role = Annotated[str, BeforeValidator(_role)]
Content = Annotated[str, BeforeValidator(text_of)]
Key = Annotated[str, Field(min_length=1, max_length=400), BeforeValidator(_label)]
Label = Annotated[Annotated[str, Field(max_length=400)] | None, BeforeValidator(_label)]
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
