"""Codes of an authenticator app (TOTP, RFC 6238): six digits for each half minute, each good once."""

import hmac
from datetime import datetime

STEP_SECONDS = 30
_WITHIN = (-1, 0, 1)
"""Steps around the present one that are taken, since clocks differ."""


def secret() -> str:
    """A new secret, as apps take it."""
    import pyotp

    return pyotp.random_base32()


def address(of: str, name: str, issuer: str) -> str:
    """The ``otpauth://`` address of a secret, which apps read as a QR code or as it is."""
    import pyotp

    return pyotp.TOTP(of).provisioning_uri(name=name, issuer_name=issuer)


def step(of: str, code: str, used: int | None, now: datetime) -> int | None:
    """The step that a code belongs to; None when it is wrong or was used up. ``used`` is the last step that was."""
    import pyotp

    app, present = pyotp.TOTP(of), int(now.timestamp()) // STEP_SECONDS
    typed = "".join(code.split())
    for near in (present + offset for offset in _WITHIN):
        right = app.generate_otp(near)
        if hmac.compare_digest(right.encode(), typed.encode()) and (used is None or near > used):
            return near
    return None
