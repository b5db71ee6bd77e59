"""Pseudonyms: a customer is known by a salted hash wherever the raw id may not stand."""

import hashlib
import hmac


def customer_hash(salt: bytes, customer_id: str) -> str:
    """A pseudonym for a customer: HMAC-SHA256 under the installation's salt, 128 bits in hex."""
    return hmac.new(salt, customer_id.encode(), hashlib.sha256).hexdigest()[:32]
