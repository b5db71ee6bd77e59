"""Whether a request comes from Twilio: ``X-Twilio-Signature`` is the HMAC-SHA1 of address and form under the account's
token, in base64 (https://www.twilio.com/docs/usage/security#validating-requests)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

_USUAL_PORTS = {"https": 443, "http": 80}


def signature(token: str, url: str, form: Iterable[tuple[str, str]]) -> str:
    """The signature of a request: the address, then each field by its name, each value once, both together."""
    said = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.digest(token.encode(), said.encode(), hashlib.sha1)).decode()


def verified(token: str, url: str, form: Iterable[tuple[str, str]], sent: str) -> bool:
    """Whether a signature is that of this request. Twilio signs some addresses with their port and some without."""
    fields = list(form)
    return any(
        hmac.compare_digest(signature(token, spelling, fields).encode(), sent.encode("utf-8", "replace"))
        for spelling in _spellings(url)
    )


def _spellings(url: str) -> list[str]:
    parts = urlsplit(url)
    host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    port = parts.port or _USUAL_PORTS.get(parts.scheme)
    return [url, urlunsplit(parts._replace(netloc=host)), urlunsplit(parts._replace(netloc=f"{host}:{port}"))]
