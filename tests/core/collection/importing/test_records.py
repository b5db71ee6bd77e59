"""One record becomes rows, or is refused with a reason that quotes nothing of it."""

import json
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.collection.importing.context import Reading
from mhc_core.collection.importing.decoding import decode
from mhc_core.collection.importing.fields import moment
from mhc_core.collection.importing.formats import openai as openai_chat
from mhc_core.collection.importing.record_format import Message, Record
from mhc_core.collection.importing.records import Parsed, conversation_id, feedback_key, message_id, parse
from mhc_core.collection.importing.reject import Rejected
from mhc_core.vocabulary import Channel

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
READING = Reading(NOW)


def record(**changes: Any) -> dict[str, Any]:
    messages = [
        {"role": "user", "content": "how much for 12", "timestamp": "2026-02-01T10:00:00Z"},
        {"role": "assistant", "content": "660 for twelve adults", "timestamp": "2026-02-01T10:00:05Z"},
    ]
    return {"id": "c1", "source": "shop", "channel": "web", "messages": messages} | changes


def rows(given: dict[str, Any], notes: Counter[str] | None = None) -> Parsed:
    return parse(given, READING, Counter() if notes is None else notes)


def reason(given: dict[str, Any]) -> str:
    with pytest.raises(Rejected) as caught:
        rows(given)
    return str(caught.value)


def test_ids_depend_on_source_and_source_id_only() -> None:
    parsed = rows(record())
    assert parsed.conversation.id == conversation_id("shop", "c1") != conversation_id("other", "c1")
    assert [row.id for row in parsed.messages] == [message_id(parsed.conversation.id, index) for index in (0, 1)]
    assert parse(record(), Reading(NOW, "mine"), Counter()).conversation.id == conversation_id("mine", "c1")


@pytest.mark.parametrize(
    ("spelling", "channel"), [("web_chat", "web"), ("Web Chat", "web"), ("IG", "instagram"), ("e-mail", "email")]
)
def test_channel_spellings(spelling: str, channel: str) -> None:
    assert rows(record(channel=spelling)).conversation.channel == channel


def test_refusals_name_the_field_and_never_the_value() -> None:
    secret = "Alexis 916-555-0100"
    for broken, field in [
        (record(channel=secret), "channel"),
        (record(channel=None), "channel"),
        (record(id=""), "id"),
        (record(id="x" * 500), "id"),
        (record(status=secret), "status"),
        (record(messages=[]), "messages"),
        (record(messages=secret), "messages"),
        (record(messages=[{"role": secret, "content": "a"}]), "messages.0.role"),
        (record(messages=[{"role": "user", "content": {"a": secret}}]), "messages.0.content"),
        (record(messages=[{"role": "user", "content": "a", "timestamp": secret}]), "messages.0.timestamp"),
        (record(messages=[{"role": "user", "content": "a", "confidence": 1.5}]), "messages.0.confidence"),
        (record(messages=[{"role": "user", "content": " \n"}]), "messages"),
        (record(booking_value_usd=secret), "booking_value_usd"),
        (record(feedback={"stars": 9}), "feedback.stars"),
        (record(meta=secret), "meta"),
        (record(source="s" * 101), "source"),
    ]:
        said = reason(broken)
        assert field in said
        assert secret not in said
        assert "\n" not in said


def test_numbers_may_be_text() -> None:
    messages = [{"role": "user", "content": "hi", "confidence": "0.5", "timestamp": "1769940000"}]
    parsed = rows(record(id=17, booking_value_usd="$1,590.00", satisfaction="4", messages=messages))
    assert parsed.conversation.source_id == "17"
    assert parsed.conversation.booking_value_usd == Decimal("1590.00")
    assert parsed.messages[0].confidence == 0.5
    assert parsed.messages[0].sent_at == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert [row.stars for row in parsed.feedback] == [4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-01T10:00:00", datetime(2026, 2, 1, 10, tzinfo=UTC)),
        ("2026-02-01T10:00:00+05:45", datetime(2026, 2, 1, 4, 15, tzinfo=UTC)),
        ("2026-02-01 10:00:00-11:30", datetime(2026, 2, 1, 21, 30, tzinfo=UTC)),
        (1769940000000, datetime(2026, 2, 1, 10, tzinfo=UTC)),
    ],
)
def test_times_are_utc(text: object, expected: datetime) -> None:
    assert moment(text) == expected


