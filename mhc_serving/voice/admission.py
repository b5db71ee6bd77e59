"""Which sockets belong to a call that Twilio announced: a signed parameter that only the answer to its webhook holds.

The address of a stream can be guessed, and what its first message says of the caller could be anybody's invention.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeTimedSerializer
from itsdangerous.timed import TimestampSigner

from mhc_core.signing import SigningKeys

PARAMETER = "admission"
LASTING = timedelta(minutes=2)
"""Between the webhook and the stream lie seconds."""
PURPOSE = "voice"


@dataclass(frozen=True, slots=True)
class Admitted:
    """A call as it was announced. ``customer_id`` is the caller's number; None where it was withheld."""

    call_sid: str
    customer_id: str | None


def keys(salt: bytes) -> SigningKeys:
    """The keys of an installation for this."""
    return SigningKeys(salt=salt, purpose=PURPOSE, period=timedelta(days=1), lasting=LASTING)


def sign(keys: SigningKeys, call: Admitted, now: datetime) -> str:
    """The parameter of a call."""
    signed = _serializer(keys, now).dumps([call.call_sid, call.customer_id])
    return signed if isinstance(signed, str) else signed.decode()


def read(keys: SigningKeys, parameter: str, call_sid: str, now: datetime) -> Admitted | None:
    """The call of a parameter; None where it is not ours, too old, or another call's."""
    try:
        found = _serializer(keys, now).loads(parameter, max_age=int(LASTING.total_seconds()))
    except BadData:
        return None
    return Admitted(found[0], found[1]) if found[0] == call_sid else None


def _serializer(keys: SigningKeys, now: datetime) -> URLSafeTimedSerializer:
    class Signer(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(now.timestamp())

    given = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    return URLSafeTimedSerializer(keys.at(now), salt=PURPOSE, signer=Signer, signer_kwargs=given)
