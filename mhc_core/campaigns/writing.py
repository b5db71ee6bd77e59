"""What a message says. Templates are files with a version; a changed text is a new file, and each touch names its."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, TemplateError

from mhc_core.business.rules import Business
from mhc_core.campaigns.rules import TEMPLATES
from mhc_core.errors import ConfigurationError
from mhc_core.providers.messaging.result import Message

STOP = "Reply STOP to get no more of these."
LONGEST_TEXT = 459
"""Three parts of an SMS (153 characters of GSM 7-bit each)."""
_PLAIN = Environment(undefined=StrictUndefined, autoescape=False)
_PAGE = Environment(undefined=StrictUndefined, autoescape=True)


@dataclass(frozen=True, slots=True)
class Written:
    """A template as it is stored."""

    subject: str
    text: str


@cache
def template(name: str) -> Written:
    """A template by name and version, such as ``win_back_offer.v1``.

    Raises:
        ConfigurationError: it is no TOML, or has no subject or text.
    """
    try:
        found = tomllib.loads((TEMPLATES / f"{name}.toml").read_text("utf-8"))
        return Written(found["subject"], " ".join(found["text"].split()))
    except (OSError, tomllib.TOMLDecodeError, KeyError, AttributeError) as error:
        raise ConfigurationError(f"the template {name} cannot be read ({error}); it has a subject and a text") from None


def message(
    name: str,
    channel: str,
    key: str,
    to: str,
    business: Business,
    values: Mapping[str, Any],
    unsubscribe: str,
    postal_address: str,
) -> Message:
    """The message to one person.

    Args:
        values: what its template asks for beside the business: the day of a party, a code, a link.
        unsubscribe: the link that ends all advertising; e-mails carry it, texts say how to answer.

    Raises:
        ConfigurationError: the template asks for what there is not, or its text is too long for a phone.
    """
    written, known = template(name), {"business": business, **values}
    try:
        subject = _compiled(written.subject).render(known)
        text = _compiled(written.text).render(known)
    except TemplateError as error:
        raise ConfigurationError(f"the template {name} cannot be filled in: {error}; correct it") from None
    if channel != "email":
        text = f"{text} {STOP}"
        if len(text) > LONGEST_TEXT:
            raise ConfigurationError(f"the template {name} makes {len(text)} characters; {LONGEST_TEXT} is the most")
        return Message(key, to, text)
    footer = {"postal_address": postal_address, "unsubscribe": unsubscribe}
    page = _layout().render(known | footer | {"subject": subject, "text": text})
    plain = (
        f"{text}\n\n--\nThis is an offer of {business.name}, {postal_address}. You get it because you agreed to such "
        f"e-mails. Get no more of them: {unsubscribe}\n"
    )
    return Message(key, to, plain, subject, page, unsubscribe)


@cache
def _compiled(source: str) -> Template:
    return _PLAIN.from_string(source)


@cache
def _layout() -> Template:
    return _PAGE.from_string((TEMPLATES.parent / "layout.html").read_text("utf-8"))
