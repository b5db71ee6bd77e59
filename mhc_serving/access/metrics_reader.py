"""Who may read ``/metrics``: whoever shows the key of the settings, and programs on this machine that call it directly.

The key is one of its own, which opens nothing else: what collects metrics holds it for years.
"""

import hmac
from collections.abc import Mapping

from fastapi import Request

from mhc_core.settings import Settings
from mhc_serving.access.callers import called_directly, is_loopback
from mhc_serving.access.deps import credential


def may_read(request: Request, settings: Settings) -> bool:
    """Whether this request may read the metrics without a key of a person."""
    if request.client is not None and is_loopback(request.client.host) and called_directly(request):
        return True
    sent, key = credential(request), settings.metrics_key
    return key is not None and hmac.compare_digest((sent or "").encode(), key.get_secret_value().encode())


REFUSAL = "metrics need the key in MHC_METRICS_KEY, sent as `Authorization: Bearer …`"
UNAUTHORIZED: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}
