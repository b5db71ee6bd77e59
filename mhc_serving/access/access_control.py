"""What decides who may call: keys, widget tokens, the sites they may come from, and how often."""

import threading
import time
from datetime import datetime
from functools import cached_property

import sqlalchemy as sa
from cachetools import TTLCache

from mhc_core.db.queries import audit, installation
from mhc_core.settings import Settings
from mhc_serving.access import keys, origins
from mhc_serving.access.keys import Holder, KeyRefused
from mhc_serving.access.limits import Limits
from mhc_serving.access.origins import Origins
from mhc_serving.access.refusals import ACTION, Refusals
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
        self._refusals = Refusals()
        self.origins = Origins(
            origins.parse(settings.widget_origins), origins.site(settings.public_url) if settings.public_url else None
        )
        self.limits = Limits(settings)

    def known(self, key: str) -> Holder | None:
        """The holder of a key that was found valid a moment ago; asks nobody."""
        with self._lock:
            return self._known.get(keys.digest(key))

    def holder(self, key: str, now: datetime) -> Holder:
        """The holder of this key, by the database; a refusal stands in the audit log.

        Raises:
            KeyRefused: there is no such key, or it was revoked or has expired.
        """
        try:
            with self._engine.begin() as connection:
                holder = keys.authenticate(connection, key, now)
        except KeyRefused as refused:
            self._refusals.note(refused, now)
            raise
        finally:
            self._write_refusals(now)
        with self._lock:
            self._known[keys.digest(key)] = holder
        return holder

    def _write_refusals(self, now: datetime) -> None:
        if rows := self._refusals.due(now):
            with self._engine.begin() as connection:
                for subject, details in rows:
                    audit.record(connection, "nobody", ACTION, subject, details, now)

    @cached_property
    def tokens(self) -> Tokens:
        """The widget tokens, under the secrets of the settings or keys of this installation; the first use asks the
        database."""
        given = self._settings.token_secrets
        with self._engine.begin() as connection:
            salt = installation.salt(connection)
        return Tokens(token_keys(salt, given.get_secret_value() if given else None))