def test_where_a_time_is_missing_a_clock_that_goes_back_is_held_and_the_stamp_is_kept() -> None:
    stamps = ["2026-02-01T10:00:00Z", "2026-02-01T09:00:00Z", "2026-02-01T10:01:00Z", None]
    notes: Counter[str] = Counter()
    parsed = rows(record(messages=[{"role": "user", "content": "a", "timestamp": s} for s in stamps]), notes)
    times = [row.sent_at for row in parsed.messages]
    assert times == sorted(times)
    assert times[1] == times[0]
    assert "09:00" in json.loads(parsed.messages[1].message_metadata)["timestamp"]
    assert notes["times_out_of_order"] == 1


def test_times_in_the_future_stay_and_are_noted() -> None:
    notes: Counter[str] = Counter()
    parsed = rows(record(messages=[{"role": "user", "content": "a", "timestamp": "2031-01-01T00:00:00Z"}]), notes)
    assert parsed.messages[0].sent_at.year == 2031
    assert notes["times_in_the_future"] == 1


def test_a_conversation_without_times_gets_some_and_says_so() -> None:
    parsed = rows(record(messages=[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]))
    assert parsed.conversation.started_at == NOW
    assert parsed.messages[1].sent_at > parsed.messages[0].sent_at
    assert parsed.conversation.synthetic_start
    assert all(row.inferred_time for row in parsed.messages)
    assert json.loads(parsed.conversation.channel_metadata)["timestamps"] == "synthetic"


def test_empty_messages_are_left_out_and_positions_stay() -> None:
    messages = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": ""},
        {"role": "user", "content": "b"},
    ]
    notes: Counter[str] = Counter()
    assert [row.position for row in rows(record(messages=messages), notes).messages] == [0, 2]
    assert notes["empty_messages"] == 1


def test_unknown_keys_words_and_the_customer_are_kept() -> None:
    given = record(
        customer={"name": "Ann"},
        meta={"batch": 3, "customer": "c"},
        intent="ride",
        outcome="ordered",
        satisfaction="ok",
    )
    given["messages"][0] |= {"action": "hello", "intent": "greeting"}
    parsed = rows(given)
    assert json.loads(parsed.conversation.channel_metadata) == {
        "batch": 3, "customer": "c", "record.customer": {"name": "Ann"}, "intent": "ride", "outcome": "ordered",
        "satisfaction": "ok",
    }  # fmt: skip
    assert (parsed.conversation.intent, parsed.conversation.outcome) == (None, "booked")
    assert json.loads(parsed.messages[0].message_metadata) == {"action": "hello", "intent": "greeting"}


def test_escalation_edit_feedback_and_review() -> None:
    given = record(
        status="escalated",
        escalation={"reason": "refund", "agent_id": "a7", "at": "2026-02-01T10:02:00Z"},
        feedback={"helpful": True, "verdict": "fine"},
        satisfaction=5,
    )
    given["messages"][1] |= {
        "intent": "pricing",
        "model": "m1",
        "edit": {"content": "660 USD", "reason": "currency", "by": "kim", "at": "2026-02-02T00:00:00Z"},
        "feedback": {"vote": "thumbs_up", "id": "f1"},
        "review": {"decision": "approve", "by": "kim", "at": "2026-02-03T00:00:00Z"},
    }
    parsed = rows(given)
    talk, answer = parsed.conversation, parsed.messages[1]
    assert (talk.status, talk.escalation_reason, talk.agent_id) == ("escalated", "refund", "a7")
    assert (answer.edited_content, answer.edited_by, answer.model_version_id) == ("660 USD", "kim", "m1")
    assert json.loads(answer.message_metadata)["review"]["decision"] == "approve"
    on_answer, overall = parsed.feedback
    assert (on_answer.vote, on_answer.message_id, on_answer.source_id) == ("up", answer.id, "c1#f1")
    assert (overall.stars, overall.helpful, overall.message_id) == (5, True, None)
    assert json.loads(talk.channel_metadata)["feedback"] == {"verdict": "fine"}


