"""Logs of text messages: each entry has two numbers and a direction, and what was said with one customer's number is
one conversation.
"""

from typing import Any

from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.incoming import Piece
from mhc_core.collection.importing.reject import Place
from mhc_core.pseudonyms import person_id


def piece(place: Place, entry: dict[str, Any], context: Context, problem: str | None = None) -> Piece:
    """A message of a log. ``entry`` has from, to, direction, body, and when it was sent under timestamp."""
    inward = str(entry.get("direction", "")).strip().lower().startswith(("in", "received"))
    customer, ours = (str(entry.get(end) or "").strip() for end in (("from", "to") if inward else ("to", "from")))
    if problem is None and not customer:
        problem = "names no number that the message came from or went to"
    number = person_id(customer)
    key = f"{number}/{person_id(ours)}"
    record = {
        "conversation_id": key,
        "channel": context.reading.channel or "sms",
        "customer_id": customer,
        "customer": {"phone": number} | ({"name": entry["name"]} if entry.get("name") else {}),
        "role": "user" if inward else "agent",
        "content": str(entry.get("body") or ""),
        "timestamp": entry.get("timestamp"),
        "id": entry.get("id"),
    }
    return Piece(place, key if customer else None, record, problem)
