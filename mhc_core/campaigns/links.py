"""The signed link with which a person ends all advertising: one press of a button, no account, no question.

It names a pseudonym and works for longer than the 30 days that CAN-SPAM asks for, so the button of an old e-mail still
does what it says.
"""

import hashlib
from datetime import datetime, timedelta
from urllib.parse import urlencode

import sqlalchemy as sa
from itsdangerous import BadData, URLSafeSerializer

from mhc_core.db.queries import installation
from mhc_core.errors import NotFound
from mhc_core.settings import Settings
from mhc_core.signing import SigningKeys, given

PATH = "/api/v1/ai/unsubscribe"
LASTING = timedelta(days=730)
_PERIOD = timedelta(days=30)


class UnsubscribeLinks:
    """Makes such links to this installation and reads those that come back."""

    def __init__(self, keys: SigningKeys, address: str) -> None:
        self._keys = keys
        self._address = address

    def link(self, customer_hash: str, now: datetime) -> str:
        """Where a person says that they want no more."""
        return f"{self._address}{PATH}?{urlencode({'token': self._signer(now).dumps(customer_hash)})}"

    def read(self, token: str, now: datetime) -> str:
        """The pseudonym in a token.

        Raises:
            NotFound: it was not made here, or not all of it arrived.
        """
        try:
            named = self._signer(now).loads(token)
        except (BadData, UnicodeError):
            named = None
        if not isinstance(named, str):
            raise NotFound("this link is not complete; open it from the message again")
        return named

    def _signer(self, now: datetime) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._keys.at(now), salt="mhc.campaigns.unsubscribe", signer_kwargs={"digest_method": hashlib.sha256}
        )


def of_installation(connection: sa.Connection, settings: Settings) -> UnsubscribeLinks:
    """What makes links to this installation."""
    secrets = settings.link_secrets.get_secret_value() if settings.link_secrets else None
    keys = SigningKeys(given(secrets), installation.salt(connection), "unsubscribe links", _PERIOD, LASTING)
    return UnsubscribeLinks(keys, settings.public_address)
