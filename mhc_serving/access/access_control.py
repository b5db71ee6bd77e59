"""What decides who may call: keys, widget tokens, the sites they may come from, and how often."""

import threading
import time
from datetime import datetime
from functools import cached_property

import sqlalchemy as sa
from cachetools import TTLCache

from mhc_core.db.queries import installation
from mhc_core.settings import Settings
from mhc_serving.access import keys, origins
from mhc_serving.access.keys import Holder
from mhc_serving.access.limits import Limits
from mhc_serving.access.origins import Origins
from mhc_serving.access.tokens import Tokens
from mhc_serving.access.tokens import keys as token_keys

KEY_KNOWN_SECONDS = 3.0
"""A key that was found valid is not looked up again for so long: a revoked one is refused after that."""


class AccessControl:
    """The gate of one app. Safe to use from several threads.

    Raises:
        ConfigurationError: an origin, a limit or the storage of the counts cannot be read.
    """

    def __init__(self, settings: Settings, engine: sa.Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._known: TTLCache[str, Holder] = TTLCache(maxsize=1024, ttl=KEY_KNOWN_SECONDS, timer=time.monotonic)
        self._lock = threading.Lock()
        self.origins = Origins(
            origins.parse(settings.widget_origins), origins.site(settings.public_url) if settings.public_url else None
        )
        self.limits = Limits(settings)

    def known(self, key: str) -> Holder | None:
        """The holder of a key that was found valid a moment ago; asks nobody."""
        with self._lock:
            return self._known.get(keys.digest(key))

    def holder(self, key: str, now: datetime) -> Holder:
        """The holder of this key, by the database.

        Raises:
            AccessDenied: there is no such key, or it was revoked or has expired.
        """
        with self._engine.begin() as connection:
            holder = keys.authenticate(connection, key, now)
        with self._lock:
            self._known[keys.digest(key)] = holder
        return holder

    @cached_property
    def tokens(self) -> Tokens:
        """The widget tokens, under the secrets of the settings or keys of this installation; the first use asks the
        database."""
        given = self._settings.token_secrets
        with self._engine.begin() as connection:
            salt = installation.salt(connection)
        return Tokens(token_keys(salt, given.get_secret_value() if given else None))
