"""How often somebody may call: by key, customer and address, and all without a key together, by the ``limits`` library.

The counts live in this process, or in the store that ``MHC_RATE_LIMIT_STORAGE_URI`` names, shared by several processes.
"""

import logging
import math
import time
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal

from fastapi import HTTPException, Request
from limits import RateLimitItem, parse_many
from limits.errors import ConfigurationError as UnknownStorage
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from mhc_core.errors import ConfigurationError
from mhc_core.settings import Settings

log = logging.getLogger(__name__)

Kind = Literal["key", "customer", "address", "anonymous", "sign-in"]


class Limits:
    """The limits of one app. Safe to use from several threads.

    Raises:
        ConfigurationError: a limit cannot be read, or there is no such storage.
    """

    def __init__(self, settings: Settings) -> None:
        try:
            uri = settings.rate_limit_storage_uri
            storage = storage_from_string(uri.get_secret_value() if uri else "memory://", wrap_exceptions=True)
        except (UnknownStorage, ImportError, ValueError):
            raise ConfigurationError(
                "MHC_RATE_LIMIT_STORAGE_URI names no storage that can be used; write it like redis://host:6379, "
                "or leave it empty"
            ) from None
        self._strategy = SlidingWindowCounterRateLimiter(storage)
        self._items: dict[Kind, Sequence[RateLimitItem]] = {
            "key": _parsed("MHC_RATE_LIMIT_KEY", settings.rate_limit_key),
            "customer": _parsed("MHC_RATE_LIMIT_CUSTOMER", settings.rate_limit_customer),
            "address": _parsed("MHC_RATE_LIMIT_ADDRESS", settings.rate_limit_address),
            "anonymous": _parsed("MHC_RATE_LIMIT_ANONYMOUS", settings.rate_limit_anonymous),
            "sign-in": _parsed("MHC_RATE_LIMIT_SIGN_IN", settings.rate_limit_sign_in),
        }
        self._proxies = _networks(settings.trusted_proxies)
        self.local = isinstance(storage, MemoryStorage)
        """Counting takes no call to another machine."""

    def count(self, kind: Kind, who: str) -> None:
        """Count one request; one of an address counts for all addresses together too: whoever has many has no more.

        While the storage does not answer nothing is limited, and the log says so.

        Raises:
            HTTPException: 429, with the seconds to wait in ``Retry-After``.
        """
        counted: list[tuple[Kind, str]] = [(kind, who)]
        if kind == "address":
            counted.append(("anonymous", "everybody"))
        try:
            for of, name in counted:
                for item in self._items[of]:
                    if not self._strategy.hit(item, of, name):
                        reset = self._strategy.get_window_stats(item, of, name).reset_time
                        raise _too_many(max(1, math.ceil(reset - time.time())))
        except StorageError:
            log.warning("the storage of the rate limits does not answer; nothing is limited")

    def spent(self, kind: Kind, who: str) -> bool:
        """Whether one more request would be too many; counts nothing."""
        try:
            return not all(self._strategy.test(item, kind, who) for item in self._items[kind])
        except StorageError:
            log.warning("the storage of the rate limits does not answer; nothing is limited")
            return False

    def note(self, kind: Kind, who: str) -> None:
        """Count one request that was answered whatever the count is."""
        try:
            for item in self._items[kind]:
                self._strategy.hit(item, kind, who)
        except StorageError:
            log.warning("the storage of the rate limits does not answer; nothing is limited")

    def address(self, request: Request) -> str:
        """The caller's address; what one of our own proxies says about it is believed.

        An IPv6 caller stands for their /64, of which everybody has all addresses.
        """
        host = request.client.host if request.client else ""
        passed_on = [part.strip() for line in request.headers.getlist("x-forwarded-for") for part in line.split(",")]
        found = _ip(host)
        while found is not None and passed_on and any(found in network for network in self._proxies):
            found = _ip(passed_on.pop())
        if isinstance(found, IPv6Address):
            return str(ip_network((found, 64), strict=False))
        return str(found or host)


def _parsed(name: str, text: str) -> Sequence[RateLimitItem]:
    try:
        return parse_many(text)
    except ValueError:
        raise ConfigurationError(f"{name} is no rate limit; write it like 60/minute;1000/day") from None


def _networks(text: str) -> Sequence[IPv4Network | IPv6Network]:
    try:
        return [ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]
    except ValueError:
        raise ConfigurationError(
            "MHC_TRUSTED_PROXIES is no list of addresses; write it like 10.0.0.5,192.168.1.0/24"
        ) from None


def _too_many(seconds: int) -> HTTPException:
    wait = f"{seconds} second{'' if seconds == 1 else 's'}"
    return HTTPException(429, f"too many requests; try again in {wait}", headers={"Retry-After": str(seconds)})


def _ip(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
