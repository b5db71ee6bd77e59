"""The certificate of an erasure: what was done, with counts, hashes, versions and times, and nothing of the person."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson

from mhc_core.db.queries.privacy import Erasure

KEPT = (
    "a salted hash of the customer id, so that imports do not bring the customer back",
    "empty rows with ids, times and outcomes, so that the counts of a day and what a model learned from stay true",
    "answers that other customers were given, which are those customers' own records",
    "weights fitted on all examples together, until the model trained without this customer is promoted",
)


def make(erasure: Erasure, steps: Iterable[Mapping[str, Any]], now: datetime) -> dict[str, Any]:
    """The certificate of an erasure from what its steps certify, in their order. ``sha256`` covers the rest of it."""
    body: dict[str, Any] = {
        "erasure": erasure.id,
        "customer_hash": erasure.customer_hash,
        "requested_by": erasure.requested_by,
        "requested_at": erasure.requested_at.isoformat(),
        "finished_at": now.isoformat(),
        "kept": list(KEPT),
        "earlier": [former["sha256"] for former in erasure.progress.get("earlier", [])],
    }
    for certified in steps:
        body |= certified
    digest = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return {**body, "sha256": digest}


def is_genuine(certificate: Mapping[str, Any]) -> bool:
    """Whether a certificate says what it said when it was made."""
    body = {name: value for name, value in certificate.items() if name != "sha256"}
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest() == certificate.get("sha256")
