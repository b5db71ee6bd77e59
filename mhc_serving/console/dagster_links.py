"""Addresses of Dagster's pages: an asset, at the time when a run made one version of it."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from mhc_serving.console import places

_SOON = timedelta(minutes=1)
"""Dagster notes that an asset was made shortly after its row is written, and shows the newest note until a time."""
TRAINED, JUDGED, COLLECTED, INDEXED = "fine_tuned_model", "shadow_evaluation", "training_dataset", "kb_embeddings"


BASE = f"{places.ROOT}{places.DAGSTER.path}"
"""Where Dagster's pages are: behind the console's sign-in."""


def made(asset: str, at: datetime) -> str:
    """The page of an asset, opened at what was made of it at this time, with a link to its run."""
    query = {"view": "events", "time": int((at + _SOON).timestamp() * 1000)}
    return f"{BASE}/assets/{asset}?{urlencode(query)}"
