"""One request to a service of messages, and which failures surely happened before it was read."""

from collections.abc import Mapping
from typing import Any

import httpx2

from mhc_core.providers.messaging.result import SECONDS, Result

_BEFORE = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


def post(url: str, **request: Any) -> httpx2.Response | Result:
    """The answer, or what the failure means. Redirects are not followed: a message is posted once, to whom we know."""
    try:
        return httpx2.post(url, timeout=SECONDS, follow_redirects=False, **request)
    except _BEFORE as error:
        return Result("not_taken", failure=type(error).__name__)
    except httpx2.HTTPError as error:
        return Result("unknown", failure=type(error).__name__)


def fields(answer: httpx2.Response) -> Mapping[str, Any]:
    """The object that an answer holds; empty when it holds none."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