@given(st.tuples(st.text(min_size=1), st.text()), st.tuples(st.text(min_size=1), st.text()))
def test_feedback_keys_never_collide(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (feedback_key(*one) == feedback_key(*other)) == (one == other)


def test_openai_chat() -> None:
    call = {"id": "t1", "type": "function", "function": {"name": "quote", "arguments": "{}"}}
    given = {
        "messages": [
            {"role": "developer", "content": "You help."},
            {"role": "user", "content": [{"type": "text", "text": "price?"}, {"type": "image_url", "image_url": {}}]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "t1", "content": "550"},
            {"role": "assistant", "content": "550"},
            {"role": "user", "content": "weapons?"},
            {"role": "assistant", "content": None, "refusal": "No."},
        ]
    }
    parsed = rows(openai_chat.convert(given))
    assert [(row.role, row.content) for row in parsed.messages] == [
        ("system", "You help."), ("user", "price?"), ("assistant", "550"), ("user", "weapons?"), ("assistant", "No."),
    ]  # fmt: skip
    assert [tool["role"] for tool in json.loads(parsed.messages[2].message_metadata)["tools"]] == ["assistant", "tool"]
    assert openai_chat.convert(given)["id"] == openai_chat.convert(json.loads(json.dumps(given)))["id"]
    assert json.loads(parsed.conversation.channel_metadata)["channel_assumed"] is True


def test_nul_and_half_surrogates_are_cleaned_and_counted() -> None:
    notes: Counter[str] = Counter()
    given = decode(
        rb'{"a": "x\u0000y\ud83dz", "b\u0000": [123456789012345678901234567890], "c": "\ud83d\ude00"}', notes
    )
    assert given == {"a": "xy\ufffdz", "b": ["123456789012345678901234567890"], "c": "\U0001f600"}
    assert notes == {"nul_removed": 2, "surrogates_replaced": 1}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
keys = st.sampled_from([*{**Record.model_fields, **Message.model_fields}, "vote", "stars", "at", "other"])
messy = st.dictionaries(keys, json_values | st.lists(st.dictionaries(keys, json_values, max_size=5), max_size=3))


@given(messy, st.booleans())
def test_any_json_is_parsed_or_refused(given: dict[str, Any], complete: bool) -> None:
    data = json.dumps(record() | given if complete else given).encode()
    parsed: Parsed | Rejected
    try:
        parsed = rows(decode(data, Counter()))
    except Rejected as refusal:
        parsed = refusal
    if isinstance(parsed, Rejected):
        assert "\n" not in str(parsed)
        return
    stored = json.dumps([parsed.conversation, parsed.messages, parsed.feedback], default=str, ensure_ascii=False)
    assert "\\u0000" not in stored
    stored.encode()


@given(st.binary(max_size=60) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    with suppress(Rejected):
        json.dumps(decode(data, Counter()))


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(Rejected):
        decode(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, Counter())
    with pytest.raises(Rejected):
        rows(decode(json.dumps(record(extra=0)).replace("0}", "[" * 400 + "]" * 400 + "}").encode(), Counter()))


contents = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(lambda text: text.strip())


@given(
    st.sampled_from(list(Channel)),
    st.lists(st.tuples(st.sampled_from(["user", "assistant", "agent", "system"]), contents), min_size=1, max_size=6),
    st.datetimes(datetime(2000, 1, 1), datetime(2025, 1, 1), timezones=st.timezones()),
)
def test_round_trip(channel: Channel, turns: list[tuple[str, str]], start: datetime) -> None:
    start = start.astimezone(UTC)
    stamps = [start + timedelta(seconds=index) for index in range(len(turns))]
    messages = [
        {"role": role, "content": content, "timestamp": stamp.isoformat()}
        for (role, content), stamp in zip(turns, stamps, strict=True)
    ]
    parsed = rows(decode(json.dumps(record(channel=channel, messages=messages)).encode(), Counter()))
    assert parsed.conversation.channel == channel
    assert [(row.role, row.content) for row in parsed.messages] == turns
    assert [row.sent_at for row in parsed.messages] == stamps
    assert parsed.conversation.started_at == start


def test_ratings_under_a_key_that_is_not_read_are_named() -> None:
    notes: Counter[str] = Counter()
    messages = [{"role": "assistant", "content": "hi", "userRating": 2, "feedback": {"score": 3}}]
    given = record(
        messages=messages,
        satisfaction="good",
        csat=4,
        feedback={"rating": 5},
        meta={"nps": 9, "started": 1},
        stars=None,
    )
    assert rows(given, notes).feedback == []
    names = ("satisfaction", "csat", "meta.nps", "feedback.rating", "messages.userRating", "messages.feedback.score")
    assert {key for key in notes if key.startswith("rating")} == {f"rating not read: {name}" for name in names}


@pytest.mark.parametrize(("satisfaction", "stars"), [(5, 5), ("4", 4), (3.67, 3), (0, None), (7, None), (True, None)])
def test_satisfaction_is_whole_stars_and_a_mean_is_rounded_down(satisfaction: object, stars: int | None) -> None:
    parsed = rows(record(satisfaction=satisfaction))
    assert [row.stars for row in parsed.feedback] == ([stars] if stars else [])
    assert ("satisfaction" in json.loads(parsed.conversation.channel_metadata)) is (str(stars) != str(satisfaction))
