"""Addresses of Dagster's pages: an asset, at the time when a run made one version of it."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from mhc_serving.console.visit import Console

_SOON = timedelta(minutes=1)
"""Dagster notes that an asset was made shortly after its row is written, and shows the newest note until a time."""
TRAINED, JUDGED, COLLECTED, INDEXED = "fine_tuned_model", "shadow_evaluation", "training_dataset", "kb_embeddings"


def base(console: Console) -> str:
    """Where Dagster's pages are."""
    return f"http://127.0.0.1:{console.settings.dagster_port}"


def made(console: Console, asset: str, at: datetime) -> str:
    """The page of an asset, opened at what was made of it at this time, with a link to its run."""
    query = {"view": "events", "time": int((at + _SOON).timestamp() * 1000)}
    return f"{base(console)}/assets/{asset}?{urlencode(query)}"
