"""Pseudonyms: a customer is known by a salted hash wherever the raw id may not stand.

It is made here, one at a time or by the server for a whole column: HMAC-SHA256 under the installation's salt, 128 bits
in hex.
"""

import hashlib
import hmac
from typing import NewType
from uuid import UUID

Pseudonym = NewType("Pseudonym", str)
"""What every column named ``customer_hash`` holds."""


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
