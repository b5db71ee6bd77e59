"""From which sites browsers may call: the one the API serves itself, and those in ``MHC_WIDGET_ORIGINS``."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from mhc_core.errors import ConfigurationError

_USUAL_PORTS = {"http": 80, "https": 443}


def normal(origin: str) -> str | None:
    """An origin as browsers write it, lower case and without a usual port; None when it is none."""
    try:
        parts = urlsplit(origin.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _USUAL_PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        return None
    if parts.username is not None:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if port in (None, _USUAL_PORTS[parts.scheme]) else f":{port}")


def site(address: str) -> str | None:
    """The origin of the pages under a web address."""
    parts = urlsplit(address)
    return normal(f"{parts.scheme}://{parts.netloc}")


def parse(listed: str) -> frozenset[str]:
    """The origins of a comma list.

    Raises:
        ConfigurationError: one of them is not an origin.
    """
    found = {part.strip(): normal(part) for part in listed.split(",") if part.strip()}
    for part, origin in found.items():
        if origin is None:
            raise ConfigurationError(f"MHC_WIDGET_ORIGINS: {part!r} is no origin; write it like https://example.com")
    return frozenset(origin for origin in found.values() if origin)


@dataclass(frozen=True, slots=True)
class Origins:
    """Which sites may use the widget. ``own`` is where customers reach the API; None: wherever they do reach it."""

    listed: frozenset[str]
    own: str | None

    def allows(self, origin: str, host: str | None) -> bool:
        """Whether a page of this (normal) origin may call an API that it reached under ``host``."""
        if origin in self.listed or (self.own is not None and origin == self.own):
            return True
        return self.own is None and host is not None and origin in (normal(f"http://{host}"), normal(f"https://{host}"))
