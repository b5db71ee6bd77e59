"""Who wants to hear nothing more: heard wherever messages come in, and kept longer than anything else.

A keyword counts when it is the whole message. On a phone each of the words of the rule does, "cancel" too, though it
may have been meant for a booking: the rule has no room for doubt there, the booking stays as it is, and the
confirmation says so. Elsewhere only words count that mean nothing else.
"""

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from mhc_core.campaigns import wishes
from mhc_core.db.queries import audit, installation
from mhc_core.db.queries import consents as queries
from mhc_core.language.cleaning import cleaned
from mhc_core.pseudonyms import customer_hash, person_id
from mhc_core.vocabulary import Channel

How = Literal["keyword", "words", "link", "staff"]
LATE = timedelta(hours=1)
"""A transaction that began before the last look may have stored a message after it; so much is looked at again."""
AT_ONCE = 1000
"""Messages that are read in one go."""

ENGLISH = frozenset({"stop", "stopall", "stop all", "unsubscribe", "revoke", "opt out", "optout"})
ENGLISH_BY_PHONE = frozenset({"end", "quit", "cancel"})
SPANISH = frozenset({"no mas", "no mas mensajes", "baja", "dar de baja"})
CHINESE = frozenset({"退订", "取消订阅", "退訂", "取消訂閱", "停止订阅", "停止訂閱", "不要再发", "不要再發", "拒收"})
CHINESE_BY_PHONE = frozenset({"停止", "停"})
JAPANESE = frozenset({"配信停止", "配信を停止", "登録解除", "配信解除", "購読解除", "受信拒否", "送信停止"})
JAPANESE_BY_PHONE = frozenset({"停止", "解除", "ストップ", "やめて", "中止"})
SPANISH_BY_PHONE = frozenset({"alto", "parar", "pare", "basta", "cancelar", "fin", "salir", "terminar"})


_KANA_MARKS = "\u3099\u309a"
"""Parts of a sign, not accents."""


WORDS = {"en": "STOP", "es": "ALTO", "zh-Hans": "退订", "zh-Hant": "取消訂閱", "ja": "配信停止"}
"""The one of each language that our messages name; English's where a language has none yet."""


def keyword(text: str, channel: Channel | str, spoken: str | None = None) -> str | None:
    """The language of the keyword that the message is, as a BCP 47 tag; None when it is something else.

    A word that Chinese and Japanese share is taken for Chinese, unless Japanese or Chinese in traditional signs is
    ``spoken``: it means the same.
    """
    words = _bare(text)
    phone = channel == Channel.SMS
    if words in ENGLISH or (phone and words in ENGLISH_BY_PHONE):
        return "en"
    if words in SPANISH or (phone and words in SPANISH_BY_PHONE):
        return "es"
    japanese = words in JAPANESE or (phone and words in JAPANESE_BY_PHONE)
    if japanese and spoken == "ja":
        return "ja"
    if words in CHINESE or (phone and words in CHINESE_BY_PHONE):
        both = spoken == "zh-Hant" and words in CHINESE_BY_PHONE
        return "zh-Hant" if both or any(sign in words for sign in "訂閱發") else "zh-Hans"
    return "ja" if japanese else None


def _bare(text: str) -> str:
    """The words alone: no accents, no signs, no capitals."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign) or sign in _KANA_MARKS
    )
    plain = unicodedata.normalize("NFC", plain)
    return " ".join(re.sub(r"[^\w]|_", " ", plain[:60].casefold()).split()) if len(text) <= 60 else ""


def note(connection: sa.Connection, customer_id: str, how: How, channel: str | None, at: datetime) -> None:
    """End all advertising to a person, under every spelling that leads to them; what was planned is dropped.

    Args:
        at: when they said so; consent given later counts again.
    """
    salt = installation.salt(connection)
    for spelling in {customer_id, person_id(customer_id)}:
        note_hash(connection, customer_hash(salt, spelling), how, channel, at)


def note_hash(connection: sa.Connection, hashed: str, how: How, channel: str | None, at: datetime) -> None:
    """The same for somebody who is known by their pseudonym alone."""
    if queries.opt_out(connection, [(hashed, at)], how, channel):
        audit.record(connection, "customer", "contact.opted_out", hashed, {"how": how, "channel": channel}, at)


def screen(connection: sa.Connection, now: datetime) -> int:
    """Look through what people with a consent wrote since the last look; how many want to hear nothing more.

    Messages come by imports too, so every plan and every sending begins with it.
    """
    since = queries.screened_until(connection)
    found = 0
    for page in queries.inbound(connection, since - LATE if since else None, now, AT_ONCE):
        words = [cleaned(one.content, Channel(one.channel)) or one.content for one in page]
        exact = [keyword(text, one.channel) is not None for text, one in zip(words, page, strict=True)]
        others = [text for text, hit in zip(words, exact, strict=True) if not hit]
        chances = iter(wishes.probabilities(others))
        for one, hit in zip(page, exact, strict=True):
            if hit or next(chances) >= wishes.THRESHOLD:
                found += queries.opt_out(
                    connection, [(one.customer_hash, one.sent_at)], "keyword" if hit else "words", one.channel
                )
    queries.screened(connection, now)
    return found
