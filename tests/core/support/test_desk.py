"""The list of conversations that staff work with, transfers, notes and tags, and proposing another date."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from fakes.stored import say, talk

from mhc_core.business import pricing
from mhc_core.db.queries import bookings as booking_queries
from mhc_core.db.queries import desk
from mhc_core.errors import Conflict, DataError
from mhc_core.support import bookings, handover, notes
from mhc_core.vocabulary import Channel, ConversationStatus, HandoverState

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BUSINESS = pricing.load()


def conversation(connection: sa.Connection, words: str, minutes: int = 0, channel: str = "web") -> UUID:
    at = NOW - timedelta(minutes=minutes)
    return talk(connection, say("user", words), at=at, updated_at=at, status="active", channel=channel)[0]


def waiting(connection: sa.Connection, words: str, reason: str, minutes: int) -> tuple[UUID, int]:
    made = conversation(connection, words, minutes)
    number = handover.begin(connection, BUSINESS, made, reason, NOW - timedelta(minutes=minutes))
    assert number is not None
    return made, number


def test_who_waits_is_listed_urgent_first_then_longest(connection: sa.Connection) -> None:
    late, _ = waiting(connection, "one", "large party", 5)
    long, _ = waiting(connection, "two", "large party", 50)
    urgent, number = waiting(connection, "three", BUSINESS.handover.urgent[0], 1)
    conversation(connection, "nobody is needed")
    assert [one.id for one in desk.listed(connection, "waiting", "ana")] == [urgent, long, late]
    handover.claim(connection, number, "ana", NOW)
    assert [one.id for one in desk.listed(connection, "waiting", "ana")] == [long, late]
    assert [one.id for one in desk.listed(connection, "mine", "ana")] == [urgent]
    assert desk.listed(connection, "mine", "bob") == []
    assert [one.id for one in desk.ringing(connection)] == sorted(one.id for one in desk.ringing(connection))
    assert len(desk.ringing(connection)) == 2


def test_all_are_listed_newest_first_and_filtered(connection: sa.Connection) -> None:
    old, new = conversation(connection, "one", 50), conversation(connection, "two", 5, "sms")
    assert [one.id for one in desk.listed(connection, "all", "ana")] == [new, old]
    assert [one.id for one in desk.listed(connection, "all", "ana", channel=Channel.WEB)] == [old]
    assert desk.listed(connection, "all", "ana", status=ConversationStatus.CLOSED) == []
    notes.tag(connection, old, " VIP ", "ana", NOW)
    assert [one.id for one in desk.listed(connection, "all", "ana", tag="vip")] == [old]
    assert desk.tags(connection, 5) == ["vip"]


def test_messages_are_searched_like_the_web(connection: sa.Connection) -> None:
    lobster, tofu = conversation(connection, "is the lobster fresh"), conversation(connection, "is the tofu fresh")
    found = {one.id for one in desk.listed(connection, "all", "ana", search="fresh -tofu")}
    assert found == {lobster}
    assert {one.id for one in desk.listed(connection, "all", "ana", search="fresh")} == {lobster, tofu}


def test_a_conversation_goes_to_a_person_or_back_to_a_queue(connection: sa.Connection) -> None:
    made, number = waiting(connection, "one", "large party", 5)
    with pytest.raises(Conflict, match="claim it first"):
        handover.transfer(connection, number, "ana", NOW, to="bob")
    handover.claim(connection, number, "ana", NOW)
    assert handover.transfer(connection, number, "ana", NOW, to="bob").claimed_by == "bob"
    assert [one.id for one in desk.listed(connection, "mine", "bob")] == [made]
    queue = next(iter(BUSINESS.handover.queues))
    found = handover.transfer(connection, number, "bob", NOW, queue=queue)
    assert (found.state, found.claimed_by, found.queue) == (HandoverState.WAITING, None, queue)
    assert [one.id for one in desk.listed(connection, "waiting", "ana")] == [made]


def test_a_tag_is_put_on_once(connection: sa.Connection) -> None:
    made = conversation(connection, "one")
    notes.tag(connection, made, "vip", "ana", NOW)
    with pytest.raises(Conflict, match="already"):
        notes.tag(connection, made, "VIP", "bob", NOW)
    with pytest.raises(DataError, match="1 to 40"):
        notes.tag(connection, made, " ", "bob", NOW)
    notes.note(connection, made, "twice is fine", "ana", NOW)
    notes.note(connection, made, "twice is fine", "ana", NOW)
    notes.untag(connection, made, "vip", "bob", NOW)
    assert [(one.kind, one.written_by) for one in desk.notes(connection, made)] == [("note", "ana")] * 2


def test_another_date_is_proposed_for_a_request_that_is_still_the_same(connection: sa.Connection) -> None:
    made = conversation(connection, "one")
    booking_queries.save(connection, made, date(2026, 12, 5), time(17), (10, 0, 0), None, {}, NOW)
    found = booking_queries.of_conversation(connection, made)
    assert found is not None
    other = date(2026, 12, 6)
    with pytest.raises(DataError, match="past"):
        bookings.propose(connection, BUSINESS, found.id, date(2026, 11, 1), time(17), found.updated_at, "ana", NOW)
    with pytest.raises(Conflict, match="changed meanwhile"):
        bookings.propose(connection, BUSINESS, found.id, other, time(17), NOW - timedelta(days=1), "ana", NOW)
    bookings.propose(connection, BUSINESS, found.id, other, time(16, 30), found.updated_at, "ana", NOW)
    said = desk.messages(connection, made, 10)[-1]
    assert "could on Sunday, December 6 at 16:30" in said.text
    still = booking_queries.of_conversation(connection, made)
    assert still is not None
    assert still.status == "requested"
