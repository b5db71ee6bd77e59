"""No object of any export, whatever is missing in it or wrong, raises: it goes in, or is refused."""

import json
import random
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mhc_core.collection.importing import formats
from mhc_core.collection.importing.context import Context, Reading
from mhc_core.collection.importing.grouping import _record
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming, Piece
from mhc_core.collection.importing.readers import Source
from mhc_core.collection.importing.records import parse
from mhc_core.collection.importing.reject import Rejected, RejectFile
from mhc_core.errors import DataError

READING = Reading(datetime(2026, 3, 1, tzinfo=UTC), ours=frozenset({"us"}))
AT = "2026-02-03T10:00:00Z"
OBJECTS: list[dict[str, Any]] = [
    {"type": "conversation", "id": "9", "created_at": 1770000000, "state": "open",
     "source": {"type": "email", "body": "<p>x</p>", "author": {"type": "lead", "email": "a@b.c"}},
     "conversation_parts": {"conversation_parts": [{"part_type": "comment", "body": "y", "author": {"type": "admin"}}]},
     "conversation_rating": {"rating": 3}},
    {"id": 5, "status": "open", "via": {"channel": "chat"}, "requester": {"id": 1},
     "satisfaction_rating": {"score": "bad"},
     "comments": [{"author_id": 1, "body": "x", "public": True, "created_at": AT}]},
    {"helpdesk_ticket": {"id": 8, "description": "d", "requester_id": 4, "created_at": AT, "source": 1, "status": 4,
                         "notes": [{"note": {"body": "b", "incoming": False, "private": False}}]}},
    {"id": 12, "inbox_id": 3, "channel": "Channel::Sms", "meta": {"sender": {"phone_number": "+15105550147"}},
     "messages": [{"id": 1, "content": "x", "message_type": 0, "created_at": 1770000000, "private": False}]},
    {"participants": [{"name": "A"}, {"name": "us"}], "title": "A", "thread_path": "inbox/a_1",
     "messages": [{"sender_name": "A", "content": "x", "timestamp_ms": 1770000000000}]},
    {"type": "message", "user": "U1", "text": "x", "ts": "1770000000.1", "thread_ts": "1770000000.1"},
    {"messages": [{"sid": "S", "from": "+15105550177", "to": "+19165550100", "body": "x", "direction": "inbound"}]},
    {"records": [{"type": "SMS", "direction": "Inbound", "from": {"phoneNumber": "+15105550177"},
                  "to": [{"phoneNumber": "+19165550100"}], "subject": "x", "creationTime": AT}]},
    {"conversation_id": 1, "role": "user", "content": "x", "channel": "web", "timestamp": 5},
    {"id": "a", "channel": "web", "messages": [{"role": "user", "content": "x"}], "feedback": {"stars": 5}, "meta": {}},
    {"messages": [{"role": "assistant", "tool_calls": [{}]}, {"role": "tool"}, {"role": "user", "content": ["x"]}]},
]  # fmt: skip
ODD: list[Any] = [
    None, True, 0, -1, 1.5, "", "x", [], {}, [1], {"a": 1}, [None], [{}], "1.75931E+17", "03/04/2025", 1e300, 2**63,
]  # fmt: skip


def spoiled(value: Any, chance: random.Random) -> Any:
    if chance.random() < 0.12:
        return chance.choice(ODD)
    if isinstance(value, dict):
        return {key: spoiled(inner, chance) for key, inner in value.items() if chance.random() > 0.05}
    return [spoiled(inner, chance) for inner in value] if isinstance(value, list) else value


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(OBJECTS), st.integers(0, 2**32), st.booleans())
def test_no_object_raises(tmp_path: Path, genuine: dict[str, Any], seed: int, beside: bool) -> None:
    path = tmp_path / "a.json"
    broken = spoiled(genuine, random.Random(seed))
    path.write_text(json.dumps([genuine, broken] if beside else broken))
    groups: dict[str, list[dict[str, Any]]] = {}
    whole: list[dict[str, Any]] = []
    with suppress(DataError), RejectFile(tmp_path / "rejects") as rejects, Source(str(path)) as source:
        head = Head.of(source)
        for item in formats.of(head).read(head, Context(READING, Counter(), rejects)):
            if isinstance(item, Incoming):
                whole.append(item.record)
            elif isinstance(item, Piece) and item.conversation is not None:
                groups.setdefault(item.conversation, []).append(json.loads(json.dumps(item.record)))
    for record in whole:
        with suppress(Rejected):
            parse(record, READING, Counter())
    for group in groups.values():
        with suppress(Rejected):
            parse(_record(group), READING, Counter())
