"""The record format as files that can be imported, and as a JSON Schema."""

from typing import Any, Literal

import orjson

from mhc_core.collection.importing.fields import CHANNEL_SPELLINGS, ROLE_SPELLINGS
from mhc_core.collection.importing.record_format import Record

_RECORD = {
    "id": "2026-0117",
    "channel": "sms",
    "customer_id": "+15105550177",
    "customer": {"name": "Dana Prewitt"},
    "outcome": "booked",
    "booking_value_usd": "660.00",
    "satisfaction": 5,
    "messages": [
        {"role": "user", "content": "Do you bring plates?", "timestamp": "2026-02-01T10:00:00-08:00"},
        {
            "role": "assistant",
            "content": "No: the host provides plates and cutlery.",
            "timestamp": "2026-02-01T10:00:30-08:00",
            "feedback": {"vote": "up"},
        },
        {"role": "agent", "content": "I can recommend a rental nearby.", "timestamp": "2026-02-01T10:05:00-08:00"},
    ],
}
_CSV = """\
conversation_id,channel,customer_id,role,content,timestamp
2026-0118,email,dana@example.com,user,"Hello,

do you serve scallops?",2026-02-02T09:00:00-08:00
2026-0118,email,dana@example.com,agent,"Yes, as an upgrade.",2026-02-02T09:30:00-08:00
"""
_FEEDBACK = {
    "conversation_id": "2026-0117",
    "position": 1,
    "stars": 5,
    "comment": "quick",
    "at": "2026-02-03T08:00:00Z",
}
_BOOKINGS = """\
id,customer,booked_at,event_at,guests,value,status,zip
R-1041,dana@example.com,2026-01-05 14:20,2026-02-14 18:00,12,690.00,completed,95630
R-1042,+15105550177,2026-02-20 09:10,2026-05-09 17:30,24,1320.00,confirmed,94611
"""


def text(kind: Literal["jsonl", "csv", "feedback", "bookings", "schema"]) -> str:
    """An example file of this kind, or the schema of a record."""
    if kind == "csv":
        return _CSV
    if kind == "bookings":
        return _BOOKINGS
    if kind == "schema":
        return orjson.dumps(schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    return orjson.dumps(_FEEDBACK if kind == "feedback" else _RECORD, option=orjson.OPT_APPEND_NEWLINE).decode()


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one conversation record; further keys are allowed and kept."""
    made = Record.model_json_schema(mode="validation")
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["properties"]["channel"] = {"enum": sorted(CHANNEL_SPELLINGS), "description": "Any of these spellings."}
    made["$defs"]["Message"]["properties"]["role"] = {"enum": sorted(ROLE_SPELLINGS)}
    when = {
        "description": "ISO 8601, or seconds or milliseconds since 1970.",
        "type": ["string", "number", "null"],
    }
    for owner, name in (("", "started_at"), ("Message", "timestamp"), ("Given", "at"), ("Edit", "at"),
                        ("Review", "at"), ("Escalation", "at")):  # fmt: skip
        place = made["$defs"][owner] if owner else made
        place["properties"][name] = when
    made["properties"]["id"] = {"type": ["string", "integer"], "minLength": 1, "maxLength": 400}
    made["required"] = ["id", "channel", "messages"]
    return made
