"""What a message says. Templates are files with a version; a changed text is a new file, and each touch names its.

``templates/NAME.vN.toml`` is the English text; ``templates/es/NAME.vN.toml`` the same version in Spanish.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, TemplateError

from mhc_core.business.rules import Business
from mhc_core.campaigns import optouts, text_parts
from mhc_core.campaigns.rules import TEMPLATES
from mhc_core.errors import ConfigurationError
from mhc_core.languages import ENGLISH, current, known, translated
from mhc_core.providers.messaging.result import Message

_PLAIN = Environment(undefined=StrictUndefined, autoescape=False)
_PAGE = Environment(undefined=StrictUndefined, autoescape=True)
_PAGE.globals["translated"] = translated


@dataclass(frozen=True, slots=True)
class Written:
    """A template as it is stored."""

    subject: str
    text: str


@cache
def languages(name: str) -> frozenset[str]:
    """The languages that a template is written in, as BCP 47 codes."""
    return frozenset(code for code in known() if _file(name, code).is_file())


@cache
def template(name: str, language: str = ENGLISH) -> Written:
    """A template by name and version, such as ``win_back_offer.v1``, in one of its ``languages``.

    Raises:
        ConfigurationError: it is no TOML, or has no subject or text.
    """
    try:
        found = tomllib.loads(_file(name, language).read_text("utf-8"))
        return Written(found["subject"], " ".join(found["text"].split()))
    except (OSError, tomllib.TOMLDecodeError, KeyError, AttributeError) as error:
        raise ConfigurationError(
            f"the template {name} ({language}) cannot be read ({error}); it has a subject and a text"
        ) from None


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
    """The message to one person, in the language that is spoken now.

    Args:
        values: what its template asks for beside the business: the day of a party, a code, a link.
        unsubscribe: the link that ends all advertising; e-mails carry it, texts say how to answer.

    Raises:
        ConfigurationError: the template asks for what there is not, or its text is too long for a phone.
    """
    written, given = template(name, current()), {"business": business, **values}
    try:
        subject = _compiled(written.subject).render(given)
        text = _compiled(written.text).render(given)
    except TemplateError as error:
        raise ConfigurationError(f"the template {name} cannot be filled in: {error}; correct it") from None
    if channel != "email":
        word = optouts.WORDS.get(current(), optouts.WORDS[ENGLISH])
        text = f"{text} {translated('Reply {word} to get no more of these.', word=word)}"
        if text_parts.too_long(text):
            raise ConfigurationError(
                f"the template {name} ({current()}) takes {text_parts.parts(text)} parts of a text message; "
                f"{text_parts.MOST_PLAIN} are the most, {text_parts.MOST} with signs beyond GSM's alphabet"
            )
        return Message(key, to, text)
    why = translated(
        "This is an offer of {business}, {address}. You get it because you agreed to such e-mails.",
        business=business.name,
        address=postal_address,
    )
    footer = {"why": why, "unsubscribe": unsubscribe, "language": current()}
    page = _layout().render(footer | {"subject": subject, "text": text})
    plain = f"{text}\n\n--\n{why} {translated('Get no more of them: {link}', link=unsubscribe)}\n"
    return Message(key, to, plain, subject, page, unsubscribe)


def _file(name: str, language: str) -> Path:
    return (TEMPLATES if language == ENGLISH else TEMPLATES / language) / f"{name}.toml"


@cache
def _compiled(source: str) -> Template:
    return _PLAIN.from_string(source)


@cache
def _layout() -> Template:
    return _PAGE.from_string((TEMPLATES.parent / "layout.html").read_text("utf-8"))
