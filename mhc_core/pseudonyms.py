"""Who a customer is: one form for each id, and the salted hash that stands wherever the raw id may not.

The hash is made here, one at a time or by the server for a whole column: HMAC-SHA256 under the installation's salt, 128
bits in hex.
"""

import hashlib
import hmac
import re
from typing import NewType
from uuid import UUID

Pseudonym = NewType("Pseudonym", str)
"""What every column named ``customer_hash`` holds."""


_EMAIL = re.compile(r"(?:mailto:)?<?([^@\s<>]+@[^@\s<>]+\.[^@\s<>]+)>?", re.IGNORECASE)
_PHONE = re.compile(r"(?:tel:|sms:|whatsapp:)?\+?[\d\s().\-/\u2010-\u2015]{7,}", re.IGNORECASE)
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # of direction: phones put them around numbers
_US_NUMBER = re.compile(r"1?([2-9]\d{2}[2-9]\d{6})")
_WRITTEN_IN_US = [
    country + national
    for country in ("", "1", "1-", "1 ", "1.", "+1-", "+1 ", "+1.")
    for national in ("{}{}{}", "({}) {}-{}", "({}){}-{}", "{}-{}-{}", "{}.{}.{}", "{} {} {}", "{} {}-{}")
]


def person_id(customer_id: str) -> str:
    """The id in the one form of its person: a phone number as +15105550177, an e-mail address in small letters.

    Erasure finds a person by the stored id, and four spellings of one number would be four people. A number without a
    country is taken for a US one when it has the ten digits of one; any other id stays as it is.
    """
    text = _MARKS.sub("", customer_id).strip()
    if found := _EMAIL.fullmatch(text):
        return found[1].lower()
    if not _PHONE.fullmatch(text):
        return text
    digits = re.sub(r"\D", "", text)
    if "+" in text and 8 <= len(digits) <= 15:
        return "+" + digits
    national = _US_NUMBER.fullmatch(digits)
    return "+1" + national[1] if national else text


def spellings(person: str) -> list[str]:
    """How the phone number of a person is written elsewhere; of any other id none.

    Erasures from before ids had one form stand under the hash of what was typed, and a hash cannot be normalised.
    """
    if national := re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", person):
        return [form.format(*national.groups()) for form in _WRITTEN_IN_US]
    if not re.fullmatch(r"\+\d{8,15}", person):
        return []
    import phonenumbers

    try:
        number = phonenumbers.parse(person)
    except phonenumbers.NumberParseException:
        return [person[1:]]
    return [person[1:], phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)]


def subject(customer_id: str | None, conversation_id: UUID) -> str:
    """Who a conversation is with: its customer, or the conversation itself where no customer id is known."""
    return customer_id or str(conversation_id)


def customer_hash(salt: bytes, who: str) -> Pseudonym:
    """The pseudonym of a customer, or of whom :func:`subject` names."""
    return Pseudonym(keyed_hash(salt, who))


def keyed_hash(salt: bytes, text: str) -> str:
    """HMAC-SHA256 of a text, 128 bits in hex."""
    return hmac.digest(salt, text.encode(), "sha256").hex()[:32]


def hashed(column: str) -> str:
    """SQL for :func:`customer_hash` of a text column, with :func:`pads` as parameters."""
    return f"left(encode(sha256(:outer || sha256(:inner || convert_to({column}, 'UTF8'))), 'hex'), 32)"


def pads(salt: bytes) -> dict[str, bytes]:
    """The inner and outer key of an HMAC-SHA256 under ``salt`` (RFC 2104)."""
    key = (hashlib.sha256(salt).digest() if len(salt) > 64 else salt).ljust(64, b"\0")
    return {"inner": bytes(byte ^ 0x36 for byte in key), "outer": bytes(byte ^ 0x5C for byte in key)}
